"""The record of a decision: why these people, and why not those."""

import pytest

from dispatch.decide import SHOWN_CANDIDATES, chosen_people, fill, settle
from dispatch.model.answer_commands import AcceptOffer
from dispatch.model.commands import ReportIncident
from dispatch.model.ids import decision_id
from dispatch.model.people import Found
from dispatch.model.places import Area, Place
from dispatch.model.reasons import Exclusion, SaidTime
from dispatch.model.recorded_way import recorded_m
from dispatch.model.vocabulary import OfferState, Outcome
from tests.support.builders import (
    ALMATY,
    INCIDENT,
    NOW_MS,
    Story,
    candidate,
    helpers,
    incident,
    north_of_almaty,
    plans,
    point,
    remote,
    spec,
    view,
)

REPORT = ReportIncident(
    id="c",
    incident_id=INCIDENT,
    by="operator",
    sent_ms=NOW_MS,
    type="medical.other",
    body_digest="digest",
    area=point(),
)


def test_a_decision_names_its_command_and_grows_the_epoch_by_one() -> None:
    story = Story(helpers("one"))
    story.report()

    noted = story.note()

    assert noted.id == decision_id("c-1")
    assert (noted.cause.command_id, noted.cause.command_kind, noted.cause.offset) == ("c-1", "add_note", 1)
    assert (noted.zone, noted.version, noted.decided_ms, noted.by) == ("8320e5", 2, NOW_MS, "operator")


def test_a_refused_command_has_no_effects_and_leaves_the_epoch() -> None:
    story = Story(helpers("one"))
    story.report()

    refused = story.accept("one", offer_id="o-unknown")

    assert (refused.outcome, refused.version, refused.events) == (Outcome.REFUSED, 1, ())
    assert refused.why.requirements == ()


def test_the_why_shows_the_chosen_and_the_next_in_order_with_their_terms() -> None:
    names = [f"v-{number}" for number in range(9)]
    story = Story(helpers(*names))

    story.report(spec())

    (why,) = story.last.why.requirements
    assert {entry["volunteer_id"] for entry in why.chosen} == set(names[:2])
    assert {entry["volunteer_id"] for entry in why.passed_over} == set(names[2 : 2 + SHOWN_CANDIDATES])
    scores = [float(str(entry["score_s"])) for entry in why.passed_over]
    assert scores == sorted(scores)
    assert why.chosen[0]["terms"] == {"travel": 265.1}
    assert why.chosen[0]["eta_s"] == 270.0
    assert (why.asked, why.places_open, why.considered) == (2, 1, 10)
    assert story.last.why.plan_version == plans().version


def test_the_why_counts_those_left_out_by_the_search_and_by_the_rules() -> None:
    story = Story(
        [candidate("far", distance_m=90_000.0), candidate("unskilled", "boat")], unseen={Exclusion.TOO_FAR: 2}
    )

    story.report(spec())

    (why,) = story.last.why.requirements
    assert why.excluded == {"skill": 3, "too_far": 3}
    assert why.considered == 10


def test_no_place_of_a_person_stands_in_a_decision() -> None:
    story = Story([candidate("one", place=Place(lon=76.943456, lat=43.254321))])

    story.report(spec())

    assert story.asked() == ["one"]
    assert "76.943456" not in repr(story.last)
    assert "43.254321" not in repr(story.last)


def test_distances_are_to_the_nearest_part_of_an_area() -> None:
    square = [[76.9, 43.2], [77.0, 43.2], [77.0, 43.3], [76.9, 43.3], [76.9, 43.2]]
    flood = Area(geometry={"type": "Polygon", "coordinates": [square]}, centre=ALMATY, reach_m=8_000.0)
    story = Story([candidate("inside", distance_m=4_000.0, place=Place(lon=76.91, lat=43.21))])

    story.report(spec(), area=flood)

    assert story.offer_of("inside").distance_m == 0.0


def test_people_taken_by_an_earlier_command_are_passed_over() -> None:
    settled = settle(view(None, REPORT), REPORT, plans())
    found = Found(candidates=tuple(helpers("taken", "free")))

    decided = fill(settled, plans(), {"r1": found}, taken={"taken": Exclusion.ENGAGED})

    assert chosen_people(decided) == {"free": Exclusion.ENGAGED}
    assert decided.why.requirements[0].excluded == {"engaged": 3}


def test_one_person_is_asked_for_one_requirement_only() -> None:
    story = Story([candidate("both", "first_aid", "boat")])

    story.report(spec("boat"), spec("first_aid"))

    assert [(one.volunteer_id, one.requirement_id) for one in story.incident.offers] == [("both", "r1")]
    assert story.last.why.requirements[1].excluded == {"engaged": 3}


def test_a_person_found_twice_is_asked_once_as_the_better_of_the_two() -> None:
    story = Story([candidate("twice", distance_m=900.0), candidate("twice", distance_m=100.0), candidate("once")])

    story.report(spec(count=2))

    assert sorted(story.asked()) == ["once", "twice"]
    assert story.offer_of("twice").distance_m == recorded_m(north_of_almaty(100.0), point())


def test_a_need_that_was_not_searched_for_found_nobody() -> None:
    settled = settle(view(None, REPORT), REPORT, plans())

    decided = fill(settled, plans(), {})

    assert decided.outcome is Outcome.APPLIED
    assert chosen_people(decided) == {}


def test_people_who_work_for_the_incident_are_not_searched_for_again() -> None:
    story = Story([candidate("busy", "first_aid", "boat"), remote()])
    story.report(spec("first_aid"))

    story.update(spec("first_aid"), spec("boat"))

    assert [wanted.asked_before for wanted in story.searched[-2:]] == [{"busy"}, {"busy"}]


def test_the_search_is_told_who_asks_and_how_many_are_wanted() -> None:
    story = Story()

    story.report(spec(count=3))

    (wanted,) = story.searched
    assert (wanted.incident_id, wanted.command_id, wanted.want) == (INCIDENT, "c-0", 6)


def test_an_id_without_a_zone_is_decided_all_the_same() -> None:
    stray = AcceptOffer(id="c", incident_id="stray", by="v-1", sent_ms=NOW_MS, offer_id="o-1", volunteer_id="v-1")

    settled = settle(view(incident(id="stray"), stray), stray, plans())

    assert fill(settled, plans(), {}).zone == ""


DAY_MS = 86_400_000


@pytest.mark.parametrize(
    ("ahead_ms", "shown", "ignored"),
    [
        (0, True, None),
        (60_000, True, None),  # clocks of phones differ
        (60_001, False, SaidTime.FROM_THE_FUTURE),
        (-DAY_MS, True, None),  # said in the mountains, sent from the road
        (-DAY_MS - 1, False, SaidTime.TOO_OLD),
    ],
)
def test_the_stated_time_of_an_answer_is_shown_within_bounds_and_decides_nothing(
    ahead_ms: int, shown: bool, ignored: SaidTime | None
) -> None:
    story = Story(helpers("one"))
    story.report()
    said_ms = story.now_ms - 5 + ahead_ms

    said = story.accept("one", said_ms=said_ms)

    assert (said.said_ms, said.said_ignored) == (said_ms if shown else None, ignored)
    assert story.offer_of("one").accepted_ms == story.now_ms


def test_who_answers_first_in_the_log_is_first_whatever_they_say() -> None:
    story = Story(helpers("one", "two"))
    story.report(spec(count=1))
    story.accept("one")

    story.accept("two", said_ms=story.now_ms - 3_600_000)

    assert (story.state_of("one"), story.state_of("two")) == (OfferState.ACCEPTED, OfferState.STOOD_DOWN)
