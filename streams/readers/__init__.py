"""Read-only views of the log: the live feed, single decisions, the last known states, the applied plans.

Start with `feed.py` (the live view of incidents and offers).
May import: `kafka`, `store`, the lists.
Imported by: the API, `worker`, `cli`, `monitoring`.
"""
