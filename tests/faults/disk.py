"""The disk of one broker fills up: for real where it has a small file system of its own, else writes beyond a size fail."""

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.faults.cluster import Cluster

BALLAST = "ballast"


@asynccontextmanager
async def full_disk(cluster: Cluster, broker: str) -> AsyncIterator[str]:
    """Leaving makes room again; a broker that gave up is started again by the supervisor."""
    if cluster.small_disk is None:
        if (pid := cluster.pid(broker)) is not None:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        try:
            yield f"{broker} by RLIMIT_FSIZE"
        finally:
            if (pid := cluster.pid(broker)) is not None:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        return
    ballast = cluster.small_disk / BALLAST
    await asyncio.to_thread(_fill, ballast)
    try:
        yield f"{broker} on {cluster.small_disk.name}"
    finally:
        ballast.unlink(missing_ok=True)


def _fill(ballast: Path) -> None:
    with suppress(OSError), ballast.open("wb") as file:
        while True:
            file.write(bytes(64 * 1024))
            file.flush()
