"""Channels of a person: adding devices, proving addresses, quiet hours, and their end with the session and the person."""

import base64
from typing import Any

import pytest

from dispatch.notices.rules import NoticeOutcome
from streams import wire
from streams.store.reach import Told
from streams.wire import ChannelsPrivate
from tests.support.api_fakes import DATA_KEY
from tests.support.api_world import World, code
from tests.support.browser import Browser

PROFILE = {"capabilities": ["field"], "skills": ["first_aid"], "languages": ["kk"], "travel_mode": "foot"}
P256DH = base64.urlsafe_b64encode(b"\x04" + bytes(range(64))).decode().rstrip("=")
AUTH = base64.urlsafe_b64encode(bytes(16)).decode().rstrip("=")
PHONE = {"kind": "sms", "address": "+77011234567", "label": "my phone"}


def browser(name: str = "a", **changes: Any) -> dict[str, Any]:
    endpoint = f"https://updates.push.services.mozilla.com/wpush/v2/{name}"
    subscription = {"endpoint": endpoint, "expirationTime": None, "keys": {"p256dh": P256DH, "auth": AUTH}}
    return {"kind": "webpush", "subscription": subscription, "label": "Firefox"} | changes


async def mine(world: World, method: str, path: str = "", body: Any = None) -> Any:
    return await world.ask(method, f"/v1/volunteers/v-1/channels{path}", body, role="volunteer", subject="v-1")


async def registered(world: World) -> None:
    await world.ask("PUT", "/v1/volunteers/v-1", PROFILE, role="volunteer", subject="v-1")


def stored(world: World) -> ChannelsPrivate:
    return wire.open_channels(DATA_KEY, "channels:v-1", world.redis.sealed["channels:v-1"])


def sent_code(world: World) -> str:
    pending = stored(world).channels[-1].pending
    assert pending is not None
    return pending.code


async def test_a_second_device_leaves_the_first_in_place(world: World) -> None:
    await registered(world)

    first = await mine(world, "POST", "", browser("a"))
    second = await mine(world, "POST", "", browser("b", label="Chrome", order=1))

    items = (await mine(world, "GET")).json()["items"]
    assert (first.status_code, second.status_code) == (201, 201)
    assert [(one["id"], one["label"], one["state"]) for one in items] == [
        (first.json()["id"], "Firefox", "on"),
        (second.json()["id"], "Chrome", "on"),
    ]


async def test_the_same_browser_again_is_the_same_device(world: World) -> None:
    await registered(world)

    first = await mine(world, "POST", "", browser())
    again = await mine(world, "POST", "", browser(label="new name"))

    assert again.json()["id"] == first.json()["id"]
    assert [one["label"] for one in (await mine(world, "GET")).json()["items"]] == ["new name"]


async def test_addresses_are_in_the_log_only_sealed(world: World) -> None:
    await registered(world)

    await mine(world, "POST", "", PHONE)

    assert not any(b"77011234567" in (message.value or b"") for message in world.log.messages)
    assert stored(world).channels[0].address == "+77011234567"


async def test_a_number_counts_once_its_code_was_given_back(world: World) -> None:
    await registered(world)
    added = (await mine(world, "POST", "", PHONE)).json()
    asked = world.log.notices[-1]

    verified = await mine(world, "POST", f"/{added['id']}/verify", {"code": sent_code(world)})

    assert (asked.kind, asked.outcome, asked.device) == ("verify", NoticeOutcome.ASKED, added["id"])
    assert (added["state"], verified.json()["state"]) == ("unverified", "on")


async def test_five_wrong_codes_end_the_code(world: World) -> None:
    await registered(world)
    added = (await mine(world, "POST", "", PHONE)).json()
    right = sent_code(world)

    wrong = [await mine(world, "POST", f"/{added['id']}/verify", {"code": "no"}) for _ in range(5)]
    late = await mine(world, "POST", f"/{added['id']}/verify", {"code": right})

    assert {answer.status_code for answer in (*wrong, late)} == {403}
    assert code(late) == "channel_code_refused"


