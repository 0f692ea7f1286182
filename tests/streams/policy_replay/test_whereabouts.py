"""Who has no position stands where the recorded offers found them, and no nearer to the truth than the record is."""

from dispatch.model.offer_events import OfferMade
from dispatch.model.places import Area, Place
from dispatch.model.recorded_way import UNSURE_M, recorded_m
from dispatch.model.vocabulary import Capability
from streams.policy_replay.recorded_log import RecordedDecision, RecordedLog, RecordedPeople
from streams.policy_replay.whereabouts import PlacedPerson, placed_by_offers
from streams.store.people import FixWrite, PrivateWrite, kept_home
from streams.store.track_record import Standings
from tests.support.builders import NOW_MS, decision, incident, north_of_almaty, point

PERSON = "v-1"
LATER_MS = NOW_MS + 600_000
FAR = north_of_almaty(9_000)


def asked_at(place: Place, area: Area) -> OfferMade:
    return OfferMade(
        offer_id="o-1",
        requirement_id="r1",
        volunteer_id=PERSON,
        capability=Capability.FIELD,
        skill="first_aid",
        expires_ms=NOW_MS,
        distance_m=recorded_m(place, area),
        eta_s=None,
        task=None,
    )


def placed(
    *asked: tuple[int, OfferMade], homes: dict[str, Place] | None = None, fix_ms: int | None = None
) -> list[PlacedPerson]:
    fix = FixWrite(volunteer_id=PERSON, lon=0, lat=0, accuracy_m=None, at_ms=fix_ms or 0)
    log = RecordedLog(
        begins_ms=NOW_MS - 60_000,
        until_ms=NOW_MS + 3_600_000,
        commands=(),
        decided=[
            RecordedDecision(decision=decision(fact, decided_ms=at_ms), incident=incident(area=point()))
            for at_ms, fact in asked
        ],
        begun={},
        standings=Standings(),
        people=RecordedPeople(homes=homes or {}, fixes=[] if fix_ms is None else [(fix_ms, fix)]),
    )
    return list(placed_by_offers(log))


def home(place: Place) -> Place:
    found = kept_home(PrivateWrite(ref="", offset=0, sealed=None, home=place))
    assert found is not None
    return found


def test_a_person_without_a_place_stands_at_the_recorded_distance_from_the_beginning_on() -> None:
    offer = asked_at(FAR, point())

    (one,) = placed((NOW_MS, offer))

    assert one.at_ms == NOW_MS - 60_000
    assert offer.distance_m is not None
    assert abs(recorded_m(one.place, point()) - offer.distance_m) <= UNSURE_M / 2


def test_who_was_asked_from_home_stays_there() -> None:
    assert placed((NOW_MS, asked_at(home(FAR), point())), homes={PERSON: home(FAR)}) == []


def test_who_was_elsewhere_than_at_home_goes_there_when_they_are_asked() -> None:
    near = north_of_almaty(3_000)

    (one,) = placed((NOW_MS, asked_at(near, point())), homes={PERSON: home(FAR)})

    assert one.at_ms == NOW_MS
    assert recorded_m(one.place, point()) < recorded_m(FAR, point())


def test_a_fresh_position_says_more_than_an_offer() -> None:
    offer = asked_at(FAR, point())

    assert placed((NOW_MS, offer), fix_ms=NOW_MS - 60_000) == []
    assert len(placed((NOW_MS, offer), fix_ms=NOW_MS - 3_600_000)) == 1


def test_the_same_distance_again_moves_nobody() -> None:
    offer = asked_at(FAR, point())
    first = placed((NOW_MS, offer))[0]
    same = asked_at(first.place, point())

    assert len(placed((NOW_MS, offer), (LATER_MS, same))) == 1


def test_within_one_cell_nobody_stands_at_the_very_place() -> None:
    offer = asked_at(north_of_almaty(100), point())

    (one,) = placed((NOW_MS, offer))

    assert recorded_m(one.place, point()) == offer.distance_m
