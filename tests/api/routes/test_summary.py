"""The summary of a period: what is counted, how long things took, and what it says when not all can be counted."""

from typing import Any

import pytest

from dispatch.model.incidents import Incident, Times
from dispatch.model.reasons import EndCode
from dispatch.model.vocabulary import IncidentStatus
from streams import clock
from streams.clock import rfc3339
from tests.support.api_world import World, fields
from tests.support.builders import ZONE, incident, requirement, shortfall

MINUTE_MS = 60_000


def reported(
    number: int, ago_ms: int, *, offer_s: int | None = None, scene_s: int | None = None, **known: Any
) -> Incident:
    at_ms = clock.now_ms() - ago_ms
    ended = known.get("status") is IncidentStatus.CLOSED
    times = Times(
        reported_ms=at_ms,
        logged_ms=at_ms,
        decided_ms=at_ms,
        first_offer_ms=None if offer_s is None else at_ms + offer_s * 1000,
        first_accept_ms=None if offer_s is None else at_ms + offer_s * 2000,
        first_on_scene_ms=None if scene_s is None else at_ms + scene_s * 1000,
        staffed_ms=None if scene_s is None else at_ms + scene_s * 1000,
        closed_ms=at_ms + 60_000 if ended else None,
    )
    return incident(id=f"i-{ZONE}-{number:032x}", times=times, **known)


async def summary(world: World, query: str = "", role: str = "operator") -> dict[str, Any]:
    answer = await world.ask("GET", f"/v1/reports/summary{query}", role=role)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_times_are_percentiles_of_the_real_incidents_and_false_calls_are_only_counted(world: World) -> None:
    world.redis.add(
        *(reported(number, number * MINUTE_MS, offer_s=number, scene_s=number * 60) for number in range(1, 11)),
        reported(20, MINUTE_MS, status=IncidentStatus.CLOSED, end_code=EndCode.FALSE_CALL),
        reported(21, MINUTE_MS, offer_s=5, status=IncidentStatus.CLOSED, type="flood"),
        reported(22, MINUTE_MS, exercise=True),
        reported(23, MINUTE_MS, status=IncidentStatus.CLOSED, merged_into=f"i-{ZONE}-{1:032x}"),
        reported(24, 25 * 60 * MINUTE_MS),
    )

    found = await summary(world)

    flood, medical = found["items"]
    assert (medical["key"], medical["incidents"], medical["false_calls"], medical["staffed_share"]) == (
        "medical.other",
        11,
        1,
        1.0,
    )
    assert (medical["offered_p50_s"], medical["offered_p90_s"], medical["answered_p50_s"]) == (5.0, 9.0, 10.0)
    assert (medical["arrived_p50_s"], medical["arrived"]) == (300.0, 10)
    assert (flood["key"], flood["shortfall"], flood["staffed_share"], flood["arrived_p50_s"]) == ("flood", 1, 0.0, None)
    assert (found["total"]["incidents"], found["total"]["shortfall"], found["complete"]) == (12, 1, True)


async def test_an_open_incident_short_of_people_is_a_shortfall(world: World) -> None:
    world.redis.add(
        reported(1, MINUTE_MS, requirements=(requirement(shortfall=shortfall()),)), reported(2, MINUTE_MS, offer_s=1)
    )

    assert (await summary(world))["total"]["shortfall"] == 1


async def test_incidents_are_grouped_by_district_in_three_languages_and_by_local_hour(world: World) -> None:
    world.redis.add(reported(1, MINUTE_MS), reported(2, MINUTE_MS, area=None))

    by_district = await summary(world, "?by=district")
    by_hour = await summary(world, "?by=hour", role="monitor")

    names = {one["key"]: one["name"] for one in by_district["items"]}
    assert names.pop("none") is None
    assert [sorted(name) for name in names.values()] == [["en", "kk", "ru"]]
    assert sum(one["incidents"] for one in by_hour["items"]) == 2
    assert all(len(one["key"]) == 2 and 0 <= int(one["key"]) < 24 for one in by_hour["items"])


async def test_drills_are_summarised_apart(world: World) -> None:
    world.redis.add(reported(1, MINUTE_MS), reported(2, MINUTE_MS, exercise=True, type="flood"))

    assert [one["key"] for one in (await summary(world, "?exercise=true"))["items"]] == ["flood"]


async def test_a_period_that_begins_before_what_is_kept_is_not_complete(world: World) -> None:
    now_ms = clock.now_ms()
    day_ms = 86_400_000

    found = await summary(world, f"?from={rfc3339(now_ms - 50 * day_ms)}&to={rfc3339(now_ms - 30 * day_ms)}")

    assert found["complete"] is False
    assert found["counted_from"] == found["kept_from"]


async def test_more_incidents_than_one_request_reads_are_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.reads.summary.EXAMINED_AT_MOST", 2)
    monkeypatch.setattr("api.reads.summary.AT_ONCE", 1)
    world.redis.add(*(reported(number, number * MINUTE_MS) for number in range(1, 6)))

    found = await summary(world)

    assert (found["total"]["incidents"], found["complete"]) == (2, False)
    assert found["from"] < found["counted_from"] < found["to"]


@pytest.mark.parametrize(
    ("first", "last"), [("2026-01-01", "2026-03-01"), ("2026-01-02", "2026-01-01"), ("2026-01-01", "2026-01-01")]
)
async def test_periods_that_are_too_long_or_empty_are_refused(world: World, first: str, last: str) -> None:
    query = f"?from={first}T00:00:00Z&to={last}T00:00:00Z"

    assert fields(await world.ask("GET", f"/v1/reports/summary{query}")) == ["from"]


async def test_the_list_of_incidents_shows_drills_alone_or_without_them(world: World) -> None:
    world.redis.add(reported(1, MINUTE_MS), reported(2, MINUTE_MS, exercise=True))

    async def numbers(query: str) -> list[int]:
        items = (await world.ask("GET", f"/v1/incidents?view=row{query}")).json()["items"]
        return sorted(int(one["id"][-4:], 16) for one in items)

    assert await numbers("&exercise=true") == [2]
    assert await numbers("&exercise=false") == [1]
    assert await numbers("") == [1, 2]
