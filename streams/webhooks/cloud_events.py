"""From decisions to events for others (CloudEvents 1.0, structured JSON).

An event says what happened to which incident, in codes and counts. Who wants more reads it by its link, with a token.
There are no texts, no people, no places and no names of operators in it.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from dispatch.model import incident_events, merge_events, offer_events, safety_events, staffing_events
from dispatch.model.decisions import Decision
from dispatch.model.events import Event
from dispatch.model.ids import derived
from dispatch.model.vocabulary import Outcome
from streams import clock
from streams.api_paths import path_of

PREFIX = "komek."
SOURCE = "urn:komek"
MEDIA = "application/cloudevents+json"
OWN = "komekown"
"""Extension attribute of an event that the receiver caused itself: `true`."""
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """`id`: the same whenever the same decision is read, so that receivers recognise a repeat. `by`: who gave the order; not
    sent."""

    id: str
    type: str
    incident_id: str
    at_ms: int
    data: Mapping[str, Any]
    by: str

    def body(self, *, links_from: str | None, is_own: bool = False) -> bytes:
        """`links_from`: KOMEK_PUBLIC_URL."""
        path = path_of("incidents", self.incident_id)
        event: dict[str, Any] = {
            "specversion": "1.0",
            "id": self.id,
            "source": links_from or SOURCE,
            "type": self.type,
            "subject": self.incident_id,
            "time": clock.rfc3339(self.at_ms),
            "datacontenttype": "application/json",
            "data": {"incident_id": self.incident_id, "link": f"{links_from or ''}{path}", **self.data},
        }
        return _encode({**event, OWN: True} if is_own else event)


Say = Callable[[Sequence[Any]], Mapping[str, Any]]
"""What is said of the facts of one kind in one decision."""


def _reported(facts: Sequence[incident_events.IncidentReported]) -> Mapping[str, Any]:
    return {
        "incident_type": facts[0].type,
        "priority": facts[0].priority.value,
        "exercise": facts[0].exercise,
        "split_from": facts[0].split_from,
    }


def _updated(facts: Sequence[incident_events.IncidentUpdated]) -> Mapping[str, Any]:
    return {
        "incident_type": facts[-1].type,
        "priority": facts[-1].priority.value,
        "changed": list(dict.fromkeys(name for fact in facts for name in fact.changed)),
    }


def _ended(facts: Sequence[Any]) -> Mapping[str, Any]:
    return {"code": facts[-1].code.value if facts[-1].code else None}


def _moved(facts: Sequence[offer_events.OfferMoved]) -> Mapping[str, Any]:
    return {"states": dict(Counter(fact.state.value for fact in facts))}


def _nothing(facts: Sequence[Any]) -> Mapping[str, Any]:  # noqa: ARG001 - a function of the same kind
    return {}


KINDS: Mapping[str, tuple[type, Say]] = {
    "incident.reported": (incident_events.IncidentReported, _reported),
    "incident.updated": (incident_events.IncidentUpdated, _updated),
    "incident.escalated": (
        incident_events.IncidentEscalated,
        lambda facts: {"alarm_level": facts[-1].alarm_level},
    ),
    "incident.attention": (
        incident_events.AttentionRaised,
        lambda facts: {"reasons": list(dict.fromkeys(fact.reason for fact in facts))},
    ),
    "incident.merged": (merge_events.IncidentMerged, lambda facts: {"into": facts[-1].into}),
    "incident.unmerged": (merge_events.IncidentUnmerged, _nothing),
    "incident.reopened": (incident_events.IncidentReopened, _nothing),
    "incident.closed": (incident_events.IncidentClosed, _ended),
    "incident.cancelled": (incident_events.IncidentCancelled, _ended),
    "help.asked": (offer_events.OfferMade, lambda facts: {"people": len(facts)}),
    "help.changed": (offer_events.OfferMoved, _moved),
    "help.lacking": (
        staffing_events.ShortfallFound,
        lambda facts: {"reasons": list(dict.fromkeys(fact.shortfall.reason for fact in facts))},
    ),
    "hazard.declared": (safety_events.HazardDeclared, _nothing),
    "hazard.ended": (safety_events.HazardEnded, _nothing),
}
"""By type without its prefix: the facts of a decision that it is about, and what it says of them."""
TYPES = tuple(KINDS)


def events_of(decision: Decision) -> list[WebhookEvent]:
    """The events of a decision, in the order of KINDS: one for each kind of fact. None for one that changed nothing."""
    if decision.outcome is not Outcome.APPLIED:
        return []
    return [
        WebhookEvent(
            # From the command: if its decision is in the log twice, the second is no news.
            id=str(derived("webhook", decision.cause.command_id, decision.incident_id, kind)),
            type=PREFIX + kind,
            incident_id=decision.incident_id,
            at_ms=decision.decided_ms,
            data={"version": decision.version, **say(facts)},
            by=decision.by,
        )
        for kind, (cls, say) in KINDS.items()
        if (facts := _of(decision.events, cls))
    ]


def _of(facts: Sequence[Event], cls: type) -> list[Any]:
    return [fact for fact in facts if isinstance(fact, cls)]
