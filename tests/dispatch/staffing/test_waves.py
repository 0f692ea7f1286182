"""How many people are asked at a time."""

from itertools import product
from math import prod
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dispatch.deadlines import deadline_command, timers_of
from dispatch.matching.estimates import OVERALL
from dispatch.matching.ranking import Ranked
from dispatch.model import answer_commands
from dispatch.model import commands as orders
from dispatch.model.commands import PassDeadline
from dispatch.model.decisions import WaveWhy
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMade, OfferMoved
from dispatch.model.people import Candidate, Found, Need
from dispatch.model.requirements import Policy, Requirement
from dispatch.model.staffing_events import WaveTimed
from dispatch.model.vocabulary import Capability, DeadlineKind, OfferState, Outcome, Priority, WaveRule
from dispatch.plans.book import load_builtin
from dispatch.staffing.forecast import at_least
from dispatch.staffing.waves import (
    DOUBT,
    MOST_PER_PLACE,
    TOP_UP,
    WITHIN_AT_MOST,
    fewest,
    offers_out,
    prompted_by,
    rule,
    timed,
    wanted,
    wave,
)
from tests.support.builders import INCIDENT, NOW_MS, Story, candidate, helpers, incident, need, offer, requirement, spec

ASKED, COMING, SILENT = OfferState.OFFERED, OfferState.ACCEPTED, OfferState.EXPIRED
CHANCES = st.lists(st.floats(0.01, 0.99), max_size=14)


def sure(**stated: Any) -> Requirement:
    """A requirement with a certainty of 95 % and no policy."""
    return requirement(**({"policy": None} | stated))


def state_of(entry: Requirement, *states: OfferState, **known: Any) -> Incident:
    offers = tuple(offer(one, id=f"o-{number}", **known) for number, one in enumerate(states))
    return incident(requirements=(entry,), offers=offers)


def asked_for(state: Incident, *, now_ms: int = NOW_MS, share: float = TOP_UP) -> int:
    return wanted(state, state.requirements[0], now_ms=now_ms, priors={}, share=share)


def ranked(count: int) -> list[Ranked]:
    return [
        Ranked(candidate=person, eta_s=float(number), terms={"travel": float(number)})
        for number, person in enumerate(helpers(*(f"v-{number:02}" for number in range(count))))
    ]


def why_of(
    chances: list[float], *, state: Incident | None = None, rivals: int = 0, found: Found | None = None
) -> tuple[list[int], WaveWhy]:
    """Which of so many people, by rank, and why."""
    state = state or state_of(sure())
    people = ranked(len(chances))
    by_id = {entry.candidate.volunteer_id: chance for entry, chance in zip(people, chances, strict=True)}
    wave_ = wave(people, by_id, need(state.requirements[0], rivals=rivals), found or Found(), state, NOW_MS)
    return [people.index(entry) for entry in wave_.chosen], wave_.why


# The fewest who make it sure enough


@pytest.mark.parametrize(("places", "people"), [(1, 7), (2, 12), (3, 16)])
def test_with_a_chance_of_36_percent_the_published_numbers_come_out(places: int, people: int) -> None:
    """Seven offers give one acceptance with 95 %, twelve two, sixteen three (10.1371/journal.pone.0343762)."""
    assert asked_for(state_of(sure(count=places))) == people
    assert fewest(places, [], [OVERALL] * 40, 0.95) == people


@given(chances=CHANCES, places=st.integers(1, 4))
def test_the_chance_is_that_of_counting_every_case(chances: list[float], places: int) -> None:
    assume(len(chances) <= 8)
    cases = product([True, False], repeat=len(chances))
    counted = sum(
        prod(chance if yes else 1 - chance for chance, yes in zip(chances, case, strict=True))
        for case in cases
        if sum(case) >= places
    )

    assert at_least(places, chances) == pytest.approx(counted)


