"""The Redis store: search, claims, state of incidents and people, and the writes of a rebuild.

Start with `redis_store.py` (implements `dispatch.ports.Store`); `scripts.py` assembles the Lua scripts of `lua/`.
May import: `wire`, `redis_keys`, `errors` and the other modules at the bottom of `streams`; `dispatch`. Never `kafka`.
Imported by: `worker`, `rebuild`, `monitoring`, `local`, `cli`, the API. `tests/contracts` checks it and its in-memory twin.
"""

from streams.store.redis_client import LockLost, RedisClient
from streams.store.redis_store import RedisStore

__all__ = ["LockLost", "RedisClient", "RedisStore"]
