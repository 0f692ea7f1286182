"""Messages from the public on a real Kafka: two API processes agree on who was first. No Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from streams import clock
from streams.intake.commands import CommandIntake
from streams.kafka import clients, topic_admin
from streams.readers.conversation_book import ConversationBook, ConversationFollower, ended_key, message_key, taken_key
from streams.readers.conversation_log import KafkaConversationLog
from streams.settings import Settings
from streams.topics import MESSAGES
from streams.wire import ConversationEnd, ConversationEnded, ConversationTaken, MessageKind, PublicMessage


@pytest.fixture
def settings(kafka: str) -> Settings:
    settings = Settings(kafka=kafka, data_key=bytes(32))
    topic_admin.apply_topics(settings)
    return settings


@asynccontextmanager
async def process(
    settings: Settings, intake: CommandIntake
) -> AsyncIterator[tuple[ConversationBook, KafkaConversationLog]]:
    follower = ConversationFollower(settings, "test-messages")
    await follower.start()
    try:
        yield follower.book, KafkaConversationLog(intake.send_about_conversation, follower)
    finally:
        await follower.stop()


async def test_all_processes_agree_on_who_holds_and_who_ends_a_conversation(settings: Settings) -> None:
    id_, now_ms = str(clock.fresh_id()), clock.now_ms()
    async with AsyncExitStack() as stack:
        intake = CommandIntake(settings, "test-messages")
        await intake.start()
        stack.push_async_callback(intake.stop)
        producer = clients.async_producer(settings, "test")
        await producer.start()
        stack.push_async_callback(producer.stop)
        for key, value in ((b"message|x", b"{"), (b"\xff", b"{}"), (b"ended|y", b"{}"), (b"", b"null")):
            await producer.send_and_wait(MESSAGES.name, value, key=key, partition=0)
        desks = [await stack.enter_async_context(process(settings, intake)) for _ in range(2)]
        sent = PublicMessage(
            id=id_,
            conversation_id=id_,
            sender=id_,
            way="sms",
            kind=MessageKind.TEXT,
            at_ms=now_ms,
            language="kk",
        )
        await desks[0][1].write(message_key(id_), sent)

        async def taken_and_ended(number: int) -> None:
            _, log = desks[number]
            taken = ConversationTaken(
                conversation_id=id_, by=f"op-{number}", at_ms=clock.now_ms(), until_ms=now_ms + 600_000
            )
            await log.write(taken_key(id_), taken)
            ended = ConversationEnded(
                conversation_id=id_,
                by=f"op-{number}",
                at_ms=clock.now_ms(),
                end=ConversationEnd.INCIDENT,
                incident_id=f"i-{number}",
            )
            await log.write(ended_key(id_), ended)

        await asyncio.gather(taken_and_ended(0), taken_and_ended(1))
        later, _ = await stack.enter_async_context(process(settings, intake))

        ends = [book.get(id_) for book in (desks[0][0], desks[1][0], later)]
        assert len({one.ended.by for one in ends if one is not None and one.ended is not None}) == 1
        assert all(one is not None and one.ended is not None and one.taken is not None for one in ends)
        assert len({one.taken.by for one in ends if one is not None and one.taken is not None}) == 1
