"""A summary out of decisions, and what a model may say about them."""

import re

import pytest

from dispatch.assistant.card_texts import LANGUAGES
from dispatch.assistant.incident_summary import (
    ModelSentence,
    Sentence,
    event_refs,
    nearest_settlement,
    rendered,
    summary,
    valid_sentences,
)
from dispatch.assistant.summary_texts import SENTENCES, WORDS
from dispatch.model.digital_events import CertaintyChanged, ProposalAccepted, ProposalRejected, WorkSettled
from dispatch.model.events import Event
from dispatch.model.incident_events import (
    AttentionEnded,
    AttentionRaised,
    IncidentCancelled,
    IncidentClosed,
    IncidentMoved,
    IncidentUpdated,
    NoteAdded,
)
from dispatch.model.merge_events import IncidentMerged
from dispatch.model.places import Place
from dispatch.model.reasons import AttentionReason, EndCode
from dispatch.model.safety_events import HazardDeclared, HazardEnded
from dispatch.model.staffing_events import ShortfallEnded, ShortfallFound
from dispatch.model.vocabulary import OUTCOMES_OF_TASK, Certainty, OfferState, Priority, ResultKind, Task
from dispatch.plans.book import load_builtin
from tests.support.builders import Story, decision, digital_spec, helpers, point, remote, shortfall, spec
from tests.support.stories import a_whole_story


def only(*events: Event) -> list[Sentence]:
    return list(summary([decision(*events)]))


def english(sentences: "tuple[Sentence, ...] | list[Sentence]") -> list[str]:
    return [rendered(one, "en") for one in sentences]


def updated(**known: object) -> IncidentUpdated:
    defaults = {
        "type": "flood", "priority": Priority.HIGH, "area": point(), "language": None, "requirements": (),
        "plan_version": "1", "changed": ("location", "priority"), "by": "operator",
    }  # fmt: skip
    return IncidentUpdated(**(defaults | known))  # type: ignore[arg-type]


def test_a_whole_incident_is_summarised() -> None:
    sentences = summary(a_whole_story().decisions)

    shown = english(sentences)
    assert re.fullmatch(
        r"\d\d\.\d\d\.\d{4} \d\d:\d\d reported: medical\. Priority: normal\.|.* reported: medical\. .*", shown[0]
    )
    assert shown[1].startswith("Place: ")
    codes = [one.code for one in sentences]
    assert {"asked", "came", "level", "notes", "closed"} <= set(codes)
    asked = next(one for one in sentences if one.code == "asked")
    assert asked.params["accepted"] == 3
    assert asked.params["declined"] == 1
    assert codes[-1] == "closed"


def test_every_sentence_stands_on_events_that_there_are() -> None:
    decisions = a_whole_story().decisions

    refs = event_refs(decisions)
    assert all(one.events and set(one.events) <= refs for one in summary(decisions))


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_the_same_in_each_language(language: str) -> None:
    for one in summary(a_whole_story().decisions):
        assert re.findall(r"\d+", rendered(one, language)) or one.code not in ("asked", "came", "level")
        assert sorted(re.findall(r"\d+", rendered(one, language))) == sorted(re.findall(r"\d+", rendered(one, "en")))


def test_no_summary_names_a_person() -> None:
    story = a_whole_story()

    shown = " ".join(rendered(one, language) for one in summary(story.decisions) for language in LANGUAGES)

    assert not any(person.volunteer_id in shown.split() for person in story.people)


def test_a_refused_decision_says_nothing() -> None:
    assert summary([decision()]) == ()


def test_an_exercise_and_an_unknown_place_are_said() -> None:
    story = Story(helpers("one"))
    story.report(spec(), area=None, exercise=True)

    assert english(summary(story.decisions))[1:3] == ["This is an exercise.", "The place is not known."]


def test_a_place_outside_the_gazetteer_is_not_known() -> None:
    assert only(updated()) != []
    sentences = summary([decision(updated())], where=lambda _: None)

    assert [one.code for one in sentences] == ["changed"]


def test_a_place_is_told_by_the_nearest_settlement() -> None:
    in_town = nearest_settlement(Place(lon=76.95, lat=43.24))
    in_steppe = nearest_settlement(Place(lon=66.0, lat=47.0))

    assert in_town is not None
    assert in_town["distance_m"] is None
    assert in_steppe is not None
    assert in_steppe["distance_m"] % 1000 == 0
    assert nearest_settlement(Place(lon=0.0, lat=0.0)) is None


def test_changes_are_named_once_and_the_last_place_told() -> None:
    shown = english(only(updated(), updated(changed=("priority",)), updated(changed=()), IncidentMoved(area=point())))

    assert shown[0] == "Changed: place, priority."
    assert sum(one.startswith("Place corrected at") for one in shown) == 2


