"""The in-memory twin of the Redis store, for tests and simulations of the core.

Start with `store.py`. One contract suite (`tests/contracts`) checks both implementations.
May import: `dispatch`, the parts of `streams.store` that do not access Redis.
Imported by: tests and benchmarks only.
"""
