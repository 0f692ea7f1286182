"""Requests that no state permits get 422 with the field, or 404 for an id that nothing can have: before anything is stored, also
while Redis and the workers are down (DESIGN 96)."""

from typing import Any

import pytest

from dispatch.model.reasons import AttentionReason
from dispatch.model.vocabulary import Capability, OfferState, Task
from streams import clock
from tests.support.api_world import World, code, report
from tests.support.builders import INCIDENT, ZONE, incident, offer

OTHER = f"i-{ZONE}-" + "c" * 32
OFFER = f"o-{ZONE}-{INCIDENT.rsplit('-', 1)[1]}-" + "b" * 16
POINT = {"type": "Point", "coordinates": [76.9, 43.2]}
NO_CELL = "i-ffffff-" + "c" * 32
FIELD: dict[str, Any] = {"capability": "field", "skill": "first_aid"}
DIGITAL: dict[str, Any] = {"capability": "digital", "skill": "verification"}
DAY_MS = 86_400_000


def at(offset_ms: int) -> str:
    return clock.rfc3339(clock.now_ms() + offset_ms)


RESULT, PROGRESS, HELP = (f"/v1/offers/{OFFER}/{what}" for what in ("result", "progress", "need-help"))
MERGE, ATTENTION = f"/v1/incidents/{INCIDENT}/merge", f"/v1/incidents/{INCIDENT}/attention"

RESULTS: list[tuple[dict[str, Any], str]] = [
    ({"outcome": "duplicate", "incident_id": INCIDENT}, "incident_id"),  # the incident of the offer itself
    ({"outcome": "duplicate", "incident_id": "nonsense"}, "incident_id"),
    ({"outcome": "duplicate", "incident_id": NO_CELL}, "incident_id"),  # well formed, but no cell of the grid
    ({"outcome": "duplicate"}, "incident_id"),
    ({"outcome": "none", "incident_id": OTHER}, "incident_id"),
    ({"outcome": "located"}, "location"),
    ({"outcome": "located", "location": None}, "location"),
    ({"outcome": "mapped"}, "location"),
    ({"outcome": "not_found", "location": POINT}, "location"),
    ({"outcome": "done"}, "text"),
    ({"outcome": "done", "text": ""}, "text"),
    ({"outcome": "done", "text": " \n"}, "text"),
    ({"outcome": "perhaps"}, "outcome"),
    ({"outcome": "done", "text": "a", "language": "zzz"}, "language"),
]
NEEDS: list[tuple[dict[str, Any], str]] = [
    (FIELD | {"task": "verify_report"}, "task"),
    (FIELD | {"lease_s": 60}, "lease_s"),
    (FIELD | {"answers_wanted": 3}, "answers_wanted"),
    (FIELD | {"agree": 2, "answers_wanted": 2}, "agree"),
    (FIELD | {"validated": True}, "validated"),
    (FIELD | {"on_false": "ask_operator"}, "on_false"),
    (DIGITAL | {"agree": 2}, "agree"),
    (DIGITAL | {"agree": 3, "answers_wanted": 2}, "agree"),
    (DIGITAL | {"validated": True, "answers_wanted": 2}, "answers_wanted"),
    (DIGITAL | {"validated": True, "agree": 2}, "agree"),
    (FIELD | {"languages": ["kk", "zzz"]}, "languages[1]"),  # not registered
    (FIELD | {"languages": ["zh-min"]}, "languages[0]"),
    (DIGITAL | {"languages": ["gem"]}, "languages[0]"),  # a group of languages
]
REPORTS: list[tuple[dict[str, Any], str]] = [
    ({"reported_at": at(2 * DAY_MS)}, "reported_at"),
    ({"reported_at": "9999-12-31T23:59:59Z"}, "reported_at"),
    ({"reported_at": "1970-01-01T00:00:00Z"}, "reported_at"),  # a clock that was never set
    ({"reported_at": "1999-12-31T23:59:59Z"}, "reported_at"),
    ({"requirements": [FIELD, FIELD | {"language": "require"}]}, "requirements[1].languages"),
    ({"requirements": [FIELD | {"language": "require", "languages": []}]}, "requirements[0].languages"),
    *(({"requirements": [need]}, f"requirements[0].{field}") for need, field in NEEDS),
]
SURE: list[tuple[str, str, str, dict[str, Any], str]] = [
    *(("POST", RESULT, "volunteer", body, field) for body, field in RESULTS),
    *(("POST", "/v1/incidents", "operator", report(**changes), field) for changes, field in REPORTS),
    *(
        ("PATCH", f"/v1/incidents/{INCIDENT}", "operator", {"requirements": [need]}, f"requirements[0].{field}")
        for need, field in NEEDS
    ),
    ("PATCH", f"/v1/incidents/{INCIDENT}", "operator", {"language": "zzz"}, "language"),
    ("PATCH", f"/v1/incidents/{INCIDENT}", "operator", {"language": "qaa"}, "language"),  # private use
    ("POST", PROGRESS, "volunteer", {"state": "accepted"}, "state"),
    ("POST", PROGRESS, "volunteer", {"state": "offered"}, "state"),
    ("POST", PROGRESS, "volunteer", {"state": "expired"}, "state"),
    ("POST", HELP, "volunteer", {"count": 0}, "count"),
    ("POST", HELP, "volunteer", {"skill": "juggling"}, "skill"),
    ("POST", MERGE, "operator", {"into": INCIDENT}, "into"),
    ("POST", MERGE, "operator", {"into": "nonsense"}, "into"),
    ("POST", MERGE, "operator", {"into": NO_CELL}, "into"),
    ("POST", ATTENTION, "operator", {"reason": "no_such_reason"}, "reason"),
    ("PATCH", f"/v1/incidents/{INCIDENT}", "operator", {}, ""),
    ("PUT", "/v1/volunteers/volunteer-1/location", "volunteer", POINT | {}, "type"),
    (
        "PUT",
        "/v1/volunteers/volunteer-1/location",
        "volunteer",
        {"lon": 76.9, "lat": 43.2, "recorded_at": at(DAY_MS)},
        "recorded_at",
    ),
]


