"""What the public sends by SMS and Telegram: a queue that operators turn into incidents."""

import contextlib
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from api.deps import ServicesDep, zone_of_known_cell
from api.http.audit import disclosed
from api.http.auth import Admin, Operator, operators
from api.http.numbers import DIGITS
from api.http.problems import ProblemResponse, invalid
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.process.services import Services
from api.reads.conversation_pages import message_page
from api.reads.conversation_texts import conversation_detail, conversation_page, known_conversation, phone_of
from api.schemas.base import Accepted
from api.schemas.conversations import (
    Attachment,
    ConversationDetail,
    ConversationHead,
    ConversationMessages,
    ConversationPage,
    Discard,
    DoingAtConversation,
    ReplyText,
)
from api.views.conversation_heads import conversation_head, sender_mark
from api.writes import conversation_steps as steps
from api.writes.idempotency import OnceOnly
from api.writes.incident_orders import IncidentOrder, texts_of
from api.writes.send import PreparedWrite, write_once
from dispatch.model.commands import AddNote
from dispatch.model.private_refs import text_ref
from dispatch.notices.public_texts import shortened
from dispatch.ports import StoreUnavailable
from streams import clock
from streams.readers.conversation_book import Conversation
from streams.store.operators_here import AT_CONVERSATIONS, OperatorHere
from streams.wire import ConversationEnd

router = APIRouter(prefix="/v1/conversations", tags=["public messages"], route_class=StrictRoute)
ConversationId = Annotated[str, Path(max_length=64)]
STEP: dict[str, Any] = {
    "status_code": 202,
    "response_model": ConversationHead,
    "responses": problems(400, 404, 409, 413, 415),
}
MOST_NOTE = 10_000
"""Characters of a note."""


@router.get("", dependencies=[operators], response_model=ConversationPage, responses=problems())
async def list_conversations(
    request: Request,
    services: ServicesDep,
    ended: Annotated[
        Literal["true", "false"], Query(description="those that have ended, the latest first; else those that wait")
    ] = "false",
    end: Annotated[ConversationEnd | None, Query(description="of those that have ended: what became of them")] = None,
    limit: Annotated[int, Query(ge=1, le=50), DIGITS] = 20,
    cursor: Annotated[str | None, Query(max_length=90, description="the `next` of a page")] = None,
) -> Response:
    """What the public has sent, one entry for each sender, the longest waiting first. The read becomes an audit entry.

    A conversation is what one sender has written since an operator last ended one of theirs. It is kept for a week after its
    last message.
    """
    if end is not None and ended == "false":
        raise invalid("end", "only with ended=true", "text")
    items, following = await conversation_page(services, is_ended=ended == "true", how=end, limit=limit, cursor=cursor)
    disclosed(request, [str(item["id"]) for item in items])
    return shown({"items": items, "next": following, "waiting": services.conversations.waiting_count})


@router.get("/{conversation_id}", dependencies=[operators], response_model=ConversationDetail, responses=problems(404))
async def read(conversation_id: ConversationId, request: Request, services: ServicesDep) -> Response:
    """One conversation with its messages. The read becomes an audit entry."""
    item = await conversation_detail(services, known_conversation(services, conversation_id))
    disclosed(request, [conversation_id])
    return shown(item)


@router.get(
    "/{conversation_id}/messages",
    dependencies=[operators],
    response_model=ConversationMessages,
    responses=problems(404),
)
async def read_messages(
    conversation_id: ConversationId,
    request: Request,
    services: ServicesDep,
    cursor: Annotated[str | None, Query(max_length=30, description="the `next` of a page")] = None,
) -> Response:
    """All messages of one conversation, in pages of some 300 messages or 40,000 characters. The read becomes an audit entry."""
    page = await message_page(services, known_conversation(services, conversation_id), cursor)
    disclosed(request, [conversation_id])
    return shown(page)


@router.put(
    "/{conversation_id}/presence",
    status_code=204,
    response_model=None,
    responses=problems(400, 404, 413, 415),
)
async def put_presence_at_conversation(
    conversation_id: ConversationId, body: DoingAtConversation, caller: Operator, services: ServicesDep
) -> Response:
    """Shows the caller to the other operators at this conversation for 15 s, in the event `conversations`.

    A courtesy, never a lock. It is in no log; while Redis is away nobody is shown. No Idempotency-Key: a repeat renews it.
    """
    known_conversation(services, conversation_id)
    one = OperatorHere(id=caller.id, doing=body.doing, field=conversation_id)
    with contextlib.suppress(StoreUnavailable):
        await services.operators_here.put(AT_CONVERSATIONS, one, clock.now_ms())
    return Response(status_code=204)


