"""Identities: the same cause gives the same id, and an id tells the way."""

from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model import ids
from tests.support.builders import INCIDENT, ZONE

OFFER = ids.offer_id(INCIDENT, "c-1", "r1", "v-1")


def test_an_incident_id_carries_its_zone() -> None:
    assert ids.zone_of_incident(INCIDENT) == ZONE


def test_an_offer_id_carries_its_zone_and_incident() -> None:
    assert ids.parts_of_offer(OFFER) == ids.OfferParts(ZONE, INCIDENT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "i-8320e5",
        INCIDENT[:-1],
        INCIDENT + "0",
        INCIDENT + "\n",  # a line end is no part of an id
        INCIDENT.upper(),
        "x" + INCIDENT[1:],
        INCIDENT.replace("8320e5", "8320eg"),
        OFFER,
    ],
)
def test_what_is_no_incident_id_has_no_zone(text: str) -> None:
    assert ids.zone_of_incident(text) is None


@pytest.mark.parametrize("text", ["", "o-", OFFER[:-1], OFFER + "0", OFFER.upper(), OFFER + "\n", INCIDENT])
def test_what_is_no_offer_id_has_no_parts(text: str) -> None:
    assert ids.parts_of_offer(text) is None


def test_the_same_cause_gives_the_same_id() -> None:
    assert ids.offer_id(INCIDENT, "c-1", "r1", "v-1") == OFFER
    assert ids.incident_id(ZONE, "operator", "first") == INCIDENT
    assert ids.command_id("operator", "key", "report") == ids.command_id("operator", "key", "report")
    assert ids.decision_id("c-1") == ids.decision_id("c-1")
    assert ids.event_id("d", "o", "offered") == ids.event_id("d", "o", "offered")


def test_ids_never_change_between_versions() -> None:
    """They stand in logs that are a year old."""
    assert INCIDENT == "i-8320e5-75d9142b4f9d5f98b311ed912c16c3e7"
    assert ids.decision_id("c-1") == "129f69fe-c5ae-5cec-a0cd-61b96d65facd"


def test_another_cause_gives_another_id() -> None:
    others = [
        ids.offer_id(INCIDENT, "c-2", "r1", "v-1"),
        ids.offer_id(INCIDENT, "c-1", "r2", "v-1"),
        ids.offer_id(INCIDENT, "c-1", "r1", "v-2"),
        ids.offer_id(ids.incident_id(ZONE, "operator", "second"), "c-1", "r1", "v-1"),
    ]

    assert len({OFFER, *others}) == 5


def test_parts_that_run_together_do_not_collide() -> None:
    assert ids.derived("ab", "c") != ids.derived("a", "bc")
    assert ids.derived("1:a") != ids.derived("a")


def test_kinds_of_ids_do_not_collide() -> None:
    kinds = {ids.command_id("a", "b", "c"), ids.decision_id("a"), ids.event_id("a", "b", "c"), str(ids.derived("a"))}

    assert len(kinds) == 4


def test_work_without_a_place_is_spread_over_sixteen_zones() -> None:
    zones = {ids.placeless_zone("operator", str(number)) for number in range(400)}

    assert zones == {f"00000{digit}" for digit in "0123456789abcdef"}
    assert all(ids.zone_of_incident(ids.incident_id(zone, "operator", "key")) == zone for zone in zones)


@given(st.lists(st.text(max_size=40), max_size=4))
def test_a_derived_id_is_a_uuid5_of_its_parts(parts: list[str]) -> None:
    assert ids.derived(*parts) == uuid5(ids.NAMESPACE, "".join(f"{len(part)}:{part}" for part in parts))
    assert ids.decision_id("a") == str(ids.derived("decision", "a"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("+77011234567", "a telephone number"),
        ("v-77011234567", "a telephone number"),
        ("8-701-123-45-67", "a telephone number"),
        ("(701)1234567", "a telephone number"),
        ("tel+4930123456", "a telephone number"),
        ("900101300126", "a personal number"),
        ("v-851231400011", "a personal number"),
        ("aigerim@example.kz", "an e-mail address"),
        ("v-1", None),
        ("550e8400-e29b-41d4-a716-446655440000", None),
        ("2026-11-26-17", None),  # a day and hour
        ("v-1764178123456", None),  # a time in ms
        ("1764178123", None),  # a time in s
        ("900101300124", None),  # a wrong check digit
        ("v-123456789012345678", None),
        ("aigerim@komek", None),
    ],
)
def test_an_id_that_identifies_somebody_is_recognised(text: str, found: str | None) -> None:
    assert ids.is_person_id(text)
    assert ids.identifies_somebody(text) == found
