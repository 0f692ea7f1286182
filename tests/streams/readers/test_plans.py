"""Plans that are applied while everything runs: followed, in force at start, taken back, and bad ones changing nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from dispatch.plans.book import BUILT_IN, BadPlans, PlanBook, load_builtin
from streams.kafka import topic_admin
from streams.kafka.records import Consumed
from streams.readers import plans
from streams.readers.plans import PlanFollower, book_of
from streams.settings import Settings
from streams.topics import PLANS
from streams.wire import PlansRecord, Unreadable, encode
from tests.support.waiting import eventually


def text_of(version: str) -> str:
    return BUILT_IN.read_text(encoding="utf-8").replace(load_builtin().version, version)


def record(version: str, text: str | None = None) -> bytes:
    return encode(PlansRecord(version=version, text=text or text_of(version), applied_ms=0))


@dataclass
class Seen:
    books: list[str] = field(default_factory=list)
    buried: list[str] = field(default_factory=list)

    def use(self, book: PlanBook) -> None:
        self.books.append(book.version)

    async def dead_letter(self, _: Consumed, reason: str) -> None:
        self.buried.append(reason)


@pytest.fixture
async def settings(kafka: str) -> AsyncIterator[Settings]:
    settings = Settings(kafka=kafka)
    topic_admin.apply_topics(settings)
    yield settings
    await send(settings, None)  # the tests share one broker: nobody else is to find these plans in force


async def send(settings: Settings, value: bytes | None) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=settings.require_kafka(), acks="all")
    await producer.start()
    await producer.send_and_wait(PLANS.name, value, key=plans.KEY, partition=0)
    await producer.stop()


@asynccontextmanager
async def following(settings: Settings) -> AsyncIterator[Seen]:
    seen = Seen()
    follower = PlanFollower(settings, "test", fallback=load_builtin(), use=seen.use, dead_letter=seen.dead_letter)
    await follower.start()
    try:
        yield seen
    finally:
        await follower.stop()


def test_a_record_gives_its_book_and_a_tombstone_the_one_before_all() -> None:
    built_in = load_builtin()

    assert book_of(record("own"), built_in).version == "own"
    assert book_of(None, built_in) is built_in


@pytest.mark.parametrize("value", [b"{", record("bad", "version = 3")])
def test_a_record_that_cannot_be_used_is_unreadable(value: bytes) -> None:
    with pytest.raises(Unreadable):
        book_of(value, load_builtin())


async def test_the_newest_plans_are_in_force_before_the_start_has_ended(settings: Settings) -> None:
    plans.apply(settings, text_of("first"))
    plans.apply(settings, text_of("second"))

    async with following(settings) as seen:
        assert seen.books[-1] == "second"


async def test_plans_are_taken_up_while_running_and_taken_back(settings: Settings) -> None:
    async with following(settings) as seen:
        plans.apply(settings, text_of("third"))
        await eventually(lambda: seen.books[-1:] == ["third"])
        await send(settings, None)
        await eventually(lambda: seen.books[-1:] == [load_builtin().version])


async def test_plans_with_faults_become_a_dead_letter_and_the_old_ones_stay(settings: Settings) -> None:
    async with following(settings) as seen:
        plans.apply(settings, text_of("good"))
        await send(settings, record("bad", text_of("bad").replace('"first_aid"', '"frist_aid"')))
        await eventually(lambda: bool(seen.buried))

        assert "did you mean 'first_aid'?" in seen.buried[0]
        assert seen.books[-1] == "good"


async def test_one_version_is_never_two_different_plans(settings: Settings) -> None:
    plans.apply(settings, text_of("same"))
    plans.apply(settings, text_of("same"))

    with pytest.raises(BadPlans, match="give these plans another version"):
        plans.apply(settings, text_of("same") + "\n# more\n")


def test_plans_with_faults_are_never_sent(tmp_path: Path) -> None:
    with pytest.raises(BadPlans, match="plans:1: version: expected a text"):
        plans.apply(Settings(kafka="127.0.0.1:9", data=tmp_path), "version = 3")
