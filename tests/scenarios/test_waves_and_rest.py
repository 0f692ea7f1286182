"""How many are asked and who is left in peace, end to end: what answers and work teach comes back in the next decision."""

from typing import Any

import pytest

from tests.support.town import Town
from tests.support.waiting import until

pytestmark = pytest.mark.stack


def why_of(town: Town, incident: str) -> Any:
    """Of the first requirement, in the first decision."""
    answer = town.call("GET", f"/v1/incidents/{incident}/decisions", "operator", "op-1")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"][0]["why"]["requirements"][0]


def test_a_wave_says_how_sure_it_is_and_what_it_expects_of_each(town: Town) -> None:
    for number in range(12):
        town.volunteer(f"v{number:02}", north_m=20 * number)
    incident = town.report()
    offers = until(lambda: town.live(incident))

    why = why_of(town, incident)

    assert why["wave"]["rule"] == "certainty"
    assert why["wave"]["reached"] >= why["wave"]["stated"] == 0.95
    assert why["wave"]["size"] == len(offers)
    assert all(0 < one["chance"] < 1 for one in why["chosen"])


def test_who_has_worked_rests_unless_a_place_would_stay_empty(town: Town) -> None:
    tired = town.volunteer("tired")
    first = town.report()
    offer = until(lambda: town.live(first).get(tired))
    town.answer(offer, "accept")
    until(lambda: town.incident(first)["status"] == "staffed")
    for state in ("on_scene", "done"):
        town.answer(offer, "progress", {"state": state})
    until(lambda: town.incident(first)["offers"][0]["state"] == "done")

    second = town.report()
    until(lambda: town.live(second).keys() == {tired})
    town.call("POST", f"/v1/incidents/{second}/cancel", "operator", "op-1", {})
    fresh = town.volunteer("fresh", north_m=2_000)
    third = town.report()
    until(lambda: town.live(third).keys() == {fresh})

    assert "beyond_budget" in why_of(town, second)["chosen"][0]["terms"]
    assert why_of(town, third)["excluded"] == {"resting": 3}


def test_a_newcomer_is_asked_by_a_wave_that_fell_short_of_its_certainty(town: Town) -> None:
    first = town.volunteer("first")
    incident = town.report()
    until(lambda: town.live(incident).keys() == {first})
    assert town.incident(incident)["status"] == "dispatching"

    newcomer = town.volunteer("newcomer")

    until(lambda: town.live(incident).keys() == {first, newcomer})
