"""Offers: what a person was asked, and the answers they give.

An answer goes to the incident's zone, which stands in the offer id, so it is taken in without any look-up; the dispatcher checks
whose offer it is. While the live picture can be read, what is clearly wrong is refused at once.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api import views
from api.answers import problems, shown
from api.auth import Caller, Volunteer
from api.bodies import StrictRoute
from api.deps import OfferId, PartsDep
from api.disclosure import opened_material, opened_or_none
from api.errors import Problem, invalid
from api.negotiation import VARY, LanguageOfTexts
from api.once import Once, OnceOnly
from api.parts import Parts
from api.refusals import Held, check_outcome
from api.safety import person_in_distress
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
)
from dispatch.commands import (
    AcceptOffer,
    AnswerCommand,
    AskForHelp,
    CheckIn,
    ConfirmChanges,
    DeclineOffer,
    GiveResult,
    RaiseDistress,
    ReportProgress,
)
from dispatch.edits import text_ref
from dispatch.ids import OfferParts, zone_of_incident
from dispatch.ports import NotReady, StoreTrouble
from dispatch.vocabulary import PROGRESS_ORDER
from streams import clock
from streams.store.people import PrivateWrite
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
        raise Problem("not_found", "there is no offer of this id")
    if held.volunteer_id != caller.id:
        raise Problem("not_your_offer")
    is_opened = views.is_opened(state, held)
    private = await opened_or_none(parts, caller, state) if is_opened else None
    found = await opened_material(parts, caller, state) if is_opened else []
    person = await person_in_distress(parts, caller, state) if is_opened else {}
    return shown({**views.offer(state, held, private, language, found), **person}, headers=VARY)


@router.post("/{offer_id}/accept", **ACCEPTED, responses=problems(400, 404, 409, 413, 415))
async def accept(offer: OfferId, caller: Volunteer, once: OnceOnly, parts: PartsDep) -> Response:
    """Yes. A late yes counts while somebody is still needed."""
    if repeated := await once.repeated():
        return repeated
    await _judge(parts, caller, offer, Held.refuse_unacceptable)
    return await _answer(parts, once, AcceptOffer(**_named(once, "accept", offer)))


@router.post("/{offer_id}/decline", **ACCEPTED, responses=problems(400, 404, 409, 413, 415))
async def decline(
    offer: OfferId, caller: Volunteer, once: OnceOnly, parts: PartsDep, body: Decline | None = None
) -> Response:
    """No, or no longer. Costs nothing."""
    if repeated := await once.repeated():
        return repeated
    await _judge(parts, caller, offer, Held.refuse_ended)
    given = body or Decline()
    named = _named(once, "decline", offer)
    ref = text_ref(named["incident_id"], "decline", named["id"]) if given.text else None
    return await _answer(parts, once, DeclineOffer(**named, reason=given.reason, private_ref=ref), given.text)


@router.post("/{offer_id}/progress", **ACCEPTED, responses=problems(400, 404, 409, 413, 415))
async def progress(offer: OfferId, body: Progress, caller: Volunteer, once: OnceOnly, parts: PartsDep) -> Response:
    """On the way, on scene, done."""
    if body.state not in PROGRESS_ORDER[1:]:
        raise invalid("state", "one of " + ", ".join(PROGRESS_ORDER[1:]), "text")
    if repeated := await once.repeated():
        return repeated
    await _judge(parts, caller, offer, lambda held: held.refuse_step_back(body.state))
    return await _answer(parts, once, ReportProgress(**_named(once, "progress", offer), state=body.state))


@router.post("/{offer_id}/check-in", **ACCEPTED, responses=problems(400, 404, 409, 413, 415))
async def check_in(
    offer: OfferId, caller: Volunteer, once: OnceOnly, parts: PartsDep, body: CheckInText | None = None
) -> Response:
    """I am safe."""
    if repeated := await once.repeated():
        return repeated
    await _judge(parts, caller, offer, Held.refuse_not_assigned)
    named = _named(once, "check_in", offer)
    text = body.text if body else None
    ref = text_ref(named["incident_id"], "check_in", named["id"]) if text else None
    return await _answer(parts, once, CheckIn(**named, private_ref=ref), text)


@router.post("/{offer_id}/confirm", **ACCEPTED, responses=problems(400, 404, 409, 413, 415))
async def confirm(offer: OfferId, body: Confirm, caller: Volunteer, once: OnceOnly, parts: PartsDep) -> Response:
    """I have seen what changed of my job, up to this version. No other answer confirms a change, not even `on_scene`: who arrives
    a minute after the place was moved may stand at the old one."""
    if repeated := await once.repeated():
        return repeated
    await _judge(parts, caller, offer, lambda held: held.refuse_unseen(body.version))
    return await _answer(parts, once, ConfirmChanges(**_named(once, "confirm", offer), version=body.version))


@router.post("/{offer_id}/distress", **ACCEPTED, responses=problems(400, 404, 409, 413, 415))
async def distress(
    offer: OfferId, caller: Volunteer, once: OnceOnly, parts: PartsDep, body: DistressText | None = None
) -> Response:
    """I am in danger. Opens a critical incident around the person and calls the operator; the offer stays as it is."""
    if repeated := await once.repeated():
        return repeated
    await _judge(parts, caller, offer, Held.refuse_never_sent)
    named = _named(once, "distress", offer)
    text = body.text if body else None
    ref = text_ref(named["incident_id"], "distress", named["id"]) if text else None
    return await _answer(parts, once, RaiseDistress(**named, private_ref=ref), text)


@router.post("/{offer_id}/need-help", **ACCEPTED, responses=problems(400, 404, 409, 413, 415))
async def need_help(
    offer: OfferId, caller: Volunteer, once: OnceOnly, parts: PartsDep, body: HelpWanted | None = None
) -> Response:
    """More people are needed here; without a skill, of the same kind."""
    if repeated := await once.repeated():
        return repeated
    await _judge(parts, caller, offer, Held.refuse_not_on_scene)
    given = body or HelpWanted()
    named = _named(once, "help", offer)
    ref = text_ref(named["incident_id"], "help", named["id"]) if given.text else None
    skill = str(given.skill) if given.skill else None
    return await _answer(parts, once, AskForHelp(**named, skill=skill, count=given.count, private_ref=ref), given.text)


@router.post("/{offer_id}/result", **ACCEPTED, responses=problems(400, 404, 409, 413, 415))
async def give_result(offer: OfferId, body: Result, caller: Volunteer, once: OnceOnly, parts: PartsDep) -> Response:
    """What digital work found."""
    if body.incident_id is not None and zone_of_incident(body.incident_id) is None:
        raise invalid("incident_id", "the id of an incident", "text")
    check_outcome(body, None)
    if repeated := await once.repeated():
        return repeated
    await _judge(parts, caller, offer, lambda held: held.refuse_contradiction(body))
    named = _named(once, "result", offer)
    command = GiveResult(
        **named,
        outcome=body.outcome,
        location=body.location.geometry if body.location else None,
        other_incident_id=body.incident_id,
        language=body.language,
        private_ref=text_ref(named["incident_id"], "result", named["id"]) if body.text else None,
    )
    return await _answer(parts, once, command, body.text)


async def _judge(parts: Parts, caller: Caller, offer: tuple[str, OfferParts], refuse: Callable[[Held], None]) -> None:
    """Refuses by the picture, unless it lags behind what this person said: a phone sends all it had kept at once.

    Raises Problem.
    """
    held = await _held(parts, caller, offer)
    if held is None:
        return
    try:
        refuse(held)
    except Problem as problem:
        if problem.status_code != HTTPStatus.CONFLICT:
            raise
        if await parts.marks.answer_waits(offer[0]):
            return  # the dispatcher judges, which sees both in their order
        held = await _held(parts, caller, offer)  # since the first look the earlier answer may have been decided
        if held is not None:
            refuse(held)


async def _held(parts: Parts, caller: Caller, offer: tuple[str, OfferParts]) -> Held | None:
    """The offer with its incident; None while the picture cannot be read. Raises Problem: unknown, or another's."""
    try:
        state = await parts.marks.glance(parts.picture.incident(offer[1].incident_id))
    except (StoreTrouble, NotReady):
        return None
    held = state.offer(offer[0]) if state else None
    if state is None or held is None:
        raise Problem("not_found", "there is no offer of this id")
    if held.volunteer_id != caller.id:
        raise Problem("not_your_offer")
    return Held(incident=state, offer=held)


def _named(once: Once, verb: str, offer: tuple[str, OfferParts]) -> dict[str, Any]:
    return {
        "id": once.command_id(f"{verb}:{offer[0]}"),
        "incident_id": offer[1].incident_id,
        "by": once.caller.id,
        "sent_ms": clock.now_ms(),
        "offer_id": offer[0],
        "volunteer_id": once.caller.id,
    }


async def _answer(parts: Parts, once: Once, command: AnswerCommand, text: str | None = None) -> Response:
    ref: str | None = getattr(command, "private_ref", None)
    messages = [parts.intake.private_message(ref, IncidentPrivate(text=text))] if ref and text else []
    positions = await parts.intake.send_in_order([*messages, parts.intake.command_message(command)])
    if ref and messages:
        write = PrivateWrite(ref=ref, offset=positions[0].offset, sealed=messages[0].value)
        parts.marks.tell(parts.people.put_private([write]))
    parts.marks.put_answering(command.offer_id, command.id)
    links = views.offer_links(command.offer_id, command.incident_id)
    return once.accepted(command.offer_id, "received", links)
