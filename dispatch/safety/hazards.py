"""Dangerous ground: who is warned of it, who may enter it, where the others gather, and what a way across it costs.

A polygon of a type whose plan says `hazard = true` is dangerous ground while its incident is open. People found inside are
warned, and so is who walks in later, once for each state of the ground. Who has one of the skills in the plan's `equipped` is
sent in. Of the others, those inside are not asked (they are warned), and those outside are sent to a staging point on its edge:
the nearest of eight that follow from the polygon alone, so that people gather, and so that the log says nothing about where
anybody stood (the nearest point of the edge together with a distance would be a position). Each metre of the straight way that
leads through another incident's dangerous ground counts three times: round a round area it would be 1.6, but floods are long and
bridges few. Eight and three are judgement.
"""

from collections.abc import Iterable

from dispatch.model.commands import EnterHazard
from dispatch.model.events import AttentionRaised, Event, HazardDeclared, HazardEnded, HazardWarned
from dispatch.model.hazard_areas import ground_of
from dispatch.model.incidents import Area, Hazard, Incident
from dispatch.model.rulings import Ruling, applied, unchanged
from dispatch.model.vocabulary import AttentionReason
from dispatch.plans.precautions import Precautions

WARNED_MOST = 500
"""People a decision names; a larger crowd is warned by sirens and cell broadcast, which the operator is asked to order."""


def declared(state: Incident, precautions: Precautions) -> list[Event]:
    """Brings the incident in line with the plan of its type; the ground of a distress is its parent's."""
    if not state.is_open or state.distress_of is not None:
        return []
    wanted = Hazard(equipped=precautions.equipped) if precautions.hazard else None
    if (wanted and wanted.equipped) == (state.hazard and state.hazard.equipped):
        return []
    return [HazardEnded()] if wanted is None else [HazardDeclared(equipped=wanted.equipped)]


def new_ground(before: Incident | None, after: Incident | None) -> Area | None:
    """The area in which people have to be looked for and warned; None when it is no news."""
    if after is None or after.distress_of is not None or ground_of(after) is None:
        return None
    known = before is not None and before.is_open and before.hazard is not None and before.area == after.area
    return None if known else after.area


def warned(state: Incident, inside: Iterable[str], beyond: int) -> list[Event]:
    """Who has not been warned of this ground before, in a stable order; more than can be named is for the operator."""
    since = state.hazard.since if state.hazard else 0
    known = {volunteer for volunteer, epoch in state.warned.items() if epoch >= since}
    fresh = sorted(set(inside) - known)
    room = max(0, WARNED_MOST - len(known))
    named, left = tuple(fresh[:room]), len(fresh[room:]) + beyond
    facts: list[Event] = [HazardWarned(volunteer_ids=named, beyond=left)] if named or left else []
    if left:
        facts.append(AttentionRaised(reason=AttentionReason.WARNING_INCOMPLETE))
    return facts


def entered(incident: Incident, command: EnterHazard) -> Ruling:
    """People who walked in after the ground was declared: one warning for each person and each state of the ground.

    A change of the ground has looked for people itself, so what was seen on the ground before it says nothing any more.
    """
    if not incident.is_open or ground_of(incident) is None:
        return unchanged("enter_hazard", "no_dangerous_ground")
    if incident.hazard is None or incident.hazard.since != command.ground:
        return unchanged("enter_hazard", "another_ground")
    facts = warned(incident, command.volunteer_ids, 0)
    is_told = any(entry.reason == AttentionReason.WARNING_INCOMPLETE for entry in incident.attention)
    news = [fact for fact in facts if isinstance(fact, HazardWarned) and fact.volunteer_ids]
    if not news and (not facts or is_told):
        return unchanged("enter_hazard", "already_told")
    return applied("enter_hazard", *facts)
