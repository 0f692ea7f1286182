"""Each ten seconds: the resident memory of every part, so that what grows without end is seen."""

import asyncio
from dataclasses import dataclass

import psutil

from streams import clock
from tests.faults.cluster import Cluster

EVERY_S = 10.0
WARM_AFTER_S = 120.0
"""A process that has just begun fills its caches: growth counts from here."""
MB = 1_000_000


@dataclass(slots=True)
class Grown:
    """Of the process that lived longest under this name; MB."""

    name: str
    pid: int
    began_s: float
    lived_s: float = 0.0
    warm_mb: float | None = None
    last_mb: float = 0.0
    most_mb: float = 0.0


class Memory:
    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._running: dict[int, Grown] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            for name, pid in self._cluster.supervisor.pids().items():
                self._look(name, pid, clock.monotonic_s())
            await asyncio.sleep(EVERY_S)

    def told(self) -> list[Grown]:
        oldest: dict[str, Grown] = {}
        for one in self._running.values():
            if one.name not in oldest or one.lived_s > oldest[one.name].lived_s:
                oldest[one.name] = one
        return sorted(oldest.values(), key=lambda one: one.name)

    def _look(self, name: str, pid: int, now_s: float) -> None:
        try:
            used_mb = psutil.Process(pid).memory_info().rss / MB
        except psutil.Error:
            return  # it was killed a moment ago
        one = self._running.setdefault(pid, Grown(name=name, pid=pid, began_s=now_s))
        one.lived_s, one.last_mb, one.most_mb = now_s - one.began_s, used_mb, max(one.most_mb, used_mb)
        if one.warm_mb is None and one.lived_s >= WARM_AFTER_S:
            one.warm_mb = used_mb
