"""What operators are alarmed about: committed lag, stalled workers, dead letters, conditions of the field.

Start with `alarms.py` (the list of alarms), then `lag_monitor.py`.
May import: `notices`, `readers`, `dead_letters`, `kafka`, `store`, the lists.
Imported by: the API, `cli`, `worker`.
"""
