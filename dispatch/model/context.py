"""What a rule may know beyond its own incident, as the shell looked it up for a whole batch in one step.

A rule never asks for these itself. `dispatch.context_query.look_of` says what a command needs. What could not be found is left
out, and the rules say what that means.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.model.hazard_areas import HazardArea
from dispatch.model.incidents import Incident, Place
from dispatch.model.people import AskedLately, Candidate, Need, Presence
from dispatch.model.service_area import ServiceArea
from dispatch.model.vocabulary import TravelMode

NEAR_M = 2_000.0


"""Incidents further away than this from a report are not looked at as the same event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where an engaged person is: the fix while it is fresh, else home."""

    place: Place
    travel_mode: TravelMode
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """What is compared of an open incident. Texts never stand here, only their fingerprints and digests."""

    incident_id: str
    type: str
    centre: Place | None
    """None: it has no place, and is found by its external id alone."""
    reach_m: float
    logged_ms: int
    language: str | None = None
    text_print: str | None = None
    external: str | None = None
    """Digest of its external id (`dispatch.model.ids.external_digest`), which may be personal text."""
    reported_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionContext:
    whereabouts: Mapping[str, Whereabouts] = field(default_factory=dict)
    free: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    """Requirement id → people who could be asked, as a search around the new place found them; of a need that may be bridged:
    who could translate for it."""
    neighbours: tuple[Neighbour, ...] = ()
    target: Incident | None = None
    presence: Mapping[str, Presence] = field(default_factory=dict)
    """Volunteer id → duty and newest fix of people whose coming is checked; absent: the picture does not know them."""
    past: Mapping[str, AskedLately] = field(default_factory=dict)
    """Volunteer id → what was asked of people whom an operator names."""
    hazards: tuple[HazardArea, ...] = ()
    """Dangerous ground of open incidents."""
    served: ServiceArea | None = None
    """Where this deployment serves; None: no place is unlikely."""


NOTHING = DecisionContext()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where and when other reports of one event are looked for. `logged_ms` None: whenever they came."""

    place: Place
    within_m: float
    logged_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextQuery:
    """What to look up. `near`: open incidents around this point within `near_m`. `external`: open incidents with an external id
    of this digest, wherever they are."""

    people: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    near: Place | None = None
    near_m: float = NEAR_M
    external: str | None = None
    target: str | None = None
