"""Dangerous ground: who is warned, who is sent in, where the others gather, what a way across it costs."""

import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dispatch.matching.approach import COUNTS_AS, approach, target_of
from dispatch.model.context import NOTHING
from dispatch.model.decisions import RequirementWhy
from dispatch.model.geo import distance_m, nearest_of_area
from dispatch.model.geojson import area_of
from dispatch.model.hazard_areas import STAGING_POINTS, HazardArea, ground_of, hazard_area, inside_of
from dispatch.model.incidents import Hazard
from dispatch.model.outlines import Outline
from dispatch.model.people import Candidate
from dispatch.model.places import Area, Place
from dispatch.model.reasons import Exclusion
from dispatch.model.recorded_way import GRAIN_S, recorded_m
from dispatch.model.vocabulary import Capability, TravelMode
from dispatch.safety.hazards import WARNED_MOST, warned
from tests.support.builders import ALMATY, Story, candidate, incident, need, point, remote, requirement, spec

METRE = 1 / 111_195


def at(north_m: float, east_m: float = 0.0) -> Place:
    return Place(lon=ALMATY.lon + east_m * METRE / 0.7285, lat=ALMATY.lat + north_m * METRE)


def square(side_m: float = 2_000, *, north_m: float = 0.0) -> Area:
    half = side_m / 2
    corners = [
        at(north_m + y, x) for x, y in ((-half, -half), (half, -half), (half, half), (-half, half), (-half, -half))
    ]
    return area_of({"type": "Polygon", "coordinates": [[[corner.lon, corner.lat] for corner in corners]]})


FLOOD_GROUND = square()


def person(volunteer_id: str, place: Place, *skills: str, **known: object) -> Candidate:
    return candidate(volunteer_id, *skills, place=place, distance_m=distance_m(place, ALMATY), **known)


def flood(*people: Candidate, skill: str = "first_aid") -> Story:
    story = Story(people=list(people))
    story.report(spec(skill), type="flood", area=FLOOD_GROUND)
    return story


def why(story: Story) -> RequirementWhy:
    return story.last.why.requirements[0]


def test_people_on_the_ground_are_warned_once_by_the_decision_that_learns_of_it() -> None:
    story = Story(standing={"inside": at(900), "outside": at(1_100)})
    story.report(spec(), type="flood", area=FLOOD_GROUND)
    first = dict(story.incident.warned)

    story.standing = {"inside": at(0), "newcomer": at(2_500), "outside": at(1_100)}
    story.update(area=square(6_000))  # other ground: who is on it is warned again
    story.escalate()

    assert first == {"inside": 1}
    assert story.incident.warned == {"inside": 2, "newcomer": 2, "outside": 2}
    assert story.incident.version == 3


def test_a_type_that_becomes_dangerous_warns_and_one_that_is_none_any_more_is_open_ground() -> None:
    story = Story(standing={"inside": at(0)})
    story.report(spec(), type="storm", area=FLOOD_GROUND)
    assert (story.incident.hazard, dict(story.incident.warned)) == (None, {})

    story.update(type="flood")
    assert story.incident.hazard == Hazard(equipped=("boat", "rescue"), since=2)
    assert set(story.incident.warned) == {"inside"}

    story.update(type="storm")
    assert story.incident.hazard is None


def test_a_point_and_an_ended_incident_are_no_ground() -> None:
    dangerous = incident(area=FLOOD_GROUND, hazard=Hazard())
    story = Story(standing={"there": ALMATY})

    story.report(spec(), type="flood", area=point())

    assert story.incident.warned == {}
    assert ground_of(dangerous) is not None
    assert ground_of(replace(dangerous, area=point())) is None
    assert ground_of(replace(dangerous, area=None)) is None
    assert ground_of(replace(dangerous, hazard=None)) is None
    assert ground_of(None) is None


def test_a_crowd_beyond_what_can_be_named_is_for_the_operator() -> None:
    story = Story(standing={f"v-{number:04}": ALMATY for number in range(WARNED_MOST + 20)})

    story.report(spec(), type="flood", area=FLOOD_GROUND)

    assert len(story.incident.warned) == WARNED_MOST
    assert [entry.reason for entry in story.incident.attention] == ["warning_incomplete"]
    assert inside_of(FLOOD_GROUND, {}, is_everybody=False).beyond == 1
    assert warned(story.incident, story.incident.warned, 0) == []


def test_who_is_inside_without_equipment_is_not_asked() -> None:
    story = flood(person("inside", at(300), "first_aid"))

    assert story.asked() == []
    assert why(story).excluded == {Exclusion.IN_HAZARD: 3}


def test_who_is_equipped_is_sent_in_from_inside_and_from_outside() -> None:
    story = flood(person("in", at(300), "rescue"), person("out", at(3_000), "rescue", "first_aid"), skill="rescue")

    offers = {offer.volunteer_id: offer for offer in story.incident.offers}

    assert offers["in"].distance_m == 0.0
    assert offers["out"].staging is None
    assert offers["out"].distance_m == recorded_m(at(3_000), FLOOD_GROUND)


def test_the_others_gather_at_a_staging_point_on_their_side_of_the_edge() -> None:
    story = flood(person("north", at(3_000), "first_aid"))
    ground = ground_of(story.incident)
    assert ground is not None

    offer = story.offer_of("north")

    assert offer.staging in ground.staging
    assert offer.staging is not None
    assert offer.staging.lat > ALMATY.lat
    assert offer.distance_m == recorded_m(at(3_000), FLOOD_GROUND)


