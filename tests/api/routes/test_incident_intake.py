"""POST /v1/incidents and orders that follow: the records in the log, their order, and the responses."""

from typing import Any

import pytest

from dispatch.model.commands import AddNote, CancelIncident, ReportIncident, UpdateIncident
from dispatch.model.ids import zone_of_incident
from dispatch.model.vocabulary import IncidentStatus, Priority
from streams import clock
from streams.errors import OutcomeUnknown, Overloaded
from streams.monitoring.lag_monitor import Measured
from streams.topics import INCIDENTS, PRIVATE
from streams.wire import IncidentPrivate
from tests.support.api_world import World, code, fields, token
from tests.support.builders import incident


async def test_a_report_is_in_the_log_when_it_is_answered(world: World) -> None:
    answer = await world.report(priority="critical")

    assert answer.status_code == 202
    told = answer.json()
    assert told["status"] == "reported"
    assert answer.headers["location"] == told["links"]["self"] == f"/v1/incidents/{told['id']}"
    (command,) = world.log.commands
    assert isinstance(command, ReportIncident)
    assert (command.incident_id, command.priority) == (told["id"], Priority.CRITICAL)


async def test_a_report_may_name_the_incident_that_it_is_added_to_whatever_became_of_it(world: World) -> None:
    ended = incident(status=IncidentStatus.CLOSED)
    world.redis.add(ended)

    answer = await world.report(into=ended.id)

    assert answer.status_code == 202
    (command,) = world.log.commands
    assert isinstance(command, ReportIncident)
    assert command.into == ended.id


async def test_the_private_record_is_sent_first_and_encrypted(world: World) -> None:
    told = (await world.report()).json()

    assert world.log.topics() == [PRIVATE.name, INCIDENTS.name]
    (command,) = world.log.commands
    assert isinstance(command, ReportIncident)
    assert command.private_ref == f"incident:{told['id']}:report:{command.id}"
    assert command.private_fields == ("description", "caller")
    private = world.log.opened()[command.private_ref]
    assert isinstance(private, IncidentPrivate)
    assert private.description == "Үйдің 3-қабатынан түтін"
    assert "Айгүл".encode() not in world.log.messages[1].value  # type: ignore[operator]


async def test_a_report_is_accepted_while_redis_is_down(world: World) -> None:
    world.redis.is_down = True

    answer = await world.report()
    read = await world.ask("GET", answer.json()["links"]["self"])

    assert answer.status_code == 202
    assert (read.status_code, read.json()["status"], read.json()["version"]) == (200, "reported", 0)


async def test_a_decided_incident_is_never_shown_as_reported_again(world: World) -> None:
    own = (await world.report()).json()["links"]["self"]
    world.redis.states[own.rsplit("/", 1)[1]] = incident(id=own.rsplit("/", 1)[1])
    assert (await world.ask("GET", own)).json()["version"] > 0
    world.redis.is_down = True

    assert (await world.ask("GET", own)).status_code == 503


@pytest.mark.parametrize(("waits_since_s", "status"), [(None, 503), (30.0, 503), (60.0, 200), (90.0, 200)])
async def test_while_redis_is_down_only_undecided_reports_are_shown_as_reported(
    world: World, monkeypatch: pytest.MonkeyPatch, waits_since_s: float | None, status: int
) -> None:
    began_ms = clock.now_ms()
    monkeypatch.setattr(clock, "now_ms", lambda: began_ms - 60_000)
    own = (await world.report()).json()["links"]["self"]
    monkeypatch.undo()
    world.redis.is_down = True
    oldest_ms = None if waits_since_s is None else began_ms - round(waits_since_s * 1000)
    world.lag.last = Measured(at_s=0.0, lag={0: 1}, oldest_ms=oldest_ms)

    assert (await world.ask("GET", own)).status_code == status


async def test_a_report_can_be_read_back_before_it_is_decided_by_another_process(world: World) -> None:
    told = (await world.report(requirements=[{"capability": "field", "skill": "cpr", "count": 2}])).json()
    for task in list(world.app.state.services.marks._tasks):
        await task
    world.restart()

    read = (await world.ask("GET", told["links"]["self"])).json()

    assert (read["status"], read["version"], read["requirements"][0]["count"]) == ("reported", 0, 2)


async def test_work_without_a_place_is_accepted(world: World) -> None:
    told = (await world.report(location=None, type="information")).json()

    assert (zone_of_incident(told["id"]) or "").startswith("00000")


