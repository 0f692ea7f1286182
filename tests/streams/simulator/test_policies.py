"""The comparison of policies: its arithmetic, its worlds, and that its quick picture answers as the one it stands for."""

import asyncio
import math
from dataclasses import dataclass, replace
from random import Random

import pytest

from dispatch.model.people import Need
from dispatch.model.places import Area
from dispatch.model.vocabulary import Capability, Priority
from streams.simulator.people import Crowd, draw_people
from streams.simulator.places import cities, moved
from streams.store.memory.store import MemoryStore
from streams.store.people import FixWrite, ProfileWrite
from streams.wire import VolunteerRecord
from tests.benchmarks.playing import Play
from tests.benchmarks.policy_books import KOMEK, RULES, books, has_field_work
from tests.benchmarks.policy_figures import NEVER, busiest_share, figures_of, gini, over_seeds, shared_out
from tests.benchmarks.policy_tally import Line, PolicyTally, Wave
from tests.benchmarks.policy_worlds import PolicyWorld, surge
from tests.benchmarks.quick_picture import NEVER_STALE_MS, QuickPicture
from tests.benchmarks.reliability import bins_of, brier_of, gap_of
from tests.benchmarks.temperaments import answer_of, answered_within, temper_of
from tests.support.builders import requirement

NOW_MS = 1_779_771_600_000
(CITY,) = (city for city in cities() if city.id == "almaty")


@dataclass(frozen=True)
class Said:
    estimate: float
    is_accepted: bool
    truth: float = 0.5


def line(*, staffed_s: float | None = None, accepted_s: float | None = None, short: set[str] | None = None) -> Line:
    def at_ms(seconds: float | None) -> int | None:
        return None if seconds is None else 1_000_000 + round(seconds * 1000)

    return Line(
        places=2,
        window_s=90,
        target_s=300,
        reported_ms=1_000_000,
        first_accept_ms=at_ms(accepted_s),
        staffed_ms=at_ms(staffed_s),
        shortfalls=short or set(),
    )


def tally_of(*lines: Line) -> PolicyTally:
    return PolicyTally(own=books()[KOMEK], lines={(f"i-{number}", "r1"): one for number, one in enumerate(lines)})


def test_shares_are_of_all_lines_and_who_was_never_staffed_waits_for_ever() -> None:
    tally = tally_of(
        line(staffed_s=90.0, accepted_s=10.0),
        line(staffed_s=90.1, accepted_s=20.0),
        line(staffed_s=301.0, accepted_s=30.0, short={"all_engaged"}),
        line(accepted_s=40.0, short={"all_engaged", "nobody_found"}),
    )
    tally.offers = 28
    tally.acceptances.update({"a": 6, "b": 1})

    figures = figures_of(tally, ["a", "b", "c"])

    assert figures["staffed within the window"] == 0.25
    assert figures["staffed within the target"] == 0.5
    assert figures["staffed at all"] == 0.75
    assert (figures["first acceptance p50, s"], figures["first acceptance p90, s"]) == (20.0, 40.0)
    assert (figures["staffed p50, s"], figures["staffed p90, s"]) == (90.1, NEVER)
    assert figures["offers per staffed place"] == 4.0
    assert (figures["ever short of people"], figures["short: nobody_found"]) == (0.5, 0.25)


def test_a_wave_is_kept_by_those_who_were_asked_and_in_time() -> None:
    wave = Wave(places=2, window_s=60, stated=0.95, reached=0.96, accepts_after_s=[30.0, 60.0, 61.0])

    assert wave.is_kept
    assert not replace(wave, window_s=59).is_kept
    assert not replace(wave, places=3).is_kept


@pytest.mark.parametrize(
    ("work", "busiest", "unequal"),
    [
        ([1] * 20, 0.1, 0.0),  # all the same
        ([10] + [0] * 9, 1.0, 0.9),  # one does it all
        ([4, 3, 2, 1], 0.4, 0.25),  # of four, the tenth is one person
    ],
)
def test_how_unevenly_work_lies(work: list[int], busiest: float, unequal: float) -> None:
    assert busiest_share(work) == pytest.approx(busiest)
    assert gini(work) == pytest.approx(unequal)
    assert math.isnan(busiest_share([0, 0]))
    assert math.isnan(gini([0, 0]))


def test_work_cannot_be_shared_out_more_evenly_than_in_whole_pieces() -> None:
    assert shared_out([5, 0, 0]) == [2, 2, 1]
    assert shared_out([]) == []
    assert busiest_share(shared_out([3] + [0] * 29)) == 1.0  # three pieces lie on three of thirty, whoever they are


def test_figures_are_put_together_over_seeds() -> None:
    means = over_seeds([{"a": 1.0, "b": NEVER, "c": math.nan}, {"a": 3.0, "b": 5.0, "c": 2.0, "short: x": 0.5}])

    assert means["a"] == (2.0, 1.0)
    assert means["b"][0] == NEVER
    assert means["c"] == (2.0, 0.0)
    assert means["short: x"] == (0.25, 0.25)  # a seed without this shortfall counts


