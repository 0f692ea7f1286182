"""The in-memory twin of the Redis store, for tests and simulations of the core.

Start with `store.py`. One contract suite (`tests/contracts`) judges both.
May import: `dispatch`, the pure parts of `streams.store`.
Imported by: tests and benchmarks only.
"""
