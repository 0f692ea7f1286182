"""Checks of an order that selects a person, before it is written to the log.

Applies the rules of the dispatcher (`dispatch/incidents/assignment.py`) to the state in Redis. The dispatcher checks again, and
the claim after it.
"""

from api.http.problems import ProblemResponse, invalid
from api.process.services import Services
from api.writes.channels import read_channels
from dispatch.incidents.assignment import Known, named_for, obstacle_to
from dispatch.model.commands import AssignVolunteer
from dispatch.model.context import DecisionContext
from dispatch.model.incidents import Incident
from dispatch.model.people import AskedLately, Presence
from dispatch.plans.budget_table import UNLIMITED
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock

_DETAILS = {
    "unknown_volunteer": "no volunteer is registered with this id",
    "off_duty": "the person is off duty; force with a reason overrides this",
    "engaged": "the person holds an offer of this incident",
    "in_distress": "an incident of the person's own danger is open; close it once they are safe",
    "filled": "the requirement is filled; raise its count first",
}


async def check_assignable(services: Services, state: Incident | None, command: AssignVolunteer) -> None:
    """Checks nothing if the state is unknown; does not check the person while Redis does not answer.

    Raises:
        ProblemResponse: 422 if the incident has no such requirement; 409 with the rules that exclude the person.
    """
    if state is None:
        return
    # Before Redis is asked about the person: it needs the incident only.
    if all(entry.id != command.requirement_id for entry in state.requirements):
        known = ", ".join(entry.id for entry in state.requirements) or "none: the incident has no requirements"
        raise invalid("requirement_id", f"one of {known}", "text")
    try:
        seen, past, engaged_in = await services.marks.read_promptly(_person(services, command.volunteer_id))
    except (StoreUnavailable, NotReady):
        return
    around = DecisionContext(
        presence={command.volunteer_id: seen} if seen else {}, past={command.volunteer_id: past} if past else {}
    )
    obstacle = obstacle_to(state, command, around)
    if obstacle is not None:
        raise ProblemResponse(obstacle, _DETAILS[obstacle])
    # The claim of the dispatcher would fail: a person has one live offer.
    if engaged_in is not None:
        raise ProblemResponse("engaged", f"the person holds an offer of {engaged_in}", incident_id=engaged_in)
    # KOMEK_BUDGET=off suspends rests and quiet hours for drills (DESIGN 42).
    budget = services.plans.budget if services.settings.budget else UNLIMITED
    against = named_for(state, command, Known(around=around, budget=budget, now_ms=clock.now_ms())).against
    if against and not command.force:
        names = ", ".join(against)
        raise ProblemResponse("rules_against", f"{names}; force with a reason overrides this", rules=list(against))
    if not command.force and await _is_unreachable(services, command.volunteer_id):
        raise ProblemResponse("unreachable", "no device of the person takes notices; call them, or force with a reason")


async def _person(services: Services, volunteer_id: str) -> tuple[Presence | None, AskedLately | None, str | None]:
    view = await services.reads.volunteer(volunteer_id)
    if view is None:
        return None, None, None
    # Only for a known person: without a presence `obstacle_to` gives `unknown_volunteer`.
    seen, past = await services.reads.presence(volunteer_id), await services.reads.asked_lately(volunteer_id)
    return seen, past, view.incident_id


async def _is_unreachable(services: Services, volunteer_id: str) -> bool:
    """Whether every verified channel of the person is gone. Who has none uses the open app alone, of which nothing is known."""
    try:
        record, states = await read_channels(services, volunteer_id), await services.reach.devices(volunteer_id)
    except (StoreUnavailable, NotReady, ProblemResponse):
        return False
    added = {channel.id: channel.added_ms for channel in record.channels if channel.verified_ms is not None}
    gone = {name for name, state in states.items() if name in added and state.is_gone_since(added[name])}
    return bool(added) and gone == set(added)
