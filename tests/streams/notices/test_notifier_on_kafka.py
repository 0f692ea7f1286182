"""The notifier on a real broker: what is told and written down, what is not, and what a death, a hang or a second one changes."""

import asyncio
import base64
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from dispatch.model.decisions import OfferStep
from dispatch.model.ids import notice_id
from dispatch.notices.rules import Notice
from streams import clock, wire
from streams.dead_letters import letters
from streams.kafka import topic_admin
from streams.kafka.log_reader import LogReader
from streams.notices import channels
from streams.notices.channels import AtOnce, Channel, DeliveryFailed, StreamChannel
from streams.notices.lane import Limits
from streams.notices.notifier import Notifier, Reading
from streams.settings import Settings, load
from streams.topics import DEAD_LETTERS, NOTICES, OFFERS
from tests.dispatch.notices.test_offer_validity import step
from tests.support.waiting import eventually


class Phone(AtOnce):
    """A channel that a test holds in its hands. What tests before it left in the log is none of its business."""

    name = "phone"
    delivers_by_record = False

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self.rang: list[tuple[str, str]] = []
        self.refusals = 0
        self.hangs = False

    async def send(self, notice: Notice, notice_id: str) -> None:
        if not notice.volunteer_id.startswith(self._tag):
            return
        if self.hangs:
            await asyncio.Event().wait()
        if self.refusals > 0:
            self.refusals -= 1
            raise DeliveryFailed("busy")
        self.rang.append((notice.kind, notice_id))


class NotifierLog:
    """Writes steps of its own people and reads what was told to them; the broker is shared by all tests."""

    def __init__(self, settings: Settings, producer: AIOKafkaProducer, reader: LogReader) -> None:
        self.settings = settings
        self.tag = clock.fresh_id()[:8]
        self.group = f"test-notifier-{self.tag}"
        self._producer = producer
        self._reader = reader
        self._decision = clock.now_ms()  # decisions of one log only ever come later

    def person(self, name: str) -> str:
        return f"{self.tag}-{name}"

    async def offer(self, name: str, state: str, *, offer: str = "", **changes: Any) -> OfferStep:
        self._decision += 1
        now_ms = clock.now_ms()
        one = step(
            f"{self.tag}-{offer or name}",
            state,
            self._decision,
            person=self.person(name),
            **{"at_ms": now_ms, "expires_ms": now_ms + 60_000, "epoch": self._decision, **changes},
        )
        await self.put(one)
        return one

    async def put(self, one: OfferStep) -> None:
        await self._producer.send_and_wait(OFFERS.name, wire.encode(one), key=one.volunteer_id.encode())

    async def raw(self, value: bytes) -> None:
        await self._producer.send_and_wait(OFFERS.name, value, key=self.tag.encode())

    async def told(self, channel: str = "sse") -> list[wire.NoticeRecord]:
        """In the order of each partition."""
        records = [wire.decode_notice(record.value) for record in await self.records(NOTICES.name)]
        return [one for one in records if one.channel == channel and one.volunteer_id.startswith(self.tag)]

    async def records(self, topic: str) -> list[Any]:
        bounds = await self._reader.bounds(topic, await self._reader.partitions(topic))
        return [record async for chunk in self._reader.read(topic, bounds) for record in chunk]

    async def until_told(self, *events: OfferStep, channel: str = "sse") -> list[wire.NoticeRecord]:
        wanted = {one.event_id for one in events}

        async def all_told() -> bool:
            return {record.event_id for record in await self.told(channel)} >= wanted

        await eventually(all_told)
        return await self.told(channel)

    @asynccontextmanager
    async def notifier(self, *with_channels: Channel, limits: Limits | None = None) -> AsyncIterator[Notifier]:
        chosen = with_channels or (StreamChannel(),)
        running = Notifier(self.settings, channels=lambda: chosen, group=self.group, limits=limits)
        await running.start()
        try:
            yield running
        finally:
            await running.stop()


@pytest.fixture
async def log(kafka: str) -> AsyncIterator[NotifierLog]:
    settings = load({"KOMEK_KAFKA": kafka})
    await asyncio.to_thread(topic_admin.apply_topics, settings)
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
    reader = LogReader(settings, "test-notices")
    await producer.start()
    await reader.start()
    yield NotifierLog(settings, producer, reader)
    await reader.stop()
    await producer.stop()


async def test_each_step_that_concerns_a_person_is_told_once_in_order(log: NotifierLog) -> None:
    async with log.notifier(StreamChannel(), phone := Phone(log.tag)):
        offered = await log.offer("v-1", "offered")
        await log.until_told(offered)
        confirmed = await log.offer("v-1", "accepted")
        await log.until_told(confirmed)
        await log.offer("v-1", "en_route")
        await log.put(offered)  # a repeat
        over = await log.offer("v-1", "stood_down")
        told = await log.until_told(over)

    assert [(one.kind, one.outcome, one.attempts) for one in told] == [
        ("offered", "sent", 1),
        ("confirmed", "sent", 1),
        ("stood_down", "sent", 1),
    ]
    assert [one.id for one in told] == [notice_id(one.event_id, "sse") for one in (offered, confirmed, over)]
    assert [kind for kind, _ in phone.rang] == ["offered", "confirmed", "stood_down"]
    assert len({identity for _, identity in phone.rang} | {one.id for one in told}) == 6


