"""Safety over HTTP: distress, calls for help, check-ins, staging points and warnings."""

from dataclasses import replace
from typing import Any

import pytest

from api.caller import Caller
from api.reads.event_encoding import data_of, is_for, name_for
from dispatch.model.answer_commands import AskForHelp, RaiseDistress
from dispatch.model.commands import ReportIncident
from dispatch.model.decisions import StatusRecord
from dispatch.model.geo import cell
from dispatch.model.incidents import Hazard, Incident
from dispatch.model.offers import CheckInClock, Distress
from dispatch.model.places import Place
from dispatch.model.vocabulary import Capability, CheckInState, IncidentStatus, OfferState
from dispatch.safety.distress import line_of_person
from streams import clock
from streams.readers.feed_records import FeedRecord
from streams.tokens import Role
from streams.topics import INCIDENT_STATUS
from streams.wire import IncidentPrivate, VolunteerRecord
from tests.api.routes.test_links import VIEW
from tests.api.routes.test_offers import INCIDENT, answer, asked, held
from tests.contracts.builders import profile
from tests.support.api_world import World, code, fields
from tests.support.builders import NOW_MS, ZONE, incident

STAGING = Place(lon=76.96, lat=43.24)
ON_SCENE: dict[str, Any] = {"state": OfferState.ON_SCENE, "accepted_ms": NOW_MS}


def flood(**known: Any) -> Incident:
    return incident(id=INCIDENT, hazard=Hazard(equipped=("boat",)), warned={"v-1": 3}, version=3, **known)


def record_of(person: str) -> VolunteerRecord:
    record = profile(person, 0).record
    assert record is not None
    return record


async def read(world: World, path: str, subject: str = "v-1") -> Any:
    return await world.ask("GET", path, role="volunteer", subject=subject)


async def test_a_signal_of_distress_and_a_call_for_help_reach_the_log(world: World) -> None:
    world.redis.add(asked(held(**ON_SCENE)))

    danger = await answer(world, "distress", {"text": "су көтеріліп жатыр"})
    help_ = await answer(world, "need-help", {"skill": "boat", "count": 2})

    assert (danger.status_code, help_.status_code) == (202, 202)
    first, second = world.log.commands
    assert isinstance(first, RaiseDistress)
    assert isinstance(second, AskForHelp)
    assert (second.skill, second.count, second.private_ref) == ("boat", 2, None)
    assert first.private_ref is not None
    assert all("су" not in message.value.decode("latin-1") for message in world.log.messages if message.value)


@pytest.mark.parametrize("verb", ["distress", "need-help"])
async def test_safety_answers_are_accepted_without_a_body_and_while_redis_is_down(world: World, verb: str) -> None:
    world.redis.is_down = True

    assert (await answer(world, verb)).status_code == 202
    assert len(world.log.commands) == 1


@pytest.mark.parametrize("state", [OfferState.DONE, OfferState.WITHDRAWN, OfferState.STOOD_DOWN])
async def test_distress_is_accepted_in_every_later_state_of_the_offer(world: World, state: OfferState) -> None:
    world.redis.add(asked(held(state, accepted_ms=NOW_MS), status=IncidentStatus.CLOSED))

    assert (await answer(world, "distress")).status_code == 202


@pytest.mark.parametrize(
    ("verb", "state", "known", "expected"),
    [
        ("distress", OfferState.OFFERED, {}, "conflict"),
        ("distress", OfferState.ACCEPTED, {"capability": Capability.DIGITAL, "accepted_ms": NOW_MS}, "conflict"),
        ("need-help", OfferState.OFFERED, {}, "conflict"),
        ("need-help", OfferState.EN_ROUTE, {"accepted_ms": NOW_MS}, "conflict"),
        ("need-help", OfferState.DONE, {"accepted_ms": NOW_MS}, "offer_ended"),
    ],
)
async def test_answers_from_the_scene_are_refused_before_arrival(
    world: World, verb: str, state: OfferState, known: dict[str, Any], expected: str
) -> None:
    world.redis.add(asked(held(state, **known)))

    refused = await answer(world, verb)

    assert (refused.status_code, world.log.commands) == (409, [])
    assert code(refused) == expected


