"""How many people are asked at a time."""

import pytest

from dispatch.vocabulary import OfferState
from dispatch.waves import offers_out, offers_wanted
from tests.builders import Story, helpers, incident, offer, requirement, spec

ASKED, COMING, SILENT = OfferState.OFFERED, OfferState.ACCEPTED, OfferState.EXPIRED


@pytest.mark.parametrize(
    ("count", "per_place", "states", "wanted"),
    [
        (1, 2.0, [], 2),  # two for one place
        (3, 3.0, [], 9),  # minutes decide: three for each of three
        (1, 1.0, [], 1),
        (3, 1.5, [], 5),  # 4.5 is rounded up
        (1, 2.0, [ASKED], 1),  # one is out already
        (1, 2.0, [ASKED, ASKED, ASKED], 0),  # more are out than wanted: none is taken back
        (2, 2.0, [COMING, ASKED], 1),
        (1, 2.0, [COMING], 0),  # the place is filled
        (1, 2.0, [COMING, COMING], 0),
        (1, 2.0, [OfferState.DONE], 0),  # work done counts
        (1, 2.0, [SILENT, SILENT], 2),  # silence is replaced
        (1, 2.0, [OfferState.DECLINED, ASKED], 1),
        (1, 2.0, [OfferState.VOID, OfferState.STOOD_DOWN, OfferState.WITHDRAWN], 2),
    ],
)
def test_a_wave_asks_some_for_each_open_place_less_those_who_are_asked(
    count: int, per_place: float, states: list[OfferState], wanted: int
) -> None:
    entry = requirement(count=count, offers_per_place=per_place)
    state = incident(
        requirements=(entry,), offers=tuple(offer(one, id=f"o-{number}") for number, one in enumerate(states))
    )

    assert offers_wanted(state, entry) == wanted
    assert offers_out(state, entry) == states.count(ASKED)


def test_offers_of_another_requirement_do_not_count() -> None:
    entry = requirement()
    state = incident(requirements=(entry,), offers=(offer(COMING, requirement_id="r2"),))

    assert offers_wanted(state, entry) == 2


def test_no_more_are_asked_than_wanted_however_many_are_found() -> None:
    story = Story(helpers(*(f"v-{number}" for number in range(20))))

    story.report(spec(count=3))

    assert len(story.asked()) == 6
