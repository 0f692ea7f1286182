"""Who keeps a person two offers claim, when a rebuild finds both alive: what the notifier would say, too."""

import pytest

from dispatch.model.people import Hold
from streams.rebuild.log_fold import LiveHold, OffersSeen, losers
from tests.dispatch.notices.test_offer_validity import step


def claim(offer: str, decided_ms: int) -> LiveHold:
    return LiveHold(
        hold=Hold(volunteer_id="v-1", offer_id=offer),
        incident_id=f"i-{offer}",
        epoch=1,
        decided_ms=decided_ms,
        partition=0,
        offset=decided_ms,
    )


@pytest.mark.parametrize(
    ("log", "keeps"),
    [
        ([], "a"),  # neither got there: the earlier decision
        ([("b", "offered")], "b"),
        ([("b", "offered"), ("a", "offered")], "b"),
        ([("a", "offered"), ("a", "accepted"), ("b", "offered")], "a"),
        # A late yes stands behind the offer that was made in between.
        ([("a", "offered"), ("a", "expired"), ("b", "offered"), ("a", "accepted")], "b"),
        # Neither holds by the log, since the end of a third is not in it: what got there first.
        ([("x", "offered"), ("b", "offered"), ("a", "offered")], "b"),
    ],
)
def test_the_order_of_the_log_decides_between_rival_offers(log: list[tuple[str, str]], keeps: str) -> None:
    seen = OffersSeen({"v-1"})
    for place, (offer, state) in enumerate(log):
        seen.add(0, place, step(offer, state, place))
        seen.add(0, place, step("other", "offered", place, person="v-2"))
    rivalry = {"v-1": [claim("a", 1), claim("b", 2)]}

    lost = losers(rivalry, seen)

    assert {entry.hold.offer_id for entry in lost} == {"a", "b"} - {keeps}
