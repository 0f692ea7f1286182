"""What the token of a feed may do: report, and follow up what it reported itself. It reads and names no people."""

from typing import Any

import pytest

from dispatch.model.incidents import Incident
from dispatch.model.vocabulary import IncidentStatus
from streams.wire.client_digests import client_digests
from tests.support.api_fakes import DATA_KEY
from tests.support.api_world import World, code, fields, report
from tests.support.builders import INCIDENT, ZONE, incident

FEED = "komek-follower"
OTHERS = f"i-{ZONE}-" + "e" * 32
ORDERS: list[tuple[str, str, Any]] = [
    ("PATCH", "", {"description": "The water rises."}),
    ("POST", "/close", {"code": "resolved", "reason": "CAP: expired"}),
]


def warning(**changes: Any) -> dict[str, Any]:
    return report(**{"caller": ..., "external_id": "w-nws.webmaster,1", **changes})


async def ask(world: World, method: str, path: str, body: Any = None, *, subject: str = FEED) -> Any:
    return await world.ask(method, path, body, role="feed", subject=subject)


def known(world: World, **changes: Any) -> Incident:
    made = incident(**{"reported_by": FEED, **changes})
    world.redis.add(made)
    return made


async def test_a_feed_reports_and_follows_up_before_anything_is_decided(world: World) -> None:
    reported = await ask(world, "POST", "/v1/incidents", warning())
    incident_id = reported.json()["id"]

    answers = [await ask(world, method, f"/v1/incidents/{incident_id}{path}", body) for method, path, body in ORDERS]

    assert [reported.status_code, *(one.status_code for one in answers)] == [202, 202, 202]
    # The outcome of an order is read by operators alone.
    assert all("outcome" not in one.json()["links"] for one in (reported, *answers))


@pytest.mark.parametrize(("method", "path", "body"), ORDERS)
async def test_a_feed_follows_up_what_it_reported(world: World, method: str, path: str, body: Any) -> None:
    known(world)

    assert (await ask(world, method, f"/v1/incidents/{INCIDENT}{path}", body)).status_code == 202


@pytest.mark.parametrize(("method", "path", "body"), ORDERS)
@pytest.mark.parametrize("reported_by", ["op-1", "another-feed"])
async def test_what_somebody_else_reported_does_not_exist_for_a_feed(
    world: World, method: str, path: str, body: Any, reported_by: str
) -> None:
    known(world, reported_by=reported_by)
    sent = len(world.log.messages)

    answer = await ask(world, method, f"/v1/incidents/{INCIDENT}{path}", body)

    assert (answer.status_code, code(answer)) == (404, "not_found")
    assert len(world.log.messages) == sent


@pytest.mark.parametrize(("method", "path", "body"), ORDERS)
async def test_a_report_of_somebody_else_that_is_not_decided_yet_is_refused_too(
    world: World, method: str, path: str, body: Any
) -> None:
    made = (await world.report()).json()["id"]

    answer = await ask(world, method, f"/v1/incidents/{made}{path}", body)

    assert (answer.status_code, code(answer)) == (404, "not_found")


@pytest.mark.parametrize(("method", "path", "body"), ORDERS)
async def test_while_nobody_can_say_whose_it_is_the_feed_asks_again(
    world: World, method: str, path: str, body: Any
) -> None:
    known(world)
    world.redis.is_down = True

    answer = await ask(world, method, f"/v1/incidents/{INCIDENT}{path}", body)

    assert answer.status_code == 503


async def test_an_incident_of_the_feed_that_has_ended_takes_no_orders(world: World) -> None:
    known(world, status=IncidentStatus.CLOSED)

    answer = await ask(world, "POST", f"/v1/incidents/{INCIDENT}/close", {"code": "resolved"})

    assert (answer.status_code, code(answer)) == (409, "incident_ended")


@pytest.mark.parametrize("field", ["caller", "conversation_id"])
async def test_a_feed_names_no_people(world: World, field: str) -> None:
    given = {
        "caller": {"name": "A", "phone": "+7 701 000 00 00"},
        "conversation_id": "0b8d1a52-3c1f-4b6e-9f0a-1d2c3b4a5968",
    }
    known(world)
    sent = len(world.log.messages)

    answers = [await ask(world, "POST", "/v1/incidents", warning(**{field: given[field]}))]
    if field == "caller":
        answers.append(await ask(world, "PATCH", f"/v1/incidents/{INCIDENT}", {field: given[field]}))

    assert [(one.status_code, fields(one)) for one in answers] == [(422, [field])] * len(answers)
    assert len(world.log.messages) == sent


async def test_a_feed_finds_its_own_incidents_and_nothing_else(world: World) -> None:
    number = client_digests(DATA_KEY).external_digest("w-1")
    own = known(world, external_digest=number)
    known(world, id=OTHERS, reported_by="op-1", external_digest=number)

    async def found(text: str) -> list[str]:
        answer = await ask(world, "GET", f"/v1/search?q={text}")
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["items"]]

    assert await found(own.id) == [own.id]
    assert await found(OTHERS) == []
    assert await found("w-1") == [own.id]
    # Neither places nor people, whatever they are called.
    assert await found("Алматы") == []


async def test_a_feed_has_no_login_link(world: World) -> None:
    answer = await world.ask("POST", "/v1/session/codes", {"role": "feed", "id": FEED}, role="admin")

    assert (answer.status_code, fields(answer)) == (422, ["role"])
