"""What the public sends by SMS and Telegram: a queue that operators turn into incidents."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from api.deps import ServicesDep, zone_of_known_cell
from api.http.audit import disclosed
from api.http.auth import Admin, Operator, operators
from api.http.numbers import DIGITS
from api.http.problems import ProblemResponse
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.process.services import Services
from api.reads.conversation_texts import (
    conversation_detail,
    conversation_page,
    conversation_text,
    known_conversation,
)
from api.schemas.base import Accepted
from api.schemas.conversations import (
    Attachment,
    ConversationDetail,
    ConversationHead,
    ConversationPage,
    Discard,
    ReplyText,
)
from api.views.conversation_heads import conversation_head
from api.writes import conversation_steps as steps
from api.writes.idempotency import OnceOnly
from api.writes.incident_orders import IncidentOrder, texts_of
from api.writes.send import PreparedWrite, write_once
from dispatch.model.commands import AddNote
from dispatch.model.private_refs import text_ref
from streams import clock
from streams.readers.conversation_book import Conversation
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
    limit: Annotated[int, Query(ge=1, le=50), DIGITS] = 20,
    cursor: Annotated[str | None, Query(max_length=90, description="the `next` of a page")] = None,
) -> Response:
    """What the public has sent, one entry for each sender, the longest waiting first. The read becomes an audit entry.

    A conversation is what one sender has written since an operator last ended one of theirs. It is kept for a week after its
    last message.
    """
    items, following = await conversation_page(services, is_ended=ended == "true", limit=limit, cursor=cursor)
    disclosed(request, [str(item["id"]) for item in items])
    return shown({"items": items, "next": following, "waiting": services.conversations.waiting_count})


@router.get("/{conversation_id}", dependencies=[operators], response_model=ConversationDetail, responses=problems(404))
async def read(conversation_id: ConversationId, request: Request, services: ServicesDep) -> Response:
    """One conversation with its messages. The read becomes an audit entry."""
    item = await conversation_detail(services, known_conversation(services, conversation_id))
    disclosed(request, [conversation_id])
    return shown(item)


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
    """Adds the text with the number of its sender to an open incident, as a note, and ends the conversation."""
    if zone_of_known_cell(body.incident_id) is None:
        raise ProblemResponse("not_found", "there is no incident with this id")
    order = IncidentOrder(body.incident_id, once, services)

    async def prepared() -> PreparedWrite:
        kept = known_conversation(services, conversation_id)
        await order.open_state()
        await steps.hold_for(services, once.caller, conversation_id, body.incident_id)
        text, phone = await conversation_text(services, kept)
        fields = order.command_fields(f"note from {conversation_id}")
        note = AddNote(**fields, private_ref=text_ref(body.incident_id, "note", fields["id"]))
        said = f"{kept.first.way.upper()} {phone or ''}".strip() + f": {text}"

        async def end() -> None:
            await steps.end(
                services, once.caller, conversation_id, ConversationEnd.ATTACHED, incident_id=body.incident_id
            )

        write = order.prepared(note, private=texts_of(note, said[:MOST_NOTE]))
        return PreparedWrite(
            command=write.command, subject=write.subject, links=write.links, private=write.private, after=end
        )

    return await write_once(services, once, prepared)


@router.post("/{conversation_id}/discard", **STEP)
async def discard(conversation_id: ConversationId, body: Discard, caller: Operator, services: ServicesDep) -> Response:
    """Ends it without an incident. No Idempotency-Key: a repeat changes nothing."""
    kept = await steps.end(services, caller, conversation_id, ConversationEnd.DISCARDED, reason=body.reason)
    return _head(services, kept)


@router.post("/{conversation_id}/reply", **STEP)
async def reply(conversation_id: ConversationId, body: ReplyText, caller: Operator, services: ServicesDep) -> Response:
    """Sends a prepared text to the sender, in the language of their message, by the way that it came. Ends nothing.

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