@router.post("/{conversation_id}/take", **STEP)
async def take(conversation_id: ConversationId, caller: Operator, services: ServicesDep) -> Response:
    """The caller works on it: the others see so, and cannot end it for five minutes. No Idempotency-Key: a repeat prolongs it.

    409 `conflict`: `state` `taken`, somebody else does (`by`); `ended`, it has ended.
    """
    return _head(services, await steps.take(services, caller, conversation_id))


@router.post("/{conversation_id}/give-back", **STEP)
async def give_back(conversation_id: ConversationId, caller: Operator, services: ServicesDep) -> Response:
    """The caller works on it no longer. No Idempotency-Key: a repeat changes nothing."""
    return _head(services, await steps.give_back(services, caller, conversation_id))


@router.post(
    "/{conversation_id}/attach",
    status_code=202,
    response_model=Accepted,
    dependencies=[operators],
    responses=problems(400, 404, 409, 413, 415),
)
async def attach(conversation_id: ConversationId, body: Attachment, once: OnceOnly, services: ServicesDep) -> Response:
    """Adds the text with the number of its sender to an open incident, as a note, and ends the conversation. Of a text that is
    longer than a note the note says how many characters it leaves out: `[… +29015]`."""
    if zone_of_known_cell(body.incident_id) is None:
        raise ProblemResponse("not_found", "there is no incident with this id")
    order = IncidentOrder(body.incident_id, once, services)

    async def prepared() -> PreparedWrite:
        kept = known_conversation(services, conversation_id)
        await order.open_state()
        await steps.hold_for(services, once.caller, conversation_id, body.incident_id)
        page, phone = await message_page(services, kept, None), await phone_of(services, kept)
        fields = order.command_fields(f"note from {conversation_id}")
        note = AddNote(**fields, private_ref=text_ref(body.incident_id, "note", fields["id"]))
        text = f"{kept.first.way.upper()} {phone or sender_mark(kept.sender)}: {page['text']}"
        said = shortened(text, MOST_NOTE, is_more=page["next"] is not None)

        async def end() -> None:
            await steps.end(
                services, once.caller, conversation_id, ConversationEnd.ATTACHED, incident_id=body.incident_id
            )

        write = order.prepared(note, private=texts_of(note, said))
        return PreparedWrite(
            command=write.command, subject=write.subject, links=write.links, private=write.private, after=end
        )

    return await write_once(services, once, prepared)


@router.post("/{conversation_id}/discard", **STEP)
async def discard(conversation_id: ConversationId, body: Discard, caller: Operator, services: ServicesDep) -> Response:
    """Ends it without an incident. No Idempotency-Key: a repeat changes nothing."""
    kept = await steps.end(services, caller, conversation_id, ConversationEnd.DISCARDED, reason=body.reason)
    return _head(services, kept)


@router.post("/{conversation_id}/take-back", **STEP)
async def take_back(conversation_id: ConversationId, caller: Operator, services: ServicesDep) -> Response:
    """Lets a conversation that was discarded wait again. No Idempotency-Key: a repeat changes nothing.

    409 `conflict`: it has become an incident or a note of one (`incident_id`).
    """
    return _head(services, await steps.take_back(services, caller, conversation_id))


@router.post("/{conversation_id}/reply", **STEP)
async def reply(conversation_id: ConversationId, body: ReplyText, caller: Operator, services: ServicesDep) -> Response:
    """Sends a prepared text to the sender, in the language of their message, by the way that it came. Ends nothing; the others
    see who has sent it (`reply`).

    No Idempotency-Key: a repeat sends it again.
    """
    return _head(services, await steps.reply(services, caller, conversation_id, body.text))


@router.delete("/{conversation_id}", status_code=204, response_model=None, responses=problems(404))
async def erase(conversation_id: ConversationId, caller: Admin, services: ServicesDep) -> Response:
    """Erases texts, places and numbers of its messages, at once from Redis and from Kafka within a day. That it came remains
    for a week, without them. An incident that was made of it has its own copy: erase it there."""
    await steps.erase(services, caller, conversation_id)
    return Response(status_code=204)


def _head(services: Services, kept: Conversation) -> Response:
    is_stopped = services.conversations.is_stopped(kept.sender)
    return shown(conversation_head(kept, clock.now_ms(), is_stopped=is_stopped), 202)
