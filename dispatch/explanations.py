"""Explanations in English, from the decisions of an incident and, for people in none of them, from the present state.

`of_incident` explains the state of an incident; `of_person` whether a person was asked, passed over or excluded. Times are UTC.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dispatch.matching.approximate_place import at_wide_cell
from dispatch.matching.eligibility import exclusion
from dispatch.matching.limits import effective, wanted_languages
from dispatch.model.decisions import Decision, RequirementWhy
from dispatch.model.digital_events import AnswerWanted, WorkSettled
from dispatch.model.incidents import Attention, Incident
from dispatch.model.merges import MergeCandidate
from dispatch.model.offer_events import OfferMade, OfferMoved
from dispatch.model.people import Candidate, Need
from dispatch.model.proposals import Proposal
from dispatch.model.reasons import Exclusion, ShortfallReason
from dispatch.model.requirements import Requirement
from dispatch.model.staffing_events import LadderStepped
from dispatch.model.vocabulary import Capability, OfferSource

_LIKENESS_TEXTS = {
    "external_id": "the same number in another system",
    "reporter": "from the same reporter",
    "place": "near it",
    "time": "at the same time",
    "type": "of the same type or family",
    "text": "in similar words",
}
"""Codes of `MergeCandidate.reasons`; an unknown code of a newer log is shown as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonNow:
    """A person as the store knows them now; `engaged_in` is the id of the incident whose offer they hold."""

    candidate: Candidate
    capabilities: frozenset[Capability]
    on_duty: bool
    engaged_in: str | None = None
    in_distress: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`verdict`: asked, passed_over, excluded, not_considered, unknown_person or incident; `facts`: the data behind the text."""

    verdict: str
    text: str
    facts: tuple[Mapping[str, Any], ...] = ()


def of_incident(incident: Incident, decisions: Sequence[Decision]) -> Explanation:
    """Explains the state of an incident: places filled, shortfalls, attention, likely duplicates, proposals."""
    states = Counter(str(offer.state) for offer in incident.offers)
    answers = ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "nobody was asked yet"
    lines = [_standing(incident, entry, decisions) for entry in incident.requirements]
    lines += [_hint(fact) for fact in hint_effects(decisions)]
    lines += [_attention(incident, entry) for entry in incident.attention]
    lines += [_candidate(entry) for entry in incident.merge_candidates]
    lines += [_proposal(entry) for entry in incident.proposals if incident.is_open]
    head = f"{incident.type} ({incident.priority}) is {incident.status}, alarm level {incident.alarm_level}; offers: {answers}."
    versions = {decision.why.plan_version for decision in decisions if decision.why.plan_version}
    facts = ({"plan_versions": sorted(versions), "offers": dict(states)},)
    return Explanation(verdict="incident", text="\n".join([head, *lines]), facts=facts)


def hint_effects(decisions: Sequence[Decision]) -> tuple[AnswerWanted | WorkSettled, ...]:
    """The events in which a hint of the assistant asked for one more person, or stood for an answer."""
    return tuple(
        fact
        for decision in decisions
        for fact in decision.events
        if (isinstance(fact, AnswerWanted) and fact.reason == "hint_disagrees")
        or (isinstance(fact, WorkSettled) and fact.hint_id is not None)
    )


def _hint(fact: AnswerWanted | WorkSettled) -> str:
    if isinstance(fact, AnswerWanted):
        return f"A hint of software differs from an answer to {fact.requirement_id}: one more person is asked."
    return f"A hint of software ({fact.hint_id}) counted as the second answer to {fact.requirement_id}: {fact.outcome}."


def _attention(incident: Incident, entry: Attention) -> str:
    concerns = [f"for {entry.requirement_id}"] if entry.requirement_id else []
    # Some reasons name the offer only in `detail`.
    offer = incident.offer(entry.offer_id or entry.detail or "")
    if offer is not None:
        concerns.append(f"of {offer.volunteer_id}, offer {offer.id}")
    elif named := entry.offer_id or entry.detail:
        concerns.append(f"({named})")
    about = " ".join([entry.reason, *concerns])
    return f"An operator should look at it: {about}, since {_at(entry.since_ms)}."


def _candidate(entry: MergeCandidate) -> str:
    why = ", ".join(_LIKENESS_TEXTS.get(reason, reason) for reason in entry.reasons) or "likeness"
    return f"It may be the same event as {entry.incident_id} ({entry.score:.0%}): {why}."


def _proposal(entry: Proposal) -> str:
    said = " and ".join(
        f"{one.volunteer_id}, right in {one.right.upheld:g} of {one.right.judged:g} judged answers"
        if one.right and one.right.judged
        else f"{one.volunteer_id}, not judged before"
        for one in entry.said
    )
    change = "duplicate of " + entry.incident_id if entry.incident_id else str(entry.kind)
    return (
        f"Digital work says: {change} ({said}), at {_at(entry.at_ms)}. It waits for an operator because of: "
        f"{', '.join(entry.because)}; accept or reject {entry.id}."
    )


def _standing(incident: Incident, entry: Requirement, decisions: Sequence[Decision]) -> str:
    open_places = incident.open_places(entry)
    text = f"{_named(entry)}: {entry.count - open_places} of {entry.count} places filled"
    if entry.shortfall:
        final = ", and the ladder has ended" if entry.shortfall.final else ""
        if entry.shortfall.reason is ShortfallReason.NO_PLACE:
            final = ", field work waits for a place"
        text += (
            f", {entry.shortfall.missing} short since {_at(entry.shortfall.since_ms)}: {entry.shortfall.reason}{final}"
        )
    # The last search only: earlier ones had other limits and other people.
    why = _last_why(entry.id, decisions)
    if why and open_places:
        left_out = (
            ", ".join(f"at most {count} {reason}" for reason, count in sorted(why.excluded.items()))
            or "nobody left out"
        )
        text += f"; the last search saw at most {why.considered} ({left_out}) and asked {why.asked}"
        if why.bounded:
            text += "; it stopped at its limit, there may be more people"
        if why.forecast is not None:
            text += f"; the chance to be staffed in time was {why.forecast:.0%}"
    steps = [fact for fact in _facts(decisions, LadderStepped) if fact.requirement_id == entry.id and not fact.skipped]
    if steps:
        text += "; ladder: " + ", ".join(f"{fact.action} ({fact.reason})" for fact in steps)
    return text + "."


def of_person(
    incident: Incident, decisions: Sequence[Decision], volunteer_id: str, presence: PersonNow | None
) -> Explanation:
    """Explains whether a person was asked, else passed over, else what the rules say now. `presence` None: unknown person."""
    asked = list(_asked(decisions, volunteer_id))
    if asked:
        return Explanation(
            verdict="asked", text=" ".join(text for text, _ in asked), facts=tuple(fact for _, fact in asked)
        )
    passed = list(_passed_over(decisions, volunteer_id))
    if passed:
        # The newest: earlier decisions may have had other people to choose from.
        text, fact = passed[-1]
        return Explanation(verdict="passed_over", text=text, facts=(fact,))
    return _under_present_rules(incident, volunteer_id, presence)


def _asked(decisions: Sequence[Decision], volunteer_id: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for decision in decisions:
        for fact in decision.events:
            if not isinstance(fact, OfferMade) or fact.volunteer_id != volunteer_id:
                continue
            why = next((one for one in decision.why.requirements if one.requirement_id == fact.requirement_id), None)
            rank, shown = _rank(why, volunteer_id)
            moves = [
                (_at(later.decided_ms), move, later)
                for later in decisions
                for move in later.events
                if isinstance(move, OfferMoved) and move.offer_id == fact.offer_id
            ]
            answer = "; ".join(f"{_moved(move, of)} at {at}" for at, move, of in moves) or "no answer yet"
            named = fact.source is OfferSource.OPERATOR
            chosen = _named_by(fact) if named else f"{_place(rank, why)}{_score(shown)}"
            text = (
                f"{volunteer_id} was asked for {fact.requirement_id} ({fact.skill}) at {_at(decision.decided_ms)}"
                f"{chosen}: {answer}."
            )
            facts = {"offer_id": fact.offer_id, "asked_ms": decision.decided_ms, "rank": rank, **shown}
            yield text, {**facts, "steps": [str(move.state) for _, move, _ in moves]}


def _named_by(fact: OfferMade) -> str:
    although = f", although {', '.join(fact.set_aside)}" if fact.set_aside else ""
    return f", named by {fact.by}{although}"


def _moved(move: OfferMoved, decision: Decision) -> str:
    text = f"{move.state} ({move.reason})" if move.reason else str(move.state)
    if decision.way is not None and move.offer_id == _answered(decision):
        return f"{text}, by {decision.way},"
    if decision.heard_by is None or move.offer_id != _answered(decision):
        return text
    return f"{text}, heard by {decision.heard_by} and entered by {decision.by},"


def _answered(decision: Decision) -> str | None:
    """Id of the offer that the answer of a person was about; other offers change only as a consequence of it."""
    # The events of the command come before those that follow from it (`Ruling.events`).
    offers = (getattr(fact, "offer_id", None) for fact in decision.events)
    return next((offer_id for offer_id in offers if offer_id is not None), None)


def _passed_over(decisions: Sequence[Decision], volunteer_id: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for decision in decisions:
        for why in decision.why.requirements:
            rank, shown = _rank(why, volunteer_id)
            if rank is None:
                continue
            before = [str(entry["volunteer_id"]) for entry in why.chosen]
            text = (
                f"{volunteer_id} was passed over for {why.requirement_id} ({why.skill}) at {_at(decision.decided_ms)}"
                f"{_place(rank, why)}{_score(shown)}: {why.asked} were asked, {', '.join(before) or 'none'} before them."
            )
            yield text, {"requirement_id": why.requirement_id, "rank": rank, "before": before, **shown}


def _rank(why: RequirementWhy | None, volunteer_id: str) -> tuple[int | None, Mapping[str, Any]]:
    """Position in the ranking, from 1, and the person's entry in the record."""
    # The people asked come first in the ranking of the record, then those passed over.
    for number, shown in enumerate((*why.chosen, *why.passed_over) if why else (), 1):
        if shown.get("volunteer_id") == volunteer_id:
            return number, {key: value for key, value in shown.items() if key != "volunteer_id"}
    return None, {}


