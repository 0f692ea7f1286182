"""The worker process: the Faust agent, the batch dispatcher, the projection into Redis, and the services beside them.

Start with `app.py` (composition root), then `agent.py` (the agent) and `dispatcher.py` (one batch).
May import: every other room of `streams` except `cli` and `codegen`; `dispatch`.
Imported by: `cli`; import-linter forbids it to the API.
"""
