"""The live index: everybody on duty as arrays in the worker's memory, so that a search asks Redis nothing.

Start with `live_store.py`, the store of the worker. `follower.py` keeps the arrays as Redis has them, `person_table.py` holds
them, `vector_search.py` finds people in them, `place_grid.py` narrows a search to its circle.
May import: `store`, the modules below it (`redis_keys`, `metrics`, `settings`, `errors`), `dispatch`, numpy.
Imported by: `worker`.
"""
