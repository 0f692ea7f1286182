"""The facts behind an explanation (`schemas.why.WhyFact`): codes and values, no sentences."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.views.values import View, time
from dispatch.explanations import Explanation, hint_effects
from dispatch.model.decisions import Decision, RequirementWhy
from dispatch.model.digital_events import WorkSettled
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMade, OfferMoved
from dispatch.model.requirements import Requirement
from dispatch.model.staffing_events import LadderStepped

_OF_RECORD = ("eta_s", "score_s", "terms", "chance")


def facts(found: Explanation, state: Incident, decisions: Sequence[Decision], volunteer_id: str | None) -> list[View]:
    """Of the explanation `found`, which decides what it is about."""
    if found.verdict == "incident":
        return list(_of_incident(found, state, decisions))
    if found.verdict == "asked":
        return list(_asked(decisions, volunteer_id or ""))
    if found.verdict == "passed_over":
        # The newest only, as in the text.
        return list(_passed_over(decisions, volunteer_id or ""))[-1:]
    return [_present_rule(state, fact) for fact in found.facts]


def _of_incident(found: Explanation, state: Incident, decisions: Sequence[Decision]) -> Iterator[View]:
    (counts,) = found.facts
    named = {"type": state.type, "priority": state.priority, "status": state.status, "alarm_level": state.alarm_level}
    yield {"code": "state", **named, **counts}
    for entry in state.requirements:
        yield _requirement(state, entry, decisions)
    for fact in hint_effects(decisions):
        yield {
            "code": "hint",
            "requirement_id": fact.requirement_id,
            "reason": "counted" if isinstance(fact, WorkSettled) else "disagrees",
            "hint_id": fact.hint_id if isinstance(fact, WorkSettled) else None,
        }
    for one in state.attention:
        offer = state.offer(one.offer_id or one.detail or "")
        yield {
            "code": "attention",
            "reason": one.reason,
            "requirement_id": one.requirement_id,
            "offer_id": offer.id if offer else None,
            "volunteer_id": offer.volunteer_id if offer else None,
            "at": time(one.since_ms),
        }
    for like in state.merge_candidates:
        about = {"incident_id": like.incident_id, "likeness": like.score}
        yield {"code": "likely_duplicate", **about, "reasons": list(like.reasons)}
    for proposal in state.proposals if state.is_open else ():
        yield {
            "code": "proposal",
            "proposal_id": proposal.id,
            "reason": proposal.kind,
            "incident_id": proposal.incident_id,
            "reasons": list(proposal.because),
            "people": [one.volunteer_id for one in proposal.said],
            "at": time(proposal.at_ms),
        }


def _requirement(state: Incident, entry: Requirement, decisions: Sequence[Decision]) -> View:
    short = entry.shortfall
    whys = [why for decision in decisions for why in decision.why.requirements if why.requirement_id == entry.id]
    steps = [fact for decision in decisions for fact in decision.events if isinstance(fact, LadderStepped)]
    return {
        "code": "requirement",
        "requirement_id": entry.id,
        "skills": list(entry.skills),
        "wanted": entry.count,
        "filled": entry.count - state.open_places(entry),
        "short_since": time(short.since_ms) if short else None,
        "reason": short.reason if short else None,
        "is_final": short.final if short else None,
        # The last one only: earlier searches had other limits and other people.
        "search": _search(whys[-1]) if whys else None,
        "taken": [
            {"action": step.action, "reason": step.reason}
            for step in steps
            if step.requirement_id == entry.id and not step.skipped
        ],
    }


def _search(why: RequirementWhy) -> View:
    counts = {"considered": why.considered, "asked": why.asked, "excluded": dict(why.excluded)}
    return {**counts, "bounded": why.bounded, "chance": why.forecast}


def _asked(decisions: Sequence[Decision], volunteer_id: str) -> Iterator[View]:
    for decision in decisions:
        for made in decision.events:
            if isinstance(made, OfferMade) and made.volunteer_id == volunteer_id:
                why = next(
                    (one for one in decision.why.requirements if one.requirement_id == made.requirement_id), None
                )
                yield {
                    "code": "asked",
                    "requirement_id": made.requirement_id,
                    "offer_id": made.offer_id,
                    "at": time(decision.decided_ms),
                    **_ranked(why, volunteer_id),
                    "by": made.by,
                    "reasons": list(made.set_aside),
                    "moves": [_move(move, of) for of in decisions for move in of.events if _is_of(move, made)],
                }


def _is_of(move: object, made: OfferMade) -> bool:
    return isinstance(move, OfferMoved) and move.offer_id == made.offer_id


def _move(move: Any, decision: Decision) -> View:
    said = {"state": move.state, "reason": move.reason, "at": time(decision.decided_ms)}
    is_told = decision.heard_by is not None
    return {**said, "heard_by": decision.heard_by, "by": decision.by if is_told else None}


def _passed_over(decisions: Sequence[Decision], volunteer_id: str) -> Iterator[View]:
    for decision in decisions:
        for why in decision.why.requirements:
            ranked = _ranked(why, volunteer_id)
            if ranked:
                about = {"requirement_id": why.requirement_id, "at": time(decision.decided_ms)}
                before = [str(entry["volunteer_id"]) for entry in why.chosen]
                yield {"code": "passed_over", **about, **ranked, "before": before}


def _ranked(why: RequirementWhy | None, volunteer_id: str) -> View:
    """Place in the ranking of the record, and what it says of the person; empty for a person whom it does not list."""
    for number, entry in enumerate((*why.chosen, *why.passed_over) if why else (), 1):
        if why is not None and entry.get("volunteer_id") == volunteer_id:
            return {"rank": number, "considered": why.considered, **{name: entry.get(name) for name in _OF_RECORD}}
    return {}


def _present_rule(state: Incident, fact: Mapping[str, Any]) -> View:
    entry = state.requirement(str(fact["requirement_id"]))
    about = {"requirement_id": fact["requirement_id"], "skills": list(entry.skills) if entry else []}
    return {"code": "fits" if fact["reason"] is None else "excluded", **about, "reason": fact["reason"]}
