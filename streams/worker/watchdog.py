"""Ends a stalled worker. The checks run in threads of their own, because a blocked event loop cannot detect that it is blocked.

Two checks, each with an exit code. The supervisor restarts the worker, and Kafka redelivers uncommitted commands:

    71  the event loop has not run for 20 s (`LoopWatchdog`)
    72  the loop runs and there are uncommitted commands, but no offset was committed for `KOMEK_STALL_S` (`LagWatchdog`)

Excused from the second check, as long as the worker reports it: Redis or Kafka unavailable, a rebuild, catching up on a
partition, a rebalance. A batch that times out and is retried gets four times the limit, and so does one partition while others
are committed. If Kafka does not answer the watchdog itself, the check is skipped.
"""

import os
import threading
from collections.abc import Callable
from typing import Any

import structlog
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec
from mode import Service

from streams import clock
from streams.errors import BrokerError
from streams.kafka import topic_admin
from streams.monitoring.commit_stall import CommitSample, Standstill
from streams.settings import Settings
from streams.topics import INCIDENTS
from streams.worker.watchdog_excuses import StallExcuses, verdict

log = structlog.get_logger(__name__)
LOOP_SILENT_S = 20.0
"""Limit of the first check."""
EXIT = 71
STALLED_EXIT = 72
LOOK_EVERY_S = 1.0
ASLEEP_S = 6.0
"""A longer gap between two samples means that the whole process was stopped; the count starts over."""
BROKER_WITHIN_S = 5.0


class LoopWatchdog(Service):
    """Exits with code 71, without an ack, when the event loop is blocked."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._sign_s = 0.0
        self._stop = threading.Event()

    async def on_start(self) -> None:
        self._sign_s = clock.monotonic_s()
        # A daemon, so that it never keeps a process alive that has ended otherwise.
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    async def on_stop(self) -> None:
        self._stop.set()

    @Service.task
    async def _sign(self) -> None:
        while not self.should_stop:
            self._sign_s = clock.monotonic_s()
            await self.sleep(1.0)

    def _watch(self) -> None:
        last_s = clock.monotonic_s()
        while not self._stop.wait(1.0):
            now_s = clock.monotonic_s()
            if now_s - last_s > LOOP_SILENT_S / 2:
                # The whole process was stopped (SIGSTOP, a suspended machine): start the count over.
                self._sign_s = now_s
            last_s = now_s
            if now_s - self._sign_s > LOOP_SILENT_S:
                _end(f"the event loop was blocked for {LOOP_SILENT_S:.0f} s", EXIT)


class LagWatchdog(Service):
    """Exits with code 72, without an ack, when there are uncommitted commands and nothing is committed.

    The event loop only supplies the owned partitions and the excuses; the check has its own Kafka client and thread.
    """

    def __init__(
        self, settings: Settings, *, group: str, owned: Callable[[], set[int]], waits: StallExcuses, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._settings = settings
        self._group = group
        self._owned = owned
        self._waits = waits
        # Replaced as a whole by the event loop and only read by the thread, so no lock is needed.
        self._owned_now: frozenset[int] = frozenset()
        self._standstill = Standstill()
        self._looked_s = 0.0
        self._stop = threading.Event()

    async def on_start(self) -> None:
        self._looked_s = clock.monotonic_s()
        threading.Thread(target=self._watch, name="lag-watchdog", daemon=True).start()

    async def on_stop(self) -> None:
        self._stop.set()

    @Service.task
    async def _refresh_owned(self) -> None:
        while not self.should_stop:
            self._owned_now = frozenset(self._owned())
            await self.sleep(1.0)

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            try:
                with topic_admin.connected(self._settings, timeout_s=BROKER_WITHIN_S) as admin:
                    while not self._stop.wait(LOOK_EVERY_S):
                        self._look(admin)
            except BrokerError:
                self._standstill.reset()
            except Exception:
                # An unexpected client failure must not leave the worker without a watchdog.
                log.exception("watchdog check failed")
                self._standstill.reset()

    def _look(self, admin: KafkaAdminClient) -> None:
        # Of one moment: the event loop may replace it during the check.
        owned = self._owned_now
        look = (
            look_at(admin, self._group, owned)
            if owned
            else CommitSample(at_s=clock.monotonic_s(), committed={}, ends={})
        )
        wait = self._waits.now(look.at_s)
        was_asleep = look.at_s - self._looked_s > ASLEEP_S
        self._looked_s = look.at_s
        if was_asleep or (wait is not None and wait.is_excused):
            self._standstill.reset()
        still = self._standstill.look(look)
        moved_s = look.at_s if self._standstill.moved_s is None else self._standstill.moved_s
        why = verdict(still, moved_s=moved_s, at_s=look.at_s, wait=wait, limit_s=self._settings.stall_s)
        if why is not None:
            _end(why, STALLED_EXIT)


def look_at(admin: KafkaAdminClient, group: str, numbers: frozenset[int]) -> CommitSample:
    """Committed offsets and end offsets of these partitions of `incidents`.

    Raises:
        KafkaError: no answer, or a refusal.
    """
    parts = [TopicPartition(INCIDENTS.name, number) for number in numbers]
    # Committed offsets before the ends: a commit in between makes the lag too large for one look, never negative.
    committed = admin.list_group_offsets({group: parts})[group]
    ends = admin.list_partition_offsets(dict.fromkeys(parts, OffsetSpec.LATEST))
    return CommitSample(
        at_s=clock.monotonic_s(),
        committed={part.partition: committed[part].offset if part in committed else -1 for part in parts},
        ends={part.partition: end.offset for part, end in ends.items()},
    )


def _end(why: str, code: int) -> None:
    log.critical("the watchdog ends this process", why=why, code=code)
    os._exit(code)
