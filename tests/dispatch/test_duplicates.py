"""Which open incidents a report is compared with, and what makes two look like one event."""

from typing import Any

import pytest

from dispatch.duplicates import MOST_PROPOSED, candidates, likeness_of_types, neighbour_of
from dispatch.model import Place
from dispatch.surroundings import Neighbour, Surroundings
from dispatch.vocabulary import IncidentStatus
from tests.builders import ALMATY, INCIDENT, NOW_MS, Story, incident, spec

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
    ],
)
def test_texts_are_compared_in_one_language_only(language: str, text_print: str | None, counts: bool) -> None:
    (found,) = candidates(report(language="ru", text_print=FIRE), (seen(language=language, text_print=text_print),))

    assert (found.text is not None) is counts


def test_the_likeliest_few_are_proposed_whatever_their_order() -> None:
    others = tuple(seen(100 * number, incident_id=f"{INCIDENT[:-1]}{number}") for number in range(1, 7))

    found = candidates(report(), others)

    assert found == candidates(report(), others[::-1])
    assert [entry.incident_id for entry in found] == [other.incident_id for other in others[:MOST_PROPOSED]]


def test_types_of_one_family_are_half_alike() -> None:
    assert [likeness_of_types("fire.building", other) for other in ("fire.building", "fire.wildland", "flood")] == [
        1.0,
        0.5,
        0.0,
    ]


def test_only_open_incidents_with_a_place_are_seen_by_others() -> None:
    assert neighbour_of(incident(status=IncidentStatus.CLOSED)) is None
    assert neighbour_of(incident(area=None)) is None
    assert neighbour_of(incident()) is not None


def test_a_report_proposes_and_never_merges() -> None:
    story = Story(around=Surroundings(neighbours=(seen(type="medical.other"),)))

    story.report(spec())

    assert [entry.incident_id for entry in story.incident.merge_candidates] == [OTHER]
    assert (story.incident.merging, story.incident.is_open) == (None, True)


def test_a_report_without_a_place_is_compared_with_nothing() -> None:
    story = Story(around=Surroundings(neighbours=(seen(type="medical.other"),)))

    story.report(spec(), area=None)

    assert story.incident.merge_candidates == ()
