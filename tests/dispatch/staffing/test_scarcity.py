"""Who becomes available later is asked: by what is short of people, and by what is short of its stated certainty."""

from typing import Any

import pytest

from dispatch.deadlines import timers_of, waiting_of
from dispatch.decide import fill, settle
from dispatch.matching.budget import free_again_ms
from dispatch.model.commands import PassDeadline
from dispatch.model.local_time import local_hour
from dispatch.model.people import Candidate, Found
from dispatch.model.reasons import Exclusion
from dispatch.model.staffing_events import RetryScheduled, WaveFellShort
from dispatch.model.vocabulary import DeadlineKind, Outcome, Priority, WaveRule
from dispatch.plans.book import load_builtin
from dispatch.plans.budget_table import Budget
from dispatch.staffing.scarcity import FIRST_RETRY_S, MAX_RETRY_S, fell_short, retry_scheduled
from dispatch.staffing.urgency import BEHIND_SHORTFALLS, waiting_urgency
from dispatch.state.lifecycle import fold
from tests.dispatch.test_properties import report
from tests.support.builders import (
    INCIDENT,
    NOW_MS,
    Story,
    candidate,
    helpers,
    incident,
    plans,
    requirement,
    shortfall,
    spec,
    view,
)

NIGHT_MS = NOW_MS + 5 * 3_600_000  # two in the morning in Almaty


def story(*people: Candidate, **known: Any) -> Story:
    return Story(list(people), book=load_builtin(), **known)


