"""Who holds what by the order of the log: rivals, repeats, old epochs, void offers; and what is forgotten stays harmless."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.model.decisions import OfferStep
from dispatch.model.vocabulary import LIVE_STATES, OfferState
from dispatch.notices.offer_validity import Judgement, OfferVerdict, Validity, VoidReason
from tests.support.builders import offer_step

COUNTS, REPEAT, VOID = OfferVerdict.COUNTS, OfferVerdict.REPEAT, OfferVerdict.VOID


def step(offer: str, state: str, decision: int, *, person: str = "v-1", **changes: Any) -> OfferStep:
    """Of an incident of its own unless it names one; the epoch is the decision's offset unless it names one."""
    stated: dict[str, Any] = {
        "event_id": f"{offer}/{state}/{decision}",
        "id": offer,
        "incident_id": f"i-{offer}",
        "volunteer_id": person,
        "state": OfferState(state),
        "epoch": decision,
        "at_ms": decision * 1000,
        "expires_ms": decision * 1000 + 60_000,
        "decision_id": f"d-{decision}",
        "decision_offset": decision,
    }
    return offer_step(**(stated | changes))


def judged(*steps: OfferStep, remembered: int = 1_000) -> list[Judgement]:
    validity = Validity(remembered=remembered)
    return [validity.judge(one, place) for place, one in enumerate(steps)]


def verdicts(*steps: OfferStep, remembered: int = 1_000) -> list[OfferVerdict]:
    return [judgement.verdict for judgement in judged(*steps, remembered=remembered)]


def test_consecutive_offers_of_a_person_count_whatever_the_first_ended_as() -> None:
    for end in ("declined", "expired", "withdrawn", "stood_down", "done"):
        assert verdicts(step("a", "offered", 1), step("a", end, 2), step("b", "offered", 3)) == [COUNTS] * 3


def test_a_second_live_offer_of_a_person_is_void_with_all_its_steps() -> None:
    told = judged(
        step("a", "offered", 1),
        step("b", "offered", 2),
        step("b", "accepted", 3),
        step("a", "accepted", 4),
        step("a", "done", 5),
        step("b", "en_route", 6),
    )

    assert [one.verdict for one in told] == [COUNTS, VOID, VOID, COUNTS, COUNTS, VOID]
    assert [one.reason for one in told if one.reason] == [
        VoidReason.RIVAL,
        VoidReason.OF_VOID_OFFER,
        VoidReason.OF_VOID_OFFER,
    ]


def test_offers_of_different_people_are_no_rivals() -> None:
    assert verdicts(step("a", "offered", 1), step("b", "offered", 2, person="v-2")) == [COUNTS, COUNTS]


def test_a_late_acceptance_counts_only_while_the_person_is_free() -> None:
    free = [step("a", "offered", 1), step("a", "expired", 2), step("a", "accepted", 4)]
    taken = [*free[:2], step("b", "offered", 3), free[2]]

    assert verdicts(*free) == [COUNTS] * 3
    assert verdicts(*taken) == [COUNTS, COUNTS, COUNTS, VOID]
    assert judged(*taken)[3].has_counted


def test_an_offer_the_log_calls_void_frees_its_person_and_never_comes_back() -> None:
    told = judged(step("a", "offered", 1), step("a", "void", 2), step("b", "offered", 3), step("a", "accepted", 4))

    assert [one.verdict for one in told] == [COUNTS, VOID, COUNTS, VOID]
    assert told[1] == Judgement(VOID, VoidReason.SAID_SO, has_counted=True)


def test_a_void_offer_without_notice_has_never_counted() -> None:
    assert judged(step("a", "void", 1)) == [Judgement(VOID, VoidReason.SAID_SO, has_counted=False)]


def test_a_step_of_an_older_epoch_is_void_and_leaves_the_offer_as_it_was() -> None:
    validity = Validity()
    validity.judge(step("a", "offered", 1, epoch=3))
    validity.judge(step("a", "accepted", 2, epoch=5))

    late = validity.judge(step("a", "withdrawn", 3, epoch=4))

    assert late == Judgement(VOID, VoidReason.OLD_EPOCH, has_counted=True)
    assert (validity.standing("a"), validity.holder("v-1")) == (OfferState.ACCEPTED, "a")


def test_an_offer_made_in_an_old_epoch_is_void() -> None:
    steps = [
        step("a", "offered", 1, epoch=7),
        step("a", "declined", 2, epoch=8),
        step("b", "offered", 3, epoch=6, incident_id="i-a"),
        step("c", "offered", 4),
    ]
    validity = Validity()

    assert [validity.judge(one).verdict for one in steps] == [COUNTS, COUNTS, VOID, COUNTS]
    assert validity.standing("b") is OfferState.VOID


def test_a_repeat_is_detected_after_its_offer_was_forgotten() -> None:
    first = [step("a", "offered", 1), step("a", "declined", 2)]
    others = [one for n in range(3, 20) for one in (step(f"x{n}", "offered", n), step(f"x{n}", "expired", n))]

    told = verdicts(*first, *others, *first, step("b", "offered", 30), remembered=2)

    assert told == [COUNTS] * (len(first) + len(others)) + [REPEAT, REPEAT, COUNTS]


def test_reading_may_begin_anywhere() -> None:
    """In the middle of one offer's life, and with a repeat of what lies before."""
    validity = Validity()

    assert validity.judge(step("a", "accepted", 10)).verdict is COUNTS
    assert validity.judge(step("old", "offered", 4)).verdict is REPEAT
    assert validity.judge(step("a", "offered", 9)).verdict is REPEAT
    assert validity.holder("v-1") == "a"
    assert validity.judge(step("b", "offered", 11)).reason is VoidReason.RIVAL
    assert validity.judge(step("gone", "stood_down", 12, person="v-2")).verdict is COUNTS
    assert validity.judge(step("other", "offered", 2, person="v-3", decision_partition=5)).verdict is COUNTS


