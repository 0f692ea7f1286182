"""Warnings of our own: one chain for each hazard area, written so that others read what we meant."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from lxml import etree

from dispatch.cap.geometry import area_of_info
from dispatch.cap.messages import Alert
from dispatch.cap.reading import contents_of
from dispatch.cap.warnings import MOST_REFERENCES, RENEWED_MS, VALID_MS, Ground, Publisher, chain_of
from dispatch.cap.writing import Entry, feed_of, time_of, written
from dispatch.model.geojson import area_of
from dispatch.model.places import Area
from dispatch.model.vocabulary import Certainty, Priority
from dispatch.plans.book import load_builtin
from tests.support.builders import INCIDENT
from tests.support.cap_alerts import DATA, needed

NOW = 1_795_316_500_400
MINUTE = 60_000
PUBLISHER = Publisher(
    sender="duty@112.example",
    names={"kk": "Алматы қаласы", "ru": "Алматы <ЦУКС> & Ко", "en": "Almaty"},
    titles={plan.type: plan.title for plan in load_builtin().plans.values()},
)


def square(lon: float = 76.8, lat: float = 43.2, side: float = 0.1) -> Area:
    ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
    return area_of({"type": "Polygon", "coordinates": [ring]})


FLOOD = Ground(version=1, since_ms=NOW, type="flood", priority=Priority.CRITICAL, area=square())
MOVED = replace(FLOOD, version=4, since_ms=NOW + 5 * MINUTE, area=square(lat=43.3))
OVER = replace(FLOOD, version=9, since_ms=NOW + 9 * MINUTE, area=None)


def chain(*grounds: Ground, now_ms: int = NOW + 20 * MINUTE) -> list[Alert]:
    return chain_of(INCIDENT, grounds, PUBLISHER, now_ms)


def kinds(messages: Sequence[Alert]) -> list[tuple[str, int]]:
    return [(one.message_type, len(one.references)) for one in messages]


def again(message: Alert) -> Alert:
    (found,) = contents_of(written(message)).alerts
    return found


@pytest.mark.parametrize(
    ("certainty", "said"),
    [("unconfirmed", "Possible"), ("confirmed", "Observed"), ("disputed", "Possible"), ("false", "Unlikely")],
)
def test_only_what_somebody_has_verified_is_said_to_be_observed(certainty: str, said: str) -> None:
    (message,) = chain(replace(FLOOD, certainty=Certainty(certainty)))

    assert {info.certainty for info in again(message).infos} == {said}


def test_a_change_updates_and_an_end_cancels_what_was_said_before() -> None:
    messages = chain(FLOOD, MOVED, OVER)

    assert kinds(messages) == [("Alert", 0), ("Update", 1), ("Cancel", 2)]
    assert messages[2].references == (messages[0].name, messages[1].name)
    assert len({one.identifier for one in messages}) == 3


def test_an_area_after_an_end_is_another_warning() -> None:
    reopened = replace(FLOOD, version=12, since_ms=NOW + 12 * MINUTE)

    assert kinds(chain(FLOOD, OVER, reopened)) == [("Alert", 0), ("Cancel", 1), ("Alert", 0)]


def test_whoever_asks_and_when_gets_the_same_messages() -> None:
    early, late = chain(FLOOD, now_ms=NOW), chain(FLOOD, MOVED, OVER)

    assert late[: len(early)] == early
    assert [written(one) for one in late] == [written(one) for one in chain(FLOOD, MOVED, OVER)]


def test_a_warning_is_renewed_before_it_expires_and_never_after_its_end() -> None:
    stands = chain(FLOOD, now_ms=NOW + 3 * RENEWED_MS)

    assert kinds(stands) == [("Alert", 0), ("Update", 1), ("Update", 2), ("Update", 3)]
    assert all(one.expires_ms == one.sent_ms + VALID_MS for one in stands)
    assert stands[-1].infos[0].onset_ms == stands[0].sent_ms
    ended = chain(FLOOD, replace(OVER, since_ms=NOW + RENEWED_MS // 2), now_ms=NOW + 9 * RENEWED_MS)
    assert kinds(ended) == [("Alert", 0), ("Cancel", 1)]


def test_references_and_renewals_are_bounded() -> None:
    messages = chain(FLOOD, now_ms=NOW + 1_000 * RENEWED_MS)

    assert max(len(one.references) for one in messages) == MOST_REFERENCES
    assert len(messages) == 201


@pytest.mark.parametrize("message", chain(FLOOD, MOVED, OVER), ids=lambda one: one.message_type)
def test_what_is_written_is_read_as_it_was_meant(message: Alert) -> None:
    assert again(message) == message


def test_the_area_is_that_of_the_incident_without_its_holes() -> None:
    ring = [[76.8, 43.2], [77.2, 43.2], [77.2, 43.6], [76.8, 43.6], [76.8, 43.2]]
    hole = [[76.9, 43.3], [76.9, 43.4], [77.0, 43.4], [77.0, 43.3], [76.9, 43.3]]
    holed = replace(FLOOD, area=area_of({"type": "Polygon", "coordinates": [ring, hole]}))
    whole = area_of({"type": "Polygon", "coordinates": [ring]})
    (message,) = chain(holed, now_ms=NOW)

    found = area_of_info(again(message).infos[0])

    # A hole that others would leave out, or fill, in their own way: what is warned of is never smaller.
    assert found is not None
    assert found.reach_m == pytest.approx(whole.reach_m)


def test_an_area_of_several_parts_and_across_the_antimeridian_keeps_them() -> None:
    parts = [[[[179.5, 50.0], [-179.5, 50.0], [-179.5, 50.5], [179.5, 50.5], [179.5, 50.0]]]]
    far = replace(FLOOD, area=area_of({"type": "MultiPolygon", "coordinates": parts}))
    (message,) = chain(far, now_ms=NOW)

    assert len(message.infos[0].areas[0].polygons) == 2
    assert again(message) == message


def test_three_languages_a_drill_and_a_type_without_a_title() -> None:
    drill = replace(FLOOD, is_drill=True, type="own.type")
    (message,) = chain(drill, now_ms=NOW)

    assert message.status == "Exercise"
    assert [info.language for info in message.infos] == ["kk", "ru", "en"]
    assert [info.headline.split(".")[0] for info in message.infos] == ["ОҚУ-ЖАТТЫҒУ", "УЧЕНИЯ", "EXERCISE"]
    assert {info.event for info in message.infos} == {"own.type"}


def test_characters_that_xml_has_no_form_for_are_shown() -> None:
    named = replace(PUBLISHER, names={"en": "bad\x1b<name>\x00"})
    (message,) = chain_of(INCIDENT, [FLOOD], named, NOW)

    assert again(message).infos[2].sender_name == "bad␛<name>␀"


def test_utc_is_written_as_cap_asks() -> None:
    assert time_of(NOW) == "2026-11-22T03:01:40-00:00"


def test_the_feed_names_each_newest_message_once() -> None:
    messages = chain(FLOOD, MOVED)
    document = feed_of(
        [Entry(message=messages[-1], href="/v1/hazards/x.cap?a=1&b=2")], title="A & B", href="/v1/hazards.atom"
    )

    found = contents_of(document)

    assert found.stamps == {"/v1/hazards/x.cap?a=1&b=2": time_of(MOVED.since_ms)}
    assert contents_of(feed_of([], title="Komek", href="/v1/hazards.atom")).links == ()


@needed
@pytest.mark.parametrize("message", chain(FLOOD, MOVED, OVER), ids=lambda one: one.message_type)
def test_the_schema_of_oasis_accepts_what_is_written(message: Alert) -> None:
    schema = etree.XMLSchema(etree.parse(str(DATA / "xsd/CAP-v1.2.xsd")))

    schema.assertValid(etree.fromstring(written(message)))
