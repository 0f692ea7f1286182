"""Digital work: leases, agreement between answers, and how results change the field response.

Start with `tasks.py`, then `consensus.py` (when answers agree) and `steering.py` (what a result changes).
May import: `context_query`, `incidents`, `safety`, `state`, `staffing`, `matching`, `plans`, `notices`, `model`.
Imported by: `decide`; the API checks results by `results.py`.
"""
