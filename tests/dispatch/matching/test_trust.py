"""Trust in digital answers: what teaches it, how much it weighs, and that it keeps nobody from anything."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.matching.ranking import rank
from dispatch.matching.trust import BOUND_S, CHECKING, LEAST, MOST, START, Judged, judged_by, price_s, trust
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Capability
from tests.support.builders import Story, candidate, digital_spec, need, remote, requirement, spec

WORK = requirement(capability=Capability.DIGITAL, skill="verification")
CHECK = requirement(capability=Capability.DIGITAL, skill="verification", validated=True, count=2)


def taught(story: Story) -> dict[str, bool]:
    """By whom the last decision judged; True: upheld."""
    judged = judged_by(story.last, story.incident)
    assert all(one.at_ms == story.now_ms for one in judged)
    return {one.volunteer_id: one.upheld for one in judged}


def at_work(*people: str, **stated: Any) -> Story:
    """A report whose digital work these people have taken on."""
    story = Story([remote(one) for one in people])
    story.report(digital_spec(**stated))
    for one in people:
        if one in story.asked():
            story.accept(one)
    return story


def test_those_whose_answer_stands_are_borne_out_and_who_was_outvoted_is_not() -> None:
    story = at_work("a", "b", "c", answers_wanted=3, agree=2)

    story.give_result("a", "confirmed")
    story.give_result("b", "false")
    assert taught(story) == {}
    story.give_result("c", "confirmed")

    assert taught(story) == {"a": True, "b": False, "c": True}


def test_a_second_person_who_agrees_bears_the_first_out() -> None:
    story = at_work("a", validated=True)
    story.people.append(remote("b"))

    story.give_result("a", "confirmed")
    story.accept("b")
    story.give_result("b", "confirmed")

    assert taught(story) == {"a": True, "b": True}


def test_a_first_answer_that_the_second_and_a_third_person_refuse_is_overruled() -> None:
    story = at_work("a", validated=True)
    story.people += [remote("b"), remote("c")]

    story.give_result("a", "confirmed")
    story.accept("b")
    story.give_result("b", "false")
    assert taught(story) == {}
    story.accept("c")
    story.give_result("c", "false")

    assert taught(story) == {"a": False, "b": True, "c": True}


def test_who_cannot_tell_is_never_overruled_and_overrules_nobody() -> None:
    outvoted = at_work("a", "b", "c", answers_wanted=3, agree=2)
    outvoted.give_result("a", "unclear")
    outvoted.give_result("b", "confirmed")
    outvoted.give_result("c", "confirmed")

    settled = at_work("a", "b", "c", answers_wanted=3, agree=2)
    settled.give_result("a", "confirmed")
    settled.give_result("b", "unclear")
    settled.give_result("c", "unclear")

    assert taught(outvoted) == {"b": True, "c": True}
    assert taught(settled) == {}


def test_uncompared_answers_and_silence_do_not_change_trust() -> None:
    alone = at_work("a")
    alone.give_result("a", "confirmed")
    first_of_several = at_work("a", "b", answers_wanted=2, agree=1)
    first_of_several.give_result("a", "confirmed")
    silent = Story([remote("a")])
    silent.report(digital_spec(answers_wanted=2, agree=2))
    silent.wait(600)
    silent.expire("a")

    for story in (alone, first_of_several, silent):
        assert taught(story) == {}


def test_a_stranger_is_trusted_as_most_and_own_answers_move_it() -> None:
    def of(upheld: float, overruled: float) -> float:
        return trust(remote("d", upheld=upheld, overruled=overruled))

    assert of(0, 0) == START
    assert of(1, 0) == pytest.approx(0.84)
    assert of(0, 1) == pytest.approx(0.64)
    assert of(4, 4) == pytest.approx(0.6)


@given(upheld=st.floats(0, 1e9), overruled=st.floats(0, 1e9), wanted=st.sampled_from([WORK, CHECK]))
def test_trust_stays_between_its_ends_and_its_price_within_its_bound(
    upheld: float, overruled: float, wanted: Requirement
) -> None:
    person = remote("d", upheld=upheld, overruled=overruled)

    assert 0 < LEAST <= trust(person) <= MOST < 1
    assert abs(price_s(person, need(wanted))) <= BOUND_S * (CHECKING if wanted is CHECK else 1)


def test_trust_breaks_ties_but_one_more_task_outweighs_it() -> None:
    trusted = remote("trusted", upheld=9.0)
    stranger = remote("stranger")
    doubted = remote("doubted", overruled=9.0)
    busy = remote("busy", upheld=99.0, load=2.0)

    ranked = rank([doubted, busy, stranger, trusted], need(WORK), None)

    assert [entry.candidate.volunteer_id for entry in ranked] == ["trusted", "stranger", "doubted", "busy"]
    assert [round(entry.terms.get("trust", 0.0), 1) for entry in ranked] == [-10.4, 0.0, 41.5, -14.2]


def test_a_check_of_anothers_work_weighs_trust_more() -> None:
    trusted = remote("trusted", upheld=9.0, load=0.4)
    stranger = remote("stranger")

    by_work, by_check = (rank([trusted, stranger], need(wanted), None) for wanted in (WORK, CHECK))

    assert by_work[0].candidate.volunteer_id == "stranger"
    assert by_check[0].candidate.volunteer_id == "trusted"


def test_trust_does_not_apply_to_field_work() -> None:
    (entry,) = rank([candidate("v-1", overruled=9.0)], need(), None)

    assert "trust" not in entry.terms


def test_the_distrusted_are_asked_all_the_same_and_the_record_shows_the_term() -> None:
    story = Story([remote("d-1", overruled=50.0)])

    story.report(digital_spec(), spec())

    assert story.asked() == ["d-1"]
    shown = story.last.why.requirements[0].chosen[0]
    assert shown["terms"] == {"load": 0.0, "trust": pytest.approx(55.6)}


def test_repeated_decisions_give_the_same_judged_answers() -> None:
    story = at_work("a", "b", answers_wanted=2, agree=2)
    story.give_result("a", "confirmed")
    story.give_result("b", "confirmed")

    once = judged_by(story.last, story.incident)

    assert once == judged_by(story.last, story.incident)
    assert once[0] == Judged(volunteer_id="a", at_ms=story.now_ms, upheld=True)
