"""Kafka clients and what is built on them: records, consumer groups, log reading, batch consumers, topic administration.

Start with `clients.py`: the only place that constructs a client; every client has the same timeouts (`timeouts.py`).
May import: `wire`, `topics`, `settings`, `metrics`, `clock`, `errors`, `dispatch`.
Imported by: every room above it and `api/app.py`.
"""
