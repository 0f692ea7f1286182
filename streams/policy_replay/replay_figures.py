"""From what was counted to what is compared. Who never came counts as having come never: as infinite, in JSON as null."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dispatch.model.vocabulary import Priority
from streams.policy_replay.replay_tally import IncidentCourse, ReplayTally

ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitTimes:
    """`incidents` that wait for it; `median_s`, `p90_s` by nearest rank, infinite where as many never had it; None: no incident
    waits for it."""

    incidents: int
    never: int
    median_s: float | None
    p90_s: float | None

    def as_data(self) -> dict[str, Any]:
        return {
            "incidents": self.incidents,
            "never": self.never,
            "median_s": _finite(self.median_s),
            "p90_s": _finite(self.p90_s),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayFigures:
    """`first_acceptance`, `first_on_scene`: of field work, by priority and of all; `digital_acceptance` of digital work.
    `asked_often`: the share of the people asked who had more offers than `often`. `shortfalls`: incidents by reason."""

    incidents: int
    merged: int
    drills: int
    first_acceptance: dict[str, WaitTimes]
    first_on_scene: dict[str, WaitTimes]
    digital_acceptance: WaitTimes
    offers: int
    offers_per_incident: float | None
    acceptances: int
    people_asked: int
    most_offers: int
    p90_offers: float | None
    often: int
    asked_often: float | None
    short_incidents: int
    shortfalls: dict[str, int]
    unknown_offers: int
    drawn_acceptances: int
    drawn_first_acceptances: int

    def as_data(self) -> dict[str, Any]:
        return {
            "incidents": self.incidents,
            "merged": self.merged,
            "drills_left_out": self.drills,
            "first_acceptance": {name: times.as_data() for name, times in self.first_acceptance.items()},
            "first_on_scene": {name: times.as_data() for name, times in self.first_on_scene.items()},
            "digital_acceptance": self.digital_acceptance.as_data(),
            "offers": self.offers,
            "offers_per_incident": self.offers_per_incident,
            "acceptances": self.acceptances,
            "load": {
                "people_asked": self.people_asked,
                "most_offers": self.most_offers,
                "p90_offers": self.p90_offers,
                "often": self.often,
                "share_asked_more_often": self.asked_often,
            },
            "shortfalls": {"incidents": self.short_incidents, "by_reason": self.shortfalls},
            "answers_not_in_the_record": {
                "offers": self.unknown_offers,
                "acceptances": self.drawn_acceptances,
                "first_acceptances": self.drawn_first_acceptances,
            },
        }


def figures_of(tally: ReplayTally, *, often: int) -> ReplayFigures:
    courses = list(tally.courses.values())
    # A merged report asks nobody: its people are those of the other incident.
    own = [course for course in courses if not course.is_merged]
    in_field = [course for course in own if course.is_field]
    loads = sorted(tally.load.values())
    offers = sum(course.offers for course in courses)
    return ReplayFigures(
        incidents=len(courses),
        merged=len(courses) - len(own),
        drills=len(tally.drills),
        first_acceptance=_by_priority(in_field, lambda course: course.field_accept_ms),
        first_on_scene=_by_priority(in_field, lambda course: course.on_scene_ms),
        digital_acceptance=_times(
            [course for course in own if course.is_digital], lambda course: course.digital_accept_ms
        ),
        offers=offers,
        offers_per_incident=round(offers / len(courses), 3) if courses else None,
        acceptances=sum(course.acceptances for course in courses),
        people_asked=len(loads),
        most_offers=loads[-1] if loads else 0,
        p90_offers=percentile(loads, 0.9),
        often=often,
        asked_often=round(sum(load > often for load in loads) / len(loads), 3) if loads else None,
        short_incidents=sum(bool(course.shortfalls) for course in courses),
        shortfalls=dict(sorted(Counter(reason for course in courses for reason in course.shortfalls).items())),
        unknown_offers=tally.unknown_offers,
        drawn_acceptances=tally.drawn_acceptances,
        drawn_first_acceptances=sum(course.is_drawn for course in courses),
    )


def percentile(values: Sequence[float], share: float) -> float | None:
    """By nearest rank; None without values."""
    return sorted(values)[math.ceil(share * len(values)) - 1] if values else None


def _by_priority(
    courses: Iterable[IncidentCourse], at_ms: Callable[[IncidentCourse], int | None]
) -> dict[str, WaitTimes]:
    known = list(courses)
    of = {ALL: known} | {str(one): [course for course in known if course.priority is one] for one in Priority}
    return {name: _times(some, at_ms) for name, some in of.items() if some or name == ALL}


def _times(courses: Sequence[IncidentCourse], at_ms: Callable[[IncidentCourse], int | None]) -> WaitTimes:
    waits = [
        math.inf if (at := at_ms(course)) is None else round((at - course.reported_ms) / 1000, 1) for course in courses
    ]
    return WaitTimes(
        incidents=len(waits),
        never=sum(map(math.isinf, waits)),
        median_s=percentile(waits, 0.5),
        p90_s=percentile(waits, 0.9),
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
