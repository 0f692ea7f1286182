"""The live index of a worker on real processes: it finds people, and is loaded again after Redis was killed."""

import json
import re

import httpx2
import pytest

from tests.support.town import Town
from tests.support.waiting import until
from tests.support.whole_stack import StartStack, WholeStack

pytestmark = pytest.mark.stack
BY_INDEX = 'komek_searches_total{by="index"}'
PEOPLE = 60
"""More than three waves with their margins: where fewer are free than a wave wants, Redis is asked."""


def figures(komek: WholeStack) -> dict[str, float]:
    """The metrics of the worker."""
    listed = json.loads((komek.data / "metrics.json").read_text("utf-8"))
    (address,) = (one["targets"][0] for one in listed if one["labels"]["process"] == "worker-1")
    text = httpx2.get(f"http://{address}/metrics").text
    return {name: float(value) for name, value in re.findall(r"^(komek_\S+) (\S+)$", text, re.MULTILINE)}


def is_whole(komek: WholeStack) -> bool:
    """Everybody is in the index, and it follows."""
    seen = figures(komek)
    return seen["komek_live_index_people"] == PEOPLE and seen["komek_live_index_behind_seconds"] < 1


@pytest.mark.soak
def test_the_index_offers_the_work_before_and_after_redis_was_killed(stack: StartStack) -> None:
    with stack(workers=1, environ={"KOMEK_LIVE_INDEX": "on", "KOMEK_BUDGET": "off"}) as komek:
        town = Town(komek)
        for number in range(PEOPLE):
            town.volunteer(f"near-{number}", north_m=100 + 10 * number)
        until(lambda: is_whole(komek))
        first = town.report()
        asked = until(lambda: town.live(first))

        komek.kill("redis")
        second = town.report()
        others = until(lambda: town.live(second))
        until(lambda: is_whole(komek))
        before = figures(komek).get(BY_INDEX, 0)
        third = town.report()
        until(lambda: town.live(third))
        until(lambda: figures(komek)[BY_INDEX] > before)

    # Nobody who holds an offer was offered other work.
    assert not asked.keys() & others.keys()
