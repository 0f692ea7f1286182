"""The history of an incident: timeline, decision records, explanations.

`events` are the events of decision records. Their fields per `kind` come from the classes of the core (`decision_events.py`).
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.base import Shown, Time
from api.schemas.why import WhyFact
from dispatch.model.decisions import Cause, Why
from dispatch.model.reasons import SaidTime, SoftRule
from dispatch.model.vocabulary import AnswerWay, HeardBy, Outcome

Events = Annotated[list[dict[str, Any]], Field(description="`kind` and the fields of that kind")]


class TimelineEntry(Shown):
    """One decision. `what`: kind of the command. `by`: its author. `heard_by`: how the operator received the answer that they
    entered. `way`: how the author's own words arrived, if not from the app. `said_at`: when the person says they answered, or
    `said_at_ignored`: why that time was not believed. `against`: soft rules for which the order was refused.
    `text`: the note or reason of the command."""

    at: Time
    logged_at: Time
    what: str
    by: str
    heard_by: HeardBy | None
    way: AnswerWay | None
    said_at: Time | None
    said_at_ignored: SaidTime | None
    against: list[SoftRule]
    outcome: Outcome
    reason: str | None
    version: int
    decision_id: str
    command_id: str
    conflicts: list[str]
    events: Events
    text: str | None = None
    text_unreadable: bool = False
    """Whether there is a text that cannot be decrypted at the moment; also in events."""


class Timeline(Shown):
    """Oldest first."""

    items: list[TimelineEntry]


class DecisionShown(Shown):
    """A record of the topic `decisions` with its position. Times are milliseconds since 1970-01-01 UTC."""

    id: str
    cause: Cause
    incident_id: str
    zone: str
    outcome: Outcome
    reason: str | None
    by: str
    version: int
    events: Events
    why: Why
    logged_ms: int
    decided_ms: int
    against: list[SoftRule]
    heard_by: HeardBy | None
    way: AnswerWay | None
    said_ms: int | None
    said_ignored: SaidTime | None
    conflicts: list[str]
    unused_refs: list[str]
    other_incident: str | None
    """The incident to which the reason of a refusal refers."""
    partition: int
    offset: int


class Decisions(Shown):
    """Oldest first."""

    items: list[DecisionShown]


class WhyShown(Shown):
    """An explanation. `text` is English; `facts` say the same as codes and values, for pages in other languages."""

    incident_id: str
    volunteer_id: str | None
    verdict: Literal["asked", "passed_over", "excluded", "not_considered", "unknown_person", "incident"]
    text: str
    facts: list[WhyFact]
