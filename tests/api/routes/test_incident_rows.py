"""Incidents as rows: the queue in its order, its filters, its size, and what a monitor sees of it."""

from typing import Any

import pytest

from api.schemas.rows import IncidentRow
from dispatch.model.geojson import area_of
from dispatch.model.incidents import Attention, Hazard, Incident, Times
from dispatch.model.requirements import Climb
from dispatch.model.vocabulary import Capability, IncidentStatus, OfferState, Priority
from tests.support.api_world import World, code, fields
from tests.support.builders import NOW_MS, incident, offer, requirement

QUEUE = "/v1/incidents?view=row&sort=urgency"


def numbered(number: int, *, age_s: int = 0, **known: Any) -> Incident:
    at_ms = NOW_MS - age_s * 1000
    times = Times(reported_ms=at_ms, logged_ms=at_ms, decided_ms=at_ms)
    return incident(id=f"i-8320e5-{number:032x}", times=times, **known)


def staffed(number: int, **known: Any) -> Incident:
    helpers = [offer(OfferState.ACCEPTED, volunteer_id=f"v-{one}") for one in range(requirement().count)]
    return numbered(number, offers=helpers, **known)


async def ids(world: World, query: str) -> list[int]:
    answer = await world.ask("GET", query)
    assert answer.status_code == 200, answer.text
    return [int(item["id"][-4:], 16) for item in answer.json()["items"]]


async def test_the_most_severe_come_first_then_those_short_of_people_then_the_longest_waiting(world: World) -> None:
    world.redis.add(
        numbered(1, age_s=900, priority=Priority.LOW),
        staffed(2, age_s=900, priority=Priority.CRITICAL),
        numbered(3, age_s=10, priority=Priority.CRITICAL),
        numbered(4, age_s=20, priority=Priority.CRITICAL),
        numbered(5, age_s=999, priority=Priority.HIGH),
        numbered(6, age_s=999, priority=Priority.CRITICAL, status=IncidentStatus.CLOSED),
    )

    assert await ids(world, QUEUE) == [4, 3, 2, 5, 1]


async def test_pages_of_the_queue_follow_each_other_without_gap_or_repeat(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.reads.queue.BLOCK", 5)
    world.redis.add(*(numbered(number, age_s=number % 7, priority=list(Priority)[number % 3]) for number in range(40)))
    seen: list[str] = []
    following = ""

    while True:
        answer = (await world.ask("GET", f"{QUEUE}&limit=4{following}")).json()
        seen += [item["id"] for item in answer["items"]]
        if answer["next"] is None:
            break
        following = f"&cursor={answer['next']}"

    assert len(seen) == len(set(seen)) == 40


async def test_a_row_that_becomes_staffed_between_two_pages_moves_no_other_row(world: World) -> None:
    world.redis.add(*(numbered(number, age_s=100 - number) for number in range(1, 5)))
    first = (await world.ask("GET", f"{QUEUE}&limit=2")).json()
    world.redis.add(staffed(1, age_s=99))

    assert await ids(world, f"{QUEUE}&limit=2&cursor={first['next']}") == [3, 4]


async def test_rows_are_filtered_by_attention_and_time_of_the_report(world: World) -> None:
    world.redis.add(
        numbered(1, age_s=60, attention=(Attention(reason="unfilled"), Attention(reason="help_asked"))),
        numbered(2, age_s=120, attention=(Attention(reason="distress"),)),
        numbered(3, age_s=180),
        numbered(4, age_s=240, status=IncidentStatus.CLOSED),
    )

    assert await ids(world, f"{QUEUE}&attention=any") == [2, 1]
    assert await ids(world, f"{QUEUE}&attention=unfilled") == [1]
    assert await ids(world, "/v1/incidents?view=row&open=false") == [4]
    since = "2025-11-24T15:57:30Z"  # 150 s before NOW_MS
    assert await ids(world, f"/v1/incidents?view=row&reported_to={since}") == [3, 4]
    assert await ids(world, f"/v1/incidents?view=row&open=true&reported_from={since}") == [1, 2]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (f"{QUEUE}&open=false", "sort"),
        (f"{QUEUE}&format=csv", "sort"),
        (f"{QUEUE}&cursor=9~~~~~", "cursor"),
        (f"{QUEUE}&cursor=0~1~~~~", "cursor"),
        (f"{QUEUE}&attention=loud", "attention"),
        (f"{QUEUE}&reported_from=yesterday", "reported_from"),
        (f"{QUEUE}&open=perhaps", "open"),
    ],
)
async def test_a_bad_query_of_the_queue_names_its_part(world: World, query: str, field: str) -> None:
    answer = await world.ask("GET", query)

    assert (answer.status_code, code(answer), fields(answer)) == (422, "invalid", [field])