def test_estimates_lie_in_ten_bins_beside_what_happened() -> None:
    said = [Said(0.0, False), Said(0.31, True), Said(0.39, False), Said(0.95, True), Said(1.0, True)]

    bins = bins_of(said)

    assert [(one.least, one.count) for one in bins] == [(0.0, 1), (0.3, 2), (0.9, 2)]
    assert [one.happened for one in bins] == [0.0, 0.5, 1.0]
    assert bins[1].estimated == pytest.approx(0.35)
    assert gap_of(bins) == pytest.approx((0.0 + 2 * 0.15 + 2 * 0.025) / 5)


def test_the_brier_score_stands_between_ignorance_and_the_truth() -> None:
    said = [Said(1.0, True, 0.9), Said(0.0, False, 0.1), Said(0.5, True, 0.9), Said(0.5, False, 0.1)]

    brier = brier_of(said)

    assert (brier.score, brier.ignorant) == (0.125, 0.25)
    assert brier.knowing == pytest.approx(0.01)


def test_people_answer_by_their_nature_and_by_nothing_a_policy_does() -> None:
    person = temper_of(7, "v-1")
    near, far = (person.chance(Capability.FIELD, distance_m, 12) for distance_m in (300.0, 20_000.0))

    again = [answer_of(near, seed=7, volunteer_id="v-1", incident_id="i", times_asked=0) for _ in range(2)]

    assert 0 < far < near < 1
    assert person.chance(Capability.FIELD, 300.0, 3) < near
    assert again[0] == again[1]
    assert answered_within(0) == 0
    assert answered_within(40) == pytest.approx(0.5)


def profile(person_id: str, skills: tuple[str, ...]) -> VolunteerRecord:
    (drawn,) = draw_people(Crowd(count=1, cities=(CITY,), seed=1))
    return VolunteerRecord(
        id=person_id,
        capabilities=(Capability.FIELD,),
        skills=skills,
        languages=drawn.languages,
        travel_mode=drawn.travel_mode,
        max_distance_m=None,
        on_duty=True,
        changed_ms=NOW_MS,
    )


async def fill(store: MemoryStore, seed: int) -> None:
    rng = Random(seed)
    names = [f"v-{number}" for number in range(300)]
    skills = [tuple(sorted(rng.sample(("first_aid", "nurse", "boat"), rng.choice((1, 2))))) for _ in names]
    places = [moved(CITY.centre, east_m=rng.gauss(0, 4_000), north_m=rng.gauss(0, 4_000)) for _ in names]
    await store.put_profiles(
        [
            ProfileWrite(volunteer_id=name, offset=1, record=profile(name, held))
            for name, held in zip(names, skills, strict=True)
        ]
    )
    await store.put_fixes(
        [
            FixWrite(volunteer_id=name, lon=at.lon, lat=at.lat, accuracy_m=5, at_ms=NOW_MS)
            for name, at in zip(names, places, strict=True)
        ]
    )
    for name in rng.sample(names, 120):
        person = store.people.known[name]
        person.is_confirmed = True
        store.people.settle(person)


@pytest.mark.parametrize("seed", range(4))
async def test_the_quick_picture_finds_whom_the_other_finds(seed: int) -> None:
    quick, slow = QuickPicture(lambda: NOW_MS), MemoryStore(lambda: NOW_MS, fix_age_limit_ms=NEVER_STALE_MS)
    await fill(quick, seed)
    await fill(slow, seed)
    rng = Random(seed)

    for want in (1, 3, 30, 500):
        at = moved(CITY.centre, east_m=rng.gauss(0, 3_000), north_m=rng.gauss(0, 3_000))
        need = Need(
            incident_id="i",
            command_id="c",
            requirement=requirement(skill="first_aid", any_of=("nurse",), max_distance_m=rng.choice((1_500, 20_000))),
            area=Area(geometry={"type": "Point", "coordinates": [at.lon, at.lat]}, centre=at),
            priority=Priority.HIGH,
            want=want,
            asked_before=frozenset(f"v-{number}" for number in rng.sample(range(300), 40)),
        )
        (found,), (expected,) = await quick.find([need]), await slow.find([need])

        young = tuple(replace(one, fix_age_s=15.0, home_m=None) for one in expected.candidates)
        assert found == replace(expected, candidates=young)
        assert found.candidates


def small_world(seed: int) -> PolicyWorld:
    own = books()[KOMEK]
    return surge(lambda kind, priority: has_field_work(own, kind, priority or Priority.HIGH), seed=seed, scale=0.01)


def test_a_play_is_the_same_twice_and_all_rules_play_the_same_needs() -> None:
    known = books()
    own, world = known[KOMEK], small_world(3)

    first, again, *others = [
        asyncio.run(Play(world, book, own=own).play()) for book in (own, own, *(known[rule] for rule in RULES))
    ]

    assert (first.lines, first.acceptances, first.decisions) == (again.lines, again.acceptances, again.decisions)
    assert any(one.staffed_ms is not None for one in first.lines.values())
    for other in others:
        assert needs_of(other) == needs_of(first)
        assert other.offers != first.offers
    assert {one.double_bookings for one in (first, again, *others)} == {0}


def needs_of(tally: PolicyTally) -> dict[tuple[str, str], tuple[int, float]]:
    return {key: (one.places, one.window_s) for key, one in tally.lines.items()}
