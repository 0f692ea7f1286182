"""How much is in a Redis, and who else is connected to it: for messages before anything is changed."""

from dataclasses import dataclass

from streams.store.redis_client import RedisClient


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisUse:
    """`keys`: of one database. `clients`: connections of all databases, without the one that asks."""

    keys: int
    clients: int


async def use_of(link: RedisClient, db: int) -> RedisUse:
    """Raises StoreUnavailable."""
    # One section at a time: several in one command need Redis 7.
    keyspace, clients = await link.run([("INFO", "keyspace"), ("INFO", "clients")])
    # A line `db0:keys=12,expires=3,avg_ttl=0` for each database that has keys.
    counts = dict(part.split("=", 1) for part in _fields(keyspace).get(f"db{db}", "").split(",") if "=" in part)
    connected = int(_fields(clients).get("connected_clients", "1"))
    return RedisUse(keys=int(counts.get("keys", "0")), clients=connected - 1)


def _fields(info: bytes) -> dict[str, str]:
    return dict(line.split(":", 1) for line in info.decode().splitlines() if ":" in line)
