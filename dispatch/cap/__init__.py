"""Alerts in the Common Alerting Protocol (CAP 1.1 and 1.2): read safely, judged against the schema, turned into steps by rules.

Start with `messages.py` (the model), then `reading.py` (from bytes to alerts) and `steps.py` (what follows from an alert).
May import: `model`.
Imported by: `streams.cap`, `streams.cli`, the API.
"""
