"""A real worker that is killed with -9 once, at a chosen point between two steps of its first batch that makes offers.

python -m tests.scenarios.dying_worker POINT DEED MARKER

POINT: claimed (claims granted, no decision), decided (decision in the log, not applied), applied (applied, offers not published).
DEED: kill, flush (Redis emptied, then the worker goes on) or flush-kill. MARKER: a file made before the deed, so that it is
done once.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faust
import redis

from dispatch.ports import Application, Applied, Claim, ClaimAnswer
from streams import logs, settings
from streams.settings import Settings
from streams.store import RedisStore
from streams.worker.app import build_app
from streams.worker.publisher import Publisher


class Deed:
    def __init__(self, deed: str, marker: Path, redis_url: str) -> None:
        self._deed = deed
        self._marker = marker
        self._redis_url = redis_url

    def do(self) -> None:
        if self._marker.exists():
            return
        self._marker.touch()
        if "flush" in self._deed:
            with redis.Redis.from_url(self._redis_url) as client:
                client.flushall()
        if "kill" in self._deed:
            os.kill(os.getpid(), signal.SIGKILL)


class DyingStore(RedisStore):
    deed: Deed | None = None

    async def claim(self, claims_: Sequence[Claim]) -> list[ClaimAnswer]:
        answers = await super().claim(claims_)
        if self.deed and claims_:
            self.deed.do()
        return answers


class DyingAfterApply(RedisStore):
    deed: Deed | None = None

    async def apply(self, applications: Sequence[Application]) -> list[Applied]:
        answers = await super().apply(applications)
        if self.deed and any(entry.holds for entry in applications):
            self.deed.do()
        return answers


class DyingPublisher(Publisher):
    deed: Deed | None = None

    async def publish_decisions(self, decisions: Sequence[Any]) -> list[int]:
        offsets = await super().publish_decisions(decisions)
        if self.deed and any(decision.events for decision in decisions):
            self.deed.do()
        return offsets


def build(settings_here: Settings, point: str, deed: Deed) -> faust.App:
    """The product's own composition, with one part replaced by one that dies."""
    DyingStore.deed = DyingAfterApply.deed = DyingPublisher.deed = deed
    if point == "claimed":
        return build_app(settings_here, make_store=DyingStore)
    if point == "decided":
        return build_app(settings_here, make_publisher=DyingPublisher)
    if point == "applied":
        return build_app(settings_here, make_store=DyingAfterApply)
    raise SystemExit(f"no such point: {point}")


def main(point: str, deed: str, marker: str) -> None:
    loaded = settings.load(os.environ)
    logs.configure("info", "worker")
    app = build(loaded, point, Deed(deed, Path(marker), loaded.require_redis()))
    faust.Worker(app, loglevel="info", redirect_stdouts=False, stderr=sys.stderr).execute_from_commandline()


if __name__ == "__main__":
    main(*sys.argv[1:4])