def _place(rank: int | None, why: RequirementWhy | None) -> str:
    return (
        "" if rank is None or why is None else f" as number {rank} in the order, of at most {why.considered} considered"
    )


def _score(shown: Mapping[str, Any]) -> str:
    # Offers to people whom an operator named have no score.
    if "score_s" not in shown:
        return ""
    terms = ", ".join(f"{name} {value:g}" for name, value in dict(shown.get("terms") or {}).items())
    chance = f", chance to accept {shown['chance']:.0%}" if shown.get("chance") is not None else ""
    return f", score {shown['score_s']:g} s ({terms}){chance}"


def _under_present_rules(incident: Incident, volunteer_id: str, presence: PersonNow | None) -> Explanation:
    if presence is None:
        text = f"{volunteer_id} is in no decision on this incident, and nobody with this id is registered now."
        return Explanation(verdict="unknown_person", text=text)
    found = [(entry, _reason_now(incident, entry, presence)) for entry in incident.requirements]
    facts = tuple({"requirement_id": entry.id, "reason": reason} for entry, reason in found)
    head = (
        f"{volunteer_id} is in no decision on this incident. Under the present rules and data (not those of that time)"
    )
    if any(reason is None for _, reason in found):
        fitting = ", ".join(_named(entry) for entry, reason in found if reason is None)
        text = (
            f"{head} they fit {fitting}, from the middle of their cell of some 5 km²: they came within reach or on duty later, "
            "enough others were nearer, "
            "or they were resting or had been asked often enough."
        )
        return Explanation(verdict="not_considered", text=text, facts=facts)
    reasons = "; ".join(f"{_named(entry)}: {_EXCLUSION_TEXTS.get(str(reason), str(reason))}" for entry, reason in found)
    return Explanation(verdict="excluded", text=f"{head} they are excluded. {reasons}.", facts=facts)


