"""What this assistant remembers of open incidents, to say which of them a text may tell of once more. Ids and numbers, no texts.

In memory. `known_source.py` fills it from the log, at the start and from then on, for all partitions: a restart forgets nothing
that is in the log, and several assistants know the same. 5,000 incidents take 9 MB with a text each, 41 MB with eight.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest, nsmallest

from dispatch.assistant.hint_kinds import Hint, HintKind
from dispatch.assistant.likely_duplicates import LikelyDuplicate, Told, likely_duplicates
from dispatch.assistant.reading import Reading
from dispatch.assistant.sketches import BITS, bits_of
from dispatch.assistant.specific_facts import specifics_of
from dispatch.assistant.specifics import Specifics
from dispatch.model.decisions import Decision
from dispatch.model.incident_events import (
    IncidentCancelled,
    IncidentClosed,
    IncidentMoved,
    IncidentReopened,
    IncidentReported,
    IncidentUpdated,
)
from dispatch.model.incidents import Incident
from dispatch.model.merge_events import IncidentMerged, IncidentUnmerged
from dispatch.model.places import Area, Place

MOST = 5_000
"""Incidents; those of which nothing was heard for longest are forgotten first."""
MOST_TEXTS = 8
"""Of one incident: its reports and the results about it, the newest."""
NEAREST, LIKEST, NEWEST, SAME_PHONE = 100, 100, 50, 50
"""How many of each are compared in full: comparing 5,000 takes 80 ms, in which nobody gets an answer; with these, 20 ms."""
_NO_TEXTS: dict[str, "Heard"] = {}
Digest = Callable[[str], str]
"""The keyed digest of a telephone number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one text says, as it is compared. `kind`, `bits`: of its sketch, as `sketches.bits_of`. `phones`: keyed digests.
    `specifics`: None where this assistant has not read the text itself; they are not in the log."""

    sketch: str | None = None
    kind: str = ""
    bits: int = 0
    people: int | None = None
    phones: frozenset[str] = frozenset()
    specifics: Specifics | None = None


class KnownReports:
    """`digest`: of telephone numbers. `newest`: how many are compared in full whatever they say. No method blocks or raises."""

    def __init__(self, digest: Digest, newest: int = NEWEST) -> None:
        self._digest = digest
        self._newest = newest
        self._told: OrderedDict[str, Told] = OrderedDict()
        self._heard: OrderedDict[str, dict[str, Heard]] = OrderedDict()
        """By incident, then by the reference of the text. A text may come before its incident."""
        self._ended: set[str] = set()
        """Of those: an incident that is opened again is known at once."""

    def note(self, decision: Decision) -> None:
        """Takes the facts of the next decision."""
        for event in decision.events:
            if isinstance(event, IncidentReported):
                # A decision that comes once more, after a rebalance, must not bring back what was true then.
                if decision.incident_id not in self._told:
                    self._keep(_of_report(decision.incident_id, event, event.logged_ms))
            elif isinstance(event, IncidentCancelled | IncidentClosed | IncidentMerged):
                self._ended.add(decision.incident_id)
            elif isinstance(event, IncidentReopened | IncidentUnmerged):
                self._ended.discard(decision.incident_id)
            elif isinstance(event, IncidentUpdated | IncidentMoved) and decision.incident_id in self._told:
                known = self._told[decision.incident_id]
                if event.area is not None:
                    self._keep(replace(known, places=((event.area.centre, 1.0),), reach_m=event.area.reach_m))

    def stands(self, incident: Incident) -> None:
        """Takes the state of an incident."""
        self._keep(_of_report(incident.id, incident, incident.times.logged_ms))
        if incident.is_open and incident.merged_into is None:
            self._ended.discard(incident.id)
        else:
            self._ended.add(incident.id)

    def heard(self, incident_id: str, source_ref: str, heard: Heard) -> None:
        """Adds what a text says, or what it says now."""
        texts = self._heard.setdefault(incident_id, {})
        before = texts.pop(source_ref, None)
        if heard.specifics is None and before is not None and before.sketch == heard.sketch:
            # The text that was read here comes back from the log, which says less of it.
            heard = replace(heard, specifics=before.specifics)
        texts[source_ref] = heard
        while len(texts) > MOST_TEXTS:
            del texts[next(iter(texts))]
        self._heard.move_to_end(incident_id)
        while len(self._heard) > MOST:
            self._heard.popitem(last=False)

    def forget(self, incident_id: str, source_ref: str) -> None:
        """Forgets what a text says: it was erased."""
        texts = self._heard.get(incident_id, {})
        texts.pop(source_ref, None)
        if not texts:
            self._heard.pop(incident_id, None)

    def texts_of(self, incident_id: str) -> tuple[str, ...]:
        """References of the texts that were heard."""
        return tuple(self._heard.get(incident_id, ()))

    def heard_in(self, reading: Reading, sketch: str | None) -> Heard:
        """What a text says, as it was read."""
        numbers = [phone.normal for phone in reading.phones if phone.normal]
        return replace(self.heard_of(sketch, reading.people.count, numbers), specifics=specifics_of(reading))

    def heard_of(self, sketch: str | None, people: int | None, numbers: Iterable[str]) -> Heard:
        """`numbers`: of telephones, in international form; only their digests are kept."""
        kind, bits = bits_of(sketch or "")
        return Heard(sketch=sketch, kind=kind, bits=bits, people=people, phones=frozenset(map(self._digest, numbers)))

    def similar(
        self, reading: Reading, sketch: str | None, *, told_ms: int, incident_id: str = "", exercise: bool = False
    ) -> tuple[LikelyDuplicate, ...]:
        """The open incidents that a text may tell of. `incident_id`: of the text; empty: it belongs to none yet."""
        own, heard = self._told.get(incident_id), self.heard_in(reading, sketch)
        report = Told(
            id=incident_id,
            told_ms=own.told_ms if own else told_ms,
            types=own.types if own else {one.value: one.probability for one in reading.types},
            places=own.places if own and own.places else [(one.known.place, one.probability) for one in reading.places],
            reach_m=own.reach_m if own else 0.0,
            sketches=(sketch,) if sketch else (),
            people=heard.people,
            phones=heard.phones,
            exercise=own.exercise if own else exercise,
            specifics=heard.specifics,
        )
        return likely_duplicates(report, [self._with_texts(one) for one in self._compared(report, heard)])

    def __len__(self) -> int:
        return len(self._told)

    def _keep(self, told: Told) -> None:
        self._told[told.id] = told
        self._told.move_to_end(told.id)
        while len(self._told) > MOST:
            forgotten, _ = self._told.popitem(last=False)
            self._ended.discard(forgotten)
            self._heard.pop(forgotten, None)

    def _with_texts(self, told: Told) -> Told:
        texts = self._heard.get(told.id)
        if not texts:
            return told
        newest_first = list(reversed(texts.values()))
        return replace(
            told,
            sketches=tuple(dict.fromkeys(one.sketch for one in texts.values() if one.sketch)),
            people=next((one.people for one in newest_first if one.people is not None), None),
            phones=frozenset().union(*(one.phones for one in newest_first)),
            specifics=_joined(one.specifics for one in newest_first),
        )

    def _compared(self, report: Told, heard: Heard) -> Sequence[Told]:
        """The open incidents that are worth a full comparison: near by, alike in words, with a number in common, or new."""
        among = [
            one
            for one in self._told.values()
            if one.exercise is report.exercise and one.id != report.id and one.id not in self._ended
        ]
        if len(among) <= NEAREST + LIKEST + self._newest:
            return among
        chosen = {one.id: one for one in among[-self._newest :]}
        if report.places:
            here, _ = max(report.places, key=lambda one: one[1])
            narrow = math.cos(math.radians(here.lat))
            chosen |= {one.id: one for one in nsmallest(NEAREST, among, key=lambda one: _apart(here, narrow, one))}
        if heard.kind:
            chosen |= {one.id: one for one in nlargest(LIKEST, among, key=lambda one: self._alike(heard, one.id))}
        if report.phones:
            named = self._named(report.phones)
            # The newest: one telephone may tell of one event a thousand times.
            chosen |= {one.id: one for one in [one for one in among if one.id in named][-SAME_PHONE:]}
        return list(chosen.values())

    def _alike(self, heard: Heard, incident_id: str) -> int:
        """How many bits of the likest of its texts are equal; 0: nothing is comparable."""
        most = 0
        for one in self._heard.get(incident_id, _NO_TEXTS).values():
            if one.kind == heard.kind:
                equal = BITS - (heard.bits ^ one.bits).bit_count()
                if equal > most:
                    most = equal
        return most

    def _named(self, phones: frozenset[str]) -> set[str]:
        """Incidents with a text that names one of these numbers."""
        return {
            incident_id
            for incident_id, texts in self._heard.items()
            for one in texts.values()
            if one.phones and not one.phones.isdisjoint(phones)
        }


def similar_hints(found: tuple[LikelyDuplicate, ...]) -> Iterator[Hint]:
    """Hints about other incidents; they point at no words of the text, but give reasons."""
    for one in found:
        yield Hint(kind=HintKind.SIMILAR, value=similar_value(one), spans=(), probability=min(one.probability, 0.99))


def similar_value(one: LikelyDuplicate) -> dict[str, object]:
    return {
        "incident_id": one.incident_id,
        "likeness": one.likeness,
        "reasons": [reason.value for reason in one.reasons],
    }


def _joined(of_texts: Iterable[Specifics | None]) -> Specifics | None:
    found: Specifics | None = None
    for one in of_texts:
        if one is not None:
            found = one if found is None else found.joined(one)
    return found


def _of_report(incident_id: str, reported: IncidentReported | Incident, told_ms: int) -> Told:
    area: Area | None = reported.area
    return Told(
        id=incident_id,
        told_ms=told_ms,
        types={reported.type: 1.0},
        places=() if area is None else ((area.centre, 1.0),),
        reach_m=0.0 if area is None else area.reach_m,
        exercise=reported.exercise,
    )


def _apart(here: Place, narrow: float, told: Told) -> float:
    """By which places are put in order, near the truth between neighbours; infinite without a place. `narrow`: how much shorter a
    degree is to the east than to the north."""
    if not told.places:
        return math.inf
    there, _ = told.places[0]
    east = (there.lon - here.lon) * narrow
    return east * east + (there.lat - here.lat) ** 2