@pytest.mark.parametrize("body", [{"count": 0}, {"count": 11}, {"skill": "juggling"}, {"who": "anybody"}])
async def test_an_invalid_call_for_help_names_the_field(world: World, body: dict[str, Any]) -> None:
    world.redis.add(asked(held(**ON_SCENE)))

    assert (await answer(world, "need-help", body)).status_code == 422


async def test_the_staging_point_is_shown_with_the_place_after_acceptance(world: World) -> None:
    offer = held(staging=STAGING)
    world.redis.add(asked(offer))
    before = (await read(world, f"/v1/offers/{offer.id}")).json()
    seen_before = await read(world, f"/v1/incidents/{INCIDENT}")

    world.redis.add(asked(replace(offer, state=OfferState.ACCEPTED, accepted_ms=NOW_MS)))
    after = (await read(world, f"/v1/offers/{offer.id}")).json()

    assert before["staging"] is None
    assert str(STAGING.lon) not in seen_before.text
    assert after["staging"] == {"lon": 76.96, "lat": 43.24}


@pytest.mark.parametrize(
    ("state", "due_ms", "due_at"),
    [
        (CheckInState.ASKED, NOW_MS, "2025-11-24T16:00:00.000Z"),
        (CheckInState.OVERDUE, None, None),
    ],
)
async def test_the_person_sees_when_a_check_in_is_due(
    world: World, state: CheckInState, due_ms: int | None, due_at: str | None
) -> None:
    offer = held(**ON_SCENE, check_in=CheckInClock(state=state, due_ms=due_ms))
    world.redis.add(asked(offer))

    shown = (await read(world, f"/v1/offers/{offer.id}")).json()

    assert shown["check_in"] == {"state": state, "due_at": due_at}


async def test_a_distress_names_the_incident_it_opened(world: World) -> None:
    offer = held(**ON_SCENE, distress=Distress(incident_id="i-child", at_ms=NOW_MS))
    world.redis.add(asked(offer))

    shown = (await read(world, f"/v1/offers/{offer.id}")).json()

    assert shown["distress"]["incident_id"] == "i-child"


async def test_the_place_of_a_person_in_distress_is_for_operators_and_assigned_people(world: World) -> None:
    offer = held(OfferState.ACCEPTED, accepted_ms=NOW_MS)
    child = asked(offer, type="distress", distress_of="v-9")
    world.redis.add(child)
    world.redis.profiles["v-9"] = record_of("v-9")
    world.redis.standing["v-9"] = STAGING

    going = (await read(world, f"/v1/offers/{offer.id}")).json()
    operator = (await world.ask("GET", f"/v1/incidents/{INCIDENT}")).json()
    monitor = await world.ask("GET", f"/v1/incidents/{INCIDENT}", role="monitor")
    world.redis.add(asked(replace(offer, state=OfferState.OFFERED), type="distress", distress_of="v-9"))
    asked_ = await read(world, f"/v1/offers/{offer.id}")

    assert going["person"]["place"] == operator["person"]["place"] == {"lon": 76.96, "lat": 43.24}
    assert going["person"]["volunteer_id"] == "v-9"
    assert "person" not in monitor.json()
    assert "person" not in asked_.json()
    assert [entry.action for entry in world.log.audits if entry.subject == "v-9"] == ["distress.place.read"] * 2


