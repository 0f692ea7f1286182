"""The 112 card: by the built-in names, and by a deployer's own."""

from typing import Any

import pytest

from dispatch.cards import card_table
from dispatch.cards.card_reading import card_of
from dispatch.cards.card_table import CardTable, table_of
from dispatch.cards.card_values import phone_of, time_ms
from dispatch.cards.received_card import BadCard, Card, CardFault, CardState, Doubt
from tests.support.card_samples import NUMBER, national

TABLE = card_table.load(None)


def read(document: dict[str, Any], table: CardTable = TABLE) -> Card:
    return card_of(document, table)


def place(lat: Any, lon: Any, **more: Any) -> dict[str, Any]:
    return {"addressGeoLatitude": lat, "addressGeoLongitude": lon, **more}


def test_each_field_has_its_place() -> None:
    card = read(national(isTraining=True, priority="high", mainCardNumber="135900", version=3))

    assert (card.source, card.number, card.external_id) == ("112", NUMBER, f"112-{NUMBER}")
    assert (card.version, card.state, card.exercise, card.priority) == (3, CardState.OPEN, True, "high")
    assert card.area is not None
    assert card.area.geometry == {"type": "Point", "coordinates": [76.945, 43.238]}
    assert card.address == "Алматы, Абай даңғылы, 10, кв. 7"
    assert (card.caller_name, card.caller_phone, card.language) == ("Айгүл Серік", "+77011112233", "kk")
    assert card.description.splitlines() == [
        "Пожар в жилом доме",
        "Үйдің 3-қабатынан түтін",
        "Зардап шеккендер / пострадавших: 2",
    ]
    assert card.reported_ms == time_ms("2026-11-27T19:58:00Z", None)
    assert (card.replaced_by, card.doubts) == ("112-135900", ())


def test_a_repr_shows_nobody() -> None:
    text = repr(read(national()))

    assert NUMBER in text
    assert not any(word in text for word in ("Айгүл", "7701", "76.9", "түтін", "Абай"))


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (national(cardNumber=...), CardFault.NO_NUMBER),
        (national(cardNumber="  "), CardFault.NO_NUMBER),
        (national(stamp=...), CardFault.NO_TIME),
        (national(stamp="yesterday"), CardFault.NO_TIME),
        ({**national(), "formVersion": "7.1"}, CardFault.UNKNOWN_VERSION),
        ({"kard": 1}, CardFault.UNKNOWN_FORM),
        ({}, CardFault.UNKNOWN_FORM),
    ],
)
def test_what_has_no_identity_is_refused(document: dict[str, Any], fault: CardFault) -> None:
    with pytest.raises(BadCard) as error:
        read(document)

    assert error.value.fault is fault


@pytest.mark.parametrize(
    ("address", "doubt", "kept"),
    [
        ({}, Doubt.NO_PLACE, ""),
        (place(None, None), Doubt.NO_PLACE, ""),
        (place(0, 0), Doubt.NO_PLACE, ""),  # programs that know no place send zeros
        (place(143.2, 76.9), Doubt.BAD_PLACE, "lat 143.2, lon 76.9"),
        (place("43°14'N", "76°56'E"), Doubt.BAD_PLACE, "43°14'N"),
        (place(43.2, None), Doubt.BAD_PLACE, "lat 43.2"),
        (place(4788000, 8565000, srs="EPSG:3857"), Doubt.BAD_PLACE, "EPSG:3857"),
        (place(43.2, 76.9, srs="EPSG:28413"), Doubt.BAD_PLACE, "EPSG:28413"),  # Pulkovo 1942
    ],
)
def test_a_place_that_cannot_be_used_is_left_out_and_kept_as_it_was_sent(
    address: dict[str, Any], doubt: Doubt, kept: str
) -> None:
    card = read(national(eventAddress=address))

    assert (card.area, card.doubts) == (None, (doubt,))
    assert kept in card.description


