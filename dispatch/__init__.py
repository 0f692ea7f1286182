"""The pure core: who is asked for what, and what follows from each answer.

Start reading here. A command (`commands.py`) is decided (`decide.py`) into events (`events.py`); `lifecycle.py` folds
events into the state of an incident (`incidents.py`). Who may be asked stands in `eligibility.py`, who is preferred in
`ranking.py`, how many are asked in `waves.py`, what an incident type needs in `plans/builtin.toml`. Nothing here knows of Kafka,
Redis or HTTP; time, identity and the people found are arguments.
"""
