"""One subscription: in order, at least once, nothing given up in silence, whatever its receiver does."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress

import pytest
from prometheus_client import REGISTRY

from dispatch.model.decisions import Decision
from dispatch.model.vocabulary import Priority
from dispatch.plans.book import load_builtin
from streams.errors import LogUnavailable
from streams.webhooks.book import WebhookBook, letter_key
from streams.webhooks.cloud_events import events_of
from streams.webhooks.decision_tail import Batch
from streams.webhooks.delivery import Clock, Delivery, ReceiverGone
from streams.webhooks.pacing import GIVE_UP_MS, LONGEST_S, REFUSED_ATTEMPTS, Pacing
from streams.webhooks.sending import Answer, Verdict
from streams.webhooks.standing_gauges import StandingGauges
from streams.webhooks.subscriptions import Subscription
from streams.wire import WebhookLetter, WebhookPlace
from tests.support.builders import Story, helpers

TO = Subscription(name="gis", url="https://gis.example", secrets=(b"k" * 32,), types=("incident.",))
DELIVERED = Answer(verdict=Verdict.DELIVERED, code="200")
BUSY = Answer(verdict=Verdict.TROUBLE, code="503")
REFUSED = Answer(verdict=Verdict.REFUSED, code="422")


def story() -> list[Decision]:
    told = Story(people=helpers("v-1", "v-2"), book=load_builtin())
    told.report(type="flood")
    for priority in (Priority.LOW, Priority.NORMAL, Priority.LOW, Priority.NORMAL):
        told.update(priority=priority)
    told.close()
    return told.decisions


DECISIONS = story()
WANTED = [event.id for decision in DECISIONS for event in events_of(decision) if TO.wants(event)]


class Log:
    """`Tail` over a list of decisions in one partition. `is_away`: Kafka does not answer."""

    def __init__(self, decisions: list[Decision], world: "World") -> None:
        self.decisions, self.world = decisions, world
        self.at_offset = 0

    async def begin(self, known: Mapping[int, int]) -> dict[int, int]:
        self.at_offset = known.get(0, len(self.decisions) if self.world.begins_at_end else 0)
        return {0: self.at_offset}

    async def next(self) -> Batch:
        start, end = self.at_offset, min(self.at_offset + 2, len(self.decisions))
        if start == end:
            self.world.is_done.set()
            await asyncio.sleep(0)
            return {}
        self.at_offset = end
        return {0: [(offset, self.decisions[offset]) for offset in range(start, end)]}

    async def at(self, partition: int, offset: int) -> Decision | None:
        assert partition == 0
        return self.decisions[offset] if offset < len(self.decisions) else None


class World:
    """A receiver, the topic `webhooks` and a clock. `begin()` is a new process over the same."""

    def __init__(self, answer: Callable[[str, int], Answer] = lambda *_: DELIVERED) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.got: list[str] = []
        self.topic: dict[str, WebhookPlace | WebhookLetter] = {}
        self.now_ms = DECISIONS[-1].decided_ms
        self.slept: list[float] = []
        self.is_done = asyncio.Event()
        self.until_ms = self.now_ms + GIVE_UP_MS + 600_000
        self.is_late = asyncio.Event()
        self.hangs_at = 0
        self.hangs = asyncio.Event()
        self.begins_at_end = False
        self.log = Log(list(DECISIONS), self)

    async def send(self, subscription: Subscription, webhook_id: str, body: bytes) -> Answer:
        assert (subscription, webhook_id.encode() in body) == (TO, True)
        await asyncio.sleep(0)
        self.asked.append(webhook_id)
        if len(self.asked) == self.hangs_at:
            self.hangs.set()
            await asyncio.Event().wait()
        answer = self.answer(webhook_id, self.asked.count(webhook_id))
        if answer.verdict is Verdict.DELIVERED:
            self.got.append(webhook_id)
        return answer

    async def write(self, key: str, record: WebhookPlace | WebhookLetter | None) -> None:
        if record is None:
            self.topic.pop(key, None)
        else:
            self.topic[key] = record

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_ms += round(seconds * 1000)
        if self.now_ms > self.until_ms:
            self.is_late.set()
        await asyncio.sleep(0)

    def begin(self) -> "asyncio.Task[None]":
        book = WebhookBook()
        for key, record in self.topic.items():
            book.apply(key, record)
        self.is_done.clear()
        delivery = Delivery(
            TO,
            tail=Log(self.log.decisions, self),
            send=self.send,
            book=book,
            write=self.write,
            clock=Clock(now_ms=lambda: self.now_ms, monotonic_s=lambda: self.now_ms / 1000, sleep=self.sleep),
            pacing=Pacing(chance=lambda: 1.0),
        )
        self.delivery = delivery
        return asyncio.ensure_future(delivery.run())

    async def run_to_the_end(self) -> None:
        task = self.begin()
        done = asyncio.ensure_future(self.is_done.wait())
        await asyncio.wait([task, done], return_when=asyncio.FIRST_COMPLETED, timeout=20)
        done.cancel()
        if task.done():
            task.result()
        await _ended(task)

    @property
    def place(self) -> WebhookPlace:
        found = self.topic["place|gis"]
        assert isinstance(found, WebhookPlace)
        return found

    @property
    def letters(self) -> list[WebhookLetter]:
        return [one for one in self.topic.values() if isinstance(one, WebhookLetter)]


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_everything_wanted_is_delivered_once_and_in_order() -> None:
    world = World()

    await world.run_to_the_end()

    assert world.got == WANTED
    assert (world.place.next, world.place.delivered) == ({"0": len(DECISIONS)}, len(WANTED))


async def test_a_new_subscription_begins_at_the_end_and_remembers_it_at_once() -> None:
    world = World()
    world.begins_at_end = True
    await world.run_to_the_end()
    assert (world.got, world.place.next) == ([], {"0": len(DECISIONS)})

    world.log.decisions += story()[:1]
    world.begins_at_end = False

    await world.run_to_the_end()
    assert len(world.got) == 1


async def test_a_receiver_that_fails_is_waited_for_and_nothing_is_lost() -> None:
    world = World(lambda _, attempt: DELIVERED if attempt > 4 else BUSY)

    await world.run_to_the_end()

    assert world.got == WANTED
    assert world.letters == []
    assert world.slept[:4] == [1.0, 2.0, 4.0, 8.0]


async def test_the_pause_grows_to_its_limit_and_ends_with_the_first_success() -> None:
    world = World(lambda name, attempt: DELIVERED if name != WANTED[0] or attempt > 15 else BUSY)

    await world.run_to_the_end()

    assert max(world.slept) == LONGEST_S
    assert world.got == WANTED
    assert world.place.failing_since_ms is None


async def test_a_receiver_that_asks_for_a_pause_gets_it() -> None:
    later = Answer(verdict=Verdict.TROUBLE, code="429", retry_after_s=600)
    world = World(lambda _, attempt: DELIVERED if attempt > 1 else later)

    await world.run_to_the_end()

    assert world.slept[0] == 600


async def test_an_event_that_is_refused_does_not_hold_up_the_others() -> None:
    world = World(lambda name, _: REFUSED if name == WANTED[1] else DELIVERED)

    await world.run_to_the_end()

    assert world.got == [one for one in WANTED if one != WANTED[1]]
    assert Counter(world.asked)[WANTED[1]] == REFUSED_ATTEMPTS
    assert [(one.event_id, one.code, one.attempts) for one in world.letters] == [(WANTED[1], "422", REFUSED_ATTEMPTS)]


async def test_after_a_day_an_event_gets_a_letter_and_is_sent_again_when_it_is_asked_for() -> None:
    world = World(lambda *_: BUSY)
    task = world.begin()
    await asyncio.wait_for(world.is_late.wait(), 20)
    world.answer = lambda *_: DELIVERED
    await asyncio.wait_for(world.is_done.wait(), 20)
    await _ended(task)
    given_up = [one.event_id for one in world.letters]
    assert given_up
    assert sorted([*given_up, *world.got]) == sorted(WANTED)

    for letter in world.letters:
        await world.write(letter_key("gis", letter.event_id), _wanted(letter))
    await world.run_to_the_end()

    assert sorted(world.got) == sorted(WANTED)
    assert world.letters == []


def _wanted(letter: WebhookLetter) -> WebhookLetter:
    fields = {name: getattr(letter, name) for name in letter.__dataclass_fields__}
    return WebhookLetter(**{**fields, "is_wanted": True})


async def test_a_letter_that_fails_again_stays_and_one_whose_decision_is_gone_says_so() -> None:
    world = World()
    await world.run_to_the_end()
    fields = {"name": "gis", "type": "komek.incident.closed", "incident_id": "i", "partition": 0, "code": "422"}
    for event_id, offset in ((WANTED[0], 0), ("of-an-older-log", 10_000)):
        letter = WebhookLetter(**fields, event_id=event_id, offset=offset, attempts=3, at_ms=0, is_wanted=True)  # type: ignore[arg-type]
        await world.write(letter_key("gis", event_id), letter)
    world.answer = lambda *_: REFUSED

    await world.run_to_the_end()

    assert {(one.event_id, one.code, one.attempts, one.is_wanted) for one in world.letters} == {
        (WANTED[0], "422", 4, False),
        ("of-an-older-log", "log_gone", 4, False),
    }


async def test_a_receiver_that_wants_no_more_is_asked_no_more() -> None:
    world = World(lambda name, _: Answer(verdict=Verdict.GONE, code="410") if name == WANTED[2] else DELIVERED)

    with pytest.raises(ReceiverGone):
        await world.run_to_the_end()

    assert world.asked == WANTED[:3]
    # It goes on with this one when it is resumed.
    world.answer = lambda *_: DELIVERED
    await world.run_to_the_end()
    assert world.got == WANTED[:2] + WANTED[2:] or set(world.got) == set(WANTED)


@pytest.mark.parametrize("kill_after", range(1, len(WANTED) + 3))
async def test_wherever_it_is_killed_nothing_is_lost_and_little_is_repeated(kill_after: int) -> None:
    world = World(lambda *_: DELIVERED if len(world.asked) % 3 else BUSY)
    world.hangs_at = kill_after
    task = world.begin()
    await asyncio.wait_for(world.hangs.wait(), 20)
    # As a kill: what was not written is gone.
    before = dict(world.topic)
    await _ended(task)
    world.topic = before

    await world.run_to_the_end()

    assert set(world.got) == set(WANTED)
    first_seen = list(dict.fromkeys(world.got))
    assert first_seen == WANTED


async def test_while_kafka_is_away_it_ends_and_another_begins_where_it_stopped() -> None:
    world = World()
    write, calls = world.write, 0

    async def fails(key: str, record: WebhookPlace | WebhookLetter | None) -> None:
        nonlocal calls
        calls += 1
        if key.startswith("letter"):
            raise LogUnavailable("no answer")
        await write(key, record)

    world.answer = lambda name, _: REFUSED if name == WANTED[1] else DELIVERED
    world.write = fails  # type: ignore[method-assign]
    with pytest.raises(LogUnavailable):
        await world.run_to_the_end()
    world.write = write  # type: ignore[method-assign]

    await world.run_to_the_end()

    assert [one.event_id for one in world.letters] == [WANTED[1]]
    assert set(world.got) == set(WANTED) - {WANTED[1]}


def shown(figure: str) -> float | None:
    return REGISTRY.get_sample_value(f"komek_webhook_{figure}", {"subscription": "gis"})


async def test_prometheus_is_told_what_waits_who_fails_and_what_was_given_up() -> None:
    gauges = StandingGauges("gis")
    gauges.tell(10_000, letters=2, failing_since_ms=4_000, waiting_since_ms=(9_000, 7_000))
    assert [shown(name) for name in ("letters_left", "failing_seconds", "behind_seconds")] == [2, 6, 3]

    # A clock of another machine that is ahead makes nothing negative.
    gauges.tell(10_000, letters=0, failing_since_ms=None, waiting_since_ms=(11_000,))
    assert [shown(name) for name in ("letters_left", "failing_seconds", "behind_seconds")] == [0, 0, 0]

    gauges.forget()
    gauges.forget()
    assert [shown(name) for name in ("letters_left", "failing_seconds", "behind_seconds")] == [None, None, None]


async def test_an_event_is_behind_from_its_decision_until_it_is_taken() -> None:
    world = World(lambda _, attempt: BUSY if attempt < 3 else DELIVERED)
    seen: list[float | None] = []

    async def sleep(seconds: float) -> None:
        await World.sleep(world, seconds)
        world.delivery._tell()
        seen.append(shown("behind_seconds"))

    world.sleep = sleep  # type: ignore[method-assign]
    await world.run_to_the_end()
    world.delivery._tell()

    assert max(one for one in seen if one is not None) > 1
    assert shown("behind_seconds") == 0
    StandingGauges("gis").forget()


async def test_what_is_dismissed_while_it_is_sent_again_stays_forgotten() -> None:
    world = World(lambda *_: REFUSED)
    await world.run_to_the_end()
    key = letter_key("gis", world.letters[0].event_id)
    await world.write(key, _wanted(world.letters[0]))

    def dismissed(*_: object) -> Answer:
        world.topic.pop(key, None)
        world.delivery._book.apply(key, None)
        return REFUSED

    world.answer = dismissed
    await world.run_to_the_end()

    assert key not in world.topic
