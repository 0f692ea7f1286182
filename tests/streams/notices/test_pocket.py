"""Steps of the ladder in a lane: due, cancelled, withheld, refused; whom they reach, and what is recorded."""

import asyncio
from dataclasses import replace

import pytest

from dispatch.model.ids import notice_id
from dispatch.model.vocabulary import OfferState, Priority
from dispatch.notices.ladder import ChannelKind, QuietHours
from dispatch.notices.rules import Notice, NoticeOutcome
from dispatch.notices.texts import TextKey
from dispatch.ports import StoreUnavailable
from streams import clock
from streams.notices import pocket
from streams.notices.directory import Reachable
from streams.notices.gateways import DeliveryFailed, Message, Refused
from streams.notices.lane import Lane, Limits, Parcel
from streams.notices.pocket import Answering, PocketChannel, sibling_ids
from streams.notices.receipts import Receipts, Seen
from streams.notices.requests import asked, said
from streams.settings import Settings
from streams.store.duty_clock import DutyEnd
from streams.store.memory.reach import MemoryReach
from streams.wire import ChannelPrivate, ChannelsPrivate, NoticeRecord, PushSubscription
from streams.worker.duty_service import warning_of

FAST = Limits(attempts=3, first_pause_s=0.0, longest_pause_s=0.0)
HOUR_MS = 3_600_000


def channel(kind: ChannelKind = ChannelKind.SMS, id_: str = "c-1", verified: int | None = 1) -> ChannelPrivate:
    return ChannelPrivate(id=id_, kind=kind, label="x", added_ms=1, verified_ms=verified, address="+77011234567")


def browser() -> ChannelPrivate:
    subscription = PushSubscription(endpoint="https://web.push.apple.com/x", p256dh="k", auth="a")
    return replace(channel(ChannelKind.WEBPUSH), address="", subscription=subscription)