async def test_a_second_live_offer_is_never_told_and_neither_is_its_end(log: NotifierLog) -> None:
    async with log.notifier():
        await log.until_told(await log.offer("v-1", "offered", offer="first"))
        await log.offer("v-1", "offered", offer="second")
        await log.offer("v-1", "void", offer="second")
        last = await log.offer("v-1", "accepted", offer="first")
        told = await log.until_told(last)

    assert [(one.offer_id.removeprefix(log.tag), one.kind) for one in told] == [
        ("-first", "offered"),
        ("-first", "confirmed"),
    ]


async def test_what_was_missed_is_told_and_what_is_over_by_then_is_not(log: NotifierLog) -> None:
    await log.offer("away", "offered")
    await log.offer("away", "withdrawn")
    await log.offer("late", "offered", expires_ms=clock.now_ms() - 1)
    still_open = await log.offer("open", "offered")
    async with log.notifier():
        told = await log.until_told(still_open)

    assert [(one.volunteer_id, one.kind) for one in told] == [(log.person("open"), "offered")]


async def test_a_notifier_that_dies_repeats_only_what_was_not_written_down(
    log: NotifierLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: Any, **__: Any) -> None: ...

    phone = Phone(log.tag)
    with monkeypatch.context() as patched:  # it never gets to a commit, as if it had been killed before
        patched.setattr(Reading, "_commit", nothing)
        async with log.notifier(phone):
            first = await log.offer("v-1", "offered")
            await log.until_told(first, channel="phone")
    accepted = await log.offer("v-1", "accepted")
    async with log.notifier(phone):
        await log.until_told(accepted, channel="phone")

    assert [kind for kind, _ in phone.rang] == ["offered", "confirmed"]
    assert len(await log.told("phone")) == 2


async def test_who_takes_over_knows_who_holds_what_since_long_before(log: NotifierLog) -> None:
    async with log.notifier():
        await log.until_told(await log.offer("v-1", "offered", offer="first"))
        await log.until_told(await log.offer("v-1", "accepted", offer="first"))
    async with log.notifier():
        await log.offer("v-1", "offered", offer="second")
        over = await log.offer("v-1", "stood_down", offer="first")
        told = await log.until_told(over)

    assert [(one.offer_id.removeprefix(log.tag), one.kind) for one in told] == [
        ("-first", "offered"),
        ("-first", "confirmed"),
        ("-first", "stood_down"),
    ]


async def test_a_channel_that_refuses_is_tried_again_and_one_that_hangs_stops_nobody_else(log: NotifierLog) -> None:
    limits = Limits(waiting=4, attempt_s=0.2, attempts=3, first_pause_s=0.02, stuck_s=0.4)
    busy, hung = Phone(log.tag), Phone(log.tag)
    busy.refusals, hung.hangs, hung.name = 2, True, "hung"
    async with log.notifier(StreamChannel(), busy, hung, limits=limits):
        steps = [await log.offer(f"v-{number}", "offered") for number in range(20)]
        told = await log.until_told(*steps)
        phoned = await log.until_told(*steps, channel="phone")

        async def gave_up() -> bool:
            return len(await log.told("hung")) > 0

        await eventually(gave_up)

    assert len(told) == len(phoned) == len(busy.rang) == 20
    assert sum(one.attempts for one in phoned) == 22
    assert {(one.outcome, one.attempts) for one in await log.told("hung")} == {("failed", 3)}


async def test_two_notifiers_share_the_people_and_nobody_is_told_another_thing(log: NotifierLog) -> None:
    async with log.notifier():
        early = [await log.offer(f"e-{number}", "offered") for number in range(10)]
        await log.until_told(*early)
        async with log.notifier():
            late = [await log.offer(f"l-{number}", "offered") for number in range(10)]
            await log.until_told(*late)
        last = [await log.offer(f"e-{number}", "withdrawn") for number in range(10)]
        told = await log.until_told(*last)

    ids = Counter(one.id for one in told)
    assert len(ids) == 30
    assert {one.event_id for one in told} == {one.event_id for one in (*early, *late, *last)}


async def test_a_record_that_is_no_step_is_buried_and_the_next_is_told(log: NotifierLog) -> None:
    async with log.notifier():
        await log.raw(b"{ no step")
        told = await log.until_told(await log.offer("v-1", "offered"))

        async def is_buried() -> bool:
            return any(b"no step" in buried_in(record.value) for record in await log.records(DEAD_LETTERS.name))

        await eventually(is_buried)

    assert [one.kind for one in told] == ["offered"]


def buried_in(value: bytes) -> bytes:
    """What a dead letter holds; nothing where the record says how a letter ended."""
    try:
        return base64.b64decode(letters.decode(value).value or "")
    except wire.Unreadable:
        return b""


def test_the_channels_there_are_have_names_of_their_own() -> None:
    names = [channel.name for channel in channels.all_channels()]

    assert names == ["sse", "log"]


class Later(Phone):
    """A step of a ladder: due in an hour, or at once."""

    is_due = False

    def due_ms(self, notice: Notice) -> int:
        return notice.at_ms if self.is_due else notice.at_ms + 3_600_000


async def test_a_step_that_waits_survives_a_restart_and_is_sent_once(log: NotifierLog) -> None:
    phone, sign = Later(log.tag), Phone(log.tag)
    sign.name = "sign"
    async with log.notifier(phone, sign):
        made = await log.offer("a", "offered")
        await log.until_told(made, channel="sign")

    assert phone.rang == []
    phone.is_due = True
    async with log.notifier(phone, sign):
        await log.until_told(made, channel="phone")
    async with log.notifier(phone, sign):
        last = await log.offer("b", "offered")
        await log.until_told(last, channel="phone")

    assert [kind for kind, _ in phone.rang] == ["offered", "offered"]
    assert len(sign.rang) == 2
