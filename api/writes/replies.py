"""Messages that people send back to an offer by SMS or Telegram: a clear yes or no is their answer, everything else is kept.

A reply belongs to the newest offer that was sent to its address, and never to an earlier one: a "1" to a request that has ended
since must not accept another. Only an offer that waits for its answer is answered; "no" of a person under way may mean anything.
"""

from dataclasses import dataclass

import structlog

from api.process.services import Services
from api.writes.offer_answers import AnswerFields
from api.writes.send import PrivateRecord, send
from dispatch.model.answer_commands import AcceptOffer, DeclineOffer
from dispatch.model.commands import AddNote
from dispatch.model.ids import command_id, parts_of_offer
from dispatch.model.offers import Offer
from dispatch.model.private_refs import channels_ref, text_ref
from dispatch.model.vocabulary import AnswerWay, OfferState
from dispatch.notices.ladder import ChannelKind
from dispatch.notices.replies import MOST_CHARACTERS, Meaning, is_cry_for_help, meaning
from dispatch.notices.texts import TextKey
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock, wire
from streams.notices.requests import REPLY, asked
from streams.wire import ChannelPrivate, IncidentPrivate
from streams.wire.client_digests import Purpose, client_digests

_log = structlog.get_logger(__name__)
_WAYS = {ChannelKind.SMS: AnswerWay.SMS, ChannelKind.TELEGRAM: AnswerWay.TELEGRAM}
_DONE = b"1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A message. `id`: the same when the gateway repeats it. `sent_ms`: None if its clock is not to be trusted."""

    kind: ChannelKind
    address: str
    id: str
    text: str
    sent_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A reply with the channel it came by and the offer it belongs to. `key`: names the message, keyed."""

    reply: Reply
    volunteer_id: str
    channel: ChannelPrivate
    offer: Offer
    incident_id: str
    key: str

    @property
    def way(self) -> AnswerWay:
        return _WAYS[self.reply.kind]

    @property
    def command_id(self) -> str:
        return command_id(self.volunteer_id, self.key, "reply")

    @property
    def is_older_than_offer(self) -> bool:
        """Whether it was written before the offer: it may have answered another one."""
        # Telegram's clock counts in whole seconds.
        return self.reply.sent_ms is not None and self.reply.sent_ms + 1000 < self.offer.created_ms


async def take(services: Services, reply: Reply, *, is_open_to_public: bool = False) -> bool:
    """Carries out a message once, and says to its sender what became of it. False: it belongs to no offer; nothing was done.

    `is_open_to_public`: what belongs to no offer is read elsewhere. Then a text that answers nothing and comes when the work is
    over belongs to no offer either: as a note of an ended incident nobody would read it.

    Raises:
        StoreUnavailable, NotReady: Redis cannot be read: the gateway must repeat the message.
        IntakeError: Kafka does not acknowledge it: the same.
    """
    held = await _held(services, reply)
    if held is None or (is_open_to_public and _is_report(held)):
        return False
    digests = client_digests(services.ring.now)
    # With the offer: a repeat after an outage that finds another offer changes nothing.
    request = digests.digest(Purpose.REQUEST, "reply", held.offer.id, reply.text)
    known = await services.marks.first_use(held.key, request)
    if known is not None and (known.answer or known.digest != request):
        return True
    told = await _carry_out(services, held)
    services.marks.answered(held.key, request, _DONE)
    if told is not None:
        record = asked(
            told,
            held.volunteer_id,
            clock.now_ms(),
            device=held.channel.id,
            offer_id=held.offer.id,
            incident_id=held.incident_id,
        )
        await services.intake.send_notice(record)
    return True


async def person_of(services: Services, reply: Reply) -> str | None:
    """The person with this verified address whom an offer was sent to within a day. Without Redis nobody is known."""
    try:
        held = await _held(services, reply)
    except (StoreUnavailable, NotReady):
        return None
    return None if held is None else held.volunteer_id


def _is_report(held: Held) -> bool:
    """Whether a message neither answers the offer nor comes from somebody who is asked or engaged by it."""
    is_asked = held.offer.state is OfferState.OFFERED and clock.now_ms() < held.offer.expires_ms
    is_over = not is_asked and not held.offer.is_assigned
    return is_over and meaning(held.reply.text) is Meaning.UNCLEAR


async def _held(services: Services, reply: Reply) -> Held | None:
    names = wire.address_names(services.ring.now, REPLY, f"{reply.kind}:{reply.address}")
    found = [one for name in names if (one := await services.reach.replied(name)) is not None]
    if not found:
        return None
    volunteer_id, offer_id = found[0]
    channel = await _channel(services, volunteer_id, reply)
    place = parts_of_offer(offer_id)
    state = await services.reads.incident(place.incident_id) if place else None
    offer = state.offer(offer_id) if state else None
    if channel is None or offer is None or place is None or offer.volunteer_id != volunteer_id:
        return None
    key = client_digests(services.ring.now).digest(
        Purpose.IDEMPOTENCY_KEY, volunteer_id, f"{reply.kind}:{reply.address}:{reply.id}"
    )
    return Held(
        reply=reply, volunteer_id=volunteer_id, channel=channel, offer=offer, incident_id=place.incident_id, key=key
    )


async def _channel(services: Services, volunteer_id: str, reply: Reply) -> ChannelPrivate | None:
    """The verified channel with this address; None: it was removed since, its person was erased, or it cannot be decrypted."""
    ref = channels_ref(volunteer_id)
    sealed = await services.reads.private(ref)
    if sealed is None:
        return None
    try:
        record = wire.open_channels(services.ring.now, ref, sealed)
    except wire.Unreadable:
        _log.error("a reply cannot be taken: the channels of its person cannot be decrypted")
        return None
    return next(
        (
            one
            for one in record.channels
            if one.kind is reply.kind and one.address == reply.address and one.verified_ms is not None
        ),
        None,
    )


async def _carry_out(services: Services, held: Held) -> TextKey | None:
    """The text that tells the person what became of their message; None: nothing is said."""
    said, now_ms = meaning(held.reply.text), clock.now_ms()
    waits = held.offer.state is OfferState.OFFERED and now_ms < held.offer.expires_ms
    if waits and said is not Meaning.UNCLEAR and not held.is_older_than_offer:
        await send(services, _answer(held, said, now_ms))
        services.marks.put_answering(held.offer.id, held.command_id)
        return TextKey.REPLY_ACCEPTED if said is Meaning.YES else TextKey.REPLY_DECLINED
    # A phone that answers by itself ("I am driving") would go on for ever, and each text back costs money.
    if services.rates.reply_wait_s(f"{held.volunteer_id} {held.channel.id}") > 0:
        _log.warning("messages of a person are not kept: there are too many", channel=held.reply.kind.value)
        return None
    if held.reply.text.strip():
        await send(services, *_note(held, now_ms))
    if is_cry_for_help(held.reply.text):
        # Whoever is in danger must not be asked for a 1 or a 0.
        return TextKey.REPLY_DISTRESS
    if waits:
        return TextKey.REPLY_UNCLEAR
    is_answer = said is not Meaning.UNCLEAR and not held.offer.is_assigned
    return TextKey.REPLY_LATE if is_answer else TextKey.REPLY_KEPT


def _answer(held: Held, said: Meaning, now_ms: int) -> AcceptOffer | DeclineOffer:
    fields: AnswerFields = {
        "id": held.command_id,
        "incident_id": held.incident_id,
        "by": held.volunteer_id,
        "sent_ms": now_ms,
        "offer_id": held.offer.id,
        "volunteer_id": held.volunteer_id,
        "heard_by": None,
        "said_ms": held.reply.sent_ms,
        "way": held.way,
    }
    return (AcceptOffer if said is Meaning.YES else DeclineOffer)(**fields)


def _note(held: Held, now_ms: int) -> tuple[AddNote, list[PrivateRecord]]:
    ref = text_ref(held.incident_id, "note", held.command_id)
    note = AddNote(
        id=held.command_id,
        incident_id=held.incident_id,
        by=held.volunteer_id,
        sent_ms=now_ms,
        private_ref=ref,
        way=held.way,
    )
    return note, [(ref, IncidentPrivate(text=held.reply.text[:MOST_CHARACTERS]))]
