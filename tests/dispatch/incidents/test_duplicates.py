"""Which open incidents a report is compared with, and what makes two look like one event."""

from typing import Any

import pytest

from dispatch.context_query import query_of
from dispatch.incidents.duplicates import (
    MOST_PROPOSED,
    PROPOSED_FROM,
    SAME_NUMBER,
    candidates,
    likeness_of_types,
    neighbour_of,
    neighbours_by_number,
    numbers_of,
)
from dispatch.model.commands import UpdateIncident
from dispatch.model.context import DecisionContext, Neighbour
from dispatch.model.geojson import area_of
from dispatch.model.merges import ReportNumber
from dispatch.model.places import Place
from dispatch.model.vocabulary import IncidentStatus
from tests.support.builders import ALMATY, INCIDENT, NOW_MS, Story, incident, spec

OTHER = INCIDENT[:-1] + "f"
FIRE, SAME_FIRE, ANOTHER = "00000000000000ff", "00000000000000fe", "ffffffff000000ff"


def seen(north_m: float = 0, **known: Any) -> Neighbour:
    defaults: dict[str, Any] = {
        "incident_id": OTHER,
        "type": "fire.building",
        "centre": Place(lon=ALMATY.lon, lat=ALMATY.lat + north_m / 111_195),
        "reach_m": 0.0,
        "logged_ms": NOW_MS,
    }
    return Neighbour(**(defaults | known))


def report(**known: Any) -> Neighbour:
    return seen(**({"incident_id": INCIDENT} | known))


def test_the_same_type_at_the_same_place_at_the_same_time_is_surely_proposed() -> None:
    (found,) = candidates(report(), (seen(),))

    assert (found.incident_id, found.score, found.type, found.text) == (OTHER, 1.0, 1.0, None)


@pytest.mark.parametrize(
    ("other", "is_proposed"),
    [
        (seen(400), True),
        (seen(2_500), False),  # another quarter
        (seen(2_500, reach_m=1_000), True),  # a flood that reaches as far
        (seen(logged_ms=NOW_MS - 25 * 60_000), True),
        (seen(logged_ms=NOW_MS - 31 * 60_000), False),  # long ago
        (seen(type="fire.wildland"), True),  # of one family
        (seen(1_500, type="fire.wildland"), False),  # … but further
        (seen(type="flood"), False),  # nothing in common
        (seen(incident_id=INCIDENT), False),  # itself
    ],
)
def test_place_time_and_type_decide_together(other: Neighbour, is_proposed: bool) -> None:
    assert bool(candidates(report(), (other,))) is is_proposed


def test_alike_texts_join_what_types_part_and_other_texts_lower_the_score() -> None:
    one = report(text_print=FIRE)

    (alike,) = candidates(one, (seen(type="storm", text_print=SAME_FIRE),))
    (unlike,) = candidates(one, (seen(text_print=ANOTHER),))

    assert alike.text == pytest.approx(1 - 2 / 64, abs=0.001)
    assert unlike.text == 0.0
    assert unlike.score < 1.0


@pytest.mark.parametrize(
    ("language", "text_print", "counts"),
    [
        ("ru", SAME_FIRE, True),
        ("ru-RU", SAME_FIRE, True),
        ("kk", SAME_FIRE, False),
        ("ru", None, False),
        ("ru", "?", False),
        ("ru", f"k1-a:{SAME_FIRE}", False),  # under a key, the other is older
    ],
)
def test_texts_are_compared_in_one_language_only(language: str, text_print: str | None, counts: bool) -> None:
    (found,) = candidates(report(language="ru", text_print=FIRE), (seen(language=language, text_print=text_print),))

    assert (found.text is not None) is counts


@pytest.mark.parametrize(("other", "counts"), [("k1-a", True), ("k1-b", False)])
def test_fingerprints_under_two_keys_are_not_compared(other: str, counts: bool) -> None:
    """Unrelated bits would lower the score of two reports of one event."""
    one, another = report(text_print=f"k1-a:{FIRE}"), seen(text_print=f"{other}:{SAME_FIRE}")

    (found,) = candidates(one, (another,))

    assert found.text == (pytest.approx(1 - 2 / 64, abs=0.001) if counts else None)


def test_the_likeliest_few_are_proposed_whatever_their_order() -> None:
    others = tuple(seen(100 * number, incident_id=f"{INCIDENT[:-1]}{number}") for number in range(1, 7))

    found = candidates(report(), others)

    assert found == candidates(report(), others[::-1])
    assert [entry.incident_id for entry in found] == [other.incident_id for other in others[:MOST_PROPOSED]]


@pytest.mark.parametrize("turn", [1, -1])
def test_an_incident_found_by_place_too_is_judged_by_the_number_of_its_merged_report(turn: int) -> None:
    by_place = seen(400, external="own", reported_by="operator")
    by_number = seen(400, external="m1", reported_by="112")

    (found,) = candidates(report(external="m1", reported_by="112"), (by_place, by_number)[::turn])

    assert (found.score, found.external_id, found.reasons[:2]) == (SAME_NUMBER, True, ("external_id", "reporter"))


def test_the_numbers_of_an_incident_are_its_own_and_those_of_its_reports_each_once() -> None:
    def number(external_id: str, reported_by: str) -> ReportNumber:
        return ReportNumber(digest=external_id, reported_by=reported_by)

    adopted = {"a": (number("m1", "112"), number("own", "112")), "b": (number("m2", "113"),)}
    state = incident(external_digest="own", reported_by="operator", reports=("a", "b"), report_numbers=adopted)

    assert set(numbers_of(state)) == {number("own", "operator"), number("m1", "112"), number("m2", "113")}
    assert {one.reported_by for one in neighbours_by_number(state).values()} == {"operator", "112", "113"}
    assert numbers_of(incident()) == ()


