"""Events of the life of an incident: report, edits, end, alarm level, notes, attention."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.model.call_numbers import CallNumber
from dispatch.model.incidents import Hazard
from dispatch.model.merges import MovedPerson
from dispatch.model.places import Area
from dispatch.model.reasons import EndCode
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReported:
    type: str
    priority: Priority
    area: Area | None
    language: str | None
    # As resolved under `plan_version`; only the names of ladders are looked up again later (DESIGN 31).
    requirements: tuple[Requirement, ...]
    plan_version: str
    reported_by: str
    # As the sender claims; only displayed. Rules use `logged_ms` (DESIGN 8).
    reported_ms: int
    logged_ms: int
    external_id: str | None
    body_digest: str
    external_digest: str | None = None
    text_print: str | None = None
    parent_id: str | None = None
    distress_of: str | None = None
    hazard: Hazard | None = None
    split_from: str | None = None
    moved: tuple[MovedPerson, ...] = ()
    """People transferred from the incident from which it was split; the dispatcher asks them next."""
    details: Mapping[str, str] = field(default_factory=dict)
    """Private field to the reference of the encrypted record that holds it."""
    exercise: bool = False
    call_number: CallNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentUpdated:
    """All values after the update, including the unchanged ones, so the event is self-contained."""

    type: str
    priority: Priority
    area: Area | None
    language: str | None
    requirements: tuple[Requirement, ...]
    plan_version: str
    # A value that was already set is not listed: it is neither a change nor a conflict (DESIGN 79).
    changed: tuple[str, ...] = ()
    """Fields that the command set and that really changed, named as in the HTTP body: `type`, `priority`, `location`,
    `language`, `requirements`, `description`, `address`, `caller`. `priority` also if the plan of another type raised it;
    `requirements` is absent if they changed only because of another type or priority."""
    by: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    """For each private field among `changed`: the reference of the encrypted record that now holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCancelled:
    by: str
    code: EndCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClosed:
    by: str
    reason: str | None = None
    code: EndCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReopened:
    """Open again with these requirements; field work done before no longer counts towards them."""

    by: str
    # As they are after it: translators that a ladder had added are gone (DESIGN 100).
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEscalated:
    alarm_level: int
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded:
    by: str
    private_ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRaised:
    """An operator should look at the incident. Raised once for each combination of reason, requirement and offer."""

    reason: str
    requirement_id: str | None = None
    detail: str | None = None
    # A second person of the same requirement gets an entry of their own (DESIGN 83).
    offer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionEnded:
    reason: str
    requirement_id: str | None = None
    offer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentMoved:
    """Digital work found the actual location."""

    # The zone does not change (DESIGN 6).
    area: Area
    by: str | None = None
    """The operator who accepted the place; None: the result acted by itself."""
