"""A summary of an incident out of its decisions: `summary(decisions)`, each sentence with the events on which it stands.

No free text goes in, so none can come out wrong or be an instruction; people are numbers here. A sentence is a code with values
(`summary_texts.py` has its words in three languages), so the page can render it too. What a model writes instead has to name
events in the same way: `valid_sentences` drops what does not.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dispatch.assistant.distances import Direction
from dispatch.assistant.place_ranking import PlaceInText
from dispatch.assistant.place_values import place_value
from dispatch.assistant.summary_texts import sentence_text
from dispatch.gazetteer.built_in import built_in
from dispatch.model.decisions import Decision
from dispatch.model.digital_events import CertaintyChanged, ProposalAccepted, ProposalRejected, WorkSettled
from dispatch.model.incident_events import (
    AttentionEnded,
    AttentionRaised,
    IncidentCancelled,
    IncidentClosed,
    IncidentEscalated,
    IncidentMoved,
    IncidentReopened,
    IncidentReported,
    IncidentUpdated,
    NoteAdded,
)
from dispatch.model.local_time import local_day, local_minute
from dispatch.model.merge_events import IncidentMerged, IncidentSplit, ReportAdopted
from dispatch.model.offer_events import OfferMade, OfferMoved
from dispatch.model.places import Area, Place
from dispatch.model.safety_events import DistressAgain, DistressRaised, HazardDeclared, HazardEnded, HelpAsked
from dispatch.model.staffing_events import RequirementsAdded, ShortfallEnded, ShortfallFound
from dispatch.model.vocabulary import OfferState

_AT_PLACE_M = 3_000.0
"""Within this an incident is at a settlement; further away the distance is told, in whole kilometres."""
_COUNTED = {
    "help_asked": (HelpAsked,),
    "distress": (DistressRaised, DistressAgain),
    "notes": (NoteAdded,),
    "adopted": (ReportAdopted,),
    "split": (IncidentSplit,),
}
Where = Callable[[Place], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """`params`: JSON, as `sentence_text` reads it. `events`: `<id of the decision>/<number of the event in it>`, of at least
    one."""

    code: str
    params: Mapping[str, Any]
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSentence:
    """What a model wrote, and the events that it names for it."""

    text: str
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    ref: str
    at_ms: int
    event: Any


def summary(decisions: Sequence[Decision], *, where: Where | None = None) -> tuple[Sentence, ...]:
    """The sentences, in the order in which somebody takes an incident over. `where`: the values of a place as `place_value` makes
    them; by default of the nearest settlement of the gazetteer."""
    seen = [
        _Seen(f"{decision.id}/{number}", decision.decided_ms, event)
        for decision in decisions
        for number, event in enumerate(decision.events)
    ]
    return tuple(_sentences(seen, where or nearest_settlement))


def rendered(sentence: Sentence, language: str) -> str:
    """A sentence as people read it. `language`: `kk`, `ru` or `en`."""
    return sentence_text(sentence.code, sentence.params, language)


def event_refs(decisions: Iterable[Decision]) -> frozenset[str]:
    """All events that a sentence about these decisions may stand on."""
    return frozenset(f"{one.id}/{number}" for one in decisions for number in range(len(one.events)))


def valid_sentences(sentences: Iterable[ModelSentence], events: Collection[str]) -> tuple[ModelSentence, ...]:
    """The sentences of a model that stand on events, all of which there are. What they say of these a person has to judge."""
    return tuple(
        one for one in sentences if one.text.strip() and one.events and all(event in events for event in one.events)
    )


def nearest_settlement(place: Place) -> Mapping[str, Any] | None:
    """The nearest settlement, with the distance from it where it is not there. None outside the country."""
    found = built_in().nearest(place)
    if found is None:
        return None
    far_m = found.distance_m or 0.0
    is_there = far_m <= _AT_PLACE_M
    known = PlaceInText(
        known=found.known,
        probability=1.0,
        spans=(),
        radius_m=None if is_there else round(far_m, -3),
        direction=None if is_there else Direction.FROM,
    )
    return place_value(known)


def _sentences(seen: Sequence[_Seen], where: Where) -> Iterator[Sentence]:
    yield from _report(seen, where)
    yield from _staffing(seen)
    yield from _shortfalls(seen)
    yield from _changes(seen, where)
    yield from _digital(seen)
    yield from _dangers(seen)
    for code, classes in _COUNTED.items():
        if found := _of(seen, *classes):
            yield _sentence(code, found, count=len(found))
    yield from _attention(seen)
    yield from _end(seen)


def _of(seen: Iterable[_Seen], *classes: type) -> list[_Seen]:
    return [one for one in seen if isinstance(one.event, classes)]


def _sentence(what: str, found: Iterable[_Seen], /, **params: Any) -> Sentence:
    return Sentence(code=what, params=params, events=tuple(one.ref for one in found))


def _report(seen: Sequence[_Seen], where: Where) -> Iterator[Sentence]:
    for one in _of(seen, IncidentReported):
        event: IncidentReported = one.event
        yield _sentence("reported", [one], at=_at(one), type=event.type, priority=event.priority.value)
        if event.exercise:
            yield _sentence("exercise", [one])
        yield _place(one, event.area, where)


def _place(one: _Seen, area: Area | None, where: Where) -> Sentence:
    place = where(area.centre) if area is not None else None
    return _sentence("no_place", [one]) if place is None else _sentence("place", [one], place=place)


def _staffing(seen: Sequence[_Seen]) -> Iterator[Sentence]:
    """People are counted once for each time they are asked."""
    made = _of(seen, OfferMade)
    if not made:
        return
    moved = _of(seen, OfferMoved)
    by_state = {state: [one for one in moved if one.event.state is state] for state in OfferState}
    accepted, declined = by_state[OfferState.ACCEPTED], by_state[OfferState.DECLINED]
    counts = {"accepted": _offers(accepted), "declined": _offers(declined)}
    yield _sentence("asked", [*made, *accepted, *declined], asked=len(made), **counts)
    on_scene, done = by_state[OfferState.ON_SCENE], by_state[OfferState.DONE]
    if on_scene or done:
        yield _sentence("came", [*on_scene, *done], on_scene=_offers(on_scene), done=_offers(done))


def _offers(moved: Iterable[_Seen]) -> int:
    return len({one.event.offer_id for one in moved})


def _shortfalls(seen: Sequence[_Seen]) -> Iterator[Sentence]:
    """Those that last."""
    open_: dict[str, _Seen] = {}
    for one in _of(seen, ShortfallFound, ShortfallEnded):
        if isinstance(one.event, ShortfallFound):
            open_[one.event.requirement_id] = one
        else:
            open_.pop(one.event.requirement_id, None)
    if open_:
        yield _sentence("short", open_.values(), count=len(open_))


def _changes(seen: Sequence[_Seen], where: Where) -> Iterator[Sentence]:
    updates = [one for one in _of(seen, IncidentUpdated) if one.event.changed]
    if added := [*updates, *_of(seen, RequirementsAdded)]:
        fields = [name for one in updates for name in one.event.changed]
        fields += ["requirements"] * (len(added) > len(updates))
        yield _sentence("changed", added, fields=list(dict.fromkeys(fields)))
    for one in (*updates, *_of(seen, IncidentMoved)):
        if isinstance(one.event, IncidentUpdated) and "location" not in one.event.changed:
            continue
        place = where(one.event.area.centre) if one.event.area is not None else None
        if place is not None:
            yield _sentence("moved", [one], at=_at(one), place=place)
    if levels := _of(seen, IncidentEscalated):
        yield _sentence("level", levels[-1:], level=levels[-1].event.alarm_level)


def _digital(seen: Sequence[_Seen]) -> Iterator[Sentence]:
    asked = {one.event.requirement_id: one for one in _of(seen, OfferMade) if one.event.task is not None}
    for one in _of(seen, WorkSettled):
        if (offer := asked.get(one.event.requirement_id)) is not None:
            yield _sentence("result", [offer, one], task=offer.event.task.value, outcome=one.event.outcome)
    if changed := _of(seen, CertaintyChanged):
        yield _sentence("certainty", changed[-1:], certainty=changed[-1].event.certainty.value)
    accepted, rejected = _of(seen, ProposalAccepted), _of(seen, ProposalRejected)
    if accepted or rejected:
        yield _sentence("decided", [*accepted, *rejected], accepted=len(accepted), rejected=len(rejected))


def _dangers(seen: Sequence[_Seen]) -> Iterator[Sentence]:
    if declared := _of(seen, HazardDeclared):
        yield _sentence("hazard", declared)
    if ended := _of(seen, HazardEnded):
        yield _sentence("hazard_ended", ended)


def _attention(seen: Sequence[_Seen]) -> Iterator[Sentence]:
    """What an operator has not dealt with."""
    open_: dict[tuple[str, str | None, str | None], _Seen] = {}
    for one in _of(seen, AttentionRaised, AttentionEnded):
        key = (one.event.reason, one.event.requirement_id, one.event.offer_id)
        if isinstance(one.event, AttentionRaised):
            open_[key] = one
        else:
            open_.pop(key, None)
    if open_:
        yield _sentence("attention", open_.values(), reasons=list(dict.fromkeys(reason for reason, _, _ in open_)))


def _end(seen: Sequence[_Seen]) -> Iterator[Sentence]:
    for one in _of(seen, IncidentClosed, IncidentCancelled, IncidentMerged, IncidentReopened):
        event = one.event
        if isinstance(event, IncidentMerged):
            yield _sentence("merged", [one], at=_at(one))
        elif isinstance(event, IncidentReopened):
            yield _sentence("reopened", [one], at=_at(one))
        else:
            code = "closed" if isinstance(event, IncidentClosed) else "cancelled"
            yield _sentence(code, [one], at=_at(one), code=event.code.value if event.code else "")


def _at(one: _Seen) -> str:
    """Local day and minute, as all three languages write them."""
    year, month, day = local_day(one.at_ms).split("-")
    hour, minute = divmod(local_minute(one.at_ms), 60)
    return f"{day}.{month}.{year} {hour:02}:{minute:02}"