def test_types_of_one_family_are_half_alike() -> None:
    assert [likeness_of_types("fire.building", other) for other in ("fire.building", "fire.wildland", "flood")] == [
        1.0,
        0.5,
        0.0,
    ]


def test_only_open_incidents_with_a_place_or_a_number_are_seen_by_others() -> None:
    assert neighbour_of(incident(status=IncidentStatus.CLOSED, external_id="112-7")) is None
    assert neighbour_of(incident(area=None)) is None
    assert neighbour_of(incident()) is not None
    numbered = neighbour_of(incident(area=None, external_id="Нұрлан 112-7"))
    assert numbered is not None
    assert (numbered.centre, "112" in str(numbered)) == (None, False)


NUMBER, ANOTHER_NUMBER = "1" * 64, "2" * 64
FAR = Place(lon=71.43, lat=51.13)
"""Astana: 970 km away."""
UNLIKE: dict[str, Any] = {"type": "flood", "centre": FAR, "logged_ms": NOW_MS - 20 * 3_600_000}


def numbered(**known: Any) -> Neighbour:
    return seen(**({"external": NUMBER, "reported_by": "op-1"} | known))


def test_one_number_of_one_reporter_is_one_event_wherever_and_whenever() -> None:
    (found,) = candidates(numbered(incident_id=INCIDENT), (numbered(**UNLIKE),))

    assert (found.incident_id, found.external_id, found.score) == (OTHER, True, SAME_NUMBER)
    assert found.reasons == ("external_id", "reporter")
    assert found.distance_m == pytest.approx(970_000, rel=0.02)
    assert found.apart_s == 20 * 3600


def test_one_number_of_two_reporters_is_proposed_and_the_surer_the_more_alike() -> None:
    report = numbered(incident_id=INCIDENT)
    ids = [f"{INCIDENT[:-1]}{digit}" for digit in "123"]
    alike, near, unlike = (
        numbered(incident_id=ids[0], reported_by="op-2"),
        numbered(incident_id=ids[1], reported_by="op-2", centre=seen(4_000).centre),
        numbered(incident_id=ids[2], reported_by="op-2", **UNLIKE),
    )

    found = candidates(report, (unlike, near, alike))

    assert [one.incident_id for one in found] == [alike.incident_id, near.incident_id, unlike.incident_id]
    assert found[0].score == 1.0
    assert SAME_NUMBER > found[1].score > found[2].score > PROPOSED_FROM
    assert found[0].reasons == ("external_id", "place", "type", "time")
    assert [one.reasons[0] for one in found] == ["external_id"] * 3
    assert "reporter" not in found[2].reasons


def test_a_number_outweighs_likeness_and_another_number_speaks_for_nothing() -> None:
    look_alikes = tuple(seen(incident_id=f"{INCIDENT[:-1]}{digit}", external=ANOTHER_NUMBER) for digit in "1234")

    found = candidates(numbered(incident_id=INCIDENT), (*look_alikes, numbered(**UNLIKE)))

    assert OTHER in [one.incident_id for one in found]
    assert len(found) == MOST_PROPOSED
    assert [one.external_id for one in found if one.incident_id != OTHER] == [False] * (MOST_PROPOSED - 1)
    assert candidates(numbered(incident_id=INCIDENT), (seen(external=ANOTHER_NUMBER, **UNLIKE),)) == ()
    assert candidates(seen(incident_id=INCIDENT), (seen(**UNLIKE),)) == ()  # two without a number have none in common


def test_who_has_no_place_is_found_by_number() -> None:
    (found,) = candidates(numbered(incident_id=INCIDENT), (numbered(centre=None, type="flood"),))

    assert (found.distance_m, found.external_id, "place" in found.reasons) == (None, True, False)


def test_found_by_place_and_by_number_is_found_once() -> None:
    assert len(candidates(numbered(incident_id=INCIDENT), (numbered(), numbered()))) == 1


def test_what_speaks_for_a_proposal_is_named_the_strongest_first() -> None:
    (found,) = candidates(report(), (seen(300, logged_ms=NOW_MS - 25 * 60_000),))

    assert (found.reasons, found.external_id) == (("place", "type"), False)


@pytest.mark.parametrize("moved", [False, True], ids=["reported", "moved"])
def test_the_number_is_looked_up_wherever_neighbours_are(moved: bool) -> None:
    story = Story(around=DecisionContext(neighbours=(numbered(type="flood", centre=FAR, reported_by="operator"),)))
    story.report(spec(), external_id="112-000123", external_digest=NUMBER)
    (found,) = story.incident.merge_candidates
    assert found.external_id
    command = UpdateIncident(
        id="c-9",
        incident_id=story.incident.id,
        by="op",
        sent_ms=0,
        area=area_of({"type": "Point", "coordinates": [76.9, 43.3]}),
    )
    look = query_of(story.incident, command) if moved else query_of(None, story.commands[0])
    assert look is not None
    assert look.external == NUMBER


def test_a_report_proposes_and_never_merges() -> None:
    story = Story(around=DecisionContext(neighbours=(seen(type="medical.other"),)))

    story.report(spec())

    assert [entry.incident_id for entry in story.incident.merge_candidates] == [OTHER]
    assert (story.incident.merging, story.incident.is_open) == (None, True)


def test_a_report_without_a_place_is_compared_with_nothing() -> None:
    story = Story(around=DecisionContext(neighbours=(seen(type="medical.other"),)))

    story.report(spec(), area=None)

    assert story.incident.merge_candidates == ()
