"""What rules must know beyond their own incidents, looked up on real Redis; what incidents say to each other, on real Kafka."""

from dataclasses import replace

from dispatch.model.commands import Command, MergeIncident, ReportIncident, UnmergeIncident, UpdateIncident
from dispatch.model.geo import distance_m, zone_of
from dispatch.model.geojson import area_of
from dispatch.model.ids import incident_id
from dispatch.model.incidents import Incident
from dispatch.model.places import Place
from dispatch.model.recorded_way import UNSURE_M
from dispatch.model.vocabulary import IncidentStatus, OfferState, Outcome
from streams import wire
from streams.topics import DECISIONS, INCIDENTS
from tests.support.desk import Desk, accept, key


async def handle(desk: Desk, *commands: Command) -> None:
    """These commands, and whatever the incidents say to each other because of them."""
    records = await desk.send(*commands)
    while records:
        await desk.dispatcher.handle(records)
        records = await desk.fresh(INCIDENTS.name)


def fire(desk: Desk, text_print: str | None = None) -> ReportIncident:
    return replace(desk.report(), text_print=text_print)


def merge(command: ReportIncident, into: ReportIncident) -> MergeIncident:
    return MergeIncident(id=key(), incident_id=command.incident_id, by="op", sent_ms=0, into=into.incident_id)


async def state(desk: Desk, command: ReportIncident) -> Incident:
    return await desk.incident(command.incident_id)


async def test_reports_of_one_event_are_proposed_to_each_other(desk: Desk) -> None:
    first, second, third = fire(desk), fire(desk), fire(desk)
    await handle(desk, first)

    await handle(desk, second, third)

    assert (await state(desk, first)).merge_candidates == ()
    assert [one.incident_id for one in (await state(desk, second)).merge_candidates] == [first.incident_id]
    proposed = {one.incident_id for one in (await state(desk, third)).merge_candidates}
    assert proposed == {first.incident_id, second.incident_id}


async def test_a_number_is_found_in_another_zone_and_in_the_same_batch(desk: Desk) -> None:
    """4 km apart, and in another part of the country; `first` is of a batch before, `second` and `third` of one."""
    first, second, third, other = (replace(fire(desk), external_id=number) for number in ("n-1", "n-1", " N-1", "n-2"))
    far = area_of({"type": "Point", "coordinates": [51.92, 47.1]})
    third = replace(third, area=far, incident_id=incident_id(zone_of(far.centre), "op", key()))
    second = replace(second, area=area_of({"type": "Point", "coordinates": [desk.centre.lon, desk.centre.lat + 0.036]}))
    await handle(desk, first)

    await handle(desk, second, third, other)

    def told(of: Incident) -> list[tuple[str, bool]]:
        return [(one.incident_id, one.external_id) for one in of.merge_candidates]

    of_second, of_third = told(await state(desk, second)), told(await state(desk, third))
    assert (first.incident_id, True) in of_second
    assert (first.incident_id, True) in of_third
    # Whichever was decided first; their zones may lie in two partitions.
    assert ((third.incident_id, True) in of_second) is not ((second.incident_id, True) in of_third)
    assert told(await state(desk, other)) == [(first.incident_id, False)]  # near, and alike but for the number


async def test_two_incidents_talk_a_merge_over_through_the_log_and_back(desk: Desk) -> None:
    await desk.people("a")
    first, second = fire(desk), fire(desk)
    await handle(desk, first)
    await handle(desk, second)

    await handle(desk, merge(first, second))

    merged, kept = await state(desk, first), await state(desk, second)
    assert (merged.status, merged.merged_into) == (IncidentStatus.CLOSED, second.incident_id)
    assert kept.reports == (first.incident_id,)
    assert [offer.reason for offer in merged.offers] == ["merged"]

    await handle(desk, UnmergeIncident(id=key(), incident_id=first.incident_id, by="op", sent_ms=0))

    assert (await state(desk, first)).is_open
    assert (await state(desk, second)).reports == ()


async def test_a_merge_into_nothing_leaves_its_refusal_in_the_log(desk: Desk) -> None:
    first, unknown = fire(desk), fire(desk)
    await handle(desk, first)

    await handle(desk, merge(first, unknown))

    assert (await state(desk, first)).merging is None
    decided = [wire.decode_decision(record.value) for record in await desk.fresh(DECISIONS.name)]
    (refusal,) = [one for one in decided if one.cause.command_kind == "merge_incident"]
    assert (refusal.outcome, refusal.reason) == (Outcome.REFUSED, "target_unknown")


async def test_who_is_clearly_beyond_the_new_place_turns_round(desk: Desk) -> None:
    await desk.people("a")
    command = fire(desk)
    await handle(desk, command)
    (offer,) = (await state(desk, command)).offers
    await handle(desk, accept(offer.id, offer.volunteer_id, command))
    centre = [desk.centre.lon, desk.centre.lat + 1.0]

    await handle(
        desk,
        UpdateIncident(
            id=key(),
            incident_id=command.incident_id,
            by="op",
            sent_ms=0,
            area=area_of({"type": "Point", "coordinates": centre}),
        ),
    )

    (turned,) = (await state(desk, command)).offers
    assert (turned.state, turned.reason) == (OfferState.STOOD_DOWN, "moved")


async def test_who_is_near_enough_goes_on_and_is_measured_anew(desk: Desk) -> None:
    await desk.people("a")
    command = fire(desk)
    await handle(desk, command)
    (offer,) = (await state(desk, command)).offers
    await handle(desk, accept(offer.id, offer.volunteer_id, command))
    place = {"type": "Point", "coordinates": [desk.centre.lon, desk.centre.lat + 0.05]}

    moved = UpdateIncident(id=key(), incident_id=command.incident_id, by="op", sent_ms=0, area=area_of(place))
    await handle(desk, moved)

    (kept,) = (await state(desk, command)).offers
    assert kept.state is OfferState.ACCEPTED
    there = Place(lon=desk.centre.lon, lat=desk.centre.lat + 0.05)
    assert kept.distance_m != offer.distance_m
    assert abs((kept.distance_m or 0) - distance_m(desk.centre, there)) < UNSURE_M