def _reason_now(incident: Incident, entry: Requirement, presence: PersonNow) -> str | None:
    # `exclusion` does not know capabilities: whoever a search finds has the right one.
    if entry.capability not in presence.capabilities:
        return "capability"
    if not presence.on_duty:
        return Exclusion.OFF_DUTY
    if presence.in_distress:
        return Exclusion.IN_DISTRESS
    # Likewise: the claim decides it, not the rules.
    if presence.engaged_in is not None:
        return Exclusion.ENGAGED
    need = Need(
        incident_id=incident.id,
        command_id="",
        requirement=effective(entry, incident),
        area=incident.area,
        priority=incident.priority,
        want=1,
        preferred_languages=wanted_languages(entry, incident),
    )
    # Whoever asks chooses the incident and its limits.
    return exclusion(at_wide_cell(presence.candidate, incident.area), need)


_EXCLUSION_TEXTS = {
    "capability": "they do not do this kind of work (field or digital)",
    Exclusion.OFF_DUTY: "off duty",
    Exclusion.ENGAGED: "they hold another offer or assignment",
    Exclusion.IN_DISTRESS: "the incident of their own danger is open",
    Exclusion.SKILL: "they lack the skill, and every substitute for it",
    Exclusion.NOT_VERIFIED: "they claim the skill, but nobody has verified it",
    Exclusion.LANGUAGE: "they share no required language",
    Exclusion.TOO_FAR: "further away than they or the requirement go, from the middle of their cell of some 5 km²",
    Exclusion.STALE_PLACE: "no fresh position and no home place near enough",
}


def _named(entry: Requirement) -> str:
    return f"{entry.id} ({' or '.join(entry.skills)})"


def _last_why(requirement_id: str, decisions: Sequence[Decision]) -> RequirementWhy | None:
    whys = [why for decision in decisions for why in decision.why.requirements if why.requirement_id == requirement_id]
    return whys[-1] if whys else None


def _facts(decisions: Sequence[Decision], kind: type[LadderStepped]) -> list[LadderStepped]:
    return [fact for decision in decisions for fact in decision.events if isinstance(fact, kind)]


def _at(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%H:%M:%S")