def offered(**changes: object) -> Notice:
    now_ms = clock.now_ms()
    made = Notice(
        event_id="e-1",
        offer_id="o-1",
        incident_id="i-1",
        volunteer_id="v-1",
        kind="offered",
        state=OfferState.OFFERED,
        at_ms=now_ms,
        until_ms=now_ms + HOUR_MS,
        skill="first_aid",
        priority=Priority.CRITICAL,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


async def nothing(_: NoticeRecord) -> None: ...


class Gateway:
    def __init__(self, kind: ChannelKind = ChannelKind.SMS) -> None:
        self.kind = kind
        self.took: list[tuple[str, Message]] = []
        self.faults: list[Exception] = []
        self.hangs = False

    async def send(self, message: Message, to: ChannelPrivate) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        if self.faults:
            raise self.faults.pop(0)
        self.took.append((to.id, message))

    async def close(self) -> None: ...


class World:
    """One lane over fakes. `is_true`: whether the offer still stands."""

    def __init__(
        self, *channels: ChannelPrivate, kind: ChannelKind = ChannelKind.SMS, rings_in_drills: bool = True
    ) -> None:
        self.gateway = Gateway(kind)
        self.reach = MemoryReach()
        self.record = ChannelsPrivate(channels=channels or (channel(kind),), ui_language="kk")
        self.on_duty = True
        self.troubles = 0
        self.receipts = Receipts(Settings(), "test", nothing)
        self.is_true = True
        self.ended: list[tuple[NoticeOutcome, str | None]] = []
        self.dones = 0
        answering = Answering(
            public_url="https://komek.kz",
            named=lambda address: address,
            link_of=lambda offer_id: ("Ab3dE9fGh2", f"name-of-{offer_id}"),
            has_replies=True,
        )
        made = PocketChannel(self.gateway, self, self.reach, self, answering, rings_in_drills=rings_in_drills)
        self.channel = made
        self.lane = Lane(made, self, self._write, limits=FAST)
        self.receipts.stirred = self.lane.stirred

    async def person(self, volunteer_id: str) -> Reachable | None:
        if self.troubles:
            self.troubles -= 1
            raise StoreUnavailable("down")
        states = await self.reach.devices(volunteer_id)
        return Reachable(record=self.record, on_duty=self.on_duty, language="kk", states=states)

    def is_seen(self, notice: Notice) -> bool:
        return self.receipts.is_seen(notice)

    async def _write(self, _: Parcel, outcome: NoticeOutcome, __: int, code: str | None) -> None:
        self.ended.append((outcome, code))

    async def until_known(self, partition: int) -> None: ...

    def is_known(self, partition: int) -> bool:
        return partition == 0

    def is_true_still(self, parcel: Parcel) -> bool:
        return self.is_true and parcel.partition == 0

    def done(self, parcel: Parcel) -> None:
        self.dones += parcel.partition + 1

    async def put(self, notice: Notice) -> None:
        await self.lane.put(Parcel(notice=notice, id=f"n-{notice.event_id}", partition=0, offset=0))

    async def sent(self, notice: Notice) -> None:
        """Puts the notice and waits for its end."""
        await self.put(notice)
        await self.lane.drained()


async def test_a_critical_offer_goes_out_at_once_in_the_persons_language() -> None:
    world = World()

    await world.sent(offered())

    ((device, message),) = world.gateway.took
    assert device == "c-1"
    assert message.short.startswith("Көмек: алғашқы көмек")
    assert message.link == "https://komek.kz/v/#o=Ab3dE9fGh2"
    assert await world.reach.offer_linked("name-of-o-1") == ("v-1", "o-1")
    assert world.ended == [(NoticeOutcome.SENT, None)]
    assert [(one.kind, one.outcome) for one in (await world.reach.of_offers(["o-1"]))[0]] == [("sms", "sent")]


async def test_a_step_that_waits_is_cancelled_by_what_the_person_has_seen() -> None:
    world = World()
    await world.put(offered(priority=Priority.HIGH))
    await asyncio.sleep(0)

    world.receipts.take(0, said(NoticeOutcome.SEEN, sibling_ids("e-1")[0], "v-1", clock.now_ms()))
    await world.lane.drained()

    assert (world.gateway.took, world.ended, world.dones) == ([], [], 1)


@pytest.mark.parametrize("kind", [ChannelKind.EMAIL, ChannelKind.TELEGRAM, ChannelKind.SMS, ChannelKind.VOICE])
async def test_a_push_that_a_device_only_shows_cancels_no_other_way(kind: ChannelKind) -> None:
    world = World(kind=kind)
    now_ms = clock.now_ms()
    push = notice_id("e-1", ChannelKind.WEBPUSH)
    world.receipts.take(0, said(NoticeOutcome.DELIVERED, push, "v-1", now_ms, offer_id="o-1", device="c-2"))

    await world.sent(offered(priority=Priority.HIGH, at_ms=now_ms - 4 * HOUR_MS))

    assert [device for device, _ in world.gateway.took] == ["c-1"]


async def test_a_step_that_waits_is_cancelled_by_an_answer_or_a_withdrawal() -> None:
    world = World()
    await world.put(offered(priority=Priority.HIGH))
    await asyncio.sleep(0)

    world.is_true = False
    world.lane.stirred("v-1")
    await world.lane.drained()

    assert (world.gateway.took, world.dones) == ([], 1)


async def test_who_was_not_told_by_a_way_is_not_told_the_end_by_it() -> None:
    world = World()
    await world.put(offered(priority=Priority.HIGH))
    await asyncio.sleep(0)
    world.receipts.take(0, said(NoticeOutcome.SEEN, "x", "v-1", clock.now_ms(), offer_id="o-1"))

    await world.sent(
        offered(event_id="e-2", kind="withdrawn", state=OfferState.WITHDRAWN, at_ms=clock.now_ms() - HOUR_MS)
    )

    assert world.gateway.took == []


async def test_nobody_marks_the_notices_of_others_as_seen() -> None:
    seen = Seen()

    seen.add(said(NoticeOutcome.SEEN, sibling_ids("e-1")[0], "v-2", clock.now_ms(), offer_id="o-1"))

    assert not seen.is_seen(offered())


async def test_people_off_duty_and_in_their_quiet_hours_are_not_woken() -> None:
    off_duty, quiet = World(), World()
    off_duty.on_duty = False
    quiet.record = replace(quiet.record, quiet=QuietHours(from_min=0, until_min=1439))

    await off_duty.sent(offered())
    late = offered(priority=Priority.LOW, at_ms=clock.now_ms() - HOUR_MS)
    await quiet.sent(late)
    await quiet.sent(offered(event_id="e-2"))

    assert (off_duty.gateway.took, off_duty.ended) == ([], [])
    assert [message.notice_id for _, message in quiet.gateway.took] == ["n-e-2"]


async def test_an_unproved_number_and_a_device_that_is_gone_get_nothing() -> None:
    world = World(channel(verified=None), channel(id_="c-2"))
    world.gateway.faults.append(Refused("http_410", is_gone=True))

    await world.sent(offered())
    await world.sent(offered(event_id="e-2"))

    assert world.gateway.took == []
    assert world.ended == [(NoticeOutcome.FAILED, "http_410")]  # the second found no channel any more
    assert (await world.reach.devices("v-1"))["c-2"].is_gone


async def test_one_device_that_takes_it_is_enough() -> None:
    world = World(channel(id_="c-1"), channel(id_="c-2"))
    world.gateway.faults.append(DeliveryFailed("http_503"))

    await world.sent(offered())

    assert [device for device, _ in world.gateway.took] == ["c-2"]
    assert world.ended == [(NoticeOutcome.SENT, None)]
    assert (await world.reach.devices("v-1"))["c-1"].code == "http_503"


async def test_a_gateway_that_keeps_failing_is_recorded_with_its_code() -> None:
    world = World()
    world.gateway.faults += [DeliveryFailed("http_500")] * 3

    await world.sent(offered())

    assert world.ended == [(NoticeOutcome.FAILED, "http_500")]


async def test_a_refusal_of_the_way_is_known_at_once_and_ends_with_the_next_notice_that_is_taken() -> None:
    world = World(browser(), kind=ChannelKind.WEBPUSH)
    world.gateway.faults.append(Refused("http_403"))

    await world.sent(offered())
    (refused,) = await world.reach.ways(clock.now_ms())
    await world.sent(offered(event_id="e-2"))
    (works,) = await world.reach.ways(clock.now_ms())

    assert (refused.name, refused.code, refused.is_failing) == ("webpush web.push.apple.com", "http_403", True)
    assert not works.is_failing


async def test_a_notice_that_is_tried_often_counts_once_for_its_way_and_a_device_that_is_gone_never() -> None:
    world = World(channel(id_="c-1"), channel(id_="c-2"))
    world.gateway.faults += [DeliveryFailed("http_500"), Refused("http_410", is_gone=True), DeliveryFailed("http_500")]

    await world.sent(offered())

    (way,) = await world.reach.ways(clock.now_ms())
    assert (way.name, way.failed, way.taken) == ("sms", 1, 1)


async def test_a_gateway_that_hangs_fails_with_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pocket, "WITHIN_S", 0.01)
    world = World()
    world.gateway.hangs = True

    await world.sent(offered())

    (way,) = await world.reach.ways(clock.now_ms())
    assert (world.ended, way.code, way.failed) == ([(NoticeOutcome.FAILED, "timeout")], "timeout", 1)


