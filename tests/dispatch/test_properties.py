"""What holds for every decision, whoever is found and whatever is asked for."""

from collections import Counter
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from dispatch.deadlines import waiting_of
from dispatch.decide import Settled, chosen_people, fill, settle
from dispatch.matching.ranking import rank
from dispatch.model.commands import EscalateIncident, ReportIncident
from dispatch.model.decisions import Decision
from dispatch.model.offer_events import OfferMade, OfferMoved
from dispatch.model.people import Candidate, Found
from dispatch.model.reasons import Exclusion
from dispatch.model.requirements import RequirementSpec
from dispatch.model.travel import travel_time_s
from dispatch.model.vocabulary import OfferState, TravelMode
from dispatch.plans.book import load_builtin
from dispatch.staffing.waves import offers_out
from dispatch.state.lifecycle import fold
from tests.support import strategies
from tests.support.builders import INCIDENT, NOW_MS, Story, need, plans, point, view

SPECS = strategies.stated_requirements()
LATE_YES = {(OfferState.ACCEPTED, "late"), (OfferState.STOOD_DOWN, "filled")}
"""Taken, or answered at once by a word not to go."""
ANSWERS = st.lists(st.tuples(st.sampled_from(strategies.VOLUNTEERS), st.sampled_from(["accept", "decline", "expire"])))


def report(*specs: RequirementSpec, number: int = 0) -> ReportIncident:
    return ReportIncident(
        id=f"c-{number}",
        incident_id=f"{INCIDENT[:-1]}{number}",
        by="operator",
        sent_ms=NOW_MS,
        type="flood",
        body_digest="digest",
        requirements=specs,
        area=point(),
        language="kk",
    )


def settled_report(specs: tuple[RequirementSpec, ...], number: int = 0) -> Settled:
    command = report(*specs, number=number)
    return settle(view(None, command), command, plans())


def everywhere(settled: Settled, found: Found) -> dict[str, Found]:
    return {wanted.requirement.id: found for wanted in settled.needs}


def people_of(decision: Decision) -> list[str]:
    return [fact.volunteer_id for fact in decision.events if isinstance(fact, OfferMade)]


@given(specs=SPECS, found=strategies.found(twice=True))
def test_no_person_is_chosen_twice_in_a_decision(specs: tuple[RequirementSpec, ...], found: Found) -> None:
    settled = settled_report(specs)

    decided = fill(settled, plans(), everywhere(settled, found))

    chosen = people_of(decided)
    assert len(set(chosen)) == len(chosen)
    assert set(chosen) == chosen_people(decided).keys()


@given(several=st.lists(SPECS, min_size=2, max_size=4), found=strategies.found())
def test_no_person_is_chosen_for_two_incidents_of_a_batch(
    several: list[tuple[RequirementSpec, ...]], found: Found
) -> None:
    taken: dict[str, Exclusion] = {}
    chosen: list[str] = []

    for number, specs in enumerate(several):
        settled = settled_report(specs, number)
        decided = fill(settled, plans(), everywhere(settled, found), taken)
        taken.update(chosen_people(decided))
        chosen += people_of(decided)

    assert len(set(chosen)) == len(chosen)


@given(specs=SPECS, found=strategies.found(), seed=st.integers())
def test_the_order_of_the_search_changes_nothing(specs: tuple[RequirementSpec, ...], found: Found, seed: int) -> None:
    settled = settled_report(specs)
    shuffled = list(found.candidates)
    Random(seed).shuffle(shuffled)
    other = replace(found, candidates=tuple(shuffled))

    assert fill(settled, plans(), everywhere(settled, found)) == fill(settled, plans(), everywhere(settled, other))


@given(specs=SPECS, found=strategies.found())
def test_the_same_command_gives_the_same_decision(specs: tuple[RequirementSpec, ...], found: Found) -> None:
    first, second = settled_report(specs), settled_report(specs)

    assert fill(first, plans(), everywhere(first, found)) == fill(second, load_builtin(), everywhere(second, found))


