"""What this assistant remembers of open incidents, to say which of them a text may tell of once more. Ids and numbers, no texts.

It is in memory: what the decisions of the last hour and since the start say, and the sketches of texts that were read since then.
With several assistants each remembers the partitions that it reads.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace

from dispatch.assistant.hint_kinds import Hint, HintKind
from dispatch.assistant.likely_duplicates import LikelyDuplicate, Told, likely_duplicates
from dispatch.assistant.reading import Reading
from dispatch.model.decisions import Decision
from dispatch.model.incident_events import (
    IncidentCancelled,
    IncidentClosed,
    IncidentMoved,
    IncidentReopened,
    IncidentReported,
    IncidentUpdated,
)
from dispatch.model.merge_events import IncidentMerged, IncidentUnmerged

MOST = 5_000
"""Incidents; the oldest are forgotten first."""
MOST_SKETCHES = 8
"""Of one incident: its reports and the results about it."""
Digest = Callable[[str], str]
"""The keyed digest of a telephone number."""


class KnownReports:
    """`digest`: of telephone numbers. No method blocks or raises."""

    def __init__(self, digest: Digest) -> None:
        self._digest = digest
        self._told: OrderedDict[str, Told] = OrderedDict()
        self._ended: set[str] = set()
        """Of those: an incident that is opened again is known at once."""

    def note(self, decision: Decision) -> None:
        """Takes the facts of the next decision."""
        for event in decision.events:
            if isinstance(event, IncidentReported):
                # A decision that comes once more, after a rebalance, must not take away what was heard since.
                if decision.incident_id not in self._told:
                    self._keep(_of_report(decision, event))
            elif isinstance(event, IncidentCancelled | IncidentClosed | IncidentMerged):
                self._ended.add(decision.incident_id)
            elif isinstance(event, IncidentReopened | IncidentUnmerged):
                self._ended.discard(decision.incident_id)
            elif isinstance(event, IncidentUpdated | IncidentMoved) and decision.incident_id in self._told:
                known = self._told[decision.incident_id]
                if event.area is not None:
                    self._keep(replace(known, places=((event.area.centre, 1.0),), reach_m=event.area.reach_m))

    def heard(self, incident_id: str, reading: Reading, sketch: str | None) -> None:
        """Adds what a text of an open incident says."""
        known = self._told.get(incident_id)
        if known is not None:
            sketches = [*known.sketches, *([sketch] if sketch else [])]
            self._keep(
                replace(
                    known,
                    sketches=tuple(dict.fromkeys(sketches))[-MOST_SKETCHES:],
                    people=reading.people.count if reading.people.count is not None else known.people,
                    phones=known.phones | self._phones(reading),
                )
            )

    def similar(
        self, reading: Reading, sketch: str | None, *, told_ms: int, incident_id: str = "", exercise: bool = False
    ) -> tuple[LikelyDuplicate, ...]:
        """The open incidents that a text may tell of. `incident_id`: of the text; empty: it belongs to none yet."""
        own = self._told.get(incident_id)
        report = Told(
            id=incident_id,
            told_ms=own.told_ms if own else told_ms,
            types=own.types if own else {one.value: one.probability for one in reading.types},
            places=own.places if own and own.places else [(one.known.place, one.probability) for one in reading.places],
            reach_m=own.reach_m if own else 0.0,
            sketches=(sketch,) if sketch else (),
            people=reading.people.count,
            phones=self._phones(reading),
            exercise=own.exercise if own else exercise,
        )
        return likely_duplicates(report, [one for one in self._told.values() if one.id not in self._ended])

    def __len__(self) -> int:
        return len(self._told)

    def _phones(self, reading: Reading) -> frozenset[str]:
        return frozenset(self._digest(phone.normal) for phone in reading.phones if phone.normal)

    def _keep(self, told: Told) -> None:
        self._told[told.id] = told
        while len(self._told) > MOST:
            forgotten, _ = self._told.popitem(last=False)
            self._ended.discard(forgotten)


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


def _of_report(decision: Decision, event: IncidentReported) -> Told:
    area = event.area
    return Told(
        id=decision.incident_id,
        told_ms=event.logged_ms,
        types={event.type: 1.0},
        places=() if area is None else ((area.centre, 1.0),),
        reach_m=0.0 if area is None else area.reach_m,
        exercise=event.exercise,
    )
