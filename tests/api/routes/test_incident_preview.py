"""What an operator sees of a report before it is sent."""

import re
from typing import Any

import pytest

from api.process.rate_limits import OF_IDENTITY, RequestClass
from streams import clock
from streams.tokens import Role
from tests.contracts.builders import application, fix, north, profile
from tests.contracts.builders import incident as stored
from tests.support.api_world import World, code, fields, report

PATH = "/v1/incidents/preview"
MANY = {"capability": "field", "skill": "first_aid", "count": 2}


async def test_needs_similar_reports_and_the_place_are_told_at_once(world: World) -> None:
    now_ms = clock.now_ms()
    await world.store.put_profiles([profile("v-1", 1, heard_ms=now_ms), profile("v-2", 1, heard_ms=now_ms)])
    await world.store.put_fixes([fix("v-1", now_ms), fix("v-2", now_ms, north(300))])
    known = stored(at_ms=now_ms - 60_000)
    await world.store.apply([application(0, known)])

    said = await world.ask("POST", PATH, report(type="flood", requirements=[MANY]), key=None)

    assert said.status_code == 200, said.text
    body = said.json()
    (need,) = body["needs"]
    assert (need["skill"], need["capability"], need["count"]) == ("first_aid", "field", 2)
    assert (need["free_near_at_least"], need["free_near"], need["is_capped"]) == (1, 3, False)
    assert need["nearest_eta_s"] % 30 == 0
    assert 0 < need["chance"] < 1
    (similar,) = body["similar"]
    assert (similar["id"], similar["type"], similar["same_type"]) == (known.id, "flood", True)
    assert 59 < similar["age_s"] < 90
    assert similar["why"][0] == "place"
    assert body["place"]["region"]["en"] == "Almaty"


async def test_nothing_is_sent_and_only_the_look_itself_is_recorded(world: World) -> None:
    await world.ask("POST", PATH, report(type="flood"), key=None)

    assert (world.log.commands, world.log.topics(), world.redis.keys, world.redis.reports) == ([], [], {}, {})
    (entry,) = world.log.audits
    assert (entry.action, entry.actor) == ("incidents.preview", "operator-1")
    # The kind of report and the cell of its place.
    assert re.fullmatch("flood 88[0-9a-f]{13}", entry.subject)


async def test_one_or_two_people_who_are_found_can_see_that_somebody_looked(world: World) -> None:
    async def named(*people: str) -> set[str]:
        now_ms = clock.now_ms()
        await world.store.put_profiles([profile(person, 1, heard_ms=now_ms) for person in people])
        await world.store.put_fixes([fix(person, now_ms) for person in people])
        await world.ask("POST", PATH, report(type="flood", requirements=[MANY]), key=None)
        return {one for one in world.log.audits[-1].subjects if one.startswith("v-")}

    assert await named("v-1", "v-2") == {"v-1", "v-2"}
    assert await named("v-3") == set()


async def test_one_operator_does_not_look_ahead_without_end(world: World) -> None:
    for _ in range(OF_IDENTITY[RequestClass.PREVIEW, Role.OPERATOR].burst):
        world.app.state.services.rates.wait_s(RequestClass.PREVIEW, Role.OPERATOR, "operator-1")

    refused = await world.ask("POST", PATH, report(), key=None)

    assert (refused.status_code, code(refused)) == (429, "too_many_requests")
    assert (await world.report()).status_code == 202


async def test_without_a_place_the_field_work_is_listed_uncounted(world: World) -> None:
    said = await world.ask("POST", PATH, report(location=None, requirements=[MANY]), key=None)

    (need,) = said.json()["needs"]
    assert (need["count"], need["free_near"], need["chance"]) == (2, None, None)
    assert said.json()["place"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "tea.party"},
        {"location": ...},
        {"location": {"type": "Point", "coordinates": [400, 43]}},
        {"priority": "urgent"},
        {"requirements": [MANY | {"role": "unheard of"}]},
        {"reported_at": "1970-01-01T00:00:00Z"},
        {"unknown": 1},
    ],
)
async def test_what_a_report_is_refused_for_is_refused_alike(world: World, changes: dict[str, Any]) -> None:
    sent = await world.ask("POST", "/v1/incidents", report(**changes))
    previewed = await world.ask("POST", PATH, report(**changes), key=None)

    assert (previewed.status_code, code(previewed), fields(previewed)) == (422, code(sent), fields(sent))


async def test_without_redis_the_preview_fails_and_the_report_does_not(world: World) -> None:
    world.redis.is_down = True
    world.store.forget()

    previewed = await world.ask("POST", PATH, report(), key=None)

    assert (previewed.status_code, code(previewed)) == (503, "picture_unavailable")
    assert (await world.report()).status_code == 202


@pytest.mark.parametrize("role", ["volunteer", "monitor", "tracker", "admin"])
async def test_only_operators_look_ahead(world: World, role: str) -> None:
    assert (await world.ask("POST", PATH, report(), role=role, key=None)).status_code == 403
