"""Hazard areas: who is warned, who may enter, where the others gather, and what crossing one costs.

The polygon of an incident whose plan says `hazard = true` is a hazard area while the incident is open. People found inside are
warned, and so are people who enter later, once for each state of the area. People with one of the plan's `equipped` skills are
sent in. Of the others, those inside are warned and not asked, and those outside are sent to a staging point on the edge: the
nearest of eight that depend on the polygon alone. So people gather, and the log does not reveal positions (the nearest point of
the edge together with a distance would). Each metre of the straight way through another incident's hazard area counts three
times: around a circle the factor would be 1.6, but floods are long and bridges few. Eight and three are estimates.
"""

from collections.abc import Iterable

from dispatch.model.commands import EnterHazard
from dispatch.model.events import Event
from dispatch.model.hazard_areas import ground_of
from dispatch.model.incident_events import AttentionRaised
from dispatch.model.incidents import Hazard, Incident
from dispatch.model.places import Area
from dispatch.model.reasons import AttentionReason
from dispatch.model.rulings import Ruling, applied, unchanged
from dispatch.model.safety_events import HazardDeclared, HazardEnded, HazardWarned
from dispatch.plans.precautions import Precautions

WARNED_MOST = 500
"""Most people warned by name per state of the area; beyond it attention asks the operator for sirens or cell broadcast."""


def declared(state: Incident, precautions: Precautions) -> list[Event]:
    """The event by which the hazard area follows the plan of the incident's type; a distress keeps the area of its parent."""
    if not state.is_open or state.distress_of is not None:
        return []
    wanted = Hazard(equipped=precautions.equipped) if precautions.hazard else None
    # `since` is left out: the plan states who may enter, the fold states since when.
    if (wanted and wanted.equipped) == (state.hazard and state.hazard.equipped):
        return []
    return [HazardEnded()] if wanted is None else [HazardDeclared(equipped=wanted.equipped)]


def new_ground(before: Incident | None, after: Incident | None) -> Area | None:
    """The area in which people have to be looked up and warned; None when it is unchanged."""
    # A distress has the area of its parent, which has warned the people inside.
    if after is None or after.distress_of is not None or ground_of(after) is None:
        return None
    known = before is not None and before.is_open and before.hazard is not None and before.area == after.area
    return None if known else after.area


def warned(state: Incident, inside: Iterable[str], beyond: int) -> list[Event]:
    """Warnings of people not warned of this state of the area before, sorted by id; attention when there are too many.

    `beyond`: how many more people are inside that the look-up did not list.
    """
    since = state.hazard.since if state.hazard else 0
    # Warned of an earlier state of the area does not count: the area has changed since (DESIGN 54).
    known = {volunteer for volunteer, epoch in state.warned.items() if epoch >= since}
    # By id, so that a repeat of the look-up gives the same event.
    fresh = sorted(set(inside) - known)
    # The bound covers look-up and later entries together: the list is kept in the state.
    room = max(0, WARNED_MOST - len(known))
    named, left = tuple(fresh[:room]), len(fresh[room:]) + beyond
    facts: list[Event] = [HazardWarned(volunteer_ids=named, beyond=left)] if named or left else []
    if left:
        facts.append(AttentionRaised(reason=AttentionReason.WARNING_INCOMPLETE))
    return facts


def entered(incident: Incident, command: EnterHazard) -> Ruling:
    """The ruling on people who entered after the declaration: one warning per person and state of the area.

    A command about an earlier state is unchanged: the change of the area looked people up itself.
    """
    if not incident.is_open or ground_of(incident) is None:
        return unchanged("enter_hazard", "no_dangerous_ground")
    if incident.hazard is None or incident.hazard.since != command.ground:
        return unchanged("enter_hazard", "another_ground")
    facts = warned(incident, command.volunteer_ids, 0)
    # Otherwise a crowd that keeps entering would raise the same attention with every command.
    is_raised = any(entry.reason == AttentionReason.WARNING_INCOMPLETE for entry in incident.attention)
    news = [fact for fact in facts if isinstance(fact, HazardWarned) and fact.volunteer_ids]
    if not news and (not facts or is_raised):
        return unchanged("enter_hazard", "already_told")
    return applied("enter_hazard", *facts)