def full() -> Incident:
    """A large incident in trouble."""
    square = [[76.9, 43.2], [77.1, 43.2], [77.1, 43.4], [76.9, 43.4], [76.9, 43.2]]
    return numbered(
        1,
        type="medical.cardiac_arrest",
        priority=Priority.CRITICAL,
        status=IncidentStatus.IN_PROGRESS,
        area=area_of({"type": "Polygon", "coordinates": [square]}),
        hazard=Hazard(since=1),
        attention=(Attention(reason="unfilled"), Attention(reason="help_asked"), Attention(reason="unfilled")),
        requirements=(
            requirement(count=2, climb=Climb(ladder="field", due_ms=NOW_MS + 9_000)),
            requirement(id="r2", skill="boat", count=2),
            requirement(id="r3", skill="verification", capability=Capability.DIGITAL, settled="confirmed"),
        ),
        offers=[
            offer(OfferState.ON_SCENE, id="o-1"),
            offer(OfferState.EN_ROUTE, id="o-2", requirement_id="r2"),
            *[offer(id=f"o-{number}", requirement_id="r2", expires_ms=NOW_MS + 5_000) for number in range(10, 210)],
        ],
    )


async def test_a_row_counts_people_and_names_the_next_deadline(world: World) -> None:
    world.redis.add(full())

    (row,) = (await world.ask("GET", QUEUE)).json()["items"]

    assert [row[name] for name in ("needed", "asked", "accepted", "on_scene")] == [4, 200, 2, 1]
    assert row["short"] == {"first_aid": 1, "boat": 1}
    assert row["next_deadline"] == {"at": row["next_deadline"]["at"], "kind": "offer_expiry"}
    assert row["attention"] == ["unfilled", "help_asked"]
    assert (row["hazard"], row["area"]) == (True, True)


async def test_a_row_has_at_most_half_a_kilobyte_however_many_people_are_asked(world: World) -> None:
    world.redis.add(full())

    answer = await world.ask("GET", QUEUE)

    assert len(answer.content) - len('{"items":[],"next":null}') <= 500


async def test_a_monitor_sees_the_same_counts_at_a_coarse_place_and_no_person(world: World) -> None:
    state = numbered(2, offers=[offer(OfferState.ACCEPTED, id="o-person", volunteer_id="v-person")])
    world.redis.add(state)

    answer = await world.ask("GET", QUEUE, role="monitor")

    (row,) = answer.json()["items"]
    assert row["accepted"] == 1
    assert state.area is not None
    assert (row["place"]["lon"], row["place"]["lat"]) != (state.area.centre.lon, state.area.centre.lat)
    assert "person" not in answer.text


async def test_a_list_of_rows_is_in_the_audit_as_any_list(world: World) -> None:
    world.redis.add(numbered(1))

    await world.ask("GET", QUEUE)

    assert [(entry.action, entry.subjects) for entry in world.log.audits] == [("incidents.list", (numbered(1).id,))]


def test_the_row_declares_no_field_about_people() -> None:
    assert not {"offers", "description", "address", "caller", "external_id", "warned"} & IncidentRow.model_fields.keys()


async def test_the_queue_is_filtered_by_what_is_ready_to_close(world: World) -> None:
    world.redis.add(numbered(1, offers=(offer(OfferState.DONE),)), staffed(2), numbered(3))

    assert await ids(world, f"{QUEUE}&ready_to_close=true") == [1]
    assert await ids(world, f"{QUEUE}&ready_to_close=false") == [3, 2]
