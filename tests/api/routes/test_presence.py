"""Operators who look at one incident see each other, and nobody is stopped by it."""

import json

from api.process.live_views import Wanted
from api.reads.row_news import RowNews
from streams.store.operators_here import Doing, OperatorHere
from tests.api.reads.test_event_stream import OPERATOR
from tests.support.api_world import World
from tests.support.builders import INCIDENT, incident

PATH = f"/v1/incidents/{INCIDENT}/presence"


async def test_each_is_shown_to_the_others_with_the_field_being_edited(world: World) -> None:
    world.redis.add(incident(id=INCIDENT))
    alone = await world.ask("PUT", PATH, {"doing": "reading"}, key=None, subject="op-1")
    second = await world.ask("PUT", PATH, {"doing": "editing", "field": "priority"}, key=None, subject="op-2")

    assert alone.json() == {"incident_id": INCIDENT, "people": []}
    assert second.json()["people"] == [{"label": "op-1", "doing": "reading", "field": None}]
    assert world.log.messages == []
    assert world.log.audits == []


async def test_the_stream_tells_of_the_open_incident_only_and_only_when_something_changes(world: World) -> None:
    world.redis.add(incident(id=INCIDENT))
    services = world.app.state.services
    desk = RowNews(services, OPERATOR, Wanted(is_row=True, incident_id=INCIDENT))
    elsewhere = RowNews(services, OPERATOR, Wanted(is_row=True))
    await world.ask("PUT", PATH, {"doing": "editing", "field": "description"}, key=None, subject="op-2")

    events = [one for one in await desk() if one.name == "presence"]

    assert [json.loads(one.data)["people"] for one in events] == [
        [{"label": "op-2", "doing": "editing", "field": "description"}]
    ]
    assert [one.name for one in await desk()] == []
    assert [one.name for one in await elsewhere()] == ["alarm", "handover", "conversations"]


async def test_while_redis_is_down_nobody_is_shown_and_nothing_fails(world: World) -> None:
    world.here.is_down = world.redis.is_down = True

    answer = await world.ask("PUT", PATH, {"doing": "reading"}, key=None)

    assert (answer.status_code, answer.json()["people"]) == (200, [])


async def test_who_gives_no_sign_for_fifteen_seconds_is_gone(world: World) -> None:
    one = OperatorHere(id="op-1", doing=Doing.READING)

    await world.here.put(INCIDENT, one, now_ms=0)

    assert await world.here.of(INCIDENT, now_ms=14_999) == [one]
    assert await world.here.of(INCIDENT, now_ms=15_000) == []
