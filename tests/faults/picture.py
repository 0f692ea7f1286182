"""Redis as faults and the dump see it: emptied, paused, brought back with an old file, read key by key."""

import base64
import shutil
from pathlib import Path
from typing import Any

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff

from streams.local.ports import LOOPBACK
from tests.faults.cluster import Cluster

FILE = "dump.rdb"


class Picture:
    def __init__(self, cluster: Cluster) -> None:
        self._folder = cluster.folder.data / "redis"
        self._kept: Path = cluster.folder.data / "old.rdb"
        # Repeats are harmless here, and connections from before a fault are broken.
        self._redis: Any = redis.asyncio.Redis(
            host=LOOPBACK, port=cluster.redis_port, socket_timeout=20, retry=Retry(ConstantBackoff(0.5), 10)
        )

    async def close(self) -> None:
        await self._redis.aclose()

    async def keep_file(self) -> None:
        """Keeps what stands now, for `put_old_file`."""
        await self._redis.save()
        (self._folder / FILE).replace(self._kept)

    def put_old_file(self) -> None:
        if self._kept.exists():
            shutil.copy(self._kept, self._folder / FILE)

    def drop_file(self) -> None:
        (self._folder / FILE).unlink(missing_ok=True)

    async def flush(self) -> None:
        await self._redis.flushall()

    async def pause(self, milliseconds: int) -> None:
        await self._redis.execute_command("CLIENT", "PAUSE", milliseconds, "ALL")

    async def everything(self) -> list[dict[str, Any]]:
        keys = sorted([key async for key in self._redis.scan_iter(count=1000)])
        found = [await self._entry(key) for key in keys]
        return [entry for entry in found if entry is not None]

    async def _entry(self, key: bytes) -> dict[str, Any] | None:
        kind = (await self._redis.type(key)).decode()
        value: Any
        if kind == "string":
            value = _text(await self._redis.get(key))
        elif kind == "hash":
            found = await self._redis.hgetall(key)
            value = {name.decode("utf-8", "backslashreplace"): _text(text) for name, text in found.items()}
        elif kind == "set":
            value = sorted((_text(member) for member in await self._redis.smembers(key)), key=str)
        elif kind == "zset":
            pairs = await self._redis.zrange(key, 0, -1, withscores=True)
            value = [[_text(member), score] for member, score in pairs]
        elif kind == "list":
            value = [_text(item) for item in await self._redis.lrange(key, 0, -1)]
        else:  # it expired meanwhile
            return None
        return {"key": key.decode("utf-8", "backslashreplace"), "type": kind, "value": value}


def _text(value: bytes | None) -> Any:
    if value is None:
        return None
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return {"b64": base64.b64encode(value).decode()}