@pytest.mark.parametrize("is_redis_up", [True, False], ids=["redis up", "redis down"])
@pytest.mark.parametrize(("method", "path", "role", "body", "field"), SURE)
async def test_an_impossible_request_is_refused_with_its_field_and_nothing_is_stored(
    world: World, method: str, path: str, role: str, body: dict[str, Any], field: str, is_redis_up: bool
) -> None:
    if is_redis_up:
        work: dict[str, Any] = {"capability": Capability.DIGITAL, "skill": "verification", "task": Task.VERIFY_REPORT}
        held = offer(OfferState.ACCEPTED, id=OFFER, volunteer_id="volunteer-1", **work)
        world.redis.add(incident(offers=(held,)))
    else:
        world.redis.is_down = True

    answer = await world.ask(method, path, body, role=role)

    assert answer.status_code == 422, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert (world.log.messages, world.log.fixes) == ([], [])


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/v1/offers/o-ffffff-" + "c" * 32 + "-" + "b" * 16 + "/accept", "volunteer"),
        ("/v1/offers/o-8320e5-short-" + "b" * 16 + "/accept", "volunteer"),
        (f"/v1/offers/{INCIDENT}/decline", "volunteer"),
        (f"/v1/incidents/{NO_CELL}/cancel", "operator"),
        (f"/v1/incidents/{OFFER}/close", "operator"),
    ],
)
async def test_an_impossible_id_is_not_found(world: World, path: str, role: str) -> None:
    world.redis.is_down = True

    answer = await world.ask("POST", path, role=role)

    assert (answer.status_code, code(answer), world.log.messages) == (404, "not_found", [])


OUTCOMES: list[tuple[Task, dict[str, Any]]] = [
    (Task.VERIFY_REPORT, {"outcome": "located", "location": POINT}),
    (Task.GEOLOCATE, {"outcome": "confirmed"}),
    (Task.TRANSLATE, {"outcome": "duplicate", "incident_id": OTHER}),
    (Task.FIND_DUPLICATES, {"outcome": "done", "text": "t"}),
    (Task.MAP_DAMAGE, {"outcome": "not_found"}),
]


@pytest.mark.parametrize(("task", "body"), OUTCOMES)
async def test_an_outcome_that_the_task_does_not_have_is_refused_as_soon_as_the_task_is_known(
    world: World, task: Task, body: dict[str, Any]
) -> None:
    held = offer(OfferState.ACCEPTED, id=OFFER, volunteer_id="volunteer-1", capability=Capability.DIGITAL, task=task)
    world.redis.add(incident(offers=(held,)))

    answer = await world.ask("POST", RESULT, body, role="volunteer")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "outcome")


POSSIBLE: list[dict[str, Any]] = [
    report(reported_at=at(3_600_000)),  # a clock an hour ahead is tolerated
    report(reported_at="2001-01-01T00:00:00Z"),  # old reports are replayed
    report(requirements=[FIELD | {"task": None, "answers_wanted": 1, "agree": 1, "validated": False}]),
    report(requirements=[FIELD | {"language": "require"}], language="kk"),  # the caller's language is required
    report(requirements=[FIELD | {"language": "prefer"}]),
    report(requirements=[DIGITAL | {"validated": True, "agree": 1, "lease_s": 60}]),
    report(requirements=[DIGITAL | {"answers_wanted": 3, "agree": 3, "on_false": "ask_operator"}]),
    report(requirements=[DIGITAL | {"skill": "first_aid"}]),
    report(location=None),
]


@pytest.mark.parametrize("body", POSSIBLE)
async def test_a_request_that_some_state_permits_is_accepted(world: World, body: dict[str, Any]) -> None:
    assert (await world.ask("POST", "/v1/incidents", body)).status_code == 202


@pytest.mark.parametrize("reason", AttentionReason)
async def test_every_reason_for_attention_can_be_settled(world: World, reason: AttentionReason) -> None:
    world.redis.add(incident())

    assert (await world.ask("POST", ATTENTION, {"reason": reason})).status_code == 202
