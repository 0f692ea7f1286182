"""The in-memory twin of the Redis store, for tests, simulations of the core and replays of the log.

Start with `store.py`; `indexed.py` is the same for many people. One contract suite (`tests/contracts`) checks both stores.
May import: `dispatch`, the parts of `streams.store` that do not access Redis.
Imported by: `policy_replay`; tests and benchmarks.
"""
