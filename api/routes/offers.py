"""Offers: read and answered by their person, or answered by an operator on their behalf; withdrawn and reminded by operators.

An offer id contains the zone of the incident, so an answer is accepted without a lookup; the dispatcher checks whose offer it is.
While Redis can be read, answers that the dispatcher would refuse are refused at once.
"""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.deps import OfferId, ServicesDep
from api.http.auth import Volunteer, VolunteerOrOperator, operators
from api.http.problems import ProblemResponse
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.reads.disclosure import grounds_on_way, people_in_distress
from api.reads.distress_line import heard_by
from api.reads.hint_opinions import AnswerGiven, what_hints_say
from api.reads.offer_details import near_of, opened_for, verified_skills
from api.schemas.answers import (
    CheckInText,
    Confirm,
    Decline,
    DistressText,
    HelpWanted,
    Progress,
    Result,
    Said,
    Withdrawal,
)
from api.schemas.base import Accepted
from api.schemas.offers import OfferShown
from api.schemas.orders import Reason
from api.views import offers
from api.views.negotiation import VARY, LanguageOfTexts
from api.views.values import time
from api.writes.idempotency import OnceOnly
from api.writes.offer_answers import AnswerFields, OfferAnswer, answer_ref
from api.writes.offer_orders import OfferOrder, OfferOrderFields
from api.writes.offer_preconditions import OfferWithIncident, check_other_incident, check_outcome
from dispatch.incidents.manual_orders import REMIND_EVERY_S, is_reminded_lately
from dispatch.matching.disclosed_fields import Disclosed
from dispatch.model.answer_commands import (
    AcceptOffer,
    AskForHelp,
    CheckIn,
    ConfirmChanges,
    DeclineOffer,
    GiveResult,
    RaiseDistress,
    ReportProgress,
)
from dispatch.model.commands import RemindPerson, WithdrawOffer
from streams import clock

router = APIRouter(prefix="/v1/offers", tags=["offers"], route_class=StrictRoute)
ANSWER: dict[str, Any] = {
    "status_code": 202,
    "response_model": Accepted,
    "responses": problems(400, 404, 409, 413, 415),
}


@router.get("/{offer_id}", response_model=OfferShown, responses=problems(404))
async def read_offer(offer: OfferId, caller: Volunteer, services: ServicesDep, language: LanguageOfTexts) -> Response:
    """An offer of the caller. After acceptance, until the end of the work: place, texts and caller as the work needs them."""
    state = await services.reads.incident(offer[1].incident_id)
    held = state.offer(offer[0]) if state else None
    if state is None or held is None:
        raise ProblemResponse("not_found", "there is no offer with this id")
    if held.volunteer_id != caller.id:
        raise ProblemResponse("not_your_offer")
    opened = await opened_for(services, caller, state, [held], verified=await verified_skills(services, caller))
    # The place of a person in distress is for those who were assigned to them, and every read is audited (DESIGN 26).
    person = await people_in_distress(services, caller, state) if Disclosed.PERSON in opened.disclosed else {}
    grounds = await grounds_on_way(services, [held])
    view = offers.offer(state, held, opened, language, grounds, near_of(services, state))
    return shown({**view, **person, "now": time(clock.now_ms())}, headers=VARY)


@router.post("/{offer_id}/accept", **ANSWER)
async def accept(
    offer: OfferId, caller: VolunteerOrOperator, once: OnceOnly, services: ServicesDep, body: Said | None = None
) -> Response:
    """Accepts the offer. A late acceptance counts while the requirement has an open place."""
    answer = OfferAnswer.of(offer, caller, once, services, body)
    return await answer.respond("accept", OfferWithIncident.refuse_unacceptable, lambda fields: AcceptOffer(**fields))


@router.post("/{offer_id}/decline", **ANSWER)
async def decline(
    offer: OfferId, caller: VolunteerOrOperator, once: OnceOnly, services: ServicesDep, body: Decline | None = None
) -> Response:
    """Declines the offer or gives up the assignment, without disadvantage for the person."""
    given, answer = body or Decline(), OfferAnswer.of(offer, caller, once, services, body)

    def command(fields: AnswerFields) -> DeclineOffer:
        return DeclineOffer(**fields, reason=given.reason, private_ref=answer_ref("decline", fields, given.text))

    return await answer.respond("decline", OfferWithIncident.refuse_ended, command, given.text)


@router.post("/{offer_id}/progress", **ANSWER)
async def progress(
    offer: OfferId, body: Progress, caller: VolunteerOrOperator, once: OnceOnly, services: ServicesDep
) -> Response:
    """Reports that the person is en route, on scene or done."""
    answer = OfferAnswer.of(offer, caller, once, services, body)
    return await answer.respond(
        "progress",
        lambda held: held.refuse_step_back(body.state),
        lambda fields: ReportProgress(**fields, state=body.state),
    )


