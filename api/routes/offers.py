"""Offers: what a person was asked, and the answers they give.

An answer goes to the incident's zone, which stands in the offer id, so it is taken in without any look-up; the dispatcher checks
whose offer it is. While the live picture can be read, what is clearly wrong is refused at once.

An operator may enter what a person told them (`on_behalf`), and take an offer back by hand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.caller import Caller
from api.deps import OfferId, PartsDep
from api.http.auth import OPERATOR, Operator, Volunteer, VolunteerOrOperator
from api.http.problems import ProblemResponse, invalid
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.process.services import Services
from api.reads.disclosure import grounds_on_way, noted, opened_material, opened_or_none, person_in_distress
from api.schemas import (
    Accepted,
    CheckInText,
    Confirm,
    Decline,
    DistressText,
    HelpWanted,
    OfferShown,
    Progress,
    Result,
    Said,
    Withdrawal,
)
from api.views import incidents
from api.views.negotiation import VARY, LanguageOfTexts
from api.writes.idempotency import IdempotentRequest, OnceOnly
from api.writes.preconditions import Held, check_other_incident, check_outcome
from dispatch.model.commands import (
    AcceptOffer,
    AnswerCommand,
    AskForHelp,
    CheckIn,
    Command,
    ConfirmChanges,
    DeclineOffer,
    GiveResult,
    RaiseDistress,
    ReportProgress,
    WithdrawOffer,
)
from dispatch.model.ids import OfferParts
from dispatch.model.private_refs import text_ref
from dispatch.model.vocabulary import PROGRESS_ORDER, HeardBy
from dispatch.ports import NotReady, StoreTrouble
from streams import clock
from streams.store.people import PrivateWrite
from streams.tokens import Role
from streams.wire import IncidentPrivate

router = APIRouter(prefix="/v1/offers", tags=["offers"], route_class=StrictRoute)
ACCEPTED: dict[str, Any] = {"status_code": 202, "response_model": Accepted}


@router.get("/{offer_id}", response_model=OfferShown, responses=problems(404))
async def read_offer(
    offer: OfferId,
    caller: Volunteer,
    parts: PartsDep,
    language: LanguageOfTexts,
) -> Response:
    """One's own offer. The exact place, the address and the caller only after acceptance."""
    state = await parts.picture.incident(offer[1].incident_id)
    held = state.offer(offer[0]) if state else None
    if state is None or held is None:
        raise ProblemResponse("not_found", "there is no offer of this id")
    if held.volunteer_id != caller.id:
        raise ProblemResponse("not_your_offer")
    is_opened = incidents.is_opened(state, held)
    private = await opened_or_none(parts, caller, state) if is_opened else None
    found = await opened_material(parts, caller, state) if is_opened else []
    person = await person_in_distress(parts, caller, state) if is_opened else {}
    grounds = await grounds_on_way(parts, [held])
    return shown({**incidents.offer(state, held, private, language, found, grounds), **person}, headers=VARY)


@router.post("/{offer_id}/accept", **ACCEPTED, responses=problems(400, 404, 409, 413, 415))
async def accept(
    offer: OfferId, caller: VolunteerOrOperator, once: OnceOnly, parts: PartsDep, body: Said | None = None
) -> Response:
    """Yes. A late yes counts while somebody is still needed."""
    speaker = _speaker(caller, body)
    if repeated := await once.repeated():
        return repeated
    person = await _judge(parts, speaker, offer, Held.refuse_unacceptable)
    return await _answer(parts, once, AcceptOffer(**_named(once, "accept", offer, speaker, person)))


@router.post("/{offer_id}/decline", **ACCEPTED, responses=problems(400, 404, 409, 413, 415))
async def decline(
    offer: OfferId, caller: VolunteerOrOperator, once: OnceOnly, parts: PartsDep, body: Decline | None = None
) -> Response:
    """No, or no longer. Costs nothing."""
    speaker = _speaker(caller, body)
    if repeated := await once.repeated():
        return repeated
    person = await _judge(parts, speaker, offer, Held.refuse_ended)
    given = body or Decline()
    named = _named(once, "decline", offer, speaker, person)
    ref = text_ref(named["incident_id"], "decline", named["id"]) if given.text else None
    return await _answer(parts, once, DeclineOffer(**named, reason=given.reason, private_ref=ref), given.text)


@router.post("/{offer_id}/progress", **ACCEPTED, responses=problems(400, 404, 409, 413, 415))
async def progress(
    offer: OfferId, body: Progress, caller: VolunteerOrOperator, once: OnceOnly, parts: PartsDep
) -> Response:
    """On the way, on scene, done."""
    if body.state not in PROGRESS_ORDER[1:]:
        raise invalid("state", "one of " + ", ".join(PROGRESS_ORDER[1:]), "text")
    speaker = _speaker(caller, body)
    if repeated := await once.repeated():
        return repeated
    person = await _judge(parts, speaker, offer, lambda held: held.refuse_step_back(body.state))
    named = _named(once, "progress", offer, speaker, person)
    return await _answer(parts, once, ReportProgress(**named, state=body.state))


