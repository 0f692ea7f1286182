"""What operators do about messages from the public: take them, make an incident of them, attach, discard, answer, erase.

Two operators never make two incidents of one conversation: only who holds it may end it, and of two records the first in the log
counts, which both read back before they go on.
"""

import asyncio
import contextlib
from itertools import islice

from api.caller import Caller
from api.http.audit import record_done
from api.http.problems import ProblemResponse
from api.process.services import Services
from api.reads.conversation_texts import known_conversation, phone_of
from api.schemas.reports import CallerOfIncident, IncidentReport
from dispatch.model.private_refs import message_ref
from dispatch.notices.texts import TextKey
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock
from streams.errors import IntakeError, LogUnavailable
from streams.notices.requests import asked
from streams.readers.conversation_book import Conversation
from streams.readers.conversation_log import ended_key, reopened_key, replied_key, taken_key
from streams.store.people import PrivateWrite
from streams.wire import (
    ConversationEnd,
    ConversationEnded,
    ConversationReopened,
    ConversationReplied,
    ConversationTaken,
    DiscardReason,
    PreparedReply,
)

TAKEN_MS = 300_000
"""How long an operator holds a conversation without another sign: longer than a report takes to write."""
ERASED_AT_ONCE = 64
"""Messages. A quarter of the sends that may await Kafka: reports go on beside the erasure of a flood."""
_TEXTS = {
    PreparedReply.RECEIVED: TextKey.PUBLIC_RECEIVED,
    PreparedReply.WHERE: TextKey.PUBLIC_WHERE,
    PreparedReply.CALL: TextKey.PUBLIC_CALL,
}


async def take(services: Services, caller: Caller, conversation_id: str) -> Conversation:
    """Holds the conversation for the caller; a repeat prolongs it.

    Raises:
        ProblemResponse: 404; 409, it has ended, or somebody else holds it.
        IntakeError, LogUnavailable: it is not known who holds it.
    """
    kept = known_conversation(services, conversation_id)
    _require_free(kept, caller)
    now_ms = clock.now_ms()
    record = ConversationTaken(conversation_id=conversation_id, by=caller.id, at_ms=now_ms, until_ms=now_ms + TAKEN_MS)
    await services.conversation_log.write(taken_key(conversation_id), record)
    # Another operator may have been first, at another process.
    _require_free(kept, caller)
    record_done(services, caller, "conversation.take", conversation_id)
    return kept


async def give_back(services: Services, caller: Caller, conversation_id: str) -> Conversation:
    """Ends the caller's hold, if there is one. Raises as `take`."""
    kept = known_conversation(services, conversation_id)
    now_ms = clock.now_ms()
    if kept.taken_by(now_ms) == caller.id:
        record = ConversationTaken(conversation_id=conversation_id, by=caller.id, at_ms=now_ms, until_ms=now_ms)
        await services.conversation_log.write(taken_key(conversation_id), record)
        record_done(services, caller, "conversation.give_back", conversation_id)
    return kept


async def hold_for(services: Services, caller: Caller, conversation_id: str, incident_id: str) -> None:
    """Holds the conversation for an incident that the caller is about to report or to add to. Raises as `take`.

    A repeat of a request that has ended it with this incident passes.
    """
    kept = known_conversation(services, conversation_id)
    if kept.ended is None or (kept.ended.by, kept.ended.incident_id) != (caller.id, incident_id):
        await take(services, caller, conversation_id)


async def end(
    services: Services,
    caller: Caller,
    conversation_id: str,
    how: ConversationEnd,
    *,
    incident_id: str | None = None,
    reason: DiscardReason | None = None,
) -> Conversation:
    """Ends the conversation; a repeat changes nothing.

    Raises:
        ProblemResponse: 404; 409, it has ended otherwise, or somebody else holds it.
        IntakeError, LogUnavailable: it is not known whether it has ended; a repeat continues.
    """
    kept = known_conversation(services, conversation_id)
    wanted = (caller.id, how, incident_id, reason)
    if not _has_ended(kept, *wanted):
        _require_free(kept, caller)
        record = ConversationEnded(
            conversation_id=conversation_id,
            by=caller.id,
            at_ms=clock.now_ms(),
            end=how,
            incident_id=incident_id,
            reason=reason,
        )
        await services.conversation_log.write(ended_key(conversation_id), record)
        if not _has_ended(kept, *wanted):
            _require_free(kept, caller)
        record_done(services, caller, f"conversation.{how}", conversation_id)
    return kept