async def test_a_person_gets_at_most_five_codes_in_an_hour(world: World) -> None:
    await registered(world)

    answers = [await mine(world, "POST", "", PHONE | {"address": f"+7701123456{number}"}) for number in range(6)]

    assert [answer.status_code for answer in answers] == [201] * 5 + [429]


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://updates.push.services.mozilla.com/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest",
        "https://internal.example.kz/x",
        "https://evilpush.apple.com/x",
        "https://updates.push.services.mozilla.com:8443/x",
        "https://user@web.push.apple.com/x",
        "file:///etc/passwd",
    ],
)
async def test_pushes_go_to_known_push_services_alone(world: World, endpoint: str) -> None:
    await registered(world)
    body = browser()
    body["subscription"]["endpoint"] = endpoint

    answer = await mine(world, "POST", "", body)

    assert answer.status_code == 422
    assert endpoint not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "sms", "label": "x"},
        {"kind": "sms", "label": "x", "address": "112"},
        {"kind": "email", "label": "x", "address": "nobody"},
        {"kind": "telegram", "label": "x", "address": "1234"},
        {"kind": "webpush", "label": "x"},
        {"kind": "pager", "label": "x"},
        browser(label=" "),
    ],
)
async def test_a_channel_has_what_its_kind_needs_and_nothing_else(world: World, body: Any) -> None:
    await registered(world)

    assert (await mine(world, "POST", "", body)).status_code == 422


async def test_numbers_are_stored_in_one_form(world: World) -> None:
    await registered(world)

    await mine(world, "POST", "", PHONE | {"address": "8 (701) 123-45-67"})

    assert stored(world).channels[0].address == "+77011234567"


async def test_quiet_hours_and_the_language_of_notices(world: World) -> None:
    await registered(world)
    wanted = {"ui_language": "kk", "quiet_from": "22:30", "quiet_until": "07:00"}

    await mine(world, "PUT", "", wanted)
    await mine(world, "POST", "", browser())

    shown = (await mine(world, "GET")).json()
    assert {name: shown[name] for name in wanted} == wanted
    assert (await mine(world, "PUT", "", {"quiet_from": "22:30"})).status_code == 422
    assert (await mine(world, "PUT", "", {"ui_language": "de"})).status_code == 422


async def test_a_device_whose_service_says_it_is_gone_is_shown_as_gone(world: World) -> None:
    await registered(world)
    added = (await mine(world, "POST", "", browser())).json()
    gone_ms = stored(world).channels[0].added_ms + 1
    await world.reach.put(
        Told(
            volunteer_id="v-1",
            kind="webpush",
            outcome=NoticeOutcome.FAILED,
            at_ms=gone_ms,
            device=added["id"],
            code="http_410",
            is_gone=True,
        )
    )

    (item,) = (await mine(world, "GET")).json()["items"]

    assert (item["state"], item["code"]) == ("gone", "http_410")


async def test_a_logout_removes_the_browser_and_keeps_the_number(world: World) -> None:
    await registered(world)
    session = Browser(world)
    await session.log_in("volunteer", "v-1")
    for body in (browser(), PHONE):
        await session.ask("POST", "/v1/volunteers/v-1/channels", body)

    await session.ask("DELETE", "/v1/session")

    assert [one.kind for one in stored(world).channels] == ["sms"]


async def test_an_erasure_takes_the_channels_along(world: World) -> None:
    await registered(world)
    await mine(world, "POST", "", browser())

    await world.ask("DELETE", "/v1/volunteers/v-1", role="volunteer", subject="v-1")

    assert "channels:v-1" not in world.redis.sealed
    assert ("channels:v-1", None) in [(message.key, message.value) for message in world.log.messages]


async def test_the_export_has_addresses_and_no_keys(world: World) -> None:
    await registered(world)
    await mine(world, "POST", "", PHONE)
    await mine(world, "POST", "", browser())

    answer = await world.ask("GET", "/v1/volunteers/v-1/export", role="volunteer", subject="v-1")

    document = answer.json()["channels"]
    assert [item["target"] for item in document["items"]] == [
        "+77011234567",
        "https://updates.push.services.mozilla.com/wpush/v2/a",
    ]
    assert P256DH not in answer.text


async def test_nobody_sees_or_changes_the_channels_of_others(world: World) -> None:
    await registered(world)
    path = "/v1/volunteers/v-1/channels"

    answers = [
        await world.ask("GET", path, role="volunteer", subject="v-2"),
        await world.ask("POST", path, browser(), role="volunteer", subject="v-2"),
        await world.ask("GET", path, role="operator"),
        await world.ask("GET", path, role="monitor"),
    ]

    assert {answer.status_code for answer in answers} == {403}


@pytest.mark.parametrize("digits", ["٧٠١١٢٣٤٥٦٧", "７０１１２３４５６７", "७०११२३४५६७"])
async def test_digits_of_other_scripts_are_no_address(world: World, digits: str) -> None:
    """No gateway dials them, and no reply would be recognised by them."""
    await registered(world)

    answer = await mine(world, "POST", "", PHONE | {"address": f"+7{digits}"})
    hours = await mine(world, "PUT", "", {"quiet_from": "2٢:30", "quiet_until": f"0{digits[0]}:00"})

    assert (answer.status_code, hours.status_code) == (422, 422)
    assert "channels:v-1" not in world.redis.sealed
