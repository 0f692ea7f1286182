"""Facts outside the incident that a rule may use. The shell looks them up for a whole batch in one step.

A rule never looks anything up itself: `dispatch.context_query.query_of` declares what a command needs. What was not found is
absent; each rule defines what absence means.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.model.hazard_areas import HazardArea
from dispatch.model.incidents import Incident
from dispatch.model.people import AskedLately, Candidate, Need, Presence
from dispatch.model.places import Place
from dispatch.model.service_area import ServiceArea
from dispatch.model.vocabulary import TravelMode

NEAR_M = 2_000.0
"""Only incidents within this distance of a report are compared with it as possible duplicates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Position of an engaged person: their fix while it is fresh, else their home."""

    # Never written to the log: decisions contain distances only (DESIGN 19).
    place: Place
    travel_mode: TravelMode
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """The fields of an open incident that duplicate detection compares: fingerprints and digests, never texts."""

    incident_id: str
    type: str
    centre: Place | None
    """None: the incident has no place; only its external id finds it."""
    reach_m: float
    logged_ms: int
    language: str | None = None
    text_print: str | None = None
    external: str | None = None
    """Digest of the external id (`dispatch.model.digests.external_digest`): the id itself may contain personal data."""
    reported_by: str | None = None
    exercise: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionContext:
    whereabouts: Mapping[str, Whereabouts] = field(default_factory=dict)
    free: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    """Requirement id → people who could be asked, found by a search around the new place; for a requirement that a translator
    may bridge: available translators."""
    neighbours: tuple[Neighbour, ...] = ()
    target: Incident | None = None
    presence: Mapping[str, Presence] = field(default_factory=dict)
    """Volunteer id → duty and newest fix of people who are monitored on their way; absent: Redis does not know the person."""
    past: Mapping[str, AskedLately] = field(default_factory=dict)
    """Volunteer id → recent offers and work of people selected by an operator."""
    # Workers read them from Redis only after a change of one of them (DESIGN 23).
    hazards: tuple[HazardArea, ...] = ()
    """Hazard areas of open incidents."""
    served: ServiceArea | None = None
    """Service area of the deployment; None: no place is reported as unlikely."""


NOTHING = DecisionContext()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Place and time around which duplicates are searched. `logged_ms` None: at any time."""

    place: Place
    within_m: float
    logged_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextQuery:
    """What to look up. `near`: open incidents within `near_m` of this point. `external`: open incidents whose external id has
    this digest, at any place."""

    people: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    near: Place | None = None
    near_m: float = NEAR_M
    external: str | None = None
    target: str | None = None
