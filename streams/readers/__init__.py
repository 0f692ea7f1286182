"""Read-only views of the log: the live feed, single decisions, last known states, applied plans.

Start with `feed.py` (the live feed of incidents, offers and notices).
May import: `kafka`, `store`, the modules below them (`wire`, `topics`, `settings`, `metrics`, `errors`), `dispatch`.
Imported by: the API, `worker`, `cli`.
"""
