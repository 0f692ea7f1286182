"""Alarms: committed lag, stalled workers, dead letters, conditions of incidents.

Start with `alarms.py` (the list of alarms), then `lag_monitor.py`.
May import: every room of `streams` except `cli`, `worker` and `codegen`; `dispatch`.
Imported by: the API, `worker`, `codegen`.
"""