async def test_an_unacknowledged_report_never_gets_202(world: World) -> None:
    world.log.trouble = OutcomeUnknown("no answer")

    answer = await world.report()

    assert (answer.status_code, code(answer)) == (503, "unknown_outcome")
    assert answer.headers["retry-after"] == "1"


async def test_an_overloaded_intake_refuses_before_anything_is_sent(world: World) -> None:
    world.log.trouble = Overloaded("full")

    assert code(await world.report()) == "overloaded"
    assert world.log.messages == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": ...}, "type"),
        ({"type": "volcano"}, "type"),
        ({"location": ...}, "location"),  # null is valid, but the field is required
        ({"location": {"type": "Point", "coordinates": [200, 43]}}, "location.coordinates[0]"),
        ({"location": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}}, "location.type"),
        ({"location": {"type": "Polygon", "coordinates": [[[1, 2], [3, 4], [1, 2]]]}}, "location.coordinates[0]"),
        ({"priority": "urgent"}, "priority"),
        ({"language": "русский"}, "language"),
        ({"language": "zz"}, "language"),  # not a registered language
        ({"language": "zzz"}, "language"),
        ({"language": "und"}, "language"),
        (
            {"requirements": [{"capability": "field", "skill": "cpr", "any_of": ["first_aid"], "languages": ["qaa"]}]},
            "requirements[0].languages[0]",
        ),
        (
            {"requirements": [{"capability": "field", "skill": "cpr", "languages": ["kk", "kazakh"]}]},
            "requirements[0].languages[1]",
        ),
        ({"reported_at": "yesterday"}, "reported_at"),
        ({"reported_at": "2026-11-22T08:00:00"}, "reported_at"),  # no offset
        ({"requirements": []}, "requirements"),
        ({"requirements": [{"capability": "field", "skill": "magic"}]}, "requirements[0].skill"),
        ({"requirements": [{"capability": "field", "skill": "cpr", "count": 0}]}, "requirements[0].count"),
        ({"requirements": [{"capability": "field", "skill": "cpr", "count": True}]}, "requirements[0].count"),
        ({"requirements": [{"capability": "field", "skill": "cpr", "count": "2"}]}, "requirements[0].count"),
        ({"caller": {"name": "A", "age": 7}}, "caller.age"),
        ({"colour": "red"}, "colour"),
        ({"description": "x" * 10_001}, "description"),
        ({"description": 7}, "description"),
        ({"into": "AK-042"}, "into"),
    ],
)
async def test_bad_input_names_the_field_and_stores_nothing(world: World, changes: dict[str, Any], field: str) -> None:
    answer = await world.report(**changes)

    assert (answer.status_code, code(answer)) == (422, "invalid")
    assert field in fields(answer)
    assert all(error["expected"] for error in answer.json()["errors"])
    assert world.log.messages == []


async def test_a_polygon_that_crosses_itself_is_repaired(world: World) -> None:
    bow_tie = {"type": "Polygon", "coordinates": [[[76, 43], [77, 44], [76, 44], [77, 43], [76, 43]]]}

    assert (await world.report(location=bow_tie)).status_code == 202
    (command,) = world.log.commands
    assert isinstance(command, ReportIncident)
    assert command.area is not None
    assert command.area.geometry["type"] == "MultiPolygon"


async def test_only_what_a_patch_gives_changes(world: World) -> None:
    state = incident()
    world.redis.add(state)

    answer = await world.ask("PATCH", f"/v1/incidents/{state.id}", {"priority": "low", "address": "Абай 1"})

    assert answer.status_code == 202
    (command,) = world.log.commands
    assert isinstance(command, UpdateIncident)
    assert (command.priority, command.type, command.area) == (Priority.LOW, None, None)
    assert command.private_ref == f"incident:{state.id}:update:{command.id}"
    assert world.log.opened() == {command.private_ref: IncidentPrivate(address="Абай 1")}


async def test_a_reason_is_kept_private_and_found_by_its_command(world: World) -> None:
    state = incident()
    world.redis.add(state)

    await world.ask("POST", f"/v1/incidents/{state.id}/cancel", {"reason": "hoax by Aidar"})

    (command,) = world.log.commands
    assert isinstance(command, CancelIncident)
    assert command.private_ref == f"incident:{state.id}:reason:{command.id}"
    private = world.log.opened()[command.private_ref]
    assert isinstance(private, IncidentPrivate)
    assert private.text == "hoax by Aidar"


