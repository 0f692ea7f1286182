"""Ends a worker that stands still. Threads of their own, since a stuck event loop cannot notice that it is stuck.

Two looks, each with an exit code; the supervisor starts the worker again, and whatever was not committed comes again:

    71  the event loop gave no sign for 20 s (`LoopWatchdog`)
    72  there is work, the loop turns, and no committed offset moves for `KOMEK_STALL_S` (`LagWatchdog`)

What excuses from the second, for as long as the worker says so and its loop turns: Redis or Kafka in trouble, a rebuild,
reading a partition that was taken over, a rebalance. Tries that did not end in their own time are given four times as long,
and so is one partition that waits while others move. Kafka that does not answer the watchdog itself says nothing about the
worker.
"""

import os
import sys
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

log = structlog.get_logger()
LOOP_SILENT_S = 20.0
"""The event loop gave no sign for this long."""
EXIT = 71
STALLED_EXIT = 72
LOOK_EVERY_S = 1.0
ASLEEP_S = 6.0
"""Between two looks: the whole process was stopped, and deserves a fresh start of the count."""
BROKER_WITHIN_S = 5.0


class LoopWatchdog(Service):
    """Exits with code 71, without an ack, when the event loop stands still."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._sign_s = clock.monotonic_s()
        self._stop = threading.Event()

    async def on_start(self) -> None:
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
                # The whole process was stopped (SIGSTOP, a sleeping machine): the loop deserves a fresh start of the count.
                self._sign_s = now_s
            last_s = now_s
            if now_s - self._sign_s > LOOP_SILENT_S:
                _end(f"the event loop stood still for {LOOP_SILENT_S:.0f} s", EXIT)


class LagWatchdog(Service):
    """Exits with code 72, without an ack, when there is work and nothing is committed.

    The event loop only tells which partitions are owned and what the worker waits for; the look itself has a client and a
    thread of its own.
    """

    def __init__(
        self, settings: Settings, *, group: str, owned: Callable[[], set[int]], waits: StallExcuses, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._settings = settings
        self._group = group
        self._owned = owned
        self._waits = waits
        self._owned_now: frozenset[int] = frozenset()
        self._standstill = Standstill()
        self._looked_s = clock.monotonic_s()
        self._stop = threading.Event()

    async def on_start(self) -> None:
        threading.Thread(target=self._watch, name="lag-watchdog", daemon=True).start()

    async def on_stop(self) -> None:
        self._stop.set()

    @Service.task
    async def _tell_owned(self) -> None:
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
                self._standstill.begin_anew()
            except Exception:
                # A client that fails in a way nobody foresaw must not leave the worker unwatched.
                log.exception("the watchdog's look failed")
                self._standstill.begin_anew()

    def _look(self, admin: KafkaAdminClient) -> None:
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
            self._standstill.begin_anew()
        still = self._standstill.look(look)
        moved_s = look.at_s if self._standstill.moved_s is None else self._standstill.moved_s
        why = verdict(still, moved_s=moved_s, at_s=look.at_s, wait=wait, limit_s=self._settings.stall_s)
        if why is not None:
            _end(why, STALLED_EXIT)


def look_at(admin: KafkaAdminClient, group: str, numbers: frozenset[int]) -> CommitSample:
    """What the group has committed of these partitions of `incidents`, and where they end.

    Raises:
        KafkaError: no answer, or a refusal.
    """
    parts = [TopicPartition(INCIDENTS.name, number) for number in numbers]
    committed = admin.list_group_offsets({group: parts})[group]
    ends = admin.list_partition_offsets(dict.fromkeys(parts, OffsetSpec.LATEST))
    return CommitSample(
        at_s=clock.monotonic_s(),
        committed={part.partition: committed[part].offset if part in committed else -1 for part in parts},
        ends={part.partition: end.offset for part, end in ends.items()},
    )


def _end(why: str, code: int) -> None:
    sys.stderr.write(f"watchdog: {why}, exit {code}\n")
    sys.stderr.flush()
    os._exit(code)