@given(chances=CHANCES, places=st.integers(1, 3), asked=st.lists(st.floats(0.01, 0.99), max_size=3))
def test_a_wave_is_the_fewest_of_the_best(chances: list[float], places: int, asked: list[float]) -> None:
    size = fewest(places, asked, chances, 0.95)

    if size and size < len(chances):
        assert at_least(places, [*asked, *chances[:size]]) >= 0.95
    if size:
        assert at_least(places, [*asked, *chances[: size - 1]]) < 0.95


@given(
    chances=CHANCES, rivals=st.integers(0, 3), places=st.integers(1, 3), more=st.floats(0.01, 0.99), at=st.integers(0)
)
def test_one_more_free_fitting_person_never_lowers_the_chance_to_be_staffed(
    chances: list[float], rivals: int, places: int, more: float, at: int
) -> None:
    state = state_of(sure(count=places))
    place = at % (len(chances) + 1)

    _, before = why_of(chances, state=state, rivals=rivals)
    _, after = why_of([*chances[:place], more, *chances[place:]], state=state, rivals=rivals)

    assert after.reached >= min(before.reached, 0.95) - 1e-9


@given(chances=CHANCES, rivals=st.integers(0, 3), places=st.integers(1, 3))
def test_a_wave_asks_for_the_places_or_everybody_and_keeps_its_limits(
    chances: list[float], rivals: int, places: int
) -> None:
    chosen, why = why_of(chances, state=state_of(sure(count=places)), rivals=rivals)

    assert chosen == sorted(set(chosen))
    assert min(places, len(chances)) <= len(chosen) == why.size <= MOST_PER_PLACE * places
    assert (why.rule is WaveRule.CERTAINTY) <= (why.reached >= 0.9499)


def test_who_is_likely_to_come_needs_fewer_beside_them() -> None:
    assert why_of([0.9, 0.9, 0.9])[0] == [0, 1]
    assert why_of([0.2, 0.9, 0.9])[0] == [0, 1, 2]


def test_when_everybody_is_not_enough_the_record_says_so() -> None:
    chosen, why = why_of([0.36, 0.36])

    assert chosen == [0, 1]
    assert (why.rule, why.is_short, why.stated, why.reached) == (WaveRule.SHORT, True, 0.95, 0.5904)


# Scarce people


def test_a_few_people_are_shared_with_others_who_wait_and_the_likeliest_are_taken() -> None:
    chosen, why = why_of([0.2, 0.5, 0.4, 0.3], rivals=1)

    assert chosen == [1, 2]
    assert (why.rule, why.rivals, why.free) == (WaveRule.SHARED, 1, 4)


def test_shortfalls_near_that_wait_for_the_same_skill_are_rivals_as_well() -> None:
    assert len(why_of([0.36] * 6, found=Found(waiting=2))[0]) == 2


def test_where_the_search_has_not_seen_everybody_nobody_is_kept_for_others() -> None:
    assert len(why_of([0.36] * 8, rivals=3, found=Found(complete=False))[0]) == 7


def test_a_share_is_never_below_the_open_places() -> None:
    assert len(why_of([0.36] * 4, state=state_of(sure(count=3)), rivals=9)[0]) == 3


def test_no_more_than_the_cap_are_asked_however_unlikely_they_are() -> None:
    chosen, why = why_of([0.01] * 10 + [0.05] * 25)

    assert chosen == [*range(10, 30)]
    assert why.rule is WaveRule.CAP
    assert asked_for(state_of(sure(), *[ASKED] * MOST_PER_PLACE, chance=0.01)) == 0


# Those who are already asked


def test_those_who_are_asked_count_with_what_their_silence_has_left() -> None:
    state = state_of(sure(), *[ASKED] * 7, chance=0.36)

    assert asked_for(state) == 0
    assert asked_for(state, now_ms=NOW_MS + 30_000) == 2
    assert asked_for(state, now_ms=NOW_MS + 60_000) == 6
    assert asked_for(state, now_ms=NOW_MS + 90_000) == 7
    assert offers_out(state, state.requirements[0]) == 7