def looks(told: Story) -> list[int]:
    """Seconds until the looks that the last decision made."""
    return [(fact.at_ms - told.now_ms) // 1000 for fact in told.last.events if isinstance(fact, RetryScheduled)]


def crowd(count: int) -> list[Candidate]:
    return helpers(*(f"v-{number:02}" for number in range(count)))


def test_a_wave_of_too_few_waits_for_newcomers_although_everybody_is_asked() -> None:
    told = story(*crowd(2))

    told.report(spec())

    assert not told.shortfalls()
    assert told.incident.requirements[0].short_since_ms == NOW_MS
    assert waiting_of(told.incident) == ("r1",)
    assert looks(told) == [MAX_RETRY_S]
    assert [timer.kind for timer in timers_of(told.incident)].count(DeadlineKind.RETRY) == 1


def test_a_newcomer_is_asked_when_it_is_woken_until_it_is_sure_enough() -> None:
    told = story(*crowd(2))
    told.report(spec())
    told.wait(5)

    told.people = crowd(3)
    told.retry()
    assert set(told.asked()) == {"v-00", "v-01", "v-02"}
    assert waiting_of(told.incident) == ("r1",)

    told.people = crowd(20)
    told.retry()

    wave = told.last.why.requirements[0].wave
    assert wave is not None
    assert wave.rule is WaveRule.CERTAINTY
    assert told.incident.requirements[0].short_since_ms is None
    assert (waiting_of(told.incident), told.incident.retry_at_ms) == ((), None)
    assert told.retry().reason == "nothing_waits"


def test_a_look_in_vain_changes_nobody_and_looks_again() -> None:
    told = story(*crowd(2))
    told.report(spec())
    told.wait(5)

    told.retry()

    assert len(told.asked()) == 2
    assert looks(told) == [MAX_RETRY_S]


def test_other_decisions_leave_the_look_that_is_made() -> None:
    told = story(*crowd(3))
    told.report(spec(count=3))
    until = told.incident.retry_at_ms
    told.wait(5)

    told.note()

    assert looks(told) == []
    assert told.incident.retry_at_ms == until


def test_a_wave_that_is_sure_enough_waits_for_nobody() -> None:
    told = story(*crowd(20))

    told.report(spec())

    assert (waiting_of(told.incident), told.incident.retry_at_ms) == ((), None)
    assert not [fact for fact in told.last.events if isinstance(fact, WaveFellShort)]


def test_a_wave_that_shares_people_with_others_waits_as_well() -> None:
    command = report(spec())
    settled = settle(view(None, command), command, load_builtin())
    shared = Found(candidates=tuple(crowd(12)), waiting=5)

    state = fold(None, fill(settled, load_builtin(), {"r1": shared}))

    assert state is not None
    assert state.requirements[0].short_since_ms == NOW_MS


def test_a_place_that_fills_and_a_shortfall_end_the_waiting_for_certainty() -> None:
    filled, empty = story(*crowd(2)), story(*crowd(1))
    filled.report(spec())
    empty.report(spec())

    filled.accept("v-00")
    empty.people = []
    empty.decline("v-00")

    assert filled.incident.requirements[0].short_since_ms is None
    assert filled.incident.retry_at_ms is None
    assert empty.incident.requirements[0].short_since_ms is None
    assert looks(empty) == [FIRST_RETRY_S]


def test_when_fewer_places_are_left_those_asked_may_suffice() -> None:
    told = story(*crowd(8))
    told.report(spec(count=2))
    assert waiting_of(told.incident) == ("r1",)

    told.accept("v-00")

    assert waiting_of(told.incident) == ()
    assert told.last.why.requirements == ()


def test_a_fixed_policy_has_no_certainty_to_fall_short_of() -> None:
    told = Story(crowd(1), book=plans())

    told.report(spec())

    assert waiting_of(told.incident) == ()


def test_an_ended_incident_and_none_wait_for_nobody() -> None:
    told = story(*crowd(2))
    told.report(spec())

    told.close()

    assert (waiting_of(told.incident), timers_of(told.incident)) == ((), ())
    for state in (None, told.incident):
        assert fell_short(state, [], NOW_MS) == []
        assert retry_scheduled(state, "note", load_builtin(), [], NOW_MS) == []


def test_a_wave_that_fell_short_comes_after_every_shortfall() -> None:
    scarce = requirement(short_since_ms=NOW_MS - 3_600_000)
    short = requirement(shortfall=shortfall())

    critical, low = waiting_urgency(Priority.CRITICAL, scarce), waiting_urgency(Priority.LOW, scarce)

    assert waiting_urgency(Priority.LOW, short) < critical < low
    assert (critical.rank, low.rank) == (BEHIND_SHORTFALLS, BEHIND_SHORTFALLS + 1)
    assert waiting_urgency(Priority.HIGH, requirement()).moment_ms == 0


def test_the_end_of_a_rest_is_a_moment_to_look_again() -> None:
    told = story(candidate("fresh"), candidate("tired", rested_s=1_700.0))

    told.report(spec())

    assert told.asked() == ["fresh"]
    assert told.last.why.requirements[0].free_again_ms == NOW_MS + 100_000
    assert looks(told) == [100]
    told.wait(100)
    told.people[1] = candidate("tired", rested_s=1_800.0)
    told.retry()
    assert told.asked() == ["fresh", "tired"]


def test_the_end_of_the_quiet_hours_is_a_moment_to_look_again() -> None:
    almost_seven_ms = NIGHT_MS + 5 * 3_600_000 - 120_000
    told = story(candidate("sleeper"), now_ms=almost_seven_ms - almost_seven_ms % 3_600_000 + 3_600_000 - 120_000)
    assert local_hour(told.now_ms) == 6
    told.report(spec(), priority=Priority.LOW)
    assert looks(told) == [FIRST_RETRY_S]  # the first look comes before the morning

    told.wait(2)
    told.retry()
    while told.incident.retry_at_ms and local_hour(told.now_ms) == 6:
        told.now_ms = told.incident.retry_at_ms
        told.retry()

    assert told.now_ms % 3_600_000 == 0
    assert told.asked() == ["sleeper"]


@pytest.mark.parametrize(
    ("reason", "known", "expected_s"),
    [
        (Exclusion.RESTING, {"rested_s": 800.0}, 1_000),
        (Exclusion.RESTING, {"rested_s": 800.0, "worked_heavy": True}, 13_600),
        (Exclusion.RESTING, {}, None),
        (Exclusion.BUDGET_SPENT, {"offers_last_hour": 10}, None),  # which offer leaves the hour first is not known
    ],
)
def test_when_a_reason_ends(reason: Exclusion, known: dict[str, Any], expected_s: int | None) -> None:
    end = free_again_ms(candidate(**known), reason, Budget(), NOW_MS)

    assert end == (None if expected_s is None else NOW_MS + expected_s * 1000)


def test_the_quiet_hours_end_at_their_hour() -> None:
    end = free_again_ms(candidate(), Exclusion.QUIET_HOURS, Budget(), NIGHT_MS)

    assert end is not None
    assert (local_hour(end), end % 3_600_000) == (7, 0)
    assert 0 < end - NIGHT_MS <= 86_400_000


def test_a_retry_speaks_for_waves_that_fell_short_and_for_nothing_else() -> None:
    waits = incident(requirements=(requirement(short_since_ms=NOW_MS),))
    told = Story(told=waits, book=load_builtin())
    order: dict[str, Any] = {"incident_id": INCIDENT, "by": "dispatcher", "sent_ms": NOW_MS, "due_ms": NOW_MS}

    assert told.tell(PassDeadline(id="c-1", deadline=DeadlineKind.RETRY, **order)).outcome is Outcome.APPLIED