async def test_a_push_leads_into_the_app_and_only_other_ways_carry_a_link_of_their_own() -> None:
    push, mail = World(browser(), kind=ChannelKind.WEBPUSH), World(kind=ChannelKind.EMAIL)

    await push.sent(offered())
    await mail.sent(offered())
    await mail.sent(offered(event_id="e-2", kind="closed", state=OfferState.DONE))

    assert [message.link for _, message in push.gateway.took] == ["https://komek.kz/v/#offer=o-1"]
    assert [message.link for _, message in mail.gateway.took] == [
        "https://komek.kz/v/#o=Ab3dE9fGh2",
        "https://komek.kz/v/#offer=o-1",
    ]


async def test_a_reply_is_awaited_before_the_message_goes_out_and_only_where_one_can_come() -> None:
    sms, mail = World(), World(kind=ChannelKind.EMAIL)
    sms.gateway.faults.append(Refused("http_400"))

    await sms.sent(offered())
    await mail.sent(offered())

    assert await sms.reach.replied("sms:+77011234567") == ("v-1", "o-1")
    assert await mail.reach.replied("email:+77011234567") is None


async def test_redis_that_is_away_does_not_use_up_the_attempts() -> None:
    world = World()
    world.troubles = 10

    await world.sent(offered())

    assert world.ended == [(NoticeOutcome.SENT, None)]


