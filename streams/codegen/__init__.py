"""Documents generated from the code's own lists: JSON Schemas and AsyncAPI of the topics, Prometheus alert rules.

Start with `asyncapi.py`. A test fails when `deploy/` is older than the lists.
May import: the lists, `dispatch`, `monitoring`.
Imported by: `cli` and tests.
"""