def test_without_an_answer_that_calls_for_it_more_are_asked_only_when_it_has_become_doubtful() -> None:
    state = state_of(sure(), *[ASKED] * 7, chance=0.36)

    assert asked_for(state, now_ms=NOW_MS + 30_000, share=DOUBT) == 0
    assert asked_for(state, now_ms=NOW_MS + 70_000, share=DOUBT) == 7


def test_an_offer_of_old_without_an_estimate_counts_as_anybodys() -> None:
    assert asked_for(state_of(sure(), ASKED)) == asked_for(state_of(sure(), ASKED, chance=0.36)) == 6


def test_a_filled_requirement_wants_nobody() -> None:
    assert asked_for(state_of(sure(), COMING)) == 0


def test_a_shorter_window_takes_more_people() -> None:
    assert asked_for(state_of(sure(window_s=60))) == 9


def test_a_decline_an_order_a_retry_and_a_step_call_for_more_an_acceptance_and_a_note_do_not() -> None:
    entry = sure(count=2)
    state = state_of(entry, ASKED, ASKED)
    said: dict[str, Any] = {"id": "c-1", "incident_id": INCIDENT, "by": "v-1", "sent_ms": NOW_MS}
    accept = answer_commands.AcceptOffer(**said, offer_id="o-0", volunteer_id="v-1")
    decline = answer_commands.DeclineOffer(**said, offer_id="o-1", volunteer_id="v-1")
    yes = OfferMoved(offer_id="o-0", volunteer_id="v-1", state=COMING)
    no = OfferMoved(offer_id="o-1", volunteer_id="v-1", state=OfferState.DECLINED)

    def passed(kind: DeadlineKind) -> PassDeadline:
        return PassDeadline(**said, deadline=kind, due_ms=NOW_MS)

    assert prompted_by(accept, [yes], state) == frozenset()
    assert prompted_by(orders.AddNote(**said, private_ref="incident:n"), [], state) == frozenset()
    assert prompted_by(passed(DeadlineKind.OFFER_EXPIRY), [], state) == frozenset()
    assert prompted_by(decline, [no], state) == {"r1"}
    assert prompted_by(passed(DeadlineKind.RETRY), [], state) == {"r1"}
    assert prompted_by(passed(DeadlineKind.LADDER), [], state) == {"r1"}
    assert prompted_by(orders.EscalateIncident(**said), [], state) == {"r1"}


# The moment at which silence alone makes a wave doubtful


def look_of(state: Incident, now_ms: int = NOW_MS) -> int | None:
    entry = state.requirements[0]
    moved = [OfferMoved(offer_id=one.id, volunteer_id="v-1", state=one.state) for one in state.offers]
    facts = timed(state, moved, now_ms)
    assert all(isinstance(fact, WaveTimed) and fact.requirement_id == entry.id for fact in facts)
    return facts[0].look_at_ms if facts and isinstance(facts[0], WaveTimed) else None


def test_the_moment_is_known_beforehand() -> None:
    state = state_of(sure(), *[ASKED] * 7, chance=0.36)

    look_ms = look_of(state)

    assert look_ms is not None
    assert 55_000 < look_ms - NOW_MS < 70_000
    assert asked_for(state, now_ms=look_ms, share=DOUBT) > 0
    assert asked_for(state, now_ms=look_ms - 1_000, share=DOUBT) == 0


@pytest.mark.parametrize(
    "state",
    [
        state_of(requirement(), ASKED),  # a policy knows no certainty
        state_of(sure()),  # nobody is asked
        state_of(sure(), COMING),  # nobody is missing
        state_of(sure(), ASKED, chance=0.36),  # doubtful from the beginning: there were no others
        state_of(sure(), *[ASKED] * 7, chance=0.36, expires_ms=NOW_MS + 4_000),  # the end of the window is near
        state_of(sure(), *[ASKED] * 2, chance=0.99),  # sure to the end
    ],
)
def test_there_is_no_such_moment(state: Incident) -> None:
    assert look_of(state) is None