@router.post("/{offer_id}/check-in", **ANSWER)
async def check_in(
    offer: OfferId, caller: VolunteerOrOperator, once: OnceOnly, services: ServicesDep, body: CheckInText | None = None
) -> Response:
    """Reports that the person is safe."""
    text, answer = body.text if body else None, OfferAnswer.of(offer, caller, once, services, body)

    def command(fields: AnswerFields) -> CheckIn:
        return CheckIn(**fields, private_ref=answer_ref("check_in", fields, text))

    return await answer.respond("check_in", OfferWithIncident.refuse_not_assigned, command, text)


@router.post("/{offer_id}/confirm", **ANSWER)
async def confirm(
    offer: OfferId, body: Confirm, caller: VolunteerOrOperator, once: OnceOnly, services: ServicesDep
) -> Response:
    """Confirms that the person has seen the changes of the job up to this version.

    No other answer confirms a change, not even `on_scene`: a person who arrives a minute after the place was moved may be at the
    old one.
    """
    answer = OfferAnswer.of(offer, caller, once, services, body)
    return await answer.respond(
        "confirm",
        lambda held: held.refuse_unseen(body.version),
        lambda fields: ConfirmChanges(**fields, version=body.version),
    )


@router.post("/{offer_id}/distress", **ANSWER)
async def distress(
    offer: OfferId, caller: VolunteerOrOperator, once: OnceOnly, services: ServicesDep, body: DistressText | None = None
) -> Response:
    """Reports that the person is in danger. Opens a critical incident at their place and alerts the operator. The state of the
    offer does not change."""
    text, answer = body.text if body else None, OfferAnswer.of(offer, caller, once, services, body)

    async def command(fields: AnswerFields) -> RaiseDistress:
        # Not known for a person who cannot be looked up: the dispatcher finds it by the offer.
        person = fields["volunteer_id"]
        heard_at = await heard_by(services, person, clock.now_ms()) if person else None
        return RaiseDistress(**fields, private_ref=answer_ref("distress", fields, text), heard_at=heard_at)

    return await answer.respond("distress", OfferWithIncident.refuse_never_sent, command, text)


@router.post("/{offer_id}/need-help", **ANSWER)
async def need_help(
    offer: OfferId, caller: VolunteerOrOperator, once: OnceOnly, services: ServicesDep, body: HelpWanted | None = None
) -> Response:
    """Requests more people at the scene: with the given skill, or by default for the person's own requirement."""
    given, answer = body or HelpWanted(), OfferAnswer.of(offer, caller, once, services, body)

    def command(fields: AnswerFields) -> AskForHelp:
        skill = str(given.skill) if given.skill else None
        return AskForHelp(**fields, skill=skill, count=given.count, private_ref=answer_ref("help", fields, given.text))

    return await answer.respond("help", OfferWithIncident.refuse_not_on_scene, command, given.text)


@router.post("/{offer_id}/result", **ANSWER)
async def give_result(
    offer: OfferId, body: Result, caller: VolunteerOrOperator, once: OnceOnly, services: ServicesDep
) -> Response:
    """Gives the result of digital work."""
    # The task is known only with the state: here only what no task accepts, also while Redis is down (DESIGN 96).
    check_outcome(body, None)
    check_other_incident(body, offer[1].incident_id)
    answer = OfferAnswer.of(offer, caller, once, services, body)

    async def command(fields: AnswerFields) -> GiveResult:
        location = body.location.geometry if body.location else None
        given = AnswerGiven(
            outcome=body.outcome,
            location=location,
            incident_id=body.incident_id,
            text=body.text,
            language=body.language,
        )
        said = await what_hints_say(services, offer, given, body.assisted_by)
        return GiveResult(
            **fields,
            outcome=body.outcome,
            location=location,
            assisted_by=said.assisted_by,
            opinion=said.opinion,
            other_incident_id=body.incident_id,
            language=body.language,
            private_ref=answer_ref("result", fields, body.text),
        )

    return await answer.respond("result", lambda held: held.refuse_contradiction(body), command, body.text)


@router.post("/{offer_id}/withdraw", **ANSWER, dependencies=[operators])
async def withdraw(offer: OfferId, once: OnceOnly, services: ServicesDep, body: Withdrawal | None = None) -> Response:
    """Withdraws the offer, or stands the person down. The dispatcher does not ask them for this requirement again,
    unless an operator selects them."""
    given, (id_, place) = body or Withdrawal(), offer

    order = OfferOrder(id=id_, place=place, once=once, services=services)
    return await order.respond(
        "withdraw", lambda fields, _: WithdrawOffer(**fields, replace=given.replace), given.reason
    )


@router.post("/{offer_id}/remind", **ANSWER, dependencies=[operators])
async def remind(offer: OfferId, once: OnceOnly, services: ServicesDep, body: Reason | None = None) -> Response:
    """Sends the notice of a live offer once more, at most every 20 seconds (409 `reminded_lately`)."""
    order = OfferOrder(id=offer[0], place=offer[1], once=once, services=services)
    reason = body.reason if body else None

    def command(fields: OfferOrderFields, held: OfferWithIncident | None) -> RemindPerson:
        if held is not None and is_reminded_lately(held.offer, clock.now_ms()):
            raise ProblemResponse("reminded_lately", f"once in {REMIND_EVERY_S} s is enough")
        return RemindPerson(**fields)

    return await order.respond("remind", command, reason)
