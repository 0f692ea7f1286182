"""People: as a search returns them, as Redis knows them, and what a search is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.model.incidents import Hazard
from dispatch.model.places import Area, Place
from dispatch.model.reasons import Exclusion
from dispatch.model.recorded_way import RecordedM
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Capability, Priority, TravelMode


# No slots: `copying.changed` copies `__dict__` (DESIGN 45).
@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A free, on-duty person found by a search. For digital work `distance_m` is None and the fix is ignored."""

    volunteer_id: str
    skills: frozenset[str]
    languages: tuple[str, ...]
    travel_mode: TravelMode = TravelMode.FOOT
    # The person's own limit; None: the limit of their travel mode (`travel.reach_m`).
    max_distance_m: int | None = None
    distance_m: float | None = None
    place: Place | None = None
    fix_age_s: float | None = None
    accuracy_m: float | None = None
    """Radius in metres of the circle that contains the device; None: not stated, or the home is used."""
    from_home: bool = False
    home_m: float | None = None
    """Distance from the fix to their home; None: unknown, or the home is used."""
    travel_s: float | None = None
    """Travel time of an external router, without the time to set out; None: use the built-in model."""
    recorded_m: RecordedM | None = None
    """The distance as records may contain it; None: not known, or `approach` has not been called."""
    recorded_detour_m: float = 0.0
    """The detour of the way from the person's wide cell to the coarse place."""
    staging: Place | None = None
    # Each metre inside a hazard area counts three times (DESIGN 23).
    detour_m: float = 0.0
    """Metres added to the straight line because it crosses a hazard area."""
    in_hazard: bool = False
    load: float = 0.0
    accepted: float = 0.0
    """Decayed counts of their own answers (`estimates.py`): accepted; and refused, by a decline or by silence."""
    refused: float = 0.0
    upheld: float = 0.0
    """Decayed counts of their own digital answers (`trust.py`): confirmed by others, and overruled by others."""
    overruled: float = 0.0
    work: float = 0.0
    """Decayed count of acceptances; the half-life is a week."""
    offers_last_hour: int = 0
    offers_last_day: int = 0
    rested_s: float | None = None
    """Time since the end of their last field assignment; None: none is known."""
    worked_heavy: bool = False
    """Whether that assignment was heavy work."""
    heard_s: float | None = None
    """Time since the person last changed their duty or profile themselves; None: unknown."""
    verified: frozenset[str] = frozenset()
    """Skills with a valid verification at the time of the search, also skills that they do not claim."""


# No slots: `copying.changed` copies `__dict__` (DESIGN 45).
@dataclass(frozen=True, kw_only=True)
class Need:
    """A search request for one requirement: `want` new people, none of `asked_before`."""

    incident_id: str
    command_id: str
    requirement: Requirement
    area: Area | None
    priority: Priority
    want: int
    asked_before: frozenset[str] = frozenset()
    preferred_languages: tuple[str, ...] = ()
    # Scarce people are shared with them instead of raced for (DESIGN 39).
    rivals: int = 0
    """Number of needs of other incidents in the batch, at least as urgent, that search for the same people after this one."""
    ground: Hazard | None = None
    """The area is a hazard area: people inside it without the equipment are not asked."""
    vouched: bool = False
    """Only people with a valid verification, of whatever skill: the work is on texts that nobody else may see."""
    asleep_unless_heard_ms: int | None = None
    """Set in quiet hours: people without a sign of life since then count as asleep and are not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchMark:
    """Position at which a search stopped and can continue."""

    judged: frozenset[str]
    """Ids of all people examined so far, candidates or not."""
    radius_m: float | None
    around: Mapping[Exclusion, int] = field(default_factory=dict)
    """Part of `Found.excluded`: nearby people who were counted without being examined; the next page counts them again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The result of a search: candidates, nearest (field) or least loaded (digital) first, and counts of excluded people.

    `complete`: the search examined everybody within the limits. False: it stopped because it had found enough people, or had
    examined as many as one request may; it can continue from `mark`.
    """

    candidates: tuple[Candidate, ...] = ()
    excluded: Mapping[Exclusion, int] = field(default_factory=dict)
    searched_m: float | None = None
    complete: bool = True
    travel: str = "built_in"
    """Source of the travel times: the name of a router, `built_in`, `built_in_after_timeout` or `built_in_after_error`."""
    waiting: int = 0
    """Number of shortfalls of other nearby incidents, at least as urgent, that wait for this skill; set by a complete search."""
    # A bounded search proves nothing about who is there, so ladders then follow their clocks (DESIGN 90).
    bounded: bool = False
    """The search reached its work limit before it had found enough people."""
    # A cursor of one attempt, not a result: ignored by comparisons.
    mark: SearchMark | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """The claim of an offer on a person."""

    volunteer_id: str
    offer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """What Redis knows about a person. `place`, `fix_at_ms` and `accuracy_m` belong to the newest accepted fix
    (`position_checks.py`) and are None without one; the home does not count as a fix. `heard_at_ms`: time of the newest fix,
    accepted or not."""

    on_duty: bool
    travel_mode: TravelMode = TravelMode.FOOT
    place: Place | None = None
    fix_at_ms: int | None = None
    accuracy_m: float | None = None
    # Vague and implausible fixes move nobody but are signs of life (DESIGN 86).
    heard_at_ms: int | None = None
    is_silent_by_word: bool = False
    """The newest fix announced that no more fixes will follow for a while."""
    home: Place | None = None
    capabilities: frozenset[Capability] = frozenset()
    skills: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ()
    max_distance_m: int | None = None
    verified: frozenset[str] = frozenset()
    """Skills with a valid verification by the store's clock."""
    in_distress: bool = False
    """An incident of their own danger is open."""
    offer_id: str | None = None
    """The offer that they hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLately:
    """Recent offers, answers and work of one person, as a search returns them with a candidate.

    The sums are those of `Candidate`.
    """

    heard_ms: int | None = None
    worked_ms: int | None = None
    worked_heavy: bool = False
    offers_last_hour: int = 0
    offers_last_day: int = 0
    accepted: float = 0.0
    refused: float = 0.0
    work: float = 0.0
    upheld: float = 0.0
    overruled: float = 0.0