def test_waves_that_no_fact_touches_and_ended_incidents_keep_their_time() -> None:
    state = state_of(sure(), *[ASKED] * 7, chance=0.36)

    assert timed(state, [], NOW_MS) == []
    assert timed(None, [], NOW_MS) == []


def deadline(requirement_id: str | None = "r1") -> PassDeadline:
    return PassDeadline(
        id="c-1",
        incident_id=INCIDENT,
        by="dispatcher",
        sent_ms=NOW_MS,
        deadline=DeadlineKind.WAVE,
        due_ms=NOW_MS,
        requirement_id=requirement_id,
    )


@pytest.mark.parametrize(
    ("state", "requirement_id", "reason"),
    [
        (state_of(sure(look_at_ms=NOW_MS), ASKED), "r9", "nothing_waits"),
        (state_of(sure(), ASKED), "r1", "nothing_waits"),
        (state_of(sure(look_at_ms=NOW_MS), COMING), "r1", "nothing_waits"),
        (state_of(sure(look_at_ms=NOW_MS + 1), ASKED), "r1", "not_yet_due"),
    ],
)
def test_a_timer_only_proposes(state: Incident, requirement_id: str, reason: str) -> None:
    ruling = rule(state, deadline(requirement_id), NOW_MS)

    assert ruling is not None
    assert (ruling.outcome, ruling.reason) == (Outcome.UNCHANGED, reason)
    assert rule(None, deadline(), NOW_MS) is None


# Fixed rules, for comparison


@pytest.mark.parametrize(
    ("policy", "count", "states", "people"),
    [
        (Policy(offers_per_place=2.0), 1, [], 2),
        (Policy(offers_per_place=1.5), 3, [], 5),  # 4.5 is rounded up
        (Policy(offers_per_place=2.0), 1, [ASKED], 1),
        (Policy(offers_per_place=2.0), 1, [ASKED] * 3, 0),  # none is taken back
        (Policy(offers_per_place=2.0), 2, [COMING, ASKED], 1),
        (Policy(offers_per_place=2.0), 1, [SILENT, SILENT], 2),
        (Policy(nearest=3), 1, [], 3),
        (Policy(nearest=3), 5, [], 5),  # never fewer than the places
        (Policy(nearest=3), 1, [ASKED, OfferState.DECLINED], 2),
        (Policy(within_m=1_500), 1, [], WITHIN_AT_MOST),
        (Policy(greedy=True), 2, [COMING], 1),
    ],
)
def test_a_policy_asks_so_many(policy: Policy, count: int, states: list[OfferState], people: int) -> None:
    assert asked_for(state_of(requirement(policy=policy, count=count), *states)) == people


def by(policy: Policy, *people: Candidate, want: int) -> list[str]:
    entries = [
        Ranked(candidate=person, eta_s=person.distance_m and person.distance_m / 10, terms={"travel": -number})
        for number, person in enumerate(people)
    ]
    state = state_of(requirement(policy=policy))
    searched: Need = need(state.requirements[0], want=want)
    chances = {person.volunteer_id: 0.4 for person in people}
    wave_ = wave(entries, chances, searched, Found(), state, NOW_MS)
    assert wave_.why.rule is WaveRule.POLICY
    assert wave_.why.stated is None
    assert wave_.why.is_short == (len(wave_.chosen) < want)
    return [entry.candidate.volunteer_id for entry in wave_.chosen]


def test_policies_take_the_nearest_whatever_else_speaks_for_others() -> None:
    near, middle, far = helpers("near", "middle", "far")
    further = candidate("further", distance_m=1_501.0)

    assert by(Policy(nearest=2), far, middle, near, want=2) == ["near", "middle"]
    assert by(Policy(greedy=True), far, middle, near, want=1) == ["near"]
    assert by(Policy(within_m=1_500), further, far, near, want=100) == ["near", "far"]
    assert by(Policy(offers_per_place=2.0), far, middle, near, want=2) == ["far", "middle"]
    assert by(Policy(greedy=True), candidate("a", distance_m=None), near, want=2) == ["near", "a"]


