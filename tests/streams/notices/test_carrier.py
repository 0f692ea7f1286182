"""What belongs to no offer reaches devices: by which ways, how often it is tried, and what is recorded."""

import asyncio
from dataclasses import replace

import pytest

from dispatch.model.safety_events import HazardWarned
from dispatch.notices import texts
from dispatch.notices.ladder import ChannelKind
from dispatch.notices.rules import NoticeOutcome
from dispatch.notices.texts import TextKey
from dispatch.ports import StoreUnavailable
from streams import clock
from streams.notices.carrier import AT_ONCE, Carrier
from streams.notices.directory import Reachable
from streams.notices.gateways import DeliveryFailed, Message, Refused
from streams.notices.receipts import Receipts
from streams.notices.requests import asked, hazard_warnings
from streams.settings import Settings
from streams.store.memory.reach import MemoryReach
from streams.wire import ChannelPrivate, ChannelsPrivate, NoticeRecord
from tests.support.builders import decision, incident


class Gateway:
    """`faults`: what the next attempts end with. `hangs_for`: addresses for which an attempt never ends."""

    def __init__(self, kind: ChannelKind) -> None:
        self.kind = kind
        self.took: list[tuple[str, Message]] = []
        self.faults: list[Exception] = []
        self.hangs_for: set[str] = set()
        self.at_once = self.most_at_once = 0

    async def send(self, message: Message, to: ChannelPrivate) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            if to.address in self.hangs_for:
                await asyncio.Event().wait()
            if self.faults:
                raise self.faults.pop(0)
            self.took.append((to.address, message))
        finally:
            self.at_once -= 1

    async def close(self) -> None: ...


class World:
    """Everybody has one verified address of each kind, and one SMS address that is not verified."""

    def __init__(self, *, drill_pushes: bool = True) -> None:
        self.gateways = {kind: Gateway(kind) for kind in ChannelKind}
        self.written: list[NoticeRecord] = []
        self.reach = MemoryReach()
        self.troubles = 0
        self.carrier = Carrier(
            self.gateways, self, self.reach, self._write, drill_pushes=drill_pushes, first_pause_s=0.001
        )

    async def _write(self, record: NoticeRecord) -> None:
        self.written.append(record)

    async def person(self, volunteer_id: str) -> Reachable | None:
        if self.troubles:
            self.troubles -= 1
            raise StoreUnavailable("down")
        verified = [channel(kind, volunteer_id) for kind in ChannelKind]
        unknown = replace(channel(ChannelKind.SMS, "somebody"), id="c-new", verified_ms=None)
        return Reachable(
            record=ChannelsPrivate(channels=(*verified, unknown), ui_language="kk"),
            on_duty=True,
            language="kk",
            states={},
        )

    def told(self) -> set[tuple[ChannelKind, str]]:
        return {(kind, address) for kind, gateway in self.gateways.items() for address, _ in gateway.took}


def channel(kind: ChannelKind, address: str) -> ChannelPrivate:
    return ChannelPrivate(id=f"c-{kind}", kind=kind, label="x", added_ms=1, verified_ms=1, address=address)


def warning(*people: str, exercise: bool = False) -> list[NoticeRecord]:
    made = decision(HazardWarned(volunteer_ids=people), decided_ms=clock.now_ms())
    return hazard_warnings(incident(exercise=exercise), made)


async def test_who_is_in_a_hazard_area_is_told_by_every_verified_way_at_once() -> None:
    world = World()
    (record,) = warning("v-1")

    await world.carrier.carry_out(record)

    assert world.told() == {(kind, "v-1") for kind in ChannelKind}
    bodies = {message.body for gateway in world.gateways.values() for _, message in gateway.took}
    assert bodies == {texts.text(TextKey.HAZARD_WARNED, "kk")}
    assert {(one.outcome, one.event_id, one.attempts) for one in world.written} == {(NoticeOutcome.SENT, record.id, 1)}
    assert len({one.id for one in world.written}) == len(ChannelKind)


async def test_a_warning_of_a_drill_goes_to_the_app_alone_and_says_so() -> None:
    world, silent = World(), World(drill_pushes=False)
    (record,) = warning("v-1", exercise=True)

    await world.carrier.carry_out(record)
    await silent.carrier.carry_out(record)

    assert (world.told(), silent.told()) == ({(ChannelKind.WEBPUSH, "v-1")}, set())
    ((_, message),) = world.gateways[ChannelKind.WEBPUSH].took
    assert message.body == texts.text(TextKey.IN_A_DRILL, "kk", text=texts.text(TextKey.HAZARD_WARNED, "kk"))


async def test_a_warning_is_tried_again_and_a_test_is_not() -> None:
    world = World()
    sms = world.gateways[ChannelKind.SMS]
    sms.faults = [DeliveryFailed("timeout"), DeliveryFailed("http_503")]
    world.troubles = 1
    (record,) = warning("v-1")
    await world.carrier.carry_out(record)
    assert [address for address, _ in sms.took] == ["v-1"]
    assert [one.attempts for one in world.written if one.channel == ChannelKind.SMS] == [3]

    sms.faults = [DeliveryFailed("timeout")]
    test = asked(TextKey.TEST, "v-1", clock.now_ms())
    await world.carrier.carry_out(test)
    assert [one.code for one in world.written if one.event_id == test.id and one.channel == ChannelKind.SMS] == [
        "timeout"
    ]
    assert len(sms.took) == 1


async def test_what_is_refused_for_good_is_recorded_and_not_tried_again() -> None:
    world = World()
    push = world.gateways[ChannelKind.WEBPUSH]
    push.faults = [Refused("http_410", is_gone=True)]
    (record,) = warning("v-1")

    await world.carrier.carry_out(record)

    (ended,) = [one for one in world.written if one.channel == ChannelKind.WEBPUSH]
    assert (ended.outcome, ended.code, push.took) == (NoticeOutcome.FAILED, "http_410", [])


async def test_a_warning_that_came_too_late_is_tried_once_more_and_given_up() -> None:
    world = World()
    world.gateways[ChannelKind.SMS].faults = [DeliveryFailed("timeout")] * 2
    (record,) = [replace(one, at_ms=one.at_ms - 3_600_000) for one in warning("v-1")]

    await world.carrier.carry_out(record)

    (ended,) = [one for one in world.written if one.channel == ChannelKind.SMS]
    assert (ended.outcome, ended.attempts) == (NoticeOutcome.FAILED, 1)


async def test_a_gateway_that_hangs_for_one_person_delays_nobody_else_and_no_news_of_what_was_seen() -> None:
    world = World()
    people = [f"v-{number}" for number in range(3 * AT_ONCE)]
    receipts = Receipts(Settings(), "test", world.carrier.carry_out)
    receipts.owns = lambda _: True
    for gateway in world.gateways.values():
        gateway.hangs_for = {"v-0"}
    for record in warning(*people):
        receipts.take(0, record)

    receipts.carry_out_waiting()
    for _ in range(1000):
        await asyncio.sleep(0)
    receipts.check()
    await receipts.stop()

    assert {address for _, address in world.told()} == set(people[1:])
    assert max(gateway.most_at_once for gateway in world.gateways.values()) == AT_ONCE


async def test_a_fault_of_ours_in_carrying_is_raised_by_the_next_check() -> None:
    async def broken(_: NoticeRecord) -> None:
        raise AssertionError("a bug")

    receipts = Receipts(Settings(), "test", broken)
    receipts.owns = lambda _: True
    receipts.take(0, warning("v-1")[0])

    receipts.carry_out_waiting()
    await receipts.drained()

    with pytest.raises(AssertionError, match="a bug"):
        receipts.check()