@given(specs=SPECS, found=strategies.found())
def test_every_need_is_asked_for_or_said_to_be_short(specs: tuple[RequirementSpec, ...], found: Found) -> None:
    settled = settled_report(specs)

    state = fold(None, fill(settled, plans(), everywhere(settled, found)))

    assert state is not None
    for entry in state.requirements:
        missing = state.open_places(entry) - offers_out(state, entry)
        assert (entry.shortfall.missing if entry.shortfall else 0) == max(0, missing)
    assert (state.retry_at_ms is not None) == any(entry.shortfall for entry in state.requirements)


@given(specs=SPECS, people=strategies.crowds(), answers=ANSWERS)
def test_whoever_waits_for_people_has_a_look_of_its_own_and_nobody_else_has(
    specs: tuple[RequirementSpec, ...], people: list[Candidate], answers: list[tuple[str, str]]
) -> None:
    story = Story(people, book=load_builtin())
    story.report(*specs)

    for volunteer_id, answer in answers:
        story.wait(20)
        if any(one.volunteer_id == volunteer_id for one in story.incident.offers):
            getattr(story, answer)(volunteer_id)
        assert (story.incident.retry_at_ms is not None) == bool(waiting_of(story.incident))


@given(specs=SPECS, people=strategies.crowds(), answers=ANSWERS)
def test_never_more_are_taken_on_than_needed_and_a_replay_gives_the_same_state(
    specs: tuple[RequirementSpec, ...], people: list[Candidate], answers: list[tuple[str, str]]
) -> None:
    story = Story(people)
    story.report(*specs)

    for volunteer_id, answer in answers:
        story.wait(50)
        if any(one.volunteer_id == volunteer_id for one in story.incident.offers):
            getattr(story, answer)(volunteer_id)
        for entry in story.incident.requirements:
            assert sum(one.is_filling for one in story.incident.offers_for(entry.id)) <= entry.count

    state = None
    for decided in story.decisions:
        state = fold(state, decided)
    assert state == story.incident


@given(specs=SPECS, people=strategies.crowds(), answers=ANSWERS)
def test_each_offer_moves_once_in_a_decision_and_never_from_its_end_but_by_a_late_yes(
    specs: tuple[RequirementSpec, ...], people: list[Candidate], answers: list[tuple[str, str]]
) -> None:
    story = Story(people)
    story.report(*specs)

    for volunteer_id, answer in answers:
        if not any(one.volunteer_id == volunteer_id for one in story.incident.offers):
            continue
        before = {one.id: one for one in story.incident.offers}
        story.wait(50)
        moved = [fact for fact in getattr(story, answer)(volunteer_id).events if isinstance(fact, OfferMoved)]
        assert max(Counter(fact.offer_id for fact in moved).values(), default=1) == 1
        for fact in moved:
            assert before[fact.offer_id].is_live or (fact.state, fact.reason) in LATE_YES


@given(people=strategies.crowds(), language=st.sampled_from([None, "kk", "ru"]), seed=st.integers())
def test_a_ranking_is_a_sorting(people: list[Candidate], language: str | None, seed: int) -> None:
    shuffled = list(people)
    Random(seed).shuffle(shuffled)

    ranked = rank(people, need(), language)

    assert [entry.score_s for entry in ranked] == sorted(entry.score_s for entry in ranked)
    assert ranked == rank(shuffled, need(), language)
    assert Counter(entry.candidate.volunteer_id for entry in ranked) == Counter(one.volunteer_id for one in people)


@given(near_m=st.floats(0, 100_000), further_m=st.floats(0, 100_000), mode=st.sampled_from(list(TravelMode)))
def test_a_longer_way_never_takes_less_time(near_m: float, further_m: float, mode: TravelMode) -> None:
    assert travel_time_s(near_m, mode) <= travel_time_s(near_m + further_m, mode)


@given(levels=st.integers(1, 40))
def test_an_escalation_never_looks_less_far(levels: int) -> None:
    story = Story()
    story.report()

    for number in range(levels):
        story.tell(EscalateIncident(id=f"e-{number}", incident_id=INCIDENT, by="operator", sent_ms=NOW_MS))

    limits = [wanted.requirement.max_distance_m for wanted in story.searched if wanted.requirement.id == "r1"]
    assert limits == sorted(limits)
