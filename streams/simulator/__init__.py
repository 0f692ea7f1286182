"""Simulated volunteers and incidents for demos and measurements, and replay of real call records.

Start with `run.py` (a scenario of `scenarios.toml`, over HTTP); `replay.py` sends call records, `bulk.py` writes to Kafka.
May import: `intake`, `readers`, `dead_letters`, `rebuild`, `local`, `store`, `kafka` and below; `dispatch`.
Imported by: `cli`. Equal seeds give equal people, incidents and answers.
"""