def test_drills_go_out_by_push_alone_or_by_nothing_where_that_is_set() -> None:
    drill = offered(exercise=True)

    assert World(kind=ChannelKind.WEBPUSH).channel.due_ms(drill) == drill.at_ms
    assert World(kind=ChannelKind.SMS).channel.due_ms(drill) is None
    silent = World(kind=ChannelKind.WEBPUSH, rings_in_drills=False).channel
    real = offered()
    assert (silent.due_ms(drill), silent.due_ms(real)) == (None, real.at_ms)


@pytest.mark.parametrize(("language", "word"), [("kk", "ОҚУ-ЖАТТЫҒУ. "), ("ru", "УЧЕНИЯ. "), ("en", "EXERCISE. ")])
def test_what_a_drill_says_begins_with_the_word_and_a_question_about_safety_does_not(language: str, word: str) -> None:
    for kind in ("offered", "confirmed", "stood_down", "changed", "reminder", "staging_moved"):
        real = pocket.message_of(offered(kind=kind), "n-1", language, clock.now_ms(), "").body
        drill = pocket.message_of(offered(kind=kind, exercise=True), "n-1", language, clock.now_ms(), "").body
        assert drill.startswith(word), kind
        assert drill.removeprefix(word).split(".")[0] == real.split(".")[0], kind
    for kind in ("check_in_asked", "check_in_overdue", "still_coming", "colleague_in_distress"):
        asked_ = pocket.message_of(offered(kind=kind, exercise=True), "n-1", language, clock.now_ms(), "").body
        assert not asked_.startswith(word), kind


def test_a_colleague_in_danger_is_told_by_every_way_also_where_the_danger_came_up_in_a_drill() -> None:
    danger = offered(kind="colleague_in_distress", state=OfferState.ACCEPTED, exercise=True)

    for kind in ChannelKind:
        assert World(kind=kind, rings_in_drills=False).channel.due_ms(danger) == danger.at_ms, kind


def of_an_owner() -> tuple[Receipts, list[str]]:
    """Receipts of the notifier that owns partition 0, and the ids of the requests that it has carried out."""
    done: list[str] = []

    async def carry_out(record: NoticeRecord) -> None:
        done.append(record.id)

    receipts = Receipts(Settings(), "test", carry_out)
    receipts.owns = lambda partition: partition == 0
    return receipts, done


async def test_the_end_of_a_duty_is_carried_to_devices_once_though_its_worker_says_it_again() -> None:
    receipts, done = of_an_owner()
    now_ms = clock.now_ms()
    warning, earlier = (warning_of(DutyEnd(volunteer_id=name, at_ms=now_ms)) for name in ("v-1", "v-2"))
    # By a notifier before this one, to one device.
    pushed = replace(earlier, id="n-1", channel=ChannelKind.WEBPUSH.value, device="c-1")
    for record in (warning, earlier, pushed):
        receipts.take(0, record)

    receipts.carry_out_waiting()
    await receipts.drained()
    receipts.take(0, warning)
    receipts.carry_out_waiting()
    await receipts.drained()

    assert done == [warning.id]


async def test_requests_are_carried_out_once_and_only_by_the_owner_of_the_partition() -> None:
    receipts, done = of_an_owner()
    now_ms = clock.now_ms()
    fresh, old, carried_out = (asked(TextKey.TEST, "v-1", at_ms) for at_ms in (now_ms, now_ms - HOUR_MS, now_ms))
    for record in (fresh, old, carried_out, replace(carried_out, outcome=NoticeOutcome.SENT)):
        receipts.take(0, record)
    # Whoever knows an id cannot end the request of another by a word about it.
    receipts.take(0, said(NoticeOutcome.DELIVERED, fresh.id, "v-2", now_ms))
    receipts.take(1, asked(TextKey.TEST, "v-2", now_ms))

    receipts.carry_out_waiting()
    await receipts.drained()
    receipts.carry_out_waiting()
    await receipts.drained()

    assert done == [fresh.id]
