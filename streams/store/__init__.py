"""The live picture in Redis, and its twin in memory.

Start reading here. `redis_store.py` implements `dispatch.ports.Store`; `store.py` is the twin, judged by the same suite
(`tests/contracts`). `redis_client.py` is the way to Redis, `scripts.py` puts the Lua files of `streams/lua` together. By noun:
`claims.py`, `search.py`, `apply.py` (decisions), `people.py` (profiles, places), `restore.py` (rebuild), `reads.py` (what the
API shows).
"""

from streams.store.memory.store import MemoryStore
from streams.store.redis_client import LockLost, RedisClient
from streams.store.redis_store import RedisStore

__all__ = ["LockLost", "MemoryStore", "RedisClient", "RedisStore"]