@router.post("/{offer_id}/check-in", **ACCEPTED, responses=problems(400, 404, 409, 413, 415))
async def check_in(
    offer: OfferId, caller: VolunteerOrOperator, once: OnceOnly, parts: PartsDep, body: CheckInText | None = None
) -> Response:
    """I am safe."""
    speaker = _speaker(caller, body)
    if repeated := await once.repeated():
        return repeated
    person = await _judge(parts, speaker, offer, Held.refuse_not_assigned)
    named = _named(once, "check_in", offer, speaker, person)
    text = body.text if body else None
    ref = text_ref(named["incident_id"], "check_in", named["id"]) if text else None
    return await _answer(parts, once, CheckIn(**named, private_ref=ref), text)


@router.post("/{offer_id}/confirm", **ACCEPTED, responses=problems(400, 404, 409, 413, 415))
async def confirm(
    offer: OfferId, body: Confirm, caller: VolunteerOrOperator, once: OnceOnly, parts: PartsDep
) -> Response:
    """I have seen what changed of my job, up to this version. No other answer confirms a change, not even `on_scene`: who arrives
    a minute after the place was moved may stand at the old one."""
    speaker = _speaker(caller, body)
    if repeated := await once.repeated():
        return repeated
    person = await _judge(parts, speaker, offer, lambda held: held.refuse_unseen(body.version))
    named = _named(once, "confirm", offer, speaker, person)
    return await _answer(parts, once, ConfirmChanges(**named, version=body.version))


@router.post("/{offer_id}/distress", **ACCEPTED, responses=problems(400, 404, 409, 413, 415))
async def distress(
    offer: OfferId, caller: VolunteerOrOperator, once: OnceOnly, parts: PartsDep, body: DistressText | None = None
) -> Response:
    """I am in danger. Opens a critical incident around the person and calls the operator; the offer stays as it is."""
    speaker = _speaker(caller, body)
    if repeated := await once.repeated():
        return repeated
    person = await _judge(parts, speaker, offer, Held.refuse_never_sent)
    named = _named(once, "distress", offer, speaker, person)
    text = body.text if body else None
    ref = text_ref(named["incident_id"], "distress", named["id"]) if text else None
    return await _answer(parts, once, RaiseDistress(**named, private_ref=ref), text)


@router.post("/{offer_id}/need-help", **ACCEPTED, responses=problems(400, 404, 409, 413, 415))
async def need_help(
    offer: OfferId, caller: VolunteerOrOperator, once: OnceOnly, parts: PartsDep, body: HelpWanted | None = None
) -> Response:
    """More people are needed here; without a skill, of the same kind."""
    speaker = _speaker(caller, body)
    if repeated := await once.repeated():
        return repeated
    person = await _judge(parts, speaker, offer, Held.refuse_not_on_scene)
    given = body or HelpWanted()
    named = _named(once, "help", offer, speaker, person)
    ref = text_ref(named["incident_id"], "help", named["id"]) if given.text else None
    skill = str(given.skill) if given.skill else None
    return await _answer(parts, once, AskForHelp(**named, skill=skill, count=given.count, private_ref=ref), given.text)


@router.post("/{offer_id}/result", **ACCEPTED, responses=problems(400, 404, 409, 413, 415))
async def give_result(
    offer: OfferId, body: Result, caller: VolunteerOrOperator, once: OnceOnly, parts: PartsDep
) -> Response:
    """What digital work found."""
    check_outcome(body, None)
    check_other_incident(body, offer[1].incident_id)
    speaker = _speaker(caller, body)
    if repeated := await once.repeated():
        return repeated
    person = await _judge(parts, speaker, offer, lambda held: held.refuse_contradiction(body))
    named = _named(once, "result", offer, speaker, person)
    command = GiveResult(
        **named,
        outcome=body.outcome,
        location=body.location.geometry if body.location else None,
        other_incident_id=body.incident_id,
        language=body.language,
        private_ref=text_ref(named["incident_id"], "result", named["id"]) if body.text else None,
    )
    return await _answer(parts, once, command, body.text)


