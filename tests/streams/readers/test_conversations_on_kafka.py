"""Messages from the public on a real Kafka: two API processes agree on who was first. No Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager

import pytest

from streams import clock
from streams.intake.commands import CommandIntake
from streams.kafka import clients, topic_admin
from streams.kafka.log_reader import LogReader
from streams.readers.conversation_book import ConversationBook
from streams.readers.conversation_log import (
    ConversationFollower,
    KafkaConversationLog,
    ended_key,
    message_key,
    reopened_key,
    replied_key,
    taken_key,
)
from streams.settings import Settings
from streams.topics import MESSAGES
from streams.wire import (
    ConversationEnd,
    ConversationEnded,
    ConversationReopened,
    ConversationReplied,
    ConversationTaken,
    DiscardReason,
    MessageKind,
    PreparedReply,
    PublicMessage,
)


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
        yield (
            follower.book,
            KafkaConversationLog(intake.send_about_conversation, follower, lambda: LogReader(settings, "test-read")),
        )
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


def message(id_: str, sender: str) -> PublicMessage:
    now_ms = clock.now_ms()
    return PublicMessage(
        id=id_, conversation_id=id_, sender=sender, way="sms", kind=MessageKind.TEXT, at_ms=now_ms, language="kk"
    )


async def test_what_was_taken_back_and_answered_is_known_to_every_process_and_its_messages_are_read_again(
    settings: Settings,
) -> None:
    id_, second = str(clock.fresh_id()), str(clock.fresh_id())
    async with AsyncExitStack() as stack:
        intake = CommandIntake(settings, "test-messages")
        await intake.start()
        stack.push_async_callback(intake.stop)
        book, log = await stack.enter_async_context(process(settings, intake))
        await log.write(message_key(id_), message(id_, id_))
        how, why = ConversationEnd.DISCARDED, DiscardReason.SPAM
        ended = ConversationEnded(conversation_id=id_, by="op-1", at_ms=clock.now_ms(), end=how, reason=why)
        await log.write(ended_key(id_), ended)
        reopened = ConversationReopened(conversation_id=id_, by="op-2", at_ms=clock.now_ms())
        await log.write(reopened_key(id_), reopened)
        text = PreparedReply.WHERE
        replied = ConversationReplied(conversation_id=id_, by="op-2", at_ms=clock.now_ms(), text=text)
        await log.write(replied_key(id_), replied)
        await log.write(message_key(second), message(second, id_))
        later, _ = await stack.enter_async_context(process(settings, intake))

        for one in (book.get(id_), later.get(id_)):
            assert one is not None
            assert (one.ended, one.count, one.replied) == (None, 2, replied)
        async with aclosing(log.messages_from(0)) as messages:
            found = [(at, sent.id) async for at, sent in messages if sent.sender == id_]
        assert [sent for _, sent in found] == [id_, second]
        # From an offset on, and left early.
        async with aclosing(log.messages_from(found[1][0])) as messages:
            assert (await anext(messages))[1].id == second