def test_staging_points_follow_from_the_ground_alone_and_lie_on_its_edge() -> None:
    parts = [square().geometry["coordinates"], square(1_000, north_m=5_000).geometry["coordinates"]]
    two = area_of({"type": "MultiPolygon", "coordinates": parts})
    for area in (FLOOD_GROUND, two):
        ground = hazard_area("i-1", Hazard(), area)

        assert len(ground.staging) == STAGING_POINTS
        assert ground.staging == hazard_area("i-2", Hazard(), area).staging
        assert all(distance_m(place, nearest_of_area(place, area)) < 2 for place in ground.staging)


@given(st.floats(0, 360), st.floats(1_500, 20_000))
def test_no_staging_point_gives_away_where_somebody_stands(bearing: float, distance: float) -> None:
    """Everybody gets one of the same few points."""
    place = at(distance * math.cos(math.radians(bearing)), distance * math.sin(math.radians(bearing)))
    ground = hazard_area("i-1", Hazard(), FLOOD_GROUND)

    sent = approach(person("v", place), need(area=FLOOD_GROUND), ground, ())

    assert sent.in_hazard or sent.staging in ground.staging


def across() -> HazardArea:
    """Another incident's flood, 2 km wide, between 1 and 3 km north of the centre."""
    return hazard_area("i-other", Hazard(equipped=("boat",)), square(2_000, north_m=2_000))


def test_a_way_through_another_incidents_dangerous_ground_counts_three_times() -> None:
    beyond, beside = person("beyond", at(4_000)), person("beside", at(0, 4_000))

    crossing, free = (approach(one, need(), None, [across()]) for one in (beyond, beside))

    assert abs(crossing.detour_m - 2_000 * (COUNTS_AS - 1)) < 20
    assert free.detour_m == 0.0
    assert crossing.distance_m == beyond.distance_m


def test_the_price_of_the_way_across_stands_in_the_record_and_in_the_eta() -> None:
    story = Story(people=[person("beyond", at(4_000, 800)), person("beside", at(0, 4_500))])
    story.around = replace(NOTHING, hazards=(across(),))

    story.report(spec())

    shown = {str(entry["volunteer_id"]): entry for entry in (*why(story).chosen, *why(story).passed_over)}
    assert str(why(story).chosen[0]["volunteer_id"]) == "beside"
    terms = shown["beyond"]["terms"]
    assert isinstance(terms, dict)
    assert terms["hazard"] > 200
    assert 0 <= float(str(shown["beyond"]["eta_s"])) - terms["travel"] - terms["hazard"] < GRAIN_S


def test_who_is_equipped_for_it_goes_straight_through() -> None:
    assert approach(person("v", at(4_000), "boat"), need(), None, [across()]).detour_m == 0.0


def test_an_incidents_own_ground_is_no_obstacle_of_its_own() -> None:
    own = replace(across(), incident_id=need().incident_id)

    assert approach(person("v", at(4_000)), need(), None, [own]).detour_m == 0.0


def test_digital_work_and_people_without_a_place_have_no_way() -> None:
    ground = hazard_area("i-1", Hazard(), FLOOD_GROUND)
    unplaced, far = replace(candidate("v-1"), place=None), remote("d-1", place=at(100))
    digital = replace(requirement(), capability=Capability.DIGITAL)

    assert approach(unplaced, need(area=FLOOD_GROUND), ground, ()) == unplaced
    assert approach(far, need(digital, area=FLOOD_GROUND), ground, ()) == far
    assert approach(far, need(area=None), ground, ()) == far


def test_the_target_is_the_staging_point_else_the_nearest_of_the_area_else_its_centre() -> None:
    staged = person("v", at(3_000), staging=at(1_000))

    assert target_of(staged, FLOOD_GROUND) == at(1_000)
    assert target_of(replace(candidate("v"), place=None), FLOOD_GROUND) == FLOOD_GROUND.centre
    assert abs(distance_m(target_of(person("v", at(3_000)), FLOOD_GROUND), at(1_000))) < 3
    assert target_of(person("v", at(3_000)), point()) == ALMATY


def test_the_part_of_a_way_inside_is_measured_in_metres() -> None:
    outline = Outline(FLOOD_GROUND)

    assert abs(outline.metres_inside(at(-5_000), at(5_000)) - 2_000) < 10
    assert outline.metres_inside(at(1_500), at(5_000)) == 0.0
    assert outline.covers(at(0))
    assert not outline.covers(at(1_001))


def test_ground_across_the_antimeridian_is_ground() -> None:
    ring = [[179.9, 0.0], [180.0, 0.0], [180.0, 0.1], [179.9, 0.1], [179.9, 0.0]]
    outline = Outline(area_of({"type": "Polygon", "coordinates": [ring]}))

    assert outline.covers(Place(lon=-180.0, lat=0.05))
    assert all(-180 <= place.lon <= 180 for place in outline.edge_points(8))


def test_people_on_foot_pay_more_for_the_same_ground() -> None:
    prices = []
    for mode in (TravelMode.CAR, TravelMode.FOOT):
        story = Story(people=[person("v", at(3_500), travel_mode=mode)])
        story.around = replace(NOTHING, hazards=(across(),))
        story.report(spec())
        terms = why(story).chosen[0]["terms"]
        assert isinstance(terms, dict)
        prices.append(terms["hazard"])

    assert prices[0] < prices[1]
