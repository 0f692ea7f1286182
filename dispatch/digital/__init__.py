"""Digital work: leases, agreement between answers, and how results change the field response.

Start with `tasks.py`, then `steering.py` (what a result changes) and `consensus.py` (when answers agree).
May import: `incidents`, `safety`, and the rooms below them.
Imported by: `decide`.
"""
