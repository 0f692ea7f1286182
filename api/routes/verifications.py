"""Verified skills: verify, withdraw, and the list of those that end soon."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from api.caller import Caller
from api.deps import ServicesDep, VolunteerId
from api.fields import instant_ms
from api.http.audit import disclosed, record_done
from api.http.auth import AdminOrOperator, keepers
from api.http.problems import invalid
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.process.services import Services
from api.reads.registered import registered
from api.schemas.base import Accepted
from api.schemas.verifications import EndingList, VerificationIn, VerificationShown
from api.views.verifications import ending, verified_skill
from api.writes import verifications
from dispatch.model.verifications import VOUCHED_FOR_MS, WARNED_MS, Verification
from dispatch.model.vocabulary import Skill
from streams import clock
from streams.api_paths import path_of
from streams.store.volunteer_view import VolunteerView

router = APIRouter(prefix="/v1", tags=["volunteers"], route_class=StrictRoute)
SkillInPath = Annotated[Skill, Path(description="a skill of the vocabulary")]
_PATH = "/volunteers/{volunteer_id}/skills/{skill}/verification"
_ACCEPTED: dict[str, Any] = {"status_code": 202, "response_model": Accepted}


@router.put(_PATH, response_model=VerificationShown, responses=problems(400, 404, 413, 415))
async def verify(
    volunteer_id: VolunteerId,
    skill: SkillInPath,
    caller: AdminOrOperator,
    services: ServicesDep,
    body: VerificationIn | None = None,
) -> Response:
    """Verifies a skill of a person, also one that they do not claim; it counts while they claim it. 202 while Redis is down."""
    given, now_ms = body or VerificationIn(), clock.now_ms()
    until_ms = now_ms + VOUCHED_FOR_MS if given.until is None else given.until
    if not now_ms < until_ms <= now_ms + verifications.LONGEST_MS:
        raise invalid("until", "a time in the future, at most five years ahead")
    await _permitted(services, caller, volunteer_id, given.organisation)
    record = verifications.record_of(caller, volunteer_id, skill, until_ms, given.organisation)
    is_shown = await verifications.send(services, [record])
    record_done(services, caller, "volunteer.skill.verify", volunteer_id)
    known = Verification(until_ms=until_ms, by=caller.id, organisation=record.organisation)
    view = {"volunteer_id": volunteer_id, "skill": skill, **verified_skill(known, now_ms)}
    return shown(view, 200 if is_shown else 202)


@router.delete(_PATH, **_ACCEPTED, responses=problems(404))
async def withdraw(
    volunteer_id: VolunteerId, skill: SkillInPath, caller: AdminOrOperator, services: ServicesDep
) -> Response:
    """Withdraws a verification: the skill counts as claimed. Offers for it that wait for an answer are withdrawn; operators are
    asked about people who accepted (attention `verification_ended`)."""
    await _permitted(services, caller, volunteer_id)
    await verifications.send(services, [verifications.record_of(caller, volunteer_id, skill, 0)])
    record_done(services, caller, "volunteer.skill.withdraw", volunteer_id)
    links = {"self": path_of("volunteers", volunteer_id)}
    return shown({"id": volunteer_id, "status": "withdrawn", "links": links}, 202)


@router.get("/verifications", dependencies=[keepers], response_model=EndingList, responses=problems())
async def list_endings(
    request: Request,
    services: ServicesDep,
    ends_before: Annotated[str | None, Query(description="RFC 3339; default: in 30 days", max_length=40)] = None,
) -> Response:
    """The verifications that end before a time, by default within the 30 days in which they count as ending soon."""
    before_ms = clock.now_ms() + WARNED_MS
    if ends_before is not None:
        try:
            before_ms = instant_ms(ends_before)
        # PydanticCustomError is a ValueError.
        except ValueError:
            raise invalid(
                "ends_before", "a time like 2026-11-22T08:00:00Z (RFC 3339, with an offset)", "text"
            ) from None
    found = await services.reads.verifications_before(before_ms)
    disclosed(request, list(dict.fromkeys(one.volunteer_id for one in found)))
    return shown({"items": [ending(one) for one in found]})


async def _permitted(
    services: Services, caller: Caller, volunteer_id: str, organisation: str | None = None
) -> VolunteerView:
    """The person, if the caller may verify their skills. Raises ProblemResponse (403, 404), StoreUnavailable, NotReady."""
    known = await registered(services, volunteer_id)
    verifications.refuse_other_organisation(caller, known, organisation)
    return known