def test_a_location_that_was_taken_away_is_no_place() -> None:
    assert [one.code for one in only(updated(area=None))] == ["changed"]


def test_only_what_lasts_is_short_or_needs_attention() -> None:
    found = only(
        ShortfallFound(requirement_id="r1", shortfall=shortfall()),
        ShortfallFound(requirement_id="r2", shortfall=shortfall()),
        ShortfallEnded(requirement_id="r1"),
        AttentionRaised(reason="unfilled", requirement_id="r1"),
        AttentionRaised(reason="no_place"),
        AttentionEnded(reason="unfilled", requirement_id="r1"),
    )

    assert english(found) == ["People are missing, requirements: 1.", "Needs attention: the place is not known."]
    assert [len(one.events) for one in found] == [1, 1]


def test_results_of_digital_work_are_told_with_their_task() -> None:
    story = Story([remote("d-1")])
    story.report(digital_spec(task=Task.VERIFY_REPORT))
    settled = decision(WorkSettled(requirement_id="r1", outcome="confirmed", offer_ids=()))
    unknown = decision(WorkSettled(requirement_id="r9", outcome="confirmed", offer_ids=()))

    (found,) = [one for one in summary([*story.decisions, settled, unknown]) if one.code == "result"]

    assert rendered(found, "ru") == "Результат: проверка сообщения – подтверждено."
    assert len(found.events) == 2


def test_the_last_certainty_and_the_judged_proposals_are_told() -> None:
    judged = {"proposal_id": "p", "result": ResultKind.FALSE, "by": "operator", "people": ()}
    found = only(
        CertaintyChanged(certainty=Certainty.DISPUTED),
        CertaintyChanged(certainty=Certainty.CONFIRMED),
        ProposalAccepted(**judged),  # type: ignore[arg-type]
        ProposalRejected(**judged),  # type: ignore[arg-type]
    )

    assert english(found) == ["The report: confirmed.", "The dispatcher judged proposals, accepted: 1, rejected: 1."]


def test_danger_to_helpers_is_told() -> None:
    story = Story(helpers("one"))
    story.report(spec(), hazard=None)
    story.accept("one")
    story.progress("one", OfferState.ON_SCENE)
    story.distress("one")

    assert "A helper was in danger, signals: 1." in english(summary(story.decisions))
    assert english(only(HazardDeclared(equipped=()), HazardEnded())) == [
        "A hazard zone was declared.",
        "The hazard zone was lifted.",
    ]


@pytest.mark.parametrize(
    ("event", "code", "text"),
    [
        (IncidentClosed(by="operator", code=EndCode.RESOLVED), "closed", "resolved."),
        (IncidentCancelled(by="operator"), "cancelled", "no reason stated."),
        (IncidentMerged(into="i", by="operator"), "merged", ""),
    ],
)
def test_how_it_ended_is_told(event: Event, code: str, text: str) -> None:
    (found,) = only(event)

    assert found.code == code
    assert rendered(found, "en").endswith(text)


def test_an_incident_that_was_opened_again_says_so() -> None:
    story = a_whole_story()
    story.reopen()

    assert summary(story.decisions)[-1].code == "reopened"


def test_notes_are_counted_and_not_read() -> None:
    note = NoteAdded(by="operator", private_ref="secret")

    assert english(only(note, note)) == ["Notes: 2."]


def test_sentences_of_a_model_without_a_valid_event_are_dropped() -> None:
    valid = ModelSentence(text="Reported at noon.", events=("d-1/0",))
    others = [
        ModelSentence(text="Nobody is hurt.", events=()),
        ModelSentence(text="It is over.", events=("d-9/0",)),
        ModelSentence(text="Half of it is true.", events=("d-1/0", "d-9/0")),
        ModelSentence(text="  ", events=("d-1/0",)),
    ]

    assert valid_sentences([valid, *others], {"d-1/0"}) == (valid,)


def test_every_value_has_words_in_three_languages() -> None:
    assert set(WORDS["priority"]) == {one.value for one in Priority}
    assert set(WORDS["task"]) == {one.value for one in Task}
    assert set(WORDS["outcome"]) == {outcome for outcomes in OUTCOMES_OF_TASK.values() for outcome in outcomes}
    assert set(WORDS["certainty"]) == {one.value for one in Certainty}
    assert set(WORDS["code"]) == {*(one.value for one in EndCode), ""}
    assert set(WORDS["reasons"]) == {one.value for one in AttentionReason}
    assert set(WORDS["type"]) == set(load_builtin().plans)
    assert all(len({frozenset(re.findall(r"{\w+}", text)) for text in texts}) == 1 for texts in SENTENCES.values())
