"""dispatch.model.people."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.model.incidents import Area, Hazard, Place, Requirement, SearchMark
from dispatch.model.vocabulary import Capability, Exclusion, Priority, TravelMode


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A free, on-duty person as the search found them. For digital work `distance_m` is None and the fix does not matter."""

    volunteer_id: str
    skills: frozenset[str]
    languages: tuple[str, ...]
    travel_mode: TravelMode = TravelMode.FOOT
    max_distance_m: int | None = None
    distance_m: float | None = None
    place: Place | None = None
    fix_age_s: float | None = None
    accuracy_m: float | None = None
    """Of the fix: radius of the circle in which the device was; None: it did not say, or judged from home."""
    from_home: bool = False
    home_m: float | None = None
    """From the fix to their home; None: unknown, or judged from home."""
    travel_s: float | None = None
    """As a router told, from setting out to the target; None: the built-in model."""
    staging: Place | None = None
    detour_m: float = 0.0
    """What has to be added to the straight way because of dangerous ground on it."""
    in_hazard: bool = False
    load: float = 0.0
    accepted: float = 0.0
    """Own answers that count now (`estimates.py`): accepted, and refused by word or silence."""
    refused: float = 0.0
    upheld: float = 0.0
    """Own digital answers that count now (`trust.py`): borne out by others, and set aside by them."""
    overruled: float = 0.0
    work: float = 0.0
    """Acceptances of the last days; halves every week."""
    offers_last_hour: int = 0
    offers_last_day: int = 0
    rested_s: float | None = None
    """Since the end of the last field assignment; None: none is known."""
    worked_heavy: bool = False
    """Whether that one was heavy."""
    heard_s: float | None = None
    """Since the person themselves last wrote their duty or profile; None: unknown."""


@dataclass(frozen=True, kw_only=True)
class Need:
    """What the search is asked for on behalf of one requirement: `want` new people, nobody of `asked_before`."""

    incident_id: str
    command_id: str
    requirement: Requirement
    area: Area | None
    priority: Priority
    want: int
    asked_before: frozenset[str] = frozenset()
    preferred_languages: tuple[str, ...] = ()
    rivals: int = 0
    """Needs of other incidents in the same batch, as urgent or more, that look for the same people after this one."""
    ground: Hazard | None = None
    """The area is dangerous ground, and who stands on it without being equipped is not asked."""
    asleep_unless_heard_ms: int | None = None
    """In quiet hours: who gave no sign of life since then sleeps and is not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Candidates, nearest (field) or least loaded (digital) first, and why others near were left out.

    `complete` is true when the search looked at everybody within the limits; false when it stopped because it had enough, or
    had looked at as many people as one look may: then it can go on behind its `mark`.
    """

    candidates: tuple[Candidate, ...] = ()
    excluded: Mapping[Exclusion, int] = field(default_factory=dict)
    searched_m: float | None = None
    complete: bool = True
    travel: str = "built_in"
    """Where travel times come from: a router's name, `built_in`, or `built_in_after_timeout` or `_after_error`."""
    waiting: int = 0
    """Shortfalls of other incidents near, as urgent or more, that wait for people with this skill; told of a complete search."""
    bounded: bool = False
    """The search was not gone on with although its people did not suffice: it had done all the work it may."""
    mark: SearchMark | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A person and the offer that engages them."""

    volunteer_id: str
    offer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """One person at this moment. `place`, `fix_at_ms` and `accuracy_m` are of the newest fix that is believed
    (`position_checks.py`), None when there is none; home does not count there. `heard_at_ms` is the time of the newest fix of any
    kind, a sign of life."""

    on_duty: bool
    travel_mode: TravelMode = TravelMode.FOOT
    place: Place | None = None
    fix_at_ms: int | None = None
    accuracy_m: float | None = None
    heard_at_ms: int | None = None
    is_silent_by_word: bool = False
    """The newest fix said that no more will follow for a while."""
    home: Place | None = None
    capabilities: frozenset[Capability] = frozenset()
    skills: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ()
    max_distance_m: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLately:
    """What one person was asked and has done of late, as a search knows it of the people it finds."""

    heard_ms: int | None = None
    worked_ms: int | None = None
    worked_heavy: bool = False
    offers_last_hour: int = 0
    offers_last_day: int = 0
    accepted: float = 0.0
    refused: float = 0.0
