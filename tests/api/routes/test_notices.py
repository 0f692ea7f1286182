"""Notices over HTTP: seen, listed, and a test that a person asks for."""

from dataclasses import replace
from typing import Any

from dispatch.notices.rules import NoticeOutcome
from streams.store.reach import Told
from streams.wire import NoticeRecord
from tests.api.routes.test_channels import browser
from tests.api.routes.test_offers import INCIDENT, OFFER, asked, held
from tests.support.api_world import World

PROFILE = {"capabilities": ["field"], "skills": ["first_aid"], "languages": ["kk"], "travel_mode": "foot"}
ID = "0195d6f0-0000-5000-8000-000000000000"


async def mine(world: World, method: str, path: str, body: Any = None) -> Any:
    return await world.ask(method, path, body, role="volunteer", subject="v-1")


async def test_seen_is_a_record_of_the_caller_and_shows_on_the_offer(world: World) -> None:
    world.redis.add(asked(held()))

    answer = await mine(world, "POST", f"/v1/notices/{ID}/seen", {"offer_id": OFFER})

    record = world.log.notices[-1]
    assert answer.status_code == 204
    assert (record.id, record.volunteer_id, record.outcome) == (ID, "v-1", NoticeOutcome.SEEN)
    assert [one.outcome for one in (await world.reach.of_offers([OFFER]))[0]] == [NoticeOutcome.SEEN]


async def test_seen_about_the_offer_of_somebody_else_is_refused_and_not_recorded(world: World) -> None:
    world.redis.add(asked(replace(held(), volunteer_id="v-2")))

    answer = await mine(world, "POST", f"/v1/notices/{ID}/seen", {"offer_id": OFFER})

    assert answer.status_code == 403
    assert world.log.notices == []


async def test_seen_needs_no_body_and_a_well_formed_id(world: World) -> None:
    assert (await mine(world, "POST", f"/v1/notices/{ID}/seen")).status_code == 204
    assert (await mine(world, "POST", "/v1/notices/x/seen")).status_code == 422
    assert (await mine(world, "POST", f"/v1/notices/{ID}/seen", {"offer_id": "o-1"})).status_code == 422


async def test_notices_are_listed_newest_first_with_what_became_of_each_way(world: World) -> None:
    told = NoticeRecord(
        id="n-1",
        event_id="e-1",
        offer_id="o-1",
        incident_id="i-1",
        volunteer_id="v-1",
        kind="offered",
        channel="webpush",
        outcome=NoticeOutcome.FAILED,
        attempts=1,
        at_ms=1_764_000_000_000,
        code="http_410",
    )
    world.private_log.notices += [told, replace(told, id="n-2", volunteer_id="v-2")]

    items = (await mine(world, "GET", "/v1/volunteers/v-1/notices")).json()["items"]
    later = await mine(world, "GET", "/v1/volunteers/v-1/notices?after=2030-01-01T00:00:00Z")
    bad = await mine(world, "GET", "/v1/volunteers/v-1/notices?after=yesterday")

    assert [(one["id"], one["outcome"], one["code"]) for one in items] == [("n-1", "failed", "http_410")]
    assert (later.json()["items"], bad.status_code) == ([], 422)


async def test_a_test_is_asked_of_the_notifier_and_says_how_many_channels_there_are(world: World) -> None:
    await mine(world, "PUT", "/v1/volunteers/v-1", PROFILE)
    await mine(world, "POST", "/v1/volunteers/v-1/channels", browser())
    await mine(world, "POST", "/v1/volunteers/v-1/channels", {"kind": "sms", "address": "+77011234567", "label": "x"})

    answer = await mine(world, "POST", "/v1/volunteers/v-1/test-notice")

    record = world.log.notices[-1]
    assert (answer.status_code, answer.json()["channels"]) == (202, 1)
    assert (record.kind, record.outcome, record.device) == ("test", NoticeOutcome.ASKED, None)


async def test_nobody_reads_or_marks_the_notices_of_others(world: World) -> None:
    read = await world.ask("GET", "/v1/volunteers/v-1/notices", role="volunteer", subject="v-2")
    test = await world.ask("POST", "/v1/volunteers/v-1/test-notice", role="volunteer", subject="v-2")
    marked = await world.ask("POST", f"/v1/notices/{ID}/seen", role="operator")

    assert {read.status_code, test.status_code, marked.status_code} == {403}


async def test_an_operator_sees_in_the_incident_what_became_of_each_way(world: World) -> None:
    world.redis.add(asked(held()))
    told = Told(volunteer_id="v-1", kind="sms", outcome=NoticeOutcome.FAILED, at_ms=1_764_000_000_000, offer_id=OFFER)
    await world.reach.put(replace(told, code="http_500"))

    of_operator = (await world.ask("GET", f"/v1/incidents/{INCIDENT}")).json()["offers"]
    of_person = (await mine(world, "GET", f"/v1/incidents/{INCIDENT}")).json()

    (way,) = of_operator[0]["reach"]
    assert (way["way"], way["outcome"], way["code"]) == ("sms", "failed", "http_500")
    assert "reach" not in str(of_person)


async def test_a_device_that_has_shown_a_notice_is_heard_of_and_is_not_the_person_looking(world: World) -> None:
    world.redis.add(asked(held()))
    await mine(world, "PUT", "/v1/volunteers/v-1", PROFILE)
    device = (await mine(world, "POST", "/v1/volunteers/v-1/channels", browser())).json()["id"]
    said = {"offer_id": OFFER, "outcome": "delivered", "channel": device}

    answer = await mine(world, "POST", f"/v1/notices/{ID}/seen", said)

    (way,) = (await world.reach.of_offers([OFFER]))[0]
    (shown,) = (await mine(world, "GET", "/v1/volunteers/v-1/channels")).json()["items"]
    assert (answer.status_code, world.log.notices[-1].device) == (204, device)
    assert (way.kind, way.outcome) == ("webpush", NoticeOutcome.DELIVERED)
    assert (shown["last_heard"] is not None, shown["last_ok"]) == (True, None)


async def test_a_device_of_nobody_leaves_no_trace_of_its_own(world: World) -> None:
    await mine(world, "PUT", "/v1/volunteers/v-1", PROFILE)

    answer = await mine(world, "POST", f"/v1/notices/{ID}/seen", {"outcome": "delivered", "channel": "c-unknown"})

    assert (answer.status_code, world.log.notices[-1].device) == (204, None)
    assert await world.reach.devices("v-1") == {}


async def test_a_test_of_one_channel_names_it_and_an_unproved_address_gets_none(world: World) -> None:
    await mine(world, "PUT", "/v1/volunteers/v-1", PROFILE)
    path = "/v1/volunteers/v-1/channels"
    device = (await mine(world, "POST", path, browser())).json()["id"]
    number = {"kind": "sms", "address": "+77011234567", "label": "x"}
    unproved = (await mine(world, "POST", path, number)).json()["id"]

    answer = await mine(world, "POST", "/v1/volunteers/v-1/test-notice", {"channel": device})
    record = world.log.notices[-1]
    refused = await mine(world, "POST", "/v1/volunteers/v-1/test-notice", {"channel": unproved})

    assert (answer.status_code, answer.json()) == (202, {"id": record.id, "channels": 1})
    assert (record.device, refused.status_code) == (device, 404)