async def take_back(services: Services, caller: Caller, conversation_id: str) -> Conversation:
    """Lets a discarded conversation wait again; a repeat changes nothing.

    Raises:
        ProblemResponse: 404; 409, it has become an incident or a note of one.
        IntakeError, LogUnavailable: it is not known whether it waits again; a repeat continues.
    """
    kept = known_conversation(services, conversation_id)
    if kept.ended is None:
        return kept
    if kept.ended.end is not ConversationEnd.DISCARDED:
        _require_free(kept, caller)
    record = ConversationReopened(conversation_id=conversation_id, by=caller.id, at_ms=clock.now_ms())
    await services.conversation_log.write(reopened_key(conversation_id), record)
    record_done(services, caller, "conversation.take_back", conversation_id)
    return kept


async def with_phone(services: Services, body: IncidentReport) -> IncidentReport:
    """The report with the number that the messages came from, if it states none. Without Redis, as it is."""
    if body.conversation_id is None or body.caller is not None:
        return body
    try:
        phone = await phone_of(services, known_conversation(services, body.conversation_id))
    except (StoreUnavailable, NotReady):
        return body
    return body if phone is None else body.model_copy(update={"caller": CallerOfIncident(phone=phone)})


async def reply(services: Services, caller: Caller, conversation_id: str, text: PreparedReply) -> Conversation:
    """Asks the notifier to send a prepared text to the sender, and notes who did. Raises ProblemResponse (404), IntakeError."""
    kept = known_conversation(services, conversation_id)
    ref = message_ref(kept.latest.id)
    await services.intake.send_notice(asked(_TEXTS[text], ref, clock.now_ms(), device=ref))
    record = ConversationReplied(conversation_id=conversation_id, by=caller.id, at_ms=clock.now_ms(), text=text)
    # The text is on its way, and a caller who is told otherwise would send it twice.
    with contextlib.suppress(IntakeError, LogUnavailable):
        await services.conversation_log.write(replied_key(conversation_id), record)
    record_done(services, caller, "conversation.reply", conversation_id)
    return kept


async def erase(services: Services, caller: Caller, conversation_id: str) -> None:
    """Erases the contents of all messages of a conversation, those of a flood that are not listed too.

    Raises:
        ProblemResponse: 404.
        IntakeError: Kafka did not confirm; a repeat continues.
    """
    await _erase_contents(services, known_conversation(services, conversation_id))
    record_done(services, caller, "conversation.erase", conversation_id)


async def erase_person(services: Services, volunteer_id: str) -> None:
    """Erases what this person's verified channels have sent. Raises as `erase`."""
    for kept in services.conversations.of_volunteer(volunteer_id):
        await _erase_contents(services, kept)


async def _erase_contents(services: Services, kept: Conversation) -> None:
    left = map(message_ref, kept.message_ids())
    while refs := list(islice(left, ERASED_AT_ONCE)):
        positions = await asyncio.gather(*map(services.intake.erase_private, refs))
        writes = [
            PrivateWrite(ref=ref, offset=position.offset, sealed=None)
            for ref, position in zip(refs, positions, strict=True)
        ]
        with contextlib.suppress(StoreUnavailable, NotReady):
            # At once. Without Redis, the worker that follows the topic does it.
            await services.people.put_private(writes)


def _require_free(kept: Conversation, caller: Caller) -> None:
    """Raises ProblemResponse (409): it has ended, or somebody else holds it."""
    if kept.ended is not None:
        became = kept.ended.incident_id
        detail = "the conversation has ended"
        raise ProblemResponse("conflict", detail, state="ended", by=kept.ended.by, incident_id=became)
    holder = kept.taken_by(clock.now_ms())
    if holder not in (None, caller.id):
        raise ProblemResponse("conflict", "somebody else works on the conversation", state="taken", by=holder)


def _has_ended(
    kept: Conversation, by: str, how: ConversationEnd, incident_id: str | None, reason: DiscardReason | None
) -> bool:
    ended = kept.ended
    return ended is not None and (ended.by, ended.end, ended.incident_id, ended.reason) == (
        by,
        how,
        incident_id,
        reason,
    )
