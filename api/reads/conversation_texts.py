"""Conversations with the public with their texts, decrypted. Writes no audit entry: routes do."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import structlog

from api.http.problems import ProblemResponse, invalid
from api.process.services import Services
from api.views.conversation_heads import conversation_head
from api.views.values import View, point, time
from dispatch.model.private_refs import message_ref
from dispatch.notices.ladder import ChannelKind
from dispatch.notices.public_texts import MISSING, SmsPart, joined
from streams import clock, wire
from streams.readers.conversation_book import Conversation
from streams.wire import ConversationEnd, MessagePrivate, PublicMessage

LISTED_OF_EACH = 12
"""Messages of one conversation whose texts a list shows: a flood by one sender must not fill it."""
MOST_CHARACTERS = 1_000
"""Of the text in a list."""
_CURSOR = re.compile(r"([0-9]{1,15})-([0-9a-f-]{1,64})")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OpenedMessage:
    """A message with its content; `content` None: erased, or not readable by this process."""

    sent: PublicMessage
    content: MessagePrivate | None
    is_unreadable: bool


def known_conversation(services: Services, conversation_id: str) -> Conversation:
    """Raises ProblemResponse (404)."""
    kept = services.conversations.get(conversation_id)
    if kept is None:
        raise ProblemResponse("not_found", "there is no conversation with this id")
    return kept


async def conversation_page(
    services: Services, *, is_ended: bool, how: ConversationEnd | None, limit: int, cursor: str | None
) -> tuple[list[View], str | None]:
    """Those that wait, the longest waiting first, or those that have ended (`how`: so), the latest first; and the cursor of the
    next page.

    Raises:
        ProblemResponse: 422, invalid cursor.
        StoreUnavailable, NotReady: the texts cannot be read.
    """
    after = None if cursor is None else _parsed(cursor)
    book = services.conversations
    kept = book.ended(how) if is_ended else sorted(book.waiting(), key=_place)
    found = list(islice((one for one in kept if after is None or _is_after(one, after)), limit + 1))
    shown = found[:limit]
    found_of = await _opened(services, [(one, list(islice(one.listed.values(), LISTED_OF_EACH))) for one in shown])
    items = [_shown(services, one, found_of[one.id], most=MOST_CHARACTERS) for one in shown]
    return items, "{}-{}".format(*_place(shown[-1])) if len(found) > limit else None


async def conversation_detail(services: Services, kept: Conversation) -> View:
    """`schemas.conversations.ConversationDetail`. Raises as `conversation_page`."""
    found = await opened(services, kept, list(kept.listed.values()))
    return {**_shown(services, kept, found, most=None), "messages": list(map(message_view, found))}


async def phone_of(services: Services, kept: Conversation) -> str | None:
    """The telephone number of its sender. Raises StoreUnavailable, NotReady."""
    return _phone(await opened(services, kept, list(islice(kept.listed.values(), LISTED_OF_EACH))))


async def opened(services: Services, kept: Conversation, sent: Sequence[PublicMessage]) -> list[OpenedMessage]:
    """These messages of a conversation with their contents. Raises StoreUnavailable, NotReady."""
    return list((await _opened(services, [(kept, sent)]))[kept.id])


def _place(kept: Conversation) -> tuple[int, str]:
    return (kept.ended.at_ms if kept.ended else kept.first.at_ms), kept.id


def _is_after(kept: Conversation, after: tuple[int, str]) -> bool:
    return _place(kept) < after if kept.ended else _place(kept) > after


def _parsed(cursor: str) -> tuple[int, str]:
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise invalid("cursor", "the `next` of a page", "text")
    return int(match[1]), match[2]


async def _opened(
    services: Services, wanted: Sequence[tuple[Conversation, Sequence[PublicMessage]]]
) -> Mapping[str, list[OpenedMessage]]:
    """The messages of each conversation, in one round trip."""
    refs = [message_ref(sent.id) for _, messages in wanted for sent in messages]
    sealed = dict(zip(refs, await services.reads.privates(refs), strict=True)) if refs else {}
    return {kept.id: [_open(services, sent, sealed[message_ref(sent.id)]) for sent in some] for kept, some in wanted}


def _open(services: Services, sent: PublicMessage, sealed: bytes | None) -> OpenedMessage:
    if sealed is None:
        return OpenedMessage(sent, None, is_unreadable=False)
    try:
        return OpenedMessage(
            sent, wire.open_message(services.ring.now, message_ref(sent.id), sealed), is_unreadable=False
        )
    except wire.Unreadable:
        _log.error("private record cannot be decrypted")
        return OpenedMessage(sent, None, is_unreadable=True)


def _shown(services: Services, kept: Conversation, found: Sequence[OpenedMessage], *, most: int | None) -> View:
    text = text_of(found)
    if kept.count > len(found):
        # The parts that follow have come, and are not read here.
        text = text.removesuffix(MISSING)
    places = [one.content.place for one in found if one.content is not None and one.content.place is not None]
    is_cut = most is not None and (len(text) > most or kept.count > len(found))
    head = conversation_head(kept, clock.now_ms(), is_stopped=services.conversations.is_stopped(kept.sender))
    return {
        **head,
        "text": text if most is None else text[:most],
        "is_cut": is_cut or kept.count > len(kept.listed),
        "characters": len(text) if kept.count == len(found) else None,
        "missing_parts": missing_parts(kept.listed.values()) if kept.count == len(kept.listed) else None,
        "phone": _phone(found),
        "location": point(places[-1]) if places else None,
        "kinds": list(dict.fromkeys(one.sent.kind for one in found)),
    }


def sms_of(sent: PublicMessage) -> tuple[str, int]:
    """The same for the parts of one SMS."""
    return (sent.reference, sent.parts) if sent.parts > 1 else (sent.id, 1)


def missing_parts(sent: Iterable[PublicMessage]) -> int:
    """How many parts of long SMS have not come."""
    came: dict[tuple[str, int], set[int]] = {}
    for one in sent:
        came.setdefault(sms_of(one), set()).add(one.part)
    return sum(parts - len(numbers) for (_, parts), numbers in came.items())


def text_of(found: Iterable[OpenedMessage]) -> str:
    """Texts in their order. An edited message stands where it stood, with the words that its sender gave it last."""
    texts: dict[str, SmsPart] = {}
    for one in found:
        if one.content is None or not one.content.text:
            continue
        place = one.sent.edits if one.sent.edits in texts else one.sent.id
        texts[str(place)] = SmsPart(
            reference=one.sent.reference, part=one.sent.part, parts=one.sent.parts, text=one.content.text
        )
    return "\n".join(joined(list(texts.values())))


def _phone(found: Sequence[OpenedMessage]) -> str | None:
    is_sms = (one.content for one in found if one.content is not None and one.content.way == ChannelKind.SMS)
    return next((content.address for content in is_sms), None)


def message_view(one: OpenedMessage) -> View:
    """`schemas.conversations.MessageShown`."""
    place = one.content.place if one.content else None
    return {
        "id": one.sent.id,
        "kind": one.sent.kind,
        "at": time(one.sent.at_ms),
        "sent_at": time(one.sent.sent_ms),
        "text": one.content.text if one.content else None,
        "unreadable": one.is_unreadable,
        "location": point(place) if place else None,
        "accuracy_m": one.content.accuracy_m if one.content else None,
        "part": one.sent.part,
        "parts": one.sent.parts,
        "edits": one.sent.edits,
    }