async def test_helpers_learn_of_everybody_whose_danger_a_merge_has_joined(world: World) -> None:
    offer = held(OfferState.ACCEPTED, accepted_ms=NOW_MS)
    world.redis.add(asked(offer, distress_of="v-9", report_distress={"i-other": ("v-8", "v-9")}))
    for person in ("v-8", "v-9"):
        world.redis.profiles[person] = record_of(person)
    world.redis.standing["v-8"] = STAGING

    going = (await read(world, f"/v1/offers/{offer.id}")).json()

    assert going["people_in_distress"] == 2
    assert (going["person"]["volunteer_id"], going["person"]["place"]) == ("v-9", None)
    (other,) = going["others_in_distress"]
    assert (other["volunteer_id"], other["place"]) == ("v-8", {"lon": 76.96, "lat": 43.24})
    world.redis.add(asked(offer, report_distress={"i-other": ("v-8",)}))
    assert (await read(world, f"/v1/offers/{offer.id}")).json()["person"]["volunteer_id"] == "v-8"


async def test_a_person_in_distress_without_a_fix_has_no_place(world: World) -> None:
    world.redis.add(asked(held(OfferState.ACCEPTED, accepted_ms=NOW_MS), distress_of="v-9"))

    shown = (await world.ask("GET", f"/v1/incidents/{INCIDENT}")).json()

    assert shown["person"] == {"volunteer_id": "v-9", "label": None, "place": None, "accuracy_m": None, "seen_at": None}


async def test_warnings_are_for_people_found_in_the_hazard_area(world: World) -> None:
    world.redis.add(flood())

    mine = (await read(world, "/v1/volunteers/v-1/warnings")).json()
    others = (await read(world, "/v1/volunteers/v-2/warnings", "v-2")).json()
    foreign = await read(world, "/v1/volunteers/v-1/warnings", "v-2")

    assert [(one["incident_id"], one["state"]) for one in mine["items"]] == [(INCIDENT, "active")]
    assert mine["items"][0]["area"] == flood().area.geometry  # type: ignore[union-attr]
    assert others == {"items": []}
    assert foreign.status_code == 403


async def test_operators_see_who_was_warned_and_volunteers_do_not(world: World) -> None:
    world.redis.add(replace(flood(), offers=(held(),)))

    operator = (await world.ask("GET", f"/v1/incidents/{INCIDENT}")).json()
    volunteer = (await read(world, f"/v1/incidents/{INCIDENT}")).json()

    assert (operator["warned"], operator["hazard"]) == (["v-1"], {"equipped": ["boat"]})
    assert volunteer["hazard"] == {"equipped": ["boat"]}
    assert "warned" not in volunteer


def test_the_event_stream_sends_one_warning_and_the_end_of_the_hazard() -> None:
    caller, other = Caller("v-1", Role.VOLUNTEER), Caller("v-2", Role.VOLUNTEER)
    warned, later = happening(flood()), happening(replace(flood(), version=4))
    ended = happening(replace(flood(), version=5, status=IncidentStatus.CLOSED))

    assert [is_for(caller, one) for one in (warned, later, ended)] == [True, False, True]
    assert [is_for(other, one) for one in (warned, later, ended)] == [False, False, False]
    assert name_for(caller, warned) == "warning"
    assert name_for(Caller("op", Role.OPERATOR), warned) == "incident"
    assert '"state":"active"' in data_of(warned, "warning")
    assert '"state":"ended"' in data_of(ended, "warning")
    assert "warned" not in data_of(warned, "warning")


def happening(state: Incident) -> FeedRecord:
    record = StatusRecord(incident=state, decision_id="d", decision_partition=0, decision_offset=0, decided_ms=NOW_MS)
    return FeedRecord(INCIDENT_STATUS.name, 0, 0, record)


async def alarm(world: World, body: dict[str, Any] | None = None, **more: Any) -> Any:
    path = "/v1/volunteers/v-1/distress"
    return await world.ask("POST", path, body, role="volunteer", subject=more.pop("subject", "v-1"), **more)


