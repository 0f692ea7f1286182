"""All that is kept of a conversation, page by page. Messages that the book only counts are read from the log again."""

import re
from collections.abc import Sequence
from contextlib import aclosing

from api.http.problems import invalid
from api.process.services import Services
from api.reads.conversation_texts import message_view, missing_parts, opened, sms_of, text_of
from api.views.values import View
from streams.readers.conversation_book import FIRST_LISTED, Conversation
from streams.wire import PublicMessage

MOST_MESSAGES = 300
MOST_CHARACTERS = 40_000
"""Of the texts of a page with more than one message: a whole SMS fits."""
MOST_PARTS = 255
_AT_MOST = 4 * MOST_CHARACTERS
"""A page grows to this where its parts belong together."""
_CURSOR = re.compile(r"([0-9]{1,9})-([0-9]{1,15})")


async def message_page(services: Services, kept: Conversation, cursor: str | None) -> View:
    """`schemas.conversations.ConversationMessages`.

    Raises:
        ProblemResponse: 422, invalid cursor.
        LogUnavailable, StoreUnavailable, NotReady: messages or texts cannot be read.
    """
    number, offset = (0, 0) if cursor is None else _parsed(cursor)
    found = await _messages(services, kept, number, offset)
    sent = [one for one, _ in found]
    whole = await opened(services, kept, sent)
    end = page_end(sent, [len(one.content.text) if one.content else 0 for one in whole])
    is_last = end == len(found)
    return {
        "first": number + 1,
        "count": kept.count,
        "text": text_of(whole[:end]),
        "missing_parts": missing_parts(sent[:end]),
        "messages": [message_view(one) for one in whole[:end]],
        "next": None if is_last else f"{number + end}-{found[end - 1][1]}",
    }


def page_end(sent: Sequence[PublicMessage], sizes: Sequence[int]) -> int:
    """How many of the messages make a page; `sizes`: their characters. It ends between parts of one SMS only where it may not
    grow."""
    last = {sms_of(one): place for place, one in enumerate(sent)}
    reach, characters, best = 0, 0, 0
    for place, (one, size) in enumerate(zip(sent, sizes, strict=True)):
        if place and characters + size > _AT_MOST:
            return best or place
        characters += size
        reach = max(reach, last[sms_of(one)])
        if reach > place:
            continue
        if best and (place >= MOST_MESSAGES or characters > MOST_CHARACTERS):
            return best
        best = place + 1
    return best or len(sent)


async def _messages(
    services: Services, kept: Conversation, number: int, offset: int
) -> list[tuple[PublicMessage, int]]:
    """The messages from this number on, each with the offset behind it (0: it is known without the log): those of a page, what
    may belong to its last one, and one more."""
    most = MOST_MESSAGES + MOST_PARTS + 1
    listed = list(kept.listed.values())
    is_all = kept.count == len(listed)
    found = [(one, 0) for one in (listed if is_all else listed[:FIRST_LISTED])[number : number + most]]
    if is_all or len(found) == most:
        return found
    # A page of a conversation that was short then, and has grown.
    skipped = 0 if offset else max(0, number - FIRST_LISTED)
    latest = kept.latest.id
    async with aclosing(services.conversation_log.messages_from(offset or kept.rest_at)) as messages:
        async for at, sent in messages:
            if not services.conversations.is_in(kept, sent):
                continue
            if skipped:
                skipped -= 1
            else:
                found.append((sent, at + 1))
            if sent.id == latest or len(found) == most:
                break
    return found


def _parsed(cursor: str) -> tuple[int, int]:
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise invalid("cursor", "the `next` of a page", "text")
    return int(match[1]), int(match[2])
