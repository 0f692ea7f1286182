"""Messages from the public by SMS or Telegram: recorded once, acknowledged within limits, and read by operators.

What software makes of a text decides nothing here: it chooses the language of an acknowledgement that never promises help.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from api.process.services import Services
from dispatch.assistant.languages import Language, Variety, built_in_table
from dispatch.assistant.languages import language_of as language_of_text
from dispatch.assistant.texts import Text
from dispatch.model.ids import derived
from dispatch.model.places import Place
from dispatch.model.private_refs import message_ref
from dispatch.notices.ladder import ChannelKind
from dispatch.notices.public_texts import is_stop
from dispatch.notices.texts import DEFAULT, LANGUAGES, TextKey
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock, metrics
from streams.errors import IntakeError, Overloaded
from streams.intake.commands import LogOffset, Message
from streams.notices.requests import asked
from streams.readers.conversation_book import Conversation
from streams.readers.conversation_log import message_key
from streams.store.people import PrivateWrite
from streams.wire import MessageKind, MessagePrivate, PublicMessage
from streams.wire.client_digests import Purpose, client_digests

ANSWER_AGAIN_MS = 900_000
"""One acknowledgement for each sender in this time: whoever is in danger reads it once, and two machines soon fall silent."""
READ_FOR_LANGUAGE = 500
"""Characters."""
_DONE = b"1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message as it came. `id`: the same when the gateway repeats it; `edits`: that of the message which this one replaces."""

    way: ChannelKind
    address: str
    id: str
    kind: MessageKind = MessageKind.TEXT
    text: str = ""
    place: Place | None = None
    accuracy_m: float | None = None
    sent_ms: int | None = None
    edits: str | None = None
    reference: str = ""
    part: int = 1
    parts: int = 1


def is_open_to(services: Services, way: ChannelKind) -> bool:
    """Whether the public may report by this way."""
    return way in services.settings.public_messages


async def record(services: Services, arrival: Arrival, volunteer_id: str | None = None) -> None:
    """Records a message once. `volunteer_id`: whose verified channel it came by. Needs no Redis.

    Raises:
        Overloaded: too many conversations wait; nothing was written, and the gateway must bring it again.
        IntakeError: Kafka did not confirm; the same.
    """
    sent = _record_of(services, arrival, volunteer_id)
    if services.conversations.knows(sent.id):
        return
    digests = client_digests(services.ring.now)
    key = digests.digest(Purpose.IDEMPOTENCY_KEY, "public", sent.id)
    known = await services.marks.first_use(key, sent.sender)
    if known is not None and known.answer:
        return
    try:
        # Whoever is in a conversation already goes on: a full queue ends nobody's sentence.
        if services.conversations.is_full and services.conversations.of_sender(sent.sender) is None:
            raise Overloaded("too many conversations wait: the gateway keeps the message and brings it again")
        await _write(services, sent, arrival)
    except IntakeError:
        services.rates.no_acknowledgement(sent.sender)
        raise
    services.marks.answered(key, sent.sender, _DONE)
    metrics.MESSAGES.labels(way=sent.way, kind=sent.kind).inc()
    if sent.is_answered:
        ref = message_ref(sent.id)
        # The message is recorded, and a repeat would not come here: without the acknowledgement it waits all the same.
        with contextlib.suppress(IntakeError):
            await services.intake.send_notice(asked(TextKey.PUBLIC_RECEIVED, ref, sent.at_ms, device=ref))


def _record_of(services: Services, arrival: Arrival, volunteer_id: str | None) -> PublicMessage:
    digests, book, now_ms = client_digests(services.ring.now), services.conversations, clock.now_ms()
    sender = digests.digest(Purpose.SENDER, arrival.way, arrival.address)

    def named(message: str) -> str:
        return str(derived("public message", digests.digest(Purpose.SENDER, sender, message)))

    message_id, before = named(arrival.id), book.of_sender(sender)
    kind = MessageKind.STOP if arrival.kind is MessageKind.TEXT and is_stop(arrival.text) else arrival.kind
    return PublicMessage(
        id=message_id,
        conversation_id=message_id if before is None else before.id,
        sender=sender,
        way=arrival.way,
        kind=kind,
        at_ms=now_ms,
        language=_language(arrival.text, before),
        sent_ms=arrival.sent_ms,
        # Keyed: what a gateway calls its messages may be a number.
        reference=digests.digest(Purpose.SENDER, sender, "part", arrival.reference)[:16] if arrival.parts > 1 else "",
        part=arrival.part,
        parts=arrival.parts,
        edits=None if arrival.edits is None else named(arrival.edits),
        volunteer_id=volunteer_id,
        is_answered=not book.knows(message_id) and _may_answer(services, sender, kind, now_ms),
    )


def _may_answer(services: Services, sender: str, kind: MessageKind, now_ms: int) -> bool:
    """Whether an acknowledgement is sent; takes it from the rate."""
    book = services.conversations
    answered_ms = book.answered_ms(sender)
    if kind is MessageKind.STOP or book.is_stopped(sender):
        outcome = "stopped"
    elif answered_ms is not None and now_ms - answered_ms < ANSWER_AGAIN_MS:
        outcome = "lately"
    else:
        outcome = services.rates.acknowledgement(sender)
    metrics.MESSAGES_ANSWERED.labels(outcome=outcome).inc()
    return outcome == "asked"


def _language(text: str, before: Conversation | None) -> str:
    """The language of answers: that of the text, else of what the sender wrote before, else the catalogue's."""
    found = language_of_text(Text(text[:READ_FOR_LANGUAGE]), built_in_table())
    if found.value in LANGUAGES:
        return str(found.value)
    if found.value is Language.MIXED:
        counted = list(_languages(variety for _, variety in found.of_words))
        return max(LANGUAGES, key=counted.count)
    return before.latest.language if before is not None else DEFAULT


def _languages(varieties: Iterator[Variety]) -> Iterator[str]:
    yield from (str(variety.language) for variety in varieties)


async def _write(services: Services, sent: PublicMessage, arrival: Arrival) -> None:
    """The content first, so that whoever sees the message finds it."""
    ref = message_ref(sent.id)
    private = MessagePrivate(
        way=arrival.way,
        language=sent.language,
        address=arrival.address,
        text=arrival.text,
        place=arrival.place,
        accuracy_m=arrival.accuracy_m,
    )
    content = services.intake.private_message(ref, private)
    shown: list[asyncio.Task[None]] = []

    def on_acknowledged(message: Message, position: LogOffset) -> None:
        if message is content:
            through = PrivateWrite(ref=ref, offset=position.offset, sealed=message.value)
            shown.append(asyncio.ensure_future(_show(services, through)))

    messages = [content, services.intake.public_message(message_key(sent.id), sent)]
    try:
        await services.intake.send_in_order(messages, on_acknowledged)
    finally:
        await asyncio.gather(*shown)


async def _show(services: Services, through: PrivateWrite) -> None:
    """Writes a content through to Redis. Without Redis the worker does it later."""
    with contextlib.suppress(StoreUnavailable, NotReady):
        await services.marks.read_promptly(services.people.put_private([through]))
