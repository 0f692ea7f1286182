"""Why and why not, in a sentence."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.explanations import PersonNow, of_incident, of_person
from dispatch.model.digital_events import AnswerWanted, WorkSettled
from dispatch.model.incidents import Attention
from dispatch.model.people import Candidate
from dispatch.model.places import Place
from dispatch.model.vocabulary import Capability, HeardBy, OfferState
from tests.support.builders import ALMATY, NOW_MS, Story, candidate, decision, helpers, incident, spec


def told() -> Story:
    """Eleven people near; some are asked, the next five are shown in the record, the rest stand nowhere."""
    story = Story(helpers(*(f"v-{number:02}" for number in range(30))))
    story.report(spec())
    return story


def presence(of: Candidate, **known: Any) -> PersonNow:
    usual: dict[str, Any] = {"candidate": of, "capabilities": frozenset({Capability.FIELD}), "on_duty": True}
    return PersonNow(**(usual | known))


def why(story: Story, person: str, present: PersonNow | None = None) -> tuple[str, str]:
    found = of_person(story.incident, story.decisions, person, present)
    return found.verdict, found.text


def test_who_was_asked_is_told_when_in_which_place_with_which_score_and_answer() -> None:
    story = told()
    story.wait(40)
    story.decline("v-01")

    verdict, text = why(story, "v-01")

    assert verdict == "asked"
    assert text.startswith(
        "v-01 was asked for r1 (first_aid) at 16:00:00 as number 1 in the order, of at most 37 considered, score "
    )
    assert "travel " in text
    assert "chance to accept" in text
    assert text.endswith("declined (busy) at 16:00:40.")


def test_a_record_of_an_older_log_is_told_as_far_as_it_goes() -> None:
    story = told()
    (why_then,) = story.last.why.requirements
    bare = replace(why_then, chosen=({"volunteer_id": "v-00"},), forecast=None, excluded={"too_far": 2})
    story.decisions[-1] = replace(story.last, why=replace(story.last.why, requirements=(bare,)))

    assert why(story, "v-00")[1].endswith("as number 1 in the order, of at most 37 considered: no answer yet.")
    whole = of_incident(story.incident, story.decisions).text
    assert "the last search saw at most 37 (at most 2 too_far) and asked" in whole
    assert "the chance to be staffed" not in whole


def test_who_has_not_answered_yet_is_told_so() -> None:
    assert why(told(), "v-00")[1].endswith(": no answer yet.")


def test_who_was_passed_over_is_told_who_was_before() -> None:
    story = told()
    asked = story.asked()
    next_one = f"v-{len(asked):02}"

    verdict, text = why(story, next_one)

    assert verdict == "passed_over"
    assert f"as number {len(asked) + 1} in the order" in text
    assert text.endswith(f"{len(asked)} were asked, {', '.join(asked)} before them.")


@pytest.mark.parametrize(
    ("present", "reason"),
    [
        (presence(candidate("x", "boat")), "they lack the skill"),
        (presence(candidate("x"), on_duty=False), "off duty"),
        (presence(candidate("x"), in_distress=True), "the incident of their own danger is open"),
        (presence(candidate("x"), engaged_in="i-2"), "they hold another offer"),
        (presence(candidate("x"), capabilities=frozenset({Capability.DIGITAL})), "they do not do this kind of work"),
        (presence(candidate("x", languages=("en",))), "they share no required language"),
        (presence(candidate("x", place=Place(lon=80.0, lat=43.0))), "further away than"),
        (presence(candidate("x", fix_age_s=9_000.0, place=ALMATY)), "no fresh position"),
    ],
)
def test_who_stands_in_no_decision_is_told_what_the_rules_say_now(present: PersonNow, reason: str) -> None:
    story = Story()
    story.report(spec(languages=("kk",)))

    verdict, text = why(story, "x", present)

    assert verdict == "excluded"
    assert "Under the present rules and data (not those of that time) they are excluded." in text
    assert reason in text


def test_who_would_fit_now_is_told_so() -> None:
    verdict, text = why(told(), "late", presence(candidate("late")))

    assert verdict == "not_considered"
    assert "they fit r1 (first_aid)" in text


def test_who_would_fit_work_without_a_place_needs_no_place() -> None:
    story = Story()
    story.report(spec(), area=None)

    assert why(story, "late", presence(candidate("late", place=None, distance_m=None)))[0] == "not_considered"


def test_nobody_of_this_id_is_said_to_be_nobody() -> None:
    assert why(told(), "ghost")[0] == "unknown_person"


def test_an_incident_says_what_is_missing_and_what_was_tried() -> None:
    story = Story(helpers("one"))
    story.report(spec(count=2))
    story.accept("one")
    while story.incident.requirements[0].climb and story.incident.requirements[0].climb.due_ms:
        story.climb()
    story.retry()

    found = of_incident(story.incident, story.decisions)

    assert found.text.startswith("medical.other (high) is unfilled, alarm level ")
    assert (
        "r1 (first_aid): 1 of 2 places filled, 1 short since 16:00:00: nobody_found, and the ladder has ended"
        in found.text
    )
    assert "ladder: wider_ring (" in found.text
    assert "An operator should look at it: ladder_ended for r1, since " in found.text
    assert found.facts[0]["offers"] == {"accepted": 1}


def test_an_incident_that_waits_for_nobody_says_so_in_short() -> None:
    story = Story(helpers("one"))
    story.report(spec())
    story.accept("one")

    assert of_incident(story.incident, story.decisions).text.splitlines()[1] == "r1 (first_aid): 1 of 1 places filled."


def test_an_incident_that_asked_nobody_says_so() -> None:
    story = Story()
    story.report(spec())

    assert "offers: nobody was asked yet." in of_incident(story.incident, ()).text


@pytest.mark.parametrize("answer", ["accept", "decline", "progress"])
def test_only_the_answer_itself_was_heard_and_not_what_followed_from_it(answer: str) -> None:
    story = Story(helpers("one", "two", "three"))
    story.report(spec())
    if answer == "progress":
        story.accept("one")
        story.progress("one", OfferState.ON_SCENE, heard_by=HeardBy.RADIO)
    else:
        getattr(story, answer)("one", heard_by=HeardBy.RADIO)

    heard = [person for person in ("one", "two", "three") if "heard by" in why(story, person)[1]]

    assert heard == ["one"]


def test_a_person_who_was_withdrawn_when_a_place_was_filled_by_radio_said_nothing() -> None:
    story = Story(helpers("one", "two"))
    story.report(spec())

    story.accept("one", heard_by=HeardBy.RADIO)

    assert "withdrawn (filled) at " in why(story, "two")[1]


def test_attention_names_the_requirement_the_offer_and_the_person_it_concerns() -> None:
    story = Story(helpers("one"))
    story.report(spec())
    held = story.offer_of("one").id
    reasons = (
        Attention(reason="unfilled", requirement_id="r1", since_ms=NOW_MS),
        Attention(reason="unfilled", requirement_id="r2", since_ms=NOW_MS),
        Attention(reason="change_unconfirmed", requirement_id="r1", offer_id=held, since_ms=NOW_MS),
        Attention(reason="help_asked", requirement_id="r1", detail=held, since_ms=NOW_MS),
        Attention(reason="check_in_overdue", requirement_id="r1", offer_id="pruned", detail="pruned", since_ms=NOW_MS),
        Attention(reason="ask_partner", requirement_id="r1", detail="red_crescent", since_ms=NOW_MS),
        Attention(reason="reported_false", since_ms=NOW_MS),
    )

    shown = of_incident(replace(story.incident, attention=reasons), ()).text.splitlines()[-len(reasons) :]

    assert [line.removeprefix("An operator should look at it: ") for line in shown] == [
        "unfilled for r1, since 16:00:00.",
        "unfilled for r2, since 16:00:00.",
        f"change_unconfirmed for r1 of one, offer {held}, since 16:00:00.",
        f"help_asked for r1 of one, offer {held}, since 16:00:00.",
        "check_in_overdue for r1 (pruned), since 16:00:00.",
        "ask_partner for r1 (red_crescent), since 16:00:00.",
        "reported_false, since 16:00:00.",
    ]


def test_what_a_hint_has_changed_is_explained() -> None:
    asked = AnswerWanted(requirement_id="r2", count=2, reason="hint_disagrees")
    counted = WorkSettled(requirement_id="r3", outcome="located", offer_ids=("o-1",), hint_id="h-1")
    others = (
        AnswerWanted(requirement_id="r4", count=2, reason="validation"),
        WorkSettled(requirement_id="r4", outcome="located", offer_ids=("o-2", "o-3")),
    )

    text = of_incident(incident(), [decision(asked, counted, *others)]).text

    assert "A hint of software differs from an answer to r2: one more person is asked." in text
    assert "A hint of software (h-1) counted as the second answer to r3: located." in text
    assert "r4" not in text
