"""Orders that name a person, refused before they reach the log where the picture already says that they cannot count.

The same rules as the dispatcher's (`dispatch/incidents/assignment.py`), on the picture as this process reads it; the dispatcher
has the last word, and the claim after it.
"""

from api.http.problems import ProblemResponse, invalid
from api.process.services import Services
from dispatch.incidents.assignment import Known, named_for, obstacle_to
from dispatch.model.commands import AssignVolunteer
from dispatch.model.context import DecisionContext
from dispatch.model.incidents import Incident
from dispatch.model.people import AskedLately, Presence
from dispatch.plans.budget_table import UNLIMITED
from dispatch.ports import NotReady, StoreTrouble
from streams import clock

_SAYS = {
    "unknown_volunteer": "nobody of this id is registered",
    "off_duty": "the person is off duty",
    "engaged": "the person holds an offer of this incident",
    "filled": "the need has all its people; raise its count first",
}


async def refuse_hopeless(parts: Services, state: Incident | None, command: AssignVolunteer) -> None:
    """Raises Problem: 422 for a need the incident does not have, 409 with what speaks against the person."""
    if state is None:
        return
    if all(entry.id != command.requirement_id for entry in state.requirements):
        known = ", ".join(entry.id for entry in state.requirements) or "none, the incident needs nobody"
        raise invalid("requirement_id", f"one of {known}", "text")
    try:
        seen, past, engaged_in = await parts.marks.glance(_person(parts, command.volunteer_id))
    except (StoreTrouble, NotReady):
        return
    around = DecisionContext(
        presence={command.volunteer_id: seen} if seen else {}, past={command.volunteer_id: past} if past else {}
    )
    obstacle = obstacle_to(state, command.requirement_id, command.volunteer_id, around)
    if obstacle is not None:
        raise ProblemResponse(obstacle, _SAYS[obstacle])
    if engaged_in is not None:
        raise ProblemResponse("engaged", f"the person holds an offer of {engaged_in}", incident_id=engaged_in)
    budget = parts.plans.budget if parts.settings.budget == "on" else UNLIMITED
    against = named_for(state, command, Known(around=around, budget=budget, now_ms=clock.now_ms())).against
    if against and not command.force:
        told = ", ".join(against)
        raise ProblemResponse("rules_against", f"{told}; force and a reason set this aside", rules=list(against))


async def _person(parts: Services, volunteer_id: str) -> tuple[Presence | None, AskedLately | None, str | None]:
    view = await parts.picture.volunteer(volunteer_id)
    if view is None:
        return None, None, None
    seen, past = await parts.picture.presence(volunteer_id), await parts.picture.asked_lately(volunteer_id)
    return seen, past, view.incident_id
