"""People and emergencies that do not exist, for demonstrations and measurements, and real call records played again.

Start reading here. Who there is: `places.py` (cities), `people.py`. What they do: `movement.py`, `answers.py`. What happens:
`incidents.py`. `scenarios.toml` puts them together. They act through the public HTTP API (`api_client.py`, `people_acting.py`,
`operator.py`, joined in `run.py`), or in bulk straight through Kafka (`bulk.py`). Real call records: `call_records.py` reads,
`call_types.toml` translates, `replay.py` sends.

All chance comes from a seed: the same seed gives the same people, incidents and answers.
"""
