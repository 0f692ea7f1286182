"""Questions of the API to the assistant, on a real Redis: answered, refused at once, or given up in time; nothing in clear."""

import asyncio
from typing import Any

import pytest

from dispatch.ports import StoreUnavailable
from streams import redis_keys
from streams.assistant.answering import Answering
from streams.assistant.lane import Lane
from streams.assistant.report_reader import words_alone
from streams.ring import KeyRing, LiveRing
from streams.store import RedisClient
from streams.store.assistant_calls import MOST_WAITING, AssistantAway, AssistantBusy, AssistantCalls, AssistantInbox
from tests.contracts.test_link import silent_server
from tests.contracts.worlds import RedisWorld
from tests.support.waiting import eventually

QUESTION = {"text": "Қостанай облысында өрт, 87015551234", "near": None}
RING = LiveRing(KeyRing.of_key(bytes(range(32))))


class Running:
    """An assistant's side, for one test."""

    def __init__(self, link: RedisClient, *, is_off: bool = False) -> None:
        self._lane = Lane()
        inbox = AssistantInbox(link, RING)
        self._answering = Answering(inbox, self._lane, words_alone(), lambda: is_off)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        await self._lane.start()
        self._task = asyncio.ensure_future(self._answering.run())

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._lane.stop()


async def alive(link: RedisClient) -> Any:
    (found,) = await link.run([("EXISTS", redis_keys.ASSISTANT_ALIVE)])
    return found


async def test_a_question_is_answered_and_nothing_stays_behind_in_clear(redis_world: RedisWorld) -> None:
    link, calls = redis_world.link, AssistantCalls(redis_world.link, RING)
    async with Running(link):
        await eventually(lambda: alive(link))

        async def answered() -> Any:
            # A busy machine may need another try, and may be late to say that the assistant lives.
            try:
                return await calls.ask(QUESTION)
            except (AssistantBusy, AssistantAway):
                return None

        answer = await eventually(answered)

        assert answer["places"][0]["name"]["en"] == "Kostanay"

    async def is_empty() -> bool:
        return bool(await link.run([("LLEN", redis_keys.ASSISTANT_ASKED)]) == [0])

    await eventually(is_empty)


async def test_what_waits_in_redis_is_sealed(redis_world: RedisWorld) -> None:
    link, calls = redis_world.link, AssistantCalls(redis_world.link, RING)
    await link.run([("SET", redis_keys.ASSISTANT_ALIVE, 1, "PX", 2000)])
    asking = asyncio.ensure_future(calls.ask(QUESTION))

    async def waiting() -> Any:
        (found,) = await link.run([("LRANGE", redis_keys.ASSISTANT_ASKED, 0, -1)])
        return found

    (stored,) = await eventually(waiting)

    assert b"87015551234" not in stored
    with pytest.raises(AssistantBusy):
        await asking


async def test_without_a_sign_of_life_the_assistant_is_away_at_once(redis_world: RedisWorld) -> None:
    with pytest.raises(AssistantAway):
        await AssistantCalls(redis_world.link, RING).ask(QUESTION)


async def test_an_assistant_that_is_switched_off_gives_no_sign_of_life(redis_world: RedisWorld) -> None:
    async with Running(redis_world.link, is_off=True):
        await asyncio.sleep(0.5)

        assert not await alive(redis_world.link)


async def test_a_question_that_is_not_answered_is_taken_back(redis_world: RedisWorld) -> None:
    link = redis_world.link
    await link.run([("SET", redis_keys.ASSISTANT_ALIVE, 1, "PX", 5000)])

    with pytest.raises(AssistantBusy):
        await AssistantCalls(link, RING).ask(QUESTION)

    async def is_empty() -> bool:
        return bool(await link.run([("LLEN", redis_keys.ASSISTANT_ASKED)]) == [0])

    await eventually(is_empty)


async def test_a_full_list_refuses_at_once(redis_world: RedisWorld) -> None:
    link = redis_world.link
    await link.run([("SET", redis_keys.ASSISTANT_ALIVE, 1, "PX", 5000)])
    await link.run([("RPUSH", redis_keys.ASSISTANT_ASKED, "x") for _ in range(MOST_WAITING)])

    with pytest.raises(AssistantBusy):
        await AssistantCalls(link, RING).ask(QUESTION)

    assert await link.run([("LLEN", redis_keys.ASSISTANT_ASKED)]) == [MOST_WAITING]


async def test_what_is_no_question_is_dropped_and_the_next_one_answered(redis_world: RedisWorld) -> None:
    link, calls = redis_world.link, AssistantCalls(redis_world.link, RING)
    await link.run([("RPUSH", redis_keys.ASSISTANT_ASKED, "no question", b"\xff|\x02\x00", "|")])
    async with Running(link):
        await eventually(lambda: alive(link))

        async def answered() -> Any:
            try:
                return await calls.ask(QUESTION)
            except AssistantBusy:
                return None

        assert await eventually(answered)


async def test_a_redis_that_stands_still_holds_nobody() -> None:
    async with silent_server() as url:
        link = RedisClient(url)
        calls = AssistantCalls(link, RING)

        with pytest.raises((AssistantBusy, AssistantAway)):
            await calls.ask(QUESTION)

        with pytest.raises(StoreUnavailable):
            await calls.is_alive()
        await link.close()


async def test_more_questions_than_one_process_may_ask_are_refused(redis_world: RedisWorld) -> None:
    link, calls = redis_world.link, AssistantCalls(redis_world.link, RING)
    await link.run([("SET", redis_keys.ASSISTANT_ALIVE, 1, "PX", 5000)])

    found = await asyncio.gather(*(calls.ask(QUESTION) for _ in range(30)), return_exceptions=True)

    assert {type(one) for one in found} == {AssistantBusy}