@pytest.mark.parametrize("verb", ["cancel", "close", "escalate"])
async def test_an_ended_incident_cannot_be_ended_again(world: World, verb: str) -> None:
    state = incident(status=IncidentStatus.CLOSED)
    world.redis.add(state)

    answer = await world.ask("POST", f"/v1/incidents/{state.id}/{verb}")

    assert (answer.status_code, code(answer), answer.json()["state"]) == (409, "incident_ended", "closed")


async def test_orders_for_unknown_incidents_are_accepted_only_while_redis_is_down(world: World) -> None:
    path = f"/v1/incidents/{incident().id}/close"

    assert code(await world.ask("POST", path)) == "not_found"
    world.redis.is_down = True
    assert (await world.ask("POST", path)).status_code == 202


async def test_a_note_needs_a_text(world: World) -> None:
    state = incident()
    world.redis.add(state)
    path = f"/v1/incidents/{state.id}/notes"

    assert code(await world.ask("POST", path, {})) == "invalid"
    assert (await world.ask("POST", path, {"text": "second floor"})).status_code == 202
    (command,) = world.log.commands
    assert isinstance(command, AddNote)


@pytest.mark.parametrize(
    ("raw", "headers", "expected"),
    [
        (b"{", {}, (400, "bad_json")),
        (b'{"type": "flood", "type": "storm"}', {}, (422, "duplicate_key")),
        (b'{"type": "a\\u0000b"}', {}, (422, "nul_character")),
        (b'{"type": NaN}', {}, (400, "bad_json")),
        (b"\xef\xbb\xbf{}", {}, (400, "bad_json")),
        (b"[]", {}, (422, "invalid")),
        (b"{}", {"Content-Type": "text/plain"}, (415, "unsupported_media_type")),
        (b" " * (64 * 1024 + 1), {}, (413, "body_too_large")),
    ],
)
async def test_a_body_that_is_not_a_json_object_is_refused_with_its_position(
    world: World, raw: bytes, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    answer = await world.ask("POST", "/v1/incidents", raw=raw, headers=headers)

    assert (answer.status_code, code(answer)) == expected
    if expected[1] == "bad_json":
        assert {"line", "column", "offset"} <= answer.json().keys()


async def test_a_body_that_hides_its_length_is_cut_off(world: World) -> None:
    async def endless() -> Any:
        for _ in range(100):
            yield b" " * 1024

    headers = {
        "Authorization": f"Bearer {token('operator', 'op')}",
        "Idempotency-Key": "k",
        "Content-Type": "application/json",
    }
    answer = await world.client.post("/v1/incidents", content=endless(), headers=headers)

    assert code(answer) == "body_too_large"


async def test_times_and_external_ids_are_kept_as_stated(world: World) -> None:
    await world.report(
        reported_at="2026-11-22T13:00:00+05:00", external_id="112-000123", caller={"phone": "восемь семьсот, не помню"}
    )

    (command,) = world.log.commands
    assert isinstance(command, ReportIncident)
    assert command.reported_ms == 1_795_334_400_000
    # It may be a telephone number: in the log only a keyed digest and the encrypted record know it.
    assert not any(b"112-000123" in (message.value or b"") for message in world.log.messages)
    private = world.log.opened()[command.private_ref or ""]
    assert isinstance(private, IncidentPrivate)
    assert private.caller == {"phone": "восемь семьсот, не помню"}
    assert private.external_id == "112-000123"


def square(half_lat: float, half_lon: float) -> dict[str, Any]:
    lon, lat = 67.0, 48.0
    ring = [[lon - half_lon, lat - half_lat], [lon + half_lon, lat - half_lat], [lon + half_lon, lat + half_lat]]
    return {"type": "Polygon", "coordinates": [[*ring, [lon - half_lon, lat + half_lat], ring[0]]]}


async def test_an_area_may_be_all_of_the_country_and_not_a_continent(world: World) -> None:
    country = await world.report(location=square(7.5, 20.0))
    continent = await world.report(location=square(15.0, 40.0))

    assert country.status_code == 202, country.text
    assert (continent.status_code, continent.json()["errors"][0]["field"]) == (422, "location")
    assert "2,000 km" in continent.text