def test_oldest_open_is_the_offset_from_which_to_read() -> None:
    validity = Validity()
    at_first = validity.oldest_open

    validity.judge(step("a", "offered", 1), 10)
    validity.judge(step("b", "offered", 2, person="v-2"), 11)
    validity.judge(step("a", "accepted", 3), 12)
    before = validity.oldest_open

    validity.judge(step("a", "done", 4), 13)
    assert (at_first, before, validity.oldest_open) == (None, 10, 11)
    assert validity.standing("unknown") is None


def test_memory_is_bounded_by_the_live_offers() -> None:
    validity = Validity(remembered=10)
    for number in range(500):
        validity.judge(step(f"e{number}", "offered", 2 * number, person="v-1"))
        validity.judge(step(f"e{number}", "declined", 2 * number + 1, person="v-1"))
    for number in range(20):
        validity.judge(step(f"l{number}", "offered", 2000 + number, person=f"w-{number}"))

    assert validity.size == 10 + 20


def test_several_steps_of_one_decision_count_though_the_first_is_forgotten_at_once() -> None:
    ends = [step(f"o{number}", "withdrawn", 9, person=f"v-{number}") for number in range(5)]

    assert verdicts(*ends, remembered=1) == [COUNTS] * 5


# Properties, on logs that a Komek under faults could write.


@st.composite
def logs(draw: st.DrawFn) -> list[OfferStep]:
    """Steps in the order of their decisions, of few people, each offer only onward; any of them repeated later."""
    states: dict[str, str] = {}
    steps: list[OfferStep] = []
    onward = {
        "offered": ["accepted", "declined", "expired", "void"],
        "accepted": ["en_route", "stood_down", "void", "done"],
        "expired": ["accepted"],
        "en_route": ["done", "withdrawn"],
    }
    for decision in range(draw(st.integers(1, 15))):
        movable = [offer for offer, state in states.items() if state in onward]
        offer = draw(st.sampled_from([*movable, f"o{decision}"]))
        state = draw(st.sampled_from(onward[states[offer]])) if offer in states else "offered"
        person = draw(st.sampled_from(["v-1", "v-2"])) if offer not in states else _person(steps, offer)
        states[offer] = state
        steps.append(step(offer, state, decision, person=person))
        if draw(st.integers(0, 3)) == 0:
            steps.append(draw(st.sampled_from(steps)))
    return steps


def _person(steps: Sequence[OfferStep], offer: str) -> str:
    return next(one.volunteer_id for one in steps if one.id == offer)


@given(logs())
def test_nobody_ever_holds_two_offers_that_count(steps: list[OfferStep]) -> None:
    validity = Validity()
    held: dict[str, set[str]] = {"v-1": set(), "v-2": set()}
    for one in steps:
        judgement = validity.judge(one)
        if judgement.verdict is REPEAT:
            continue
        if judgement.verdict is COUNTS and one.state in LIVE_STATES:
            held[one.volunteer_id].add(one.id)
        elif judgement.reason is not VoidReason.OLD_EPOCH:
            held[one.volunteer_id].discard(one.id)

        assert held[one.volunteer_id] == ({validity.holder(one.volunteer_id)} - {None})


@given(logs())
def test_repeats_have_no_effect(steps: list[OfferStep]) -> None:
    once = list({one.event_id: one for one in reversed(steps)}.values())
    once.sort(key=lambda one: one.decision_offset)

    told = [judgement for judgement in judged(*steps) if judgement.verdict is not REPEAT]

    assert told == judged(*once)


@given(logs())
def test_forgetting_changes_no_verdict_on_new_events(steps: list[OfferStep]) -> None:
    new = [steps.index(one) == place for place, one in enumerate(steps)]
    full = judged(*steps)
    sparing = judged(*steps, remembered=1)

    for is_new, one, other in zip(new, full, sparing, strict=True):
        if not is_new:
            assert one.verdict is REPEAT
        else:
            assert one.verdict is other.verdict


def test_a_reader_never_starts_inside_the_life_of_a_void_offer() -> None:
    """Offer b is void because of a. Read from its acceptance on, it would be valid, and c would be void."""
    steps = [
        step("a", "offered", 0),
        step("b", "offered", 1),
        step("a", "declined", 2),
        step("other", "offered", 3, person="v-2"),
        step("b", "accepted", 4),
        step("c", "offered", 5),
        step("b", "done", 6),
    ]
    validity = Validity()
    for place, one in enumerate(steps):
        validity.judge(one, place)

    assert validity.holder("v-1") == "c"
    assert validity.oldest_open == 0


@settings(max_examples=500)
@given(logs(), st.integers(0, 15))
def test_a_reader_from_the_oldest_open_offer_gives_the_same_verdicts(steps: list[OfferStep], at: int) -> None:
    """What a notifier that takes over does: reads from the oldest open place in silence, then goes on."""
    stop = min(at, len(steps))
    whole = Validity()
    for place, one in enumerate(steps[:stop]):
        whole.judge(one, place)
    low = stop if whole.oldest_open is None else whole.oldest_open
    taken_over = Validity()
    for place in range(low, stop):
        taken_over.judge(steps[place], place)

    assert [taken_over.holder(person) for person in ("v-1", "v-2")] == [
        whole.holder(person) for person in ("v-1", "v-2")
    ]
