"""The texts that a decision names: descriptions of reports, and texts of results of digital work."""

from collections.abc import Iterator
from dataclasses import dataclass

from dispatch.model.decisions import Decision
from dispatch.model.digital_events import ResultGiven
from dispatch.model.incident_events import IncidentReported, IncidentUpdated
from dispatch.model.places import Place
from dispatch.model.vocabulary import Priority

RANKS = {Priority.CRITICAL: 0, Priority.HIGH: 1, Priority.NORMAL: 2, Priority.LOW: 3}
OF_RESULTS = 4
"""Results are read after reports: the person who wrote one has read the text themselves."""
_DESCRIPTION = "description"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedText:
    """`ref`: of the private record. `rank`: the lower, the sooner. `near`: where the incident is."""

    incident_id: str
    ref: str
    rank: int
    near: Place | None = None


def texts_named(decision: Decision) -> Iterator[NamedText]:
    """The texts that the events of a decision name for the first time."""
    for event in decision.events:
        if isinstance(event, IncidentReported | IncidentUpdated):
            if (ref := event.details.get(_DESCRIPTION)) is not None:
                near = event.area.centre if event.area else None
                yield NamedText(incident_id=decision.incident_id, ref=ref, rank=RANKS[event.priority], near=near)
        elif isinstance(event, ResultGiven) and event.result.private_ref is not None:
            yield NamedText(incident_id=decision.incident_id, ref=event.result.private_ref, rank=OF_RESULTS)
