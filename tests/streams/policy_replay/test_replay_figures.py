"""The figures of a comparison: who never came waits for ever, drills and merged reports are apart."""

import math

from dispatch.model.vocabulary import Priority
from streams.policy_replay.replay_figures import figures_of, percentile
from streams.policy_replay.replay_tally import IncidentCourse, ReplayTally

BEGUN_MS = 1_000_000


def course(accept_s: float | None = None, scene_s: float | None = None, **known: object) -> IncidentCourse:
    def at_ms(seconds: float | None) -> int | None:
        return None if seconds is None else BEGUN_MS + round(seconds * 1000)

    made = IncidentCourse(
        priority=Priority.HIGH,
        reported_ms=BEGUN_MS,
        is_field=True,
        is_digital=False,
        field_accept_ms=at_ms(accept_s),
        on_scene_ms=at_ms(scene_s),
    )
    for name, value in known.items():
        setattr(made, name, value)
    return made


def tally(*courses: IncidentCourse, load: dict[str, int] | None = None) -> ReplayTally:
    made = ReplayTally(compared=(), courses={str(number): one for number, one in enumerate(courses)})
    made.load.update(load or {})
    return made


def test_who_never_comes_is_slower_than_everybody() -> None:
    figures = figures_of(tally(course(10, 300), course(20), course(30), course(None, priority=Priority.LOW)), often=3)

    accepted, arrived = figures.first_acceptance["all"], figures.first_on_scene["all"]
    assert (accepted.incidents, accepted.never, accepted.median_s, accepted.p90_s) == (4, 1, 20.0, math.inf)
    assert (arrived.never, arrived.median_s) == (3, math.inf)
    assert figures.first_acceptance["high"].p90_s == 30.0
    assert figures.first_acceptance["low"].median_s == math.inf
    assert "critical" not in figures.first_acceptance
    # JSON knows no infinity.
    assert figures.as_data()["first_acceptance"]["low"] == {"incidents": 1, "never": 1, "median_s": None, "p90_s": None}


def test_merged_reports_wait_for_nobody_and_digital_work_is_apart() -> None:
    figures = figures_of(
        tally(
            course(10),
            course(None, is_merged=True),
            course(None, is_field=False, is_digital=True, digital_accept_ms=BEGUN_MS + 4_000),
        ),
        often=3,
    )

    assert (figures.incidents, figures.merged) == (3, 1)
    assert figures.first_acceptance["all"].incidents == 1
    assert figures.digital_acceptance.median_s == 4.0


def test_load_and_shortfalls() -> None:
    figures = figures_of(
        tally(
            course(offers=6, shortfalls={"nobody_found", "all_engaged"}),
            course(offers=1, shortfalls={"nobody_found"}),
            load={"v-1": 5, "v-2": 1, "v-3": 1},
        ),
        often=3,
    )

    assert (figures.offers, figures.offers_per_incident) == (7, 3.5)
    assert (figures.most_offers, figures.people_asked, figures.asked_often) == (5, 3, 0.333)
    assert (figures.short_incidents, figures.shortfalls) == (2, {"all_engaged": 1, "nobody_found": 2})


def test_nothing_at_all_has_no_figures() -> None:
    figures = figures_of(tally(), often=3)

    assert (figures.incidents, figures.offers_per_incident, figures.asked_often) == (0, None, None)
    assert figures.first_acceptance["all"].median_s is None
    assert percentile([], 0.5) is None
