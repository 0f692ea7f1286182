"""What a batch sees besides its incidents."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from dispatch.model.commands import AssignVolunteer, CheckWay, PassDeadline
from dispatch.model.context import NOTHING
from dispatch.model.geojson import area_of
from dispatch.model.hazard_areas import ground_of
from dispatch.model.incidents import Hazard, Incident
from dispatch.model.offers import Watch
from dispatch.model.people import Candidate, Found
from dispatch.model.places import Place
from dispatch.model.vocabulary import DeadlineKind, OfferState
from dispatch.ports import TravelAnswer, Trip
from dispatch.safety.hazard_crossings import WaysFound
from streams.lookups.batch_lookups import ROUTED_MOST, TRAVEL_BUDGET_S, BatchLookups
from streams.store.memory.store import MemoryStore
from tests.contracts.builders import application, fix, profile
from tests.support.builders import ALMATY, INCIDENT, NOW_MS, candidate, incident, need, offer, remote

WEST, EAST, SOUTH, NORTH = 76.93, 76.96, 43.22, 43.25
GROUND = area_of(
    {
        "type": "Polygon",
        "coordinates": [[[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH], [WEST, SOUTH]]],
    }
)


class FakeTravel:
    """Ten seconds for each trip, after a while."""

    def __init__(self, takes_s: float = 0.0) -> None:
        self.takes_s = takes_s
        self.asked: list[list[list[Trip]]] = []
        self.within: list[float] = []

    async def travel_times(self, trips: Sequence[Sequence[Trip]], *, within_s: float) -> list[TravelAnswer]:
        self.asked.append([list(part) for part in trips])
        self.within.append(within_s)
        await asyncio.sleep(self.takes_s)
        return [TravelAnswer(seconds=tuple(10.0 for _ in part), source="osrm") for part in trips]


def store() -> MemoryStore:
    return MemoryStore(lambda: NOW_MS)


def found(*people: Candidate) -> Found:
    return Found(candidates=people)


def people(count: int) -> list[Candidate]:
    return [
        candidate(
            f"v-{number:02}", place=Place(lon=ALMATY.lon, lat=ALMATY.lat + number / 1000), distance_m=111.0 * number
        )
        for number in range(count)
    ]


async def test_without_a_router_nothing_is_asked() -> None:
    results = [found(*people(3))]

    assert await BatchLookups(store()).timed([(incident(), need())], results) is results


async def test_the_nearest_get_the_routers_times_and_the_record_says_so() -> None:
    travel = FakeTravel()
    scene = BatchLookups(store(), travel)

    (timed,) = await scene.timed([(incident(), need())], [found(*people(ROUTED_MOST + 3))])

    assert [one.travel_s for one in timed.candidates] == [10.0] * ROUTED_MOST + [None] * 3
    assert timed.travel == "osrm"
    assert {trip.target for trip in travel.asked[0][0]} == {ALMATY}


async def test_digital_work_and_people_without_a_place_are_not_asked_for() -> None:
    travel = FakeTravel()
    scene = BatchLookups(store(), travel)
    results = [found(remote("d-1")), found(replace(candidate("v-1"), place=None))]

    timed = await scene.timed([(incident(), need(area=None)), (incident(), need())], results)

    assert timed is results
    assert travel.asked == []


async def test_only_needs_with_somebody_to_route_are_marked() -> None:
    results = [found(replace(candidate("v-1"), place=None)), found(*people(1))]

    timed = await BatchLookups(store(), FakeTravel()).timed([(incident(), need())] * 2, results)

    assert [one.travel for one in timed] == ["built_in", "osrm"]


async def test_people_are_routed_to_where_they_would_be_sent() -> None:
    flood = incident(area=GROUND, hazard=Hazard(equipped=("boat",)))
    outside, inside = candidate("out", place=Place(lon=77.0, lat=43.235)), candidate("in", place=ALMATY)
    boatman = candidate("boat", "first_aid", "boat", place=Place(lon=77.0, lat=43.235))
    travel = FakeTravel()

    await BatchLookups(store(), travel).timed([(flood, need(area=GROUND))], [found(outside, inside, boatman)])

    staged, sent_in = travel.asked[0][0]
    assert staged.target != sent_in.target
    assert sent_in.target.lon == EAST


async def test_a_batch_that_searches_again_has_only_what_is_left_of_its_budget() -> None:
    travel = FakeTravel(takes_s=0.05)
    scene = BatchLookups(store(), travel)
    results = [found(*people(1))]
    await scene.look()
    for _ in range(2):
        await scene.timed([(incident(), need())], results)

    await scene.look()
    await scene.timed([(incident(), need())], results)

    first, second, anew = travel.within
    assert first == anew == TRAVEL_BUDGET_S
    assert second <= TRAVEL_BUDGET_S - 0.04


async def test_dangerous_ground_is_read_when_it_changes_and_seen_by_every_command() -> None:
    kept = store()
    scene = BatchLookups(kept)
    flood = incident(area=GROUND, hazard=Hazard(equipped=("boat",)))
    await kept.apply([application(0, flood)])

    await scene.look()
    await scene.look()
    people = await scene.people([(None, _watch_of("o-1"))])
    (around,) = scene.seen([NOTHING], people)

    assert [ground.incident_id for ground in around.hazards] == [INCIDENT]
    assert around.presence == {}


async def test_people_who_are_awaited_are_looked_up_for_the_command_that_asks() -> None:
    kept = store()
    await kept.put_profiles([profile("v-1", 1)])
    await kept.put_fixes([fix("v-1", NOW_MS - 5_000)])
    coming = offer(OfferState.EN_ROUTE, watch=Watch(due_ms=NOW_MS))
    unknown = replace(coming, id="o-2", volunteer_id="v-2")
    watched = incident(offers=(coming, unknown))
    asking = [(watched, _watch_of("o-1")), (watched, _watch_of("o-2")), (None, _watch_of("o-1"))]

    people = await BatchLookups(kept).people(asking)

    assert [list(one.presence) for one in people] == [["v-1"], [], []]
    assert [dict(one.past) for one in people] == [{}, {}, {}]
    assert people[0].presence["v-1"].fix_at_ms == NOW_MS - 5_000


async def test_of_people_whom_an_operator_names_it_is_known_what_was_asked_of_them() -> None:
    kept = store()
    await kept.put_profiles([profile("v-1", 1)])
    named, unknown = (
        AssignVolunteer(id="c", incident_id=INCIDENT, by="op", sent_ms=0, volunteer_id=one, requirement_id="r1")
        for one in ("v-1", "nobody")
    )

    first, second, nobody = await BatchLookups(kept).people([(incident(), named), (incident(), unknown), (None, named)])

    assert (list(first.presence), list(first.past)) == (["v-1"], ["v-1"])
    assert (dict(second.presence), dict(second.past), dict(nobody.presence)) == ({}, {}, {})


async def test_people_are_looked_for_only_where_there_is_new_ground() -> None:
    kept = store()
    await kept.put_profiles([profile("v-1", 1)])
    await kept.put_fixes([fix("v-1", NOW_MS)])

    nothing = await BatchLookups(kept).inside([None, None])
    some = await BatchLookups(kept).inside([None, GROUND])

    assert nothing == [None, None]
    assert some[0] is None
    assert some[1] is not None
    assert some[1].volunteer_ids == ("v-1",)


def _watch_of(offer_id: str) -> PassDeadline:
    return PassDeadline(
        id="c", incident_id=INCIDENT, by="x", sent_ms=0, deadline=DeadlineKind.WATCH, due_ms=NOW_MS, offer_id=offer_id
    )


OTHER = INCIDENT[:-1] + "e"
FLOOD = incident(id=OTHER, area=GROUND, hazard=Hazard(equipped=("boat",), since=1))


async def crossing() -> MemoryStore:
    """`v-1` is on the way from the west of the ground to a scene in the east of it."""
    kept = store()
    await kept.put_profiles([profile("v-1", 1), profile("v-2", 2)])
    await kept.put_fixes([replace(fix("v-1", NOW_MS - 5_000), lon=WEST - 0.02, lat=43.235)])
    await kept.apply([application(0, scene_of("v-1"))])
    return kept


def scene_of(person: str) -> Incident:
    east = area_of({"type": "Point", "coordinates": [EAST + 0.02, 43.235]})
    return incident(area=east, offers=(offer(OfferState.EN_ROUTE, volunteer_id=person, distance_m=6_000.0),))


async def test_new_ground_finds_the_incidents_whose_people_it_concerns() -> None:
    kept = await crossing()
    grounds = [None, (OTHER, GROUND, ground_of(FLOOD)), (OTHER, GROUND, None)]

    nothing, new, ended = await BatchLookups(kept).ways(grounds, [])

    assert (nothing, new, ended) == (None, WaysFound(incident_ids=(INCIDENT,)), WaysFound())
    assert await BatchLookups(kept).ways([None], []) == [None]


async def test_an_incident_that_is_decided_in_the_same_batch_counts_as_it_is_after_it() -> None:
    kept = await crossing()
    own = (INCIDENT, GROUND, ground_of(FLOOD))
    elsewhere = replace(scene_of("v-1"), offers=())

    (gone,) = await BatchLookups(kept).ways([(OTHER, GROUND, ground_of(FLOOD))], [elsewhere, FLOOD])
    (itself,) = await BatchLookups(kept).ways([own], [])

    assert (gone, itself) == (WaysFound(), WaysFound())


async def test_people_whose_way_is_checked_are_seen_where_they_are() -> None:
    kept = await crossing()
    await kept.apply([application(1, FLOOD, command="c-2")])
    scene = BatchLookups(kept)
    command = CheckWay(id="c", incident_id=INCIDENT, by="dispatcher", sent_ms=0, hazard_incident_id=OTHER)

    before = await scene.people([(scene_of("v-1"), command)])
    await scene.look()
    after = await scene.people([(scene_of("v-1"), command)])

    assert [list(one.whereabouts) for one in scene.seen([NOTHING], before)] == [[]]
    assert [list(one.whereabouts) for one in scene.seen([NOTHING], after)] == [["v-1"]]
