"""Safety on real Kafka and Redis: distress opens an incident, dangerous ground warns, going off duty is noticed."""

from dataclasses import replace
from typing import Any

from dispatch.model.answer_commands import AskForHelp, RaiseDistress, ReportProgress
from dispatch.model.commands import ReportIncident
from dispatch.model.distress_commands import MarkDistress
from dispatch.model.geojson import area_of
from dispatch.model.vocabulary import IncidentStatus, OfferState
from streams import wire
from streams.store.people import FixWrite, PeopleStore, ProfileWrite
from streams.topics import INCIDENTS
from streams.worker.hazard_entry import HazardEntries
from streams.worker.profile_service import leave_duty_commands
from tests.support.desk import Desk, accept, key


async def on_scene(desk: Desk, person: str) -> tuple[ReportIncident, str]:
    """The person has accepted an incident and is there; gives the report and the offer's id."""
    command = desk.report()
    await desk.dispatcher.handle(await desk.send(command))
    state = await desk.incident(command.incident_id)
    (held,) = [offer for offer in state.offers if offer.volunteer_id == desk.named(person)]
    await desk.dispatcher.handle(await desk.send(accept(held.id, held.volunteer_id, command)))
    there = ReportProgress(**answer(command, held.id, held.volunteer_id), state=OfferState.ON_SCENE)
    await desk.dispatcher.handle(await desk.send(there))
    return command, held.id


def answer(command: ReportIncident, offer_id: str, volunteer: str) -> dict[str, Any]:
    return {
        "id": key(),
        "incident_id": command.incident_id,
        "by": volunteer,
        "sent_ms": 0,
        "offer_id": offer_id,
        "volunteer_id": volunteer,
    }


async def test_distress_opens_a_critical_incident_with_offers_of_its_own(desk: Desk) -> None:
    await desk.people("sent")
    command, offer_id = await on_scene(desk, "sent")
    await desk.people("near", north_m=300)

    records = await desk.send(RaiseDistress(**answer(command, offer_id, desk.named("sent"))))
    await desk.dispatcher.handle(records)
    (follow_up,) = await desk.fresh(INCIDENTS.name)
    report = wire.decode_command(follow_up.value)
    await desk.dispatcher.handle([follow_up])
    await desk.dispatcher.handle(records)  # a repeat sends the same report again

    later = [wire.decode_command(record.value) for record in await desk.fresh(INCIDENTS.name)]
    parent, child = await desk.incident(command.incident_id), await desk.incident(report.incident_id)
    assert [entry.reason for entry in parent.attention] == ["distress"]
    assert (child.type, child.parent_id, child.distress_of) == ("distress", parent.id, desk.named("sent"))
    assert [offer.volunteer_id for offer in child.offers] == [desk.named("near")]
    assert {one.id for one in later if isinstance(one, ReportIncident)} <= {report.id}
    # Where the person was sent it is told that they are in danger.
    assert {type(one) for one in later} <= {ReportIncident, MarkDistress}


async def test_people_on_dangerous_ground_are_warned_and_others_sent_around_it(desk: Desk) -> None:
    await desk.people("inside", "edge", north_m=400)  # 400 m and 800 m to the north
    half = 0.005  # about 550 m
    lon, lat = desk.centre.lon, desk.centre.lat
    ring = [[lon - half, lat - half], [lon + half, lat - half], [lon + half, lat + half], [lon - half, lat + half]]
    ground = area_of({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})
    flood = replace(desk.report(), type="flood", area=ground)

    await desk.dispatcher.handle(await desk.send(flood))

    state = await desk.incident(flood.incident_id)
    assert list(state.warned) == [desk.named("inside")]
    (offer,) = state.offers
    assert offer.volunteer_id == desk.named("edge")
    assert offer.staging is not None
    version, known = await desk.store.hazards("?")
    assert known is not None
    assert flood.incident_id in {one.incident_id for one in known}
    assert (await desk.store.hazards(version))[1] is None


async def test_who_walks_onto_dangerous_ground_is_warned_once(desk: Desk) -> None:
    half = 0.005
    lon, lat = desk.centre.lon, desk.centre.lat
    ring = [[lon - half, lat - half], [lon + half, lat - half], [lon + half, lat + half], [lon - half, lat + half]]
    flood = replace(desk.report(), type="flood", area=area_of({"type": "Polygon", "coordinates": [[*ring, ring[0]]]}))
    await desk.dispatcher.handle(await desk.send(flood))
    before = (await desk.incident(flood.incident_id)).warned
    await desk.people("walker")
    people = PeopleStore(desk.link)
    entrances = HazardEntries(people)
    at_ms = await desk.store.now_ms()
    step, stranger = (
        FixWrite(volunteer_id=desk.named(name), lon=lon, lat=lat, accuracy_m=5.0, at_ms=at_ms)
        for name in ("walker", "stranger")
    )

    entering = await entrances.commands([step, stranger])
    await desk.dispatcher.handle(await desk.send(*entering))
    entrances.remember(entering)

    state = await desk.incident(flood.incident_id)
    assert (dict(before), dict(state.warned)) == ({}, {desk.named("walker"): 2})
    assert await entrances.commands([step]) == []


async def test_who_goes_off_duty_on_the_way_is_replaced(desk: Desk) -> None:
    await desk.people("goes")
    command = desk.report()
    await desk.dispatcher.handle(await desk.send(command))
    (held,) = (await desk.incident(command.incident_id)).offers
    await desk.dispatcher.handle(await desk.send(accept(held.id, held.volunteer_id, command)))
    await desk.people("stays", north_m=500)
    people = PeopleStore(desk.link)
    (record,) = await desk._profiles(["goes"], "first_aid")
    left = ProfileWrite(volunteer_id=record.id, offset=9, record=replace(record, on_duty=False))

    await people.put_profiles([left])
    commands = await leave_duty_commands(people, [left])
    await desk.dispatcher.handle(await desk.send(*commands))

    offers = {offer.volunteer_id: offer for offer in (await desk.incident(command.incident_id)).offers}
    gone = offers[desk.named("goes")]
    assert (gone.state, gone.reason) == (OfferState.WITHDRAWN, "off_duty")
    assert offers[desk.named("stays")].state is OfferState.OFFERED
    assert await leave_duty_commands(people, [left]) == []


async def test_a_call_for_help_asks_one_more(desk: Desk) -> None:
    await desk.people("there")
    command, offer_id = await on_scene(desk, "there")
    await desk.people("more", north_m=300)

    await desk.dispatcher.handle(await desk.send(AskForHelp(**answer(command, offer_id, desk.named("there")))))

    state = await desk.incident(command.incident_id)
    assert state.status is IncidentStatus.DISPATCHING
    assert [entry.count for entry in state.requirements] == [2]
    assert desk.named("more") in {offer.volunteer_id for offer in state.offers}
