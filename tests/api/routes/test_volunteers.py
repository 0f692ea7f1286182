"""Volunteers: profiles, duty, export and erasure."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from api.process.services import Newcomers
from dispatch.model.vocabulary import Capability, TravelMode
from streams import clock, wire
from streams.errors import OutcomeUnknown
from streams.store.people import ProfileWrite
from streams.topics import PRIVATE, VERIFICATIONS, VOLUNTEERS
from streams.wire import VolunteerPrivate, VolunteerRecord
from tests.support.api_world import World, code, fields

PROFILE: dict[str, Any] = {
    "capabilities": ["field", "digital"],
    "skills": ["first_aid", "cpr"],
    "languages": ["KK", "ru-kz", "tlh"],
    "travel_mode": "bicycle",
    "max_distance_m": 5000,
    "home": {"type": "Point", "coordinates": [76.94, 43.23]},
    "contact": {"phone": "+7 701 canary"},
}


async def put(world: World, **changes: Any) -> Any:
    body = {name: value for name, value in (PROFILE | changes).items() if value is not ...}
    return await world.ask("PUT", "/v1/volunteers/v-1", body, role="volunteer", subject="v-1", key=None)


async def mine(world: World, method: str, path: str, body: Any = None) -> Any:
    return await world.ask(method, f"/v1/volunteers/v-1{path}", body, role="volunteer", subject="v-1")


async def test_a_profile_can_be_read_at_once(world: World) -> None:
    answer = await put(world)
    shown = (await mine(world, "GET", "")).json()

    assert answer.status_code == 200
    assert {**PROFILE, "languages": ["kk", "ru-KZ", "tlh"]}.items() <= shown.items()
    assert shown["on_duty"] is False


async def test_languages_are_kept_in_one_form_however_they_are_written(world: World) -> None:
    await put(world, languages=["kaz", "kz", "ru_RU", "ENG", "sh"])

    assert (await mine(world, "GET", "")).json()["languages"] == ["kk", "ru-RU", "en", "sr-Latn"]


async def test_identifying_data_is_in_the_private_topic_only(world: World) -> None:
    await put(world)

    private, profile = world.log.messages
    assert (private.topic, profile.topic) == (PRIVATE.name, VOLUNTEERS.name)
    assert b"canary" not in private.value + profile.value  # type: ignore[operator]
    assert b"43.23" not in profile.value  # type: ignore[operator]
    opened = world.log.opened()["volunteer:v-1"]
    assert isinstance(opened, VolunteerPrivate)
    assert opened.contact == {"phone": "+7 701 canary"}


async def test_a_new_profile_keeps_the_duty_unless_it_says_so(world: World) -> None:
    await put(world)
    await mine(world, "PUT", "/duty", {"on_duty": True})

    assert (await put(world, skills=["boat"])).json()["on_duty"] is True
    assert (await put(world, on_duty=False)).json()["on_duty"] is False


async def test_only_a_profile_that_omits_the_duty_leaves_it_to_the_log(world: World) -> None:
    await put(world)
    await mine(world, "PUT", "/duty", {"on_duty": True})
    await put(world, on_duty=False)
    await by_operator(world)
    await by_operator(world, on_duty=True)

    records = [wire.decode_volunteer(one.value) for one in world.log.messages if one.topic == VOLUNTEERS.name]
    assert [(record.on_duty, record.keeps_duty) for record in records] == [
        (False, True),
        (True, False),
        (False, False),
        (False, True),
        (True, False),
    ]


async def test_while_redis_is_down_a_profile_is_in_the_log_and_duty_must_wait(world: World) -> None:
    await put(world)
    world.redis.is_down = True

    stated = await put(world, on_duty=True)
    unstated = await put(world)
    duty = await mine(world, "PUT", "/duty", {"on_duty": True})

    assert (stated.status_code, unstated.status_code, duty.status_code) == (202, 503, 503)
    assert duty.headers["retry-after"] == "1"


async def by_operator(world: World, **changes: Any) -> Any:
    return await world.ask("PUT", "/v1/volunteers/v-1", PROFILE | changes, key=None)


def signs(world: World) -> list[int | None]:
    """`heard_ms` of each profile in the log."""
    records = [message.value for message in world.log.messages if message.topic == VOLUNTEERS.name]
    return [wire.decode_volunteer(record).heard_ms for record in records]


async def test_a_write_by_the_person_is_a_sign_of_life(world: World) -> None:
    began_ms = clock.now_ms()

    await put(world)
    await put(world)
    await mine(world, "PUT", "/duty", {"on_duty": False})

    profile, again, duty = signs(world)
    assert None not in (profile, again, duty)
    assert sorted([began_ms, clock.now_ms(), *map(int, filter(None, signs(world)))])[1:-1] == [profile, again, duty]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="a registry sync that changes nothing"),
        pytest.param({"skills": ["boat"]}, id="other skills"),
        pytest.param({"on_duty": True}, id="put on duty"),
    ],
)
async def test_a_write_by_others_keeps_the_last_sign_of_life(world: World, changes: dict[str, Any]) -> None:
    await by_operator(world)
    await by_operator(world, **changes)
    await put(world)
    await by_operator(world, **changes)

    registered, synced, own, synced_again = signs(world)
    assert (registered, synced) == (None, None)
    assert own is not None
    assert synced_again == own


async def test_a_write_by_others_while_redis_is_down_has_no_sign_of_life(world: World) -> None:
    await put(world)
    world.redis.is_down = True

    stated = await by_operator(world, on_duty=True)
    unstated = await by_operator(world)

    assert (stated.status_code, unstated.status_code) == (202, 503)
    assert signs(world)[1:] == [None]


async def test_a_position_is_no_sign_of_life(world: World) -> None:
    await mine(world, "PUT", "/location", {"lon": 76.9, "lat": 43.2})

    assert signs(world) == []


async def test_a_duty_may_end_by_itself_and_a_profile_that_states_none_keeps_the_end(world: World) -> None:
    until_ms = (clock.now_ms() + 3_600_000) // 1000 * 1000
    await put(world)

    said = await mine(world, "PUT", "/duty", {"on_duty": True, "until": clock.rfc3339(until_ms)})
    shown = (await mine(world, "GET", "")).json()
    await put(world)
    kept = (await mine(world, "GET", "")).json()
    await mine(world, "PUT", "/duty", {"on_duty": True})
    open_ended = (await mine(world, "GET", "")).json()

    assert said.status_code == 202
    assert shown["duty_until"] == kept["duty_until"] == clock.rfc3339(until_ms)
    assert (open_ended["on_duty"], open_ended["duty_until"]) == (True, None)


@pytest.mark.parametrize(
    "duty",
    [
        {"on_duty": True, "until": "2020-01-01T00:00:00Z"},
        {"on_duty": True, "until": "2999-01-01T00:00:00Z"},
        {"on_duty": False, "until": "2999-01-01T00:00:00Z"},
        {"on_duty": True, "until": "tomorrow"},
    ],
)
async def test_an_end_of_duty_that_cannot_be_is_refused(world: World, duty: dict[str, Any]) -> None:
    await put(world)

    assert fields(await mine(world, "PUT", "/duty", duty)) == ["until"]


async def test_an_unknown_person_cannot_go_on_duty(world: World) -> None:
    assert code(await mine(world, "PUT", "/duty", {"on_duty": True})) == "not_found"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"skills": ["first_aid", "magic"]}, "skills[1]"),
        ({"capabilities": []}, "capabilities"),
        ({"capabilities": ["fly"]}, "capabilities[0]"),
        ({"languages": ["kk", "ru RU"]}, "languages[1]"),
        ({"languages": ["kk", "zzz"]}, "languages[1]"),
        ({"languages": ["x-home"]}, "languages[0]"),
        ({"travel_mode": "horse"}, "travel_mode"),
        ({"max_distance_m": 0}, "max_distance_m"),
        ({"max_distance_m": 1.5}, "max_distance_m"),
        (
            {"home": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}},
            "home.type",
        ),
        ({"home": {"type": "Point", "coordinates": [0, 91]}}, "home.coordinates[1]"),
        ({"on_duty": "yes"}, "on_duty"),
        ({"contact": {"fax": "1"}}, "contact.fax"),
        ({"id": "v-1"}, "id"),
    ],
)
async def test_a_bad_profile_names_its_field_and_stores_nothing(
    world: World, changes: dict[str, Any], field: str
) -> None:
    answer = await put(world, **changes)

    assert (answer.status_code, fields(answer)) == (422, [field])
    assert world.log.messages == []


@pytest.mark.parametrize("bad", ["a,b", "a|b", "a:b", "x" * 129, "жанна", "a b"])
async def test_an_id_must_be_valid_in_redis_keys_and_paths(world: World, bad: str) -> None:
    answer = await world.ask("PUT", f"/v1/volunteers/{bad}", PROFILE)

    assert fields(answer) == ["volunteer_id"]


async def test_the_export_has_everything_stored_about_a_person(world: World) -> None:
    await put(world)

    answer = await mine(world, "GET", "/export")

    document = answer.json()
    assert document["volunteer"]["contact"] == {"phone": "+7 701 canary"}
    assert {"volunteer", "location", "offers"} <= document.keys()
    assert "attachment" in answer.headers["content-disposition"]


async def test_erasing_leaves_tombstones_and_nothing_to_read(world: World) -> None:
    await put(world)

    answer = await mine(world, "DELETE", "")

    assert (answer.status_code, answer.json()["status"]) == (202, "erased")
    erased = [(message.topic, message.key) for message in world.log.messages if message.value is None]
    tombstones = [one for one in erased if one[0] != VERIFICATIONS.name]
    # Whatever could have been verified: an older record must not come back with the id.
    assert {(VERIFICATIONS.name, "v-1|"), (VERIFICATIONS.name, "v-1|doctor")} < set(erased)
    private = [(PRIVATE.name, f"{kind}:v-1") for kind in ("volunteer", "consents", "channels")]
    assert tombstones == [*private, (VOLUNTEERS.name, "v-1")]
    assert code(await world.ask("GET", "/v1/volunteers/v-1", role="admin")) == "not_found"
    assert world.redis.sealed == {}


async def test_an_unacknowledged_profile_is_not_shown(world: World) -> None:
    world.log.trouble = OutcomeUnknown("no answer")

    assert code(await put(world)) == "unknown_outcome"
    assert world.redis.profiles == {}


async def test_reading_a_profile_by_an_operator_is_audited(world: World) -> None:
    await put(world)

    shown = await world.ask("GET", "/v1/volunteers/v-1", subject="op-7")

    assert shown.json()["contact"] == {"phone": "+7 701 canary"}
    assert ("op-7", "volunteer.private.read") in [(entry.actor, entry.action) for entry in world.log.audits]


async def test_the_encrypted_record_has_the_whole_profile_and_the_public_one_names_it(
    world: World,
) -> None:
    await put(world)
    await mine(world, "PUT", "/duty", {"on_duty": False})

    sealed, first, duty = world.log.messages
    opened = world.log.opened()["volunteer:v-1"]
    assert isinstance(opened, VolunteerPrivate)
    records = [wire.decode_volunteer(message.value) for message in (first, duty)]
    assert [record.private_at for record in records] == [0, 0]
    assert opened.profile == replace(records[0], private_at=None)
    assert sealed.key == "volunteer:v-1"


@pytest.mark.parametrize("known_by", ["+77011234567", "v-77011234567", "900101300126", "aigerim@example.kz"])
async def test_nobody_is_registered_under_an_id_that_identifies_them(world: World, known_by: str) -> None:
    path = f"/v1/volunteers/{quote(known_by)}"

    refused = await world.ask("PUT", path, PROFILE, key=None)

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "volunteer_id")
    assert known_by not in refused.text
    assert not world.log.messages


async def test_who_is_registered_under_such_an_id_stays_reachable(world: World) -> None:
    old = "+77011234567"
    path = f"/v1/volunteers/{quote(old)}"
    record = VolunteerRecord(
        id=old,
        capabilities=(Capability.FIELD,),
        skills=("first_aid",),
        languages=("kk",),
        travel_mode=TravelMode.CAR,
        max_distance_m=None,
        on_duty=True,
        changed_ms=1,
    )
    await world.redis.put_profiles([ProfileWrite(volunteer_id=old, offset=0, record=record)])

    assert (await world.ask("PUT", path, PROFILE, key=None)).status_code == 200
    assert (await world.ask("GET", path, key=None)).status_code == 200
    assert (await world.ask("DELETE", path, role="admin", key=None)).status_code == 202


ABOUT_A_PERSON = {
    "GET ": None,
    "PUT /duty": {"on_duty": True},
    "PUT /consents": {"notice": {"version": "1", "language": "kk"}, "positions": True},
    "GET /export": None,
}


@pytest.mark.parametrize("operation", ABOUT_A_PERSON)
async def test_who_was_accepted_a_moment_ago_is_not_unknown(world: World, operation: str) -> None:
    """Redis may show a profile seconds after its 202; 404 would say that it was lost."""
    method, path = operation.split(" ")
    world.redis.is_down = True
    assert (await put(world, on_duty=False)).status_code == 202
    world.redis.is_down = False

    early = await mine(world, method, path, ABOUT_A_PERSON[operation])
    stranger = await world.ask(
        method, f"/v1/volunteers/v-7{path}", ABOUT_A_PERSON[operation], role="volunteer", subject="v-7"
    )

    assert (early.status_code, code(early)) == (503, "picture_unavailable")
    assert int(early.headers["retry-after"]) > 0
    assert (stranger.status_code, code(stranger)) == (404, "not_found")


def test_a_newcomer_is_remembered_for_a_minute() -> None:
    now_s = [0.0]
    newcomers = Newcomers(monotonic_s=lambda: now_s[0])
    newcomers.add("v-1")
    now_s[0] = 40.0
    newcomers.add("v-2")

    assert "v-1" in newcomers
    now_s[0] = 61.0
    assert "v-1" not in newcomers
    assert "v-2" in newcomers
    newcomers.forget("v-2")
    assert "v-2" not in newcomers