@router.post("/{offer_id}/withdraw", **ACCEPTED, responses=problems(400, 404, 409, 413, 415))
async def withdraw(
    offer: OfferId, caller: Operator, once: OnceOnly, parts: PartsDep, body: Withdrawal | None = None
) -> Response:
    """Takes an offer back, or stands the person down. They are not asked for the same again, unless by hand."""
    if repeated := await once.repeated():
        return repeated
    held = await _held(parts, offer)
    if held is not None:
        held.refuse_ended()
    given = body or Withdrawal()
    command_id = once.command_id(f"withdraw:{offer[0]}")
    command = WithdrawOffer(
        id=command_id,
        incident_id=offer[1].incident_id,
        by=caller.id,
        sent_ms=clock.now_ms(),
        offer_id=offer[0],
        replace=given.replace,
        private_ref=text_ref(offer[1].incident_id, "reason", command_id) if given.reason else None,
    )
    await _send(parts, command, command.private_ref, given.reason)
    return once.accepted(offer[0], "accepted", incidents.offer_links(offer[0], offer[1].incident_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Speaker:
    """Who says it: the volunteer themself, or an operator who heard it from them."""

    caller: Caller
    heard_by: HeardBy | None


def _speaker(caller: Caller, body: Said | None) -> _Speaker:
    """Raises Problem (403): a volunteer speaks for nobody else, and an operator only for somebody they heard."""
    on_behalf = body.on_behalf if body else None
    if caller.role is Role.VOLUNTEER and on_behalf is not None:
        raise ProblemResponse("forbidden", "on_behalf is for operators: a volunteer speaks for nobody else")
    if caller.role is OPERATOR and on_behalf is None:
        raise ProblemResponse(
            "forbidden", "an operator answers for a person only on_behalf of them, as they were heard"
        )
    return _Speaker(caller=caller, heard_by=on_behalf.heard_by if on_behalf else None)


async def _judge(
    parts: Services, speaker: _Speaker, offer: tuple[str, OfferParts], refuse: Callable[[Held], None]
) -> str:
    """Refuses by the picture, unless it lags behind what this person said: a phone sends all it had kept at once.

    Gives the person's id; empty when an operator speaks for somebody whom nobody can look up now. Raises Problem.
    """
    held = await _own(parts, speaker, offer)
    if held is None:
        return "" if speaker.heard_by else speaker.caller.id
    if speaker.heard_by:
        noted(parts, speaker.caller, f"offer.on_behalf.{speaker.heard_by}", offer[0])
    try:
        refuse(held)
    except ProblemResponse as problem:
        if problem.status_code != HTTPStatus.CONFLICT:
            raise
        if await parts.marks.answer_waits(offer[0]):
            return held.offer.volunteer_id  # the dispatcher judges, which sees both in their order
        again = await _own(parts, speaker, offer)  # since the first look the earlier answer may have been decided
        if again is not None:
            refuse(again)
    return held.offer.volunteer_id


async def _own(parts: Services, speaker: _Speaker, offer: tuple[str, OfferParts]) -> Held | None:
    """As `_held`. Raises Problem also when it is somebody else's offer."""
    held = await _held(parts, offer)
    if held is not None and speaker.heard_by is None and held.offer.volunteer_id != speaker.caller.id:
        raise ProblemResponse("not_your_offer")
    return held


async def _held(parts: Services, offer: tuple[str, OfferParts]) -> Held | None:
    """The offer with its incident; None while the picture cannot be read. Raises Problem when there is none."""
    try:
        state = await parts.marks.glance(parts.picture.incident(offer[1].incident_id))
    except (StoreTrouble, NotReady):
        return None
    held = state.offer(offer[0]) if state else None
    if state is None or held is None:
        raise ProblemResponse("not_found", "there is no offer of this id")
    return Held(incident=state, offer=held)


def _named(
    once: IdempotentRequest, verb: str, offer: tuple[str, OfferParts], speaker: _Speaker, person: str
) -> dict[str, Any]:
    return {
        "id": once.command_id(f"{verb}:{offer[0]}"),
        "incident_id": offer[1].incident_id,
        "by": once.caller.id,
        "sent_ms": clock.now_ms(),
        "offer_id": offer[0],
        "volunteer_id": person,
        "heard_by": speaker.heard_by,
    }


async def _answer(
    parts: Services, once: IdempotentRequest, command: AnswerCommand, text: str | None = None
) -> Response:
    await _send(parts, command, getattr(command, "private_ref", None), text)
    parts.marks.put_answering(command.offer_id, command.id)
    links = incidents.offer_links(command.offer_id, command.incident_id)
    return once.accepted(command.offer_id, "received", links)


async def _send(parts: Services, command: Command, ref: str | None, text: str | None) -> None:
    """The private text first: whoever sees the command can open it."""
    messages = [parts.intake.private_message(ref, IncidentPrivate(text=text))] if ref and text else []
    positions = await parts.intake.send_in_order([*messages, parts.intake.command_message(command)])
    if ref and messages:
        write = PrivateWrite(ref=ref, offset=positions[0].offset, sealed=messages[0].value)
        parts.marks.tell(parts.people.put_private([write]))
