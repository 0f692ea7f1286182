"""How long each class of data is kept, where it lies and what ends it.

Start with `classes.py`, the table. `streams/topics.py` derives the configuration of topics from it, the stores their TTLs.
May import: `redis_keys`, `errors`.
Imported by: `topics` and all modules above it.
"""
