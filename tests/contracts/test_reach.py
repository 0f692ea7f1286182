"""What became of notices, links and ways: Redis and its twin in memory say the same."""

from collections.abc import AsyncIterator

import pytest

from dispatch.notices.rules import NoticeOutcome
from streams.components import Component
from streams.store.memory.reach import MemoryReach
from streams.store.reach import ReachPort, ReachStore, Told
from streams.store.redis_client import RedisClient
from streams.store.ways import LEAST, WayHealth
from tests.support.stack import url_of

NOW_MS = 1_795_000_000_000
MINUTE_MS = 60_000


@pytest.fixture(params=["redis", "memory"])
async def reach(request: pytest.FixtureRequest) -> AsyncIterator[ReachPort]:
    if request.param == "memory":
        yield MemoryReach()
        return
    url = request.getfixturevalue("redis_url")
    admin = RedisClient(url)
    await admin.run([("FLUSHALL",)])
    await admin.close()
    # With the rights of the process that writes it.
    link = RedisClient(url_of(url, Component.NOTIFIER))
    yield ReachStore(link)
    await link.close()


def told(code: str | None = None, *, at_ms: int = NOW_MS, way: str | None = "sms") -> Told:
    return Told(
        volunteer_id="v-1",
        kind="sms",
        outcome=NoticeOutcome.FAILED if code else NoticeOutcome.SENT,
        at_ms=at_ms,
        device="c-1",
        code=code,
        way=way,
    )


async def health(reach: ReachPort, at_ms: int = NOW_MS) -> WayHealth:
    (way,) = await reach.ways(at_ms)
    return way


async def test_a_link_and_an_awaited_reply_are_found_again(reach: ReachPort) -> None:
    await reach.put_offer_link("name", "v-1", "o-1")
    await reach.await_reply("address", "v-1", "o-1")
    # The newest offer that went to an address is the one that it answers.
    await reach.await_reply("address", "v-1", "o-2")

    assert await reach.offer_linked("name") == ("v-1", "o-1")
    assert await reach.replied("address") == ("v-1", "o-2")
    assert (await reach.offer_linked("address"), await reach.replied("name")) == (None, None)


async def test_half_of_ten_notices_that_fail_within_five_minutes_make_a_way_fail_until_it_works(
    reach: ReachPort,
) -> None:
    for number in range(LEAST):
        assert not await _is_failing(reach, NOW_MS)
        await reach.put(told("http_503" if number % 2 else None, at_ms=NOW_MS))

    found = await health(reach)
    assert (found.is_failing, found.taken, found.failed, found.code) == (True, 5, 5, "http_503")
    # It takes notices again: the share falls below a half.
    await reach.put(told(at_ms=NOW_MS + MINUTE_MS))
    assert not await _is_failing(reach, NOW_MS + MINUTE_MS)


async def test_failures_in_a_row_stand_until_a_notice_is_taken_however_long_ago_they_were(reach: ReachPort) -> None:
    for _ in range(LEAST):
        await reach.put(told("timeout"))
    hour_later_ms = NOW_MS + 60 * MINUTE_MS

    assert (await health(reach, hour_later_ms)).is_failing
    await reach.put(told(at_ms=hour_later_ms))
    assert not (await health(reach, hour_later_ms)).is_failing


@pytest.mark.parametrize("code", ["http_401", "http_403", "bad_token", "no_vapid_subject"])
async def test_a_refusal_counts_at_once_and_stands_until_a_notice_is_taken(reach: ReachPort, code: str) -> None:
    await reach.put(told(code))

    assert (await health(reach, NOW_MS + 60 * MINUTE_MS)).is_failing
    await reach.put(told(at_ms=NOW_MS + 1))
    assert not (await health(reach)).is_failing


async def test_few_failures_and_what_a_device_is_to_blame_for_are_no_failing_way(reach: ReachPort) -> None:
    await reach.put(told("http_500"))
    for _ in range(2 * LEAST):
        await reach.put(told("http_410", way=None))

    found = await health(reach)
    assert (found.is_failing, found.failed) == (False, 1)


async def _is_failing(reach: ReachPort, at_ms: int) -> bool:
    return any(way.is_failing for way in await reach.ways(at_ms))
