"""Hypothesis strategies of the contract suite: random days of a few people and a few incidents."""

from dataclasses import dataclass
from typing import TypeAlias

from hypothesis import strategies as st

from dispatch.model.vocabulary import Capability

PEOPLE = tuple(f"v-{number}" for number in range(5))
INCIDENTS = ("flood", "fire", "storm")
COMMANDS = tuple(f"c-{number}" for number in range(6))
DISTANCES_M = (60, 320, 900, 2_600, 7_000, 45_000)
SKILLS = ("first_aid", "boat")
MINUTE_MS = 60_000


@dataclass(frozen=True, kw_only=True)
class PutProfile:
    volunteer: str
    on_duty: bool
    capabilities: tuple[Capability, ...]
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    max_distance_m: int | None
    is_late: bool
    keeps_duty: bool
    duty_ends_in_ms: int | None = None


@dataclass(frozen=True, kw_only=True)
class Erase:
    volunteer: str


@dataclass(frozen=True, kw_only=True)
class PutFix:
    volunteer: str
    distance_m: int
    age_ms: int
    accuracy_m: float | None
    continues: bool


@dataclass(frozen=True, kw_only=True)
class PutHome:
    volunteer: str
    distance_m: int | None


@dataclass(frozen=True, kw_only=True)
class MakeClaim:
    volunteer: str
    incident: str
    command: str
    epoch: int
    despite_duty: bool = False


@dataclass(frozen=True, kw_only=True)
class GiveUp:
    volunteer: str
    incident: str
    command: str


@dataclass(frozen=True, kw_only=True)
class Apply:
    """`step`: how far after the applied offset (1 is in order)."""

    incident: str
    command: str
    step: int
    made: tuple[str, ...]
    ended: tuple[tuple[str, str], ...]
    voids: bool
    shortfall: bool
    digital: bool


@dataclass(frozen=True, kw_only=True)
class Sweep:
    ttl_ms: int


Step: TypeAlias = PutProfile | Erase | PutFix | PutHome | MakeClaim | GiveUp | Apply | Sweep

_people = st.sampled_from(PEOPLE)
_incidents = st.sampled_from(INCIDENTS)
_commands = st.sampled_from(COMMANDS)

profiles = st.builds(
    PutProfile,
    volunteer=_people,
    on_duty=st.booleans() | st.just(True),
    capabilities=st.sampled_from(
        [(Capability.FIELD,), (Capability.DIGITAL,), (Capability.FIELD, Capability.DIGITAL), ()]
    ),
    skills=st.sampled_from([SKILLS, SKILLS[:1], SKILLS[1:], ()]),
    languages=st.sampled_from([("kk",), ("kk", "ru"), ("en",), ()]),
    max_distance_m=st.sampled_from([None, None, 1_000, 10_000]),
    is_late=st.sampled_from([False, False, False, True]),
    keeps_duty=st.booleans(),
    duty_ends_in_ms=st.sampled_from([None, None, None, -MINUTE_MS, 60 * MINUTE_MS]),
)
fixes = st.builds(
    PutFix,
    volunteer=_people,
    distance_m=st.sampled_from((*DISTANCES_M, 300_000)),
    age_ms=st.sampled_from([0, MINUTE_MS, 2 * MINUTE_MS, 3 * MINUTE_MS, 40 * MINUTE_MS]),
    accuracy_m=st.sampled_from([8.0, 8.0, None, 700.0, 4_000.0, 25_000.0]),
    continues=st.sampled_from([True, True, False]),
)
homes = st.builds(PutHome, volunteer=_people, distance_m=st.sampled_from([None, *DISTANCES_M]))
claims = st.builds(
    MakeClaim,
    volunteer=_people,
    incident=_incidents,
    command=_commands,
    epoch=st.integers(1, 3),
    despite_duty=st.booleans(),
)
releases = st.builds(GiveUp, volunteer=_people, incident=_incidents, command=_commands)
decisions = st.builds(
    Apply,
    incident=_incidents,
    command=_commands,
    step=st.sampled_from([1, 1, 1, 1, 1, 0, -1, 2]),
    made=st.lists(_people, unique=True, max_size=3).map(tuple),
    ended=st.lists(st.tuples(_people, _commands), unique=True, max_size=3).map(tuple),
    voids=st.booleans(),
    shortfall=st.booleans(),
    digital=st.booleans(),
)
days: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        profiles,
        profiles,
        fixes,
        fixes,
        homes,
        claims,
        claims,
        decisions,
        decisions,
        releases,
        st.builds(Erase, volunteer=_people),
        st.builds(Sweep, ttl_ms=st.sampled_from([20 * MINUTE_MS, 60 * MINUTE_MS])),
    ),
    min_size=5,
    max_size=40,
)