@pytest.mark.parametrize(
    ("lat", "lon", "srs"), [("43,238", "76,945", ""), (43.238, 76.945, "wgs84"), ("43.238", 76.945, "EPSG:4326")]
)
def test_usual_spellings_of_a_place_are_read(lat: Any, lon: Any, srs: str) -> None:
    card = read(national(eventAddress=place(lat, lon, srs=srs)))

    assert card.area is not None
    assert card.area.geometry["coordinates"] == [76.945, 43.238]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-28T01:00:00+05:00", 1_795_809_600_000),
        ("2026-11-28T01:00:00.047+0500", 1_795_809_600_047),
        ("2026-11-27T20:00:00Z", 1_795_809_600_000),
        ("2026-11-28 01:00:00", 1_795_809_600_000),  # the zone of the table
        ("28.11.2026 01:00", 1_795_809_600_000),
        ("28.11.2026 01:00:00.5", 1_795_809_600_500),
        ("1795809600", 1_795_809_600_000),
        ("1795809600000", 1_795_809_600_000),
        ("2026-11-28", None),  # midnight would be an invention
        ("2026-02-30T01:00:00Z", None),
        ("28/11/2026 01:00", None),
        ("2026-11-28T01:00:00+99:00", None),
        ("17958", None),
    ],
)
def test_times_are_read_in_the_zone_of_the_table(text: str, expected: int | None) -> None:
    assert time_ms(text, TABLE.zone) == expected


def test_without_a_zone_in_the_table_a_time_without_one_is_no_time() -> None:
    bare = table_of(card_table.BUILT_IN.read_text("utf-8").replace('utc_offset = "+05:00"', 'utc_offset = ""'))

    card = read(national(createInfo={"createTime": "2026-11-28 00:58:00"}), bare)

    assert (card.reported_ms, card.doubts) == (None, (Doubt.BAD_TIME,))
    assert "2026-11-28 00:58:00" in card.description


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8(701)111-22-33", "+77011112233"),
        ("+7 701 111 22 33", "+77011112233"),
        ("87011112233", "+77011112233"),
        ("tel:+7-701-111-22-33;ext=4", "+77011112233"),
        ("+49 30 1234567890", "+49301234567890"),
        ("sip:8195551212@osp.com", "sip:8195551212@osp.com"),  # nobody knows which country
        ("2-33-44", "2-33-44"),  # a number of the town alone
        ("у соседа", "у соседа"),
        ("7011112233 (жұмыс)", "7011112233 (жұмыс)"),
    ],
)
def test_phones_become_international_where_that_is_certain_and_stay_otherwise(text: str, expected: str) -> None:
    assert phone_of(text) == expected


def test_what_is_not_understood_ends_nothing_and_is_told() -> None:
    card = read(national(status={"statusCode": "77"}, language="tlh", priority="P1"))

    assert (card.state, card.language, card.priority) == (CardState.OPEN, None, None)
    assert set(card.doubts) == {Doubt.UNKNOWN_STATUS, Doubt.UNKNOWN_LANGUAGE, Doubt.UNKNOWN_PRIORITY}
    assert all(value in card.description for value in ("77", "tlh", "P1"))


def test_a_deployer_changes_names_without_code() -> None:
    """The names of another published System-112, flat and without a zone."""
    table = table_of(OTHER_NAMES)

    card = read(
        {
            "nEmergencyCardId": 1901922,
            "dtCreate": "2026-11-28 01:00:00",
            "nIncidentTypeID": 8,
            "strIncidentType": "",
            "strIncidentDescription": "Горит квартира",
            "geoLatitude": "43.238",
            "geoLongitude": "76.945",
            "strCallerContactPhone": "87011112233",
            "nCardSyntheticState": 6,
        },
        table,
    )

    assert (card.external_id, card.state, card.caller_phone) == ("1901922", CardState.CLOSED, "+77011112233")
    assert (card.changed_ms, card.area is not None) == (1_795_809_600_000, True)
    rule = table.judge(card)
    assert rule is not None
    assert rule.type == "fire.building"


OTHER_NAMES = """
[form]
marker = "nEmergencyCardId"
encoding = "utf-8"
utc_offset = "+05:00"
[paths]
number = ["nEmergencyCardId"]
changed_at = ["dtUpdate", "dtCreate"]
lat = ["geoLatitude"]
lon = ["geoLongitude"]
status = ["nCardSyntheticState"]
caller_phone = ["strCallerContactPhone", "strCgPN"]
texts = ["strIncidentDescription"]
[kinds]
path = ""
code = "nIncidentTypeID"
name = "strIncidentType"
[statuses]
6 = "closed"
[[rules]]
name = "fire"
codes = ["8"]
then = "report"
type = "fire.building"
[unknown]
then = "refuse"
[eido]
versions = ["1.0"]
unknown_type = "TROUBLE"
locations = ["CurrentIncident"]
"""
