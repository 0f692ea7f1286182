"""An incident as an EIDO: what each role sees, that it is read back as the same event, and that reports that follow from cards
are accepted."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from dispatch.cards import card_table
from dispatch.cards.card_reading import card_of
from dispatch.cards.card_steps import judged
from dispatch.cards.eido_writing import incident_urn
from dispatch.cards.pidf_lo import read_pidf_lo
from dispatch.cards.received_card import CardState, Doubt
from dispatch.model.call_numbers import CallNumber
from dispatch.model.geo import distance_m
from dispatch.model.geojson import area_of
from dispatch.model.places import Place
from dispatch.plans.book import load_builtin
from streams import clock, wire
from streams.wire import IncidentPrivate
from tests.api.seeded_world import HAZARD, seeded_world
from tests.support.api_fakes import DATA_KEY, seal_incident
from tests.support.api_world import World
from tests.support.builders import INCIDENT, Story, helpers
from tests.support.card_samples import eido, national

TABLE = card_table.load(None)
PATH = f"/v1/incidents/{INCIDENT}/eido"
CALL_NUMBER = CallNumber(day="2026-11-28", letters="AK", number=42)
NOTE = f"incident:{INCIDENT}:note:1"
SQUARE = [[76.8, 43.2], [76.81, 43.2], [76.81, 43.21], [76.8, 43.21], [76.8, 43.2]]


class Told:
    """An incident with caller, texts and a note, as the API shows it."""

    def __init__(self, **reported: Any) -> None:
        self.world = World()
        self.story = Story(people=helpers("v-1"), book=load_builtin(), now_ms=clock.now_ms() - 3_600_000)
        self.story.report(**{"type": "fire.building", "external_id": "112-000123", **reported})
        self.story.note(NOTE)
        caller = {"name": "Айгүл <Серік>", "phone": "+7 701 111 22 33"}
        seal_incident(self.world.redis, INCIDENT, description="Түтін & <b>от</b>", address="Абай 10", caller=caller)
        self.world.redis.sealed[NOTE] = wire.seal(DATA_KEY, NOTE, IncidentPrivate(text="Лифт\nтоқтады"))
        self.shows()

    def shows(self) -> None:
        self.world.decisions.at = {(0, n): decided for n, decided in enumerate(self.story.decisions)}
        self.world.redis.places[INCIDENT] = sorted(self.world.decisions.at)
        self.world.redis.add(replace(self.story.incident, call_number=CALL_NUMBER))

    async def document(self, role: str = "operator") -> dict[str, Any]:
        answer = await self.world.ask("GET", PATH, role=role)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), answer.text
        return dict(answer.json())


async def test_an_operator_gets_state_place_caller_and_notes() -> None:
    told = Told()
    found = await told.document()

    assert (found["$id"], found["eidoVersion"]) == (incident_urn(INCIDENT, "komek"), "1.0")
    assert found["incidentComponent"]["incidentTypeCommonRegistryText"] == "FSTRU"
    assert found["incidentComponent"]["incidentStatusCommonRegistryText"] == ["Active"]
    assert found["incidentComponent"]["internalIncidentId"] == "AK-042"
    assert found["linkComponent"][0]["incidentTrackingIdentifier"] == "112-000123"
    assert found["callbackComponent"][0]["callBackInformationUri"] == ["tel:+77011112233"]
    notes = [one["notesActionComments"] for one in found["notesComponent"]]
    # A caller's words must not become markup.
    assert notes[:2] == ["Түтін &amp; &lt;b&gt;от&lt;/b&gt;", "Лифт<br>тоқтады"]
    place = read_pidf_lo(found["locationComponent"][0]["locationByValue"]).area
    area = told.story.incident.area
    assert place is not None
    assert area is not None
    assert distance_m(place.centre, area.centre) < 1


async def test_every_reference_leads_to_a_component_of_the_document() -> None:
    found = await Told().document()

    def walked(value: Any, key: str) -> list[str]:
        if isinstance(value, Mapping):
            own = [str(value[key])] if key in value else []
            return own + [one for part in value.values() for one in walked(part, key)]
        return [one for part in value for one in walked(part, key)] if isinstance(value, list) else []

    ids = walked(found, "$id")
    assert set(walked(found, "$ref")) <= set(ids)
    assert len(ids) == len(set(ids))


async def test_a_monitor_gets_no_person_no_text_and_a_coarse_place() -> None:
    told = Told()
    found = await told.document("monitor")

    assert not {"callComponent", "callbackComponent", "personComponent", "linkComponent"} & found.keys()
    text = str(found)
    assert not any(word in text for word in ("Айгүл", "7701", "Түтін", "Лифт", "Абай", "000123"))
    place = read_pidf_lo(found["locationComponent"][0]["locationByValue"]).area
    shown = (await told.world.ask("GET", f"/v1/incidents/{INCIDENT}", role="monitor")).json()["location"]["coordinates"]
    assert place is not None
    assert distance_m(place.centre, Place(lon=shown[0], lat=shown[1])) < 1


@pytest.mark.parametrize("role", ["volunteer", "tracker", "admin"])
async def test_nobody_else_gets_one(role: str) -> None:
    assert (await Told().world.ask("GET", PATH, role=role)).status_code == 403


async def test_before_the_first_decision_and_for_an_unknown_incident_there_is_none() -> None:
    assert (await World().ask("GET", PATH)).status_code == 404
    assert (await World().ask("GET", "/v1/incidents/nonsense/eido")).status_code == 404


async def test_a_read_is_in_the_audit_before_it_is_sent() -> None:
    told = Told()
    await told.document()

    actions = {entry.action for entry in told.world.log.audits}
    assert {"incident.eido.read", "incident.private.read", "incident.texts.read"} <= actions


async def test_it_is_read_back_as_the_same_event() -> None:
    told = Told()
    first = card_of(await told.document(), TABLE)
    told.story.wait(60)
    told.story.update(area=area_of({"type": "Polygon", "coordinates": [SQUARE]}))
    told.shows()
    second = card_of(await told.document(), TABLE)
    told.story.wait(60)
    told.story.close()
    told.shows()
    last = card_of(await told.document(), TABLE)

    assert (first.caller_name, first.caller_phone, first.address) == ("Айгүл <Серік>", "+77011112233", "Абай 10")
    assert first.description.splitlines()[1:4] == ["Түтін & <b>от</b>", "Лифт", "тоқтады"]
    rule = TABLE.judge(first)
    assert rule is not None
    assert (rule.type, first.priority, first.doubts) == ("fire.building", told.story.incident.priority, ())
    assert first.order < second.order < last.order
    assert second.area is not None
    assert second.area.geometry == area_of({"type": "Polygon", "coordinates": [SQUARE]}).geometry
    assert last.state is CardState.CLOSED


async def test_merges_and_splits_name_the_other_incidents() -> None:
    world = seeded_world()
    story = Story(people=helpers("v-1"))
    story.report()
    world.decisions.at = {(0, n): decided for n, decided in enumerate(story.decisions)}
    world.redis.places[INCIDENT] = sorted(world.decisions.at)
    answer = await world.ask("GET", PATH)

    merges = [
        (one["incidentMergeDirectionCode"], one["incidentTrackingIdentifier"])
        for one in answer.json()["mergeComponent"]
    ]
    other = incident_urn(HAZARD, "komek")
    assert merges == [("REPLACING", other), ("SPLIT", other), ("SPLIT", other)]
    # People of an incident are in no EIDO.
    assert not any(word in answer.text for word in ("v-1", "v-9", "d-1"))


ODD = [
    national(),
    national(eventAddress={}),
    national(eventAddress={"addressGeoLatitude": 76.9, "addressGeoLongitude": 43.2}),
    national(complainant=[{"FIO": "А" * 500, "contactPhone": ["1" * 70, "x" * 200]}]),
    national(eventDescription=[{"descriptionInfo": "ы" * 50_000}], eventAddress={"street": "у" * 900}),
    national(cardNumber="9" * 300),
    national(createInfo={"createTime": "2999-01-01T00:00:00Z"}),
    national(isTraining=1, priority="critical", language="kz", version=2),
    national(complainant=[{"FIO": "  ", "contactPhone": [""]}]),
    national(eventDescription=[{"descriptionInfo": "a\x00b\u202ec\u0007"}]),
    national(eventDescription=[{"descriptionInfo": "half a pair: \ud83d"}], complainant=[{"FIO": "\ude92"}]),
    eido(),
    eido(number="urn:" + "й" * 400),
    eido(locationComponent=[]),
]


@pytest.mark.parametrize("document", ODD)
async def test_a_report_that_follows_from_a_card_is_accepted(document: dict[str, Any]) -> None:
    found = judged(card_of(document, TABLE), TABLE, None, clock.now_ms())

    answer = await World().ask("POST", "/v1/incidents", found.body, key=found.card.key)

    assert answer.status_code == 202, answer.text


async def test_what_is_too_long_is_shortened_and_told() -> None:
    found = judged(card_of(ODD[4], TABLE), TABLE, None, clock.now_ms())

    assert Doubt.SHORTENED in found.card.doubts
    assert found.body["description"].endswith(" …")


async def test_texts_of_a_card_are_sealed_as_those_of_any_report() -> None:
    world = World()
    found = judged(card_of(national(), TABLE), TABLE, None, clock.now_ms())

    await world.ask("POST", "/v1/incidents", found.body, key=found.card.key)

    (command,) = world.log.commands
    clear = wire.encode_command(command)
    assert not any(word.encode() in clear for word in ("Айгүл", "7701111", "түтін", "Абай", "135946"))
