"""Carries to a person's devices what belongs to no offer: a code, a test, the end of a duty, the warning of a hazard area.

Unlike a step of the ladder it waits for nothing and goes by all its ways at once. What a person asks for is tried once, because
they look at the answer; what a worker says is tried again until it is of no use.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import Protocol

import structlog

from dispatch.model.ids import notice_id
from dispatch.model.private_refs import MESSAGE
from dispatch.notices import texts
from dispatch.notices.ladder import IN_A_DRILL, ChannelKind
from dispatch.notices.rules import NoticeOutcome
from dispatch.notices.texts import TextKey
from dispatch.ports import StoreUnavailable
from streams import clock
from streams.errors import LogUnavailable
from streams.notices.channels import DeliveryFailed, Refused
from streams.notices.directory import Reachable
from streams.notices.gateways import Gateway, Message
from streams.notices.pocket import TITLE, handed_over, way_of
from streams.notices.requests import ASKED_VALID_MS, OF_NO_OFFER, WAYS_OF
from streams.store.reach import ReachPort, Told
from streams.wire import ChannelPrivate, NoticeRecord

AT_ONCE = 16
"""Attempts of one gateway at a time: a warning may concern 500 people, and a bot takes some 30 messages a second."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
log = structlog.get_logger("komek.notices")


class People(Protocol):
    """`streams.notices.directory.Directory`."""

    async def person(self, volunteer_id: str) -> Reachable | None: ...


class Carrier:
    """`write` appends to `notices` and raises `LogUnavailable`; `drill_pushes`: whether devices ring in drills."""

    def __init__(
        self,
        gateways: Mapping[ChannelKind, Gateway],
        people: People,
        reach: ReachPort,
        write: Callable[[NoticeRecord], Awaitable[None]],
        *,
        drill_pushes: bool = True,
        first_pause_s: float = FIRST_PAUSE_S,
    ) -> None:
        self._gateways = gateways
        self._people = people
        self._reach = reach
        self._write = write
        self._drill_pushes = drill_pushes
        self._first_pause_s = first_pause_s
        self._turns = {kind: asyncio.Semaphore(AT_ONCE) for kind in gateways}
        self._rng = Random()

    async def carry_out(self, record: NoticeRecord) -> None:
        """Hands one record to each device that it is for, and records the outcome for each."""
        if record.exercise and not self._drill_pushes:
            return
        person = await self._person(record)
        if person is None:
            return
        wanted = [
            (channel, gateway)
            for channel in person.record.channels
            if _is_for(record, channel) and (gateway := self._gateways.get(channel.kind)) is not None
        ]
        await asyncio.gather(*(self._tell(record, person.language, *one) for one in wanted))

    async def _person(self, record: NoticeRecord) -> Reachable | None:
        pause_s = self._first_pause_s
        while True:
            try:
                return await self._people.person(record.volunteer_id)
            except StoreUnavailable:
                log.warning("devices are not known: Redis does not reply", kind=record.kind)
                if not _may_wait(record, pause_s):
                    return None
            pause_s = await self._pause(pause_s)

    async def _tell(self, record: NoticeRecord, language: str, channel: ChannelPrivate, gateway: Gateway) -> None:
        attempts, pause_s = 0, self._first_pause_s
        while True:
            attempts += 1
            async with self._turns[channel.kind]:
                fault = await handed_over(gateway, _message(record, language, channel), channel)
            after_s = max(pause_s, fault.after_s) if isinstance(fault, DeliveryFailed) else None
            if after_s is None or not _may_wait(record, after_s):
                break
            pause_s = await self._pause(after_s)
        await self._record(record, channel, fault, attempts)

    async def _record(
        self, record: NoticeRecord, channel: ChannelPrivate, fault: Refused | DeliveryFailed | None, attempts: int
    ) -> None:
        code, is_gone = (fault.code, fault.is_gone) if fault else (None, False)
        if fault is not None:
            log.warning("a notice of no offer failed", channel=channel.kind.value, kind=record.kind, code=code)
        outcome = NoticeOutcome.FAILED if code else NoticeOutcome.SENT
        at_ms = clock.now_ms()
        done = NoticeRecord(
            id=record.id if record.device else notice_id(record.id, channel.id),
            event_id=record.id,
            offer_id=record.offer_id,
            incident_id=record.incident_id,
            volunteer_id=record.volunteer_id,
            kind=record.kind,
            channel=channel.kind.value,
            outcome=outcome,
            attempts=attempts,
            at_ms=at_ms,
            code=code,
            device=channel.id,
            exercise=record.exercise,
        )
        try:
            await self._write(done)
            await self._reach.put(
                Told(
                    volunteer_id=record.volunteer_id,
                    kind=channel.kind.value,
                    outcome=outcome,
                    at_ms=at_ms,
                    # Of a stranger nothing is kept beyond their message.
                    device=None if record.volunteer_id.startswith(MESSAGE) else channel.id,
                    code=code,
                    is_gone=is_gone,
                    way=way_of(channel, fault),
                )
            )
        except (LogUnavailable, StoreUnavailable) as trouble:
            log.warning("the outcome of a notice of no offer is not recorded", cause=type(trouble).__name__)

    async def _pause(self, pause_s: float) -> float:
        """Waits, with jitter; returns the next pause."""
        await asyncio.sleep(pause_s * self._rng.uniform(1.0, 1.25))
        return min(LONGEST_PAUSE_S, pause_s * 2)


def _is_for(record: NoticeRecord, channel: ChannelPrivate) -> bool:
    if record.device is not None:
        # One address, also one that is still to be verified.
        return record.device == channel.id
    ways = IN_A_DRILL if record.exercise else WAYS_OF.get(record.kind, frozenset(ChannelKind))
    return channel.verified_ms is not None and channel.kind in ways


def _may_wait(record: NoticeRecord, pause_s: float) -> bool:
    """Whether another attempt after this pause is still of use."""
    ends_ms = record.at_ms + ASKED_VALID_MS
    return record.kind in OF_NO_OFFER and clock.now_ms() + pause_s * 1250 < ends_ms


def _message(record: NoticeRecord, language: str, channel: ChannelPrivate) -> Message:
    key = TextKey(record.kind) if record.kind in TextKey._value2member_map_ else TextKey.TEST
    values = {"code": channel.pending.code} if key is TextKey.VERIFY and channel.pending else {}
    body = (
        texts.text(key, language, **values)
        if key is not TextKey.VERIFY or values
        else texts.text(TextKey.TEST, language)
    )
    if record.exercise:
        body = texts.text(TextKey.IN_A_DRILL, language, text=body)
    return Message(
        title=TITLE,
        body=body,
        short=body,
        notice_id=record.id,
        link=None,
        ttl_s=ASKED_VALID_MS // 1000,
        is_urgent=True,
        topic=record.id.replace("-", "")[:32],
    )