# The whole rule in the language of the field


def story(count: int) -> Story:
    return Story(helpers(*(f"v-{number:02}" for number in range(count))), book=load_builtin())


def test_people_are_asked_until_it_is_sure_enough_and_the_record_says_how_sure() -> None:
    told = story(20)

    told.report(spec())

    why = told.last.why.requirements[0]
    assert why.wave is not None
    assert why.wave.rule is WaveRule.CERTAINTY
    assert 0.95 <= why.wave.reached < 0.98
    assert len(told.asked()) == why.wave.size == why.asked
    chances = {fact.volunteer_id: fact.chance for fact in told.last.events if isinstance(fact, OfferMade)}
    assert {one["volunteer_id"]: one["chance"] for one in why.chosen} == pytest.approx(chances, abs=0.001)


def test_a_decline_at_once_is_replaced_by_one_a_late_one_by_those_the_silence_has_cost() -> None:
    told = story(20)
    told.report(spec())
    whole = len(told.asked())

    told.decline("v-00")
    assert len(told.asked()) == whole

    told.wait(60)
    told.decline("v-01")
    assert len(told.asked()) > whole + 2


def test_when_a_window_ends_one_new_wave_is_sent_not_one_for_each_who_was_silent() -> None:
    told = story(30)
    told.report(spec())
    first = told.asked()
    told.wait(90)

    for volunteer_id in first:
        told.expire(volunteer_id)

    assert not set(told.asked()) & set(first)
    assert len(first) - 1 <= len(told.asked()) <= len(first) + 3


def test_silence_alone_sends_the_next_wave_before_the_window_ends() -> None:
    told = story(30)
    told.report(spec())
    first = len(told.asked())
    (timer,) = [timer for timer in timers_of(told.incident) if timer.kind is DeadlineKind.WAVE]
    told.wait((timer.due_ms - told.now_ms) / 1000)

    told.tell(deadline_command(timer, told.now_ms))

    assert len(told.asked()) > first
    assert told.last.why.rule == "wave"
    assert told.last.why.requirements[0].wave is not None
    assert told.last.why.requirements[0].wave.out == first
    looks = [timer.due_ms for timer in timers_of(told.incident) if timer.kind is DeadlineKind.WAVE]
    assert all(due_ms > told.now_ms for due_ms in looks)


def test_nobody_left_to_ask_ends_the_looking_ahead() -> None:
    told = story(7)
    told.report(spec(count=1, max_distance_m=1_000))
    (timer,) = [timer for timer in timers_of(told.incident) if timer.kind is DeadlineKind.WAVE]
    told.people = []
    told.wait((timer.due_ms - told.now_ms) / 1000)

    told.tell(deadline_command(timer, told.now_ms))

    assert told.last.outcome is Outcome.APPLIED
    assert not [timer for timer in timers_of(told.incident) if timer.kind is DeadlineKind.WAVE]


def test_an_acceptance_early_in_the_window_asks_nobody_new() -> None:
    told = story(40)
    told.report(spec(count=3))
    first = told.asked()
    told.wait(20)

    told.accept(first[0])

    assert told.asked() == first[1:]


def test_a_critical_cardiac_arrest_is_asked_for_with_99_percent() -> None:
    told = story(60)
    told.people = [candidate(f"v-{number:02}", "cpr", distance_m=50.0 * number) for number in range(60)]

    told.report(type="medical.cardiac_arrest")

    why = next(entry for entry in told.last.why.requirements if entry.skill == "cpr")
    assert why.wave is not None
    assert (why.wave.stated, why.wave.rule) == (0.99, WaveRule.CERTAINTY)
    assert told.incident.priority is Priority.CRITICAL


def test_digital_work_is_sized_by_the_same_rule() -> None:
    state = state_of(sure(capability=Capability.DIGITAL, window_s=120))

    assert asked_for(state) == 7


def test_the_doubt_is_half_of_what_is_stated() -> None:
    assert DOUBT == 0.5
