"""Reinforcements: people on scene ask for more people. The requirement grows at once, up to a limit, and attention is raised.

Without a skill, or with one that the person's own requirement accepts, that requirement gets the places. Another skill adds them
to the requirement for it, or creates one.
"""

from dataclasses import replace

from dispatch.model.answer_commands import AskForHelp
from dispatch.model.events import Event
from dispatch.model.incident_events import AttentionEnded, AttentionRaised
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.reasons import AttentionReason
from dispatch.model.requirement_ids import highest_number
from dispatch.model.requirements import Requirement, RequirementSpec
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.safety_events import HelpAsked
from dispatch.model.vocabulary import Capability, Skill
from dispatch.plans.book import PlanBook
from dispatch.safety.check_ins import is_on_scene

MOST = 10
"""Most places per requirement that people on scene can add; more needs an operator. An estimate."""


def asked(incident: Incident, offer: Offer, command: AskForHelp, plans: PlanBook) -> Ruling:
    """The ruling on a request for reinforcements; only people on scene may ask."""
    if not is_on_scene(offer):
        return refused("help", f"offer_{offer.state}")
    # Commands also come from elsewhere than the API (DESIGN 96).
    if command.skill is not None and command.skill not in set(Skill):
        return refused("help", "unknown_skill")
    if command.count < 1:
        return refused("help", "nobody_asked_for")
    before = _wanted(incident, offer, command.skill, plans)
    # Partly granted: a call that exceeds the limit still gets what is left of it.
    places = min(command.count, MOST - before.helped)
    if places <= 0:
        return unchanged("help", "limit_reached")
    wanted = replace(before, count=before.count + places, helped=before.helped + places, settled=None)
    return applied(
        "help",
        HelpAsked(
            offer_id=offer.id, volunteer_id=offer.volunteer_id, requirement=wanted, private_ref=command.private_ref
        ),
        AttentionRaised(reason=AttentionReason.HELP_ASKED, requirement_id=wanted.id, detail=offer.id),
    )


def answered(state: Incident) -> list[Event]:
    """Ends of attention about requests whose requirement is full."""
    full = {entry.id for entry in state.requirements if state.open_places(entry) == 0}
    return [
        AttentionEnded(reason=entry.reason, requirement_id=entry.requirement_id, offer_id=entry.offer_id)
        for entry in state.attention
        if entry.reason == AttentionReason.HELP_ASKED and entry.requirement_id in full
    ]


def _wanted(incident: Incident, offer: Offer, skill: str | None, plans: PlanBook) -> Requirement:
    """The requirement that gets the places; a new one has none yet."""
    field = [entry for entry in incident.requirements if entry.capability is Capability.FIELD]
    own = next((entry for entry in field if entry.id == offer.requirement_id), None)
    if own is not None and (skill is None or skill in own.skills):
        return own
    named = skill or offer.skill
    known = next((entry for entry in field if entry.skill == named), None)
    if known is not None:
        return known
    (new,) = plans.requirements([RequirementSpec(capability=Capability.FIELD, skill=named)])
    # Count 0: `asked` adds the places, and a second call for the skill finds this requirement.
    return replace(new, id=f"r{highest_number(incident) + 1}", count=0)
