"""An EIDO as a card: components by reference, both spellings in use, and what of it cannot be used."""

from typing import Any

import pytest

from dispatch.cards import card_table
from dispatch.cards.card_reading import card_of
from dispatch.cards.card_values import time_ms
from dispatch.cards.eido_reading import plain
from dispatch.cards.received_card import BadCard, Card, CardFault, CardState, Doubt
from tests.support.card_samples import CHANGED, EIDO_ID, POINT, eido

TABLE = card_table.load(None)


def read(document: dict[str, Any]) -> Card:
    return card_of(document, TABLE)


def at(place: str = "", kind: str = "CurrentIncident", number: int = 1, **more: Any) -> dict[str, Any]:
    value = {"locationByValue": place} if place else {}
    return {"$id": f"l-{number}", "locationTypeDescriptionRegistryText": kind, **value, **more}


def test_each_component_has_its_place() -> None:
    card = read(eido())

    assert (card.number, card.external_id, card.changed_ms) == (EIDO_ID, EIDO_ID, time_ms(CHANGED, None))
    assert card.area is not None
    assert card.area.geometry == {"type": "Point", "coordinates": [76.945, 43.238]}
    assert (card.caller_name, card.priority, card.state) == ("Айгүл Серік", "high", CardState.OPEN)
    # The telephone first: nobody can dial an address of a network.
    assert card.caller_phone == "+77011112233, sip:87011112233@osp.kz"
    assert card.description == "Structure fire\nSmoke & fire\n3rd floor"
    assert (card.reported_ms, card.doubts) == (time_ms("2026-11-27T19:58:00Z", None), ())


def test_both_spellings_of_the_time_and_a_list_of_one_incident_are_read() -> None:
    document = eido()
    document["lastUpdateTimestamp"] = document.pop("lastUpdateTimeStamp")
    document["incidentComponent"] = [document["incidentComponent"]]

    assert read(document) == read(eido())


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (eido(eidoVersion="2.0"), CardFault.UNKNOWN_VERSION),
        ({**eido(eidoVersion=...), "EIDOVersion": "1.0"}, CardFault.UNKNOWN_FORM),  # a draft of 2020
        (eido(number=...), CardFault.NO_NUMBER),
        (eido(stamp="2026-11-28T01:00:00"), CardFault.NO_TIME),  # no zone: NENA's own sample has one such time
        (eido(stamp="2026-11-28"), CardFault.NO_TIME),
        (eido(incidentComponent=[{"$id": "a"}, {"$id": "b"}]), CardFault.UNKNOWN_FORM),
    ],
)
def test_what_has_no_identity_is_refused(document: dict[str, Any], fault: CardFault) -> None:
    with pytest.raises(BadCard) as error:
        read(document)

    assert error.value.fault is fault


@pytest.mark.parametrize(
    ("locations", "doubts"),
    [
        ([], (Doubt.MISSING_REFERENCE, Doubt.NO_PLACE)),
        ([at()], (Doubt.NO_PLACE,)),
        ([at(locationByReferenceUrl="https://lis.example.kz/1")], (Doubt.PLACE_BY_REFERENCE, Doubt.NO_PLACE)),
        ([at("<presence")], (Doubt.BAD_PLACE, Doubt.NO_PLACE)),
        ([at(POINT.replace("EPSG::4326", "EPSG::3857"))], (Doubt.BAD_PLACE, Doubt.NO_PLACE)),
        ([at(POINT.replace("43.238 76.945", "143.2 76.9"))], (Doubt.BAD_PLACE, Doubt.NO_PLACE)),
        ([at('<!DOCTYPE p [<!ENTITY a "b">]>' + POINT.partition("?>")[2])], (Doubt.BAD_PLACE, Doubt.NO_PLACE)),
        ([at(POINT, "RoutingLocation")], (Doubt.PLACE_OF_ROUTING,)),
    ],
)
def test_a_place_that_cannot_be_used_is_told_and_kept(
    locations: list[dict[str, Any]], doubts: tuple[Doubt, ...]
) -> None:
    card = read(eido(locationComponent=locations))

    assert card.doubts == doubts
    assert (card.area is None) == (Doubt.NO_PLACE in doubts)
    assert "lis.example.kz" in card.description or Doubt.PLACE_BY_REFERENCE not in doubts


def test_the_place_of_the_incident_counts_before_that_of_the_caller() -> None:
    other = POINT.replace("43.238", "43.300")
    locations = [at(other, "Caller", 1), at(POINT, "CurrentIncident", 2)]

    card = read(eido(locationComponent=locations, incident={"locationReference": ...}))

    assert card.area is not None
    assert card.area.centre.lat == 43.238


@pytest.mark.parametrize(
    ("words", "state", "doubts"),
    [
        (["Closed"], CardState.CLOSED, ()),
        (["cancelled"], CardState.CANCELLED, ()),
        (["Contained"], CardState.OPEN, (Doubt.UNKNOWN_STATUS,)),
        (["Contained", "Closed"], CardState.CLOSED, ()),
        ([], CardState.OPEN, ()),
    ],
)
def test_only_an_end_that_is_understood_ends(words: list[str], state: CardState, doubts: tuple[Doubt, ...]) -> None:
    card = read(eido(incident={"incidentStatusCommonRegistryText": words}))

    assert (card.state, card.doubts) == (state, doubts)


def test_a_replaced_incident_names_the_one_that_remains() -> None:
    merges = [
        {"incidentMergeDirectionCode": "SPLIT", "incidentTrackingIdentifier": "urn:other"},
        {"incidentMergeDirectionCode": "REPLACED", "incidentTrackingIdentifier": "urn:main"},
    ]

    assert read(eido(mergeComponent=merges)).replaced_by == "urn:main"
    assert read(eido(mergeComponent=merges[:1])).replaced_by == ""


def test_a_call_that_is_passed_on_without_an_incident_is_read() -> None:
    card = read(eido(incidentComponent=...))

    assert (card.kinds, card.caller_name) == ((), "Айгүл Серік")
    assert card.area is not None


def test_notes_are_text_whatever_their_markup() -> None:
    assert plain("<p>a</p><script>alert(1)</script>b &lt;c&gt;<br/>d") == "a\nalert(1)b <c>\nd"
    assert plain("2 < 3 and <unclosed") == "2 < 3 and <unclosed"