async def test_distress_without_an_offer_is_a_report_of_its_own_and_tells_the_exact_place_only_where_it_ends(
    world: World,
) -> None:
    said = await alarm(world, {"lon": 76.945123, "lat": 43.238456, "note": "көмектесіңіз"})

    assert (said.status_code, said.json()["id"]) == (202, "v-1"), said.text
    (report,) = world.log.commands
    assert isinstance(report, ReportIncident)
    assert (report.type, report.distress_of, report.by) == ("distress", "v-1", "v-1")
    assert report.area is not None
    assert report.area.centre == cell(Place(lon=76.945123, lat=43.238456))
    assert [(fix.lon, fix.lat) for fix in world.log.fixes] == [(76.945123, 43.238456)]
    (texts,) = world.log.opened().values()
    assert isinstance(texts, IncidentPrivate)
    assert (texts.description, texts.address) == ("көмектесіңіз", "43.23846, 76.94512")


@pytest.mark.parametrize("where", [{}, {"lon": 51.2, "lat": 51.2}], ids=["no place", "a place in another zone"])
async def test_further_signals_of_a_person_go_to_their_incident_that_is_open(
    world: World, where: dict[str, float]
) -> None:
    first, second, *_ = line_of_person("v-1", clock.now_ms())
    ended = incident(type="distress", id=first, distress_of="v-1", status=IncidentStatus.CLOSED)
    for state in (ended, replace(ended, id=second, status=IncidentStatus.DISPATCHING)):
        world.redis.add(state)

    await alarm(world, where)

    (command,) = world.log.commands
    assert command.incident_id == second


async def test_a_danger_that_an_earlier_version_has_opened_hears_its_person(world: World) -> None:
    own = incident(type="distress", id=f"i-{ZONE}-" + "d" * 32, distress_of="v-1")
    world.redis.add(own)

    await alarm(world)

    (command,) = world.log.commands
    assert command.incident_id == own.id


async def test_a_signal_by_an_offer_names_the_incident_of_the_danger_that_was_opened_without_one(world: World) -> None:
    state = asked(held(**ON_SCENE))
    own = line_of_person(state.offers[0].volunteer_id, clock.now_ms())[0]
    danger = incident(type="distress", id=own, distress_of=state.offers[0].volunteer_id)
    for one in (state, danger):
        world.redis.add(one)

    await answer(world, "distress", {"text": "көмек"})

    (command,) = world.log.commands
    assert isinstance(command, RaiseDistress)
    assert command.heard_at == own


async def test_distress_without_a_place_uses_the_last_known_one_or_none(world: World) -> None:
    await alarm(world)
    world.redis.volunteers["v-1"] = replace(VIEW, id="v-1", place=STAGING)
    await alarm(world, key="k-2")

    unknown, known = world.log.commands
    assert isinstance(unknown, ReportIncident)
    assert isinstance(known, ReportIncident)
    assert (unknown.area, known.area and known.area.centre) == (None, cell(STAGING))
    assert world.log.fixes == []


async def test_distress_is_accepted_while_redis_is_down(world: World) -> None:
    world.redis.is_down = True

    assert (await alarm(world, {"lon": 76.9, "lat": 43.2})).status_code == 202


async def test_distress_of_a_person_who_was_sent_is_that_of_their_offer(world: World) -> None:
    state = asked(held(**ON_SCENE))
    world.redis.add(state)
    sent = state.offers[0]
    person = sent.volunteer_id
    world.redis.volunteers[person] = replace(VIEW, id=person, offer_id=sent.id, incident_id=state.id)

    path = f"/v1/volunteers/{person}/distress"
    said = await world.ask("POST", path, {"note": "жарақат"}, role="volunteer", subject=person)

    assert said.status_code == 202
    (command,) = world.log.commands
    assert isinstance(command, RaiseDistress)
    assert (command.offer_id, command.incident_id) == (sent.id, state.id)


async def test_nobody_raises_distress_for_somebody_else_or_with_half_a_place(world: World) -> None:
    other = await alarm(world, subject="v-2")
    half = await alarm(world, {"lon": 76.9})

    assert (other.status_code, half.status_code, fields(half)) == (403, 422, ["lat"])
    assert world.log.commands == []
