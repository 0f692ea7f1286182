"""A drill is planned, asked and answered as a real incident, says so everywhere, and never swallows a real one."""

from dataclasses import replace

import pytest

from dispatch.decide import decide
from dispatch.incidents.duplicates import candidates, neighbour_of
from dispatch.incidents.merging import obstacle
from dispatch.model.commands import SplitIncident
from dispatch.model.merge_events import IncidentSplit
from dispatch.model.merges import NewReport
from dispatch.model.people import Found
from dispatch.model.vocabulary import OfferState
from dispatch.notices.ladder import ChannelKind, due_ms
from dispatch.notices.offer_validity import Judgement, OfferVerdict
from dispatch.notices.rules import notice_of
from dispatch.state.offer_effects import offer_steps
from tests.support.builders import INCIDENT, NOW_MS, Story, helpers, incident, plans, point, spec, view

OTHER = "i-8320e5-" + "b" * 32


def drill() -> Story:
    story = Story(helpers("one", "two"))
    story.report(spec(), exercise=True)
    return story


def test_people_are_asked_as_for_a_real_one_and_told_that_it_is_a_drill() -> None:
    story = drill()

    assert story.incident.exercise
    assert set(story.asked()) == {"one", "two"}
    assert all(step.exercise for step in offer_steps(story.incident, story.last, 0, 0))
    story.accept("one")
    assert story.state_of("one") is OfferState.ACCEPTED


def test_no_gateway_is_used_for_a_drill() -> None:
    story = drill()
    step = offer_steps(story.incident, story.last, 0, 0)[0]
    notice = notice_of(step, Judgement(OfferVerdict.COUNTS))
    assert notice is not None

    ways = {kind for kind in ChannelKind if due_ms(notice, kind) is not None}
    real = {kind for kind in ChannelKind if due_ms(replace(notice, exercise=False), kind) is not None}

    assert ways == {ChannelKind.WEBPUSH}
    assert real > ways


@pytest.mark.parametrize("is_drill", [True, False])
def test_a_drill_and_a_real_incident_are_never_one_event(is_drill: bool) -> None:
    here = incident(exercise=is_drill)
    other = incident(id=OTHER, exercise=not is_drill)
    near, same = neighbour_of(other), neighbour_of(replace(other, exercise=is_drill))
    report = neighbour_of(here)
    assert report is not None
    assert near is not None
    assert same is not None

    assert obstacle(here, OTHER, other) == "exercise_and_real"
    assert candidates(report, [near]) == ()
    assert candidates(report, [same])


def test_a_part_of_a_drill_is_a_drill() -> None:
    report = NewReport(command_id="r", incident_id=OTHER, type="flood", body_digest="d", area=point())
    order = SplitIncident(id="c", incident_id=INCIDENT, by="op", sent_ms=NOW_MS, report=report)

    decided = decide(view(incident(exercise=True), order), order, plans(), lambda _: Found())

    (split,) = [fact for fact in decided.events if isinstance(fact, IncidentSplit)]
    assert split.report.exercise
