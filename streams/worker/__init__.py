"""The processor: the Faust agent, the batch that decides, the projection into Redis, and the services beside them.

Start with `app.py` (how the parts are joined), then `agent.py` (one safe agent shape) and `dispatcher.py` (one batch).
May import: every other room except `cli`.
Imported by: `cli` alone; the API must not import it.
"""
