"""Kafka and Redis: the worker, the store, the notifier, the rebuild, the command line, the local stack.

Start with `worker/app.py` (composition root), then `worker/dispatcher.py` (one batch). One list each: `settings.py`, `topics.py`,
`redis_keys.py`, `wire/`, `metrics.py`, `errors.py`. May import: `dispatch`.
Imported by: `api`, except for `worker/`.
"""
