"""People on scene ask for more people, or cannot go on themselves."""

from dataclasses import replace

import pytest

from dispatch.model.answer_commands import AskForHelp
from dispatch.model.reasons import DeclineReason
from dispatch.model.vocabulary import OfferState, Outcome
from dispatch.safety.reinforcements import MOST
from tests.support.builders import Story, candidate, digital_spec, helpers, remote, spec


def on_scene(*others: str) -> Story:
    story = Story(people=helpers("v-1"))
    story.report(spec())
    story.accept("v-1")
    story.progress("v-1", OfferState.ON_SCENE)
    story.people = [*helpers("v-1", *others), candidate("boatman", "boat", distance_m=900.0)]
    return story


def counts(story: Story) -> dict[str, tuple[str, int]]:
    return {entry.id: (entry.skill, entry.count) for entry in story.incident.requirements}


def calls(story: Story) -> list[tuple[str, str | None]]:
    return [(entry.reason, entry.requirement_id) for entry in story.incident.attention]


def test_a_call_for_help_asks_somebody_else_at_once_and_shows_the_operator() -> None:
    story = on_scene("v-2")

    story.ask_for_help("v-1")

    assert counts(story) == {"r1": ("first_aid", 2)}
    assert story.asked() == ["v-2"]
    assert calls(story) == [("help_asked", "r1")]


def test_the_call_is_answered_when_the_people_are_there() -> None:
    story = on_scene("v-2")
    story.ask_for_help("v-1")

    story.accept("v-2")

    assert calls(story) == []


def test_another_skill_becomes_a_need_of_its_own_and_grows_with_the_next_call() -> None:
    story = on_scene("v-2")

    story.ask_for_help("v-1", skill="boat")
    story.ask_for_help("v-1", skill="boat", count=2)

    assert counts(story) == {"r1": ("first_aid", 1), "r2": ("boat", 3)}
    assert "boatman" in story.asked()


def test_a_call_whose_own_requirement_has_gone_names_the_skill_of_the_offer() -> None:
    story = Story(people=helpers("v-1"))
    story.report(spec())
    story.accept("v-1")
    story.progress("v-1", OfferState.ON_SCENE)
    assert story.told is not None
    story.told = replace(story.told, requirements=())

    story.ask_for_help("v-1")

    assert counts(story) == {"r2": ("first_aid", 1)}


def test_calls_are_bounded_for_each_requirement() -> None:
    story = on_scene("v-2")

    story.ask_for_help("v-1", count=MOST - 1)
    story.ask_for_help("v-1", count=5)
    beyond = story.ask_for_help("v-1")

    assert counts(story) == {"r1": ("first_aid", 1 + MOST)}
    assert (beyond.outcome, beyond.reason) == (Outcome.UNCHANGED, "limit_reached")


@pytest.mark.parametrize(
    ("stated", "reason"), [({"skill": "juggling"}, "unknown_skill"), ({"count": 0}, "nobody_asked_for")]
)
def test_a_call_that_makes_no_sense_is_refused(stated: dict[str, object], reason: str) -> None:
    refused = on_scene().ask_for_help("v-1", **stated)

    assert (refused.outcome, refused.reason) == (Outcome.REFUSED, reason)


def test_only_who_is_on_scene_can_call_for_help() -> None:
    story = Story(people=[*helpers("v-1", "v-2"), remote("d-1")])
    story.report(spec(count=2), digital_spec())
    story.accept("v-1")
    story.accept("d-1")
    story.progress("d-1", OfferState.ON_SCENE)
    mine = story.offer_of("v-1").id

    refused = [
        story.ask_for_help("v-1"),
        story.ask_for_help("d-1"),
        story.tell(AskForHelp(**story._order(), offer_id=mine, volunteer_id="v-2")),
        story.tell(AskForHelp(**story._order(), offer_id="o-unknown", volunteer_id="v-2")),
    ]

    assert [one.reason for one in refused] == ["offer_accepted", "offer_on_scene", "not_your_offer", "unknown_offer"]


def test_after_the_end_nobody_is_asked_for_help() -> None:
    story = on_scene("v-2")
    story.close()

    assert story.ask_for_help("v-1").outcome is Outcome.REFUSED


def test_who_cannot_complete_on_scene_is_replaced_and_never_asked_again() -> None:
    story = on_scene("v-2")

    story.decline("v-1", DeclineReason.UNSAFE)

    gone = story.offer_of("v-1")
    assert (gone.state, gone.reason) == (OfferState.DECLINED, "unsafe")
    assert story.asked() == ["v-2"]
