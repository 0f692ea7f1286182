"""Positions: POST /v1/locations, where each fix is checked by itself, and PUT /v1/volunteers/{id}/location."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.matching.position_checks import refusal
from streams import clock
from streams.errors import Overloaded
from streams.settings import STRICT
from streams.store.verifications import VerificationWrite
from streams.wire import VerificationRecord
from tests.api.routes.test_links import VIEW
from tests.support.api_world import World, code, fields

NOW_MS = clock.now_ms()
GOOD = {"volunteer_id": "v-1", "lon": 76.9, "lat": 43.2, "accuracy_m": 8, "recorded_at": clock.rfc3339(NOW_MS)}
WEEK_MS = 7 * 24 * 3_600_000


@pytest.fixture(autouse=True)
def _registered(world: World) -> None:
    world.redis.registered = {"v-1", "v-2", "t-7"}


async def post(world: World, *fixes: Any, raw: bytes | None = None, **claims: Any) -> Any:
    body = {"locations": list(fixes)}
    return await world.ask("POST", "/v1/locations", body, role="tracker", raw=raw, key=None, claims=claims)


async def test_valid_fixes_are_accepted_beside_invalid_ones(world: World) -> None:
    bad: dict[str, Any] = {
        "out_of_range": GOOD | {"lon": 180.5},
        "bad_volunteer_id": GOOD | {"volunteer_id": "a b"},
        "bad_accuracy": GOOD | {"accuracy_m": 100_001},
        "zero_position": GOOD | {"lon": 0, "lat": 0, "accuracy_m": 0},
        "too_old": GOOD | {"recorded_at": clock.rfc3339(NOW_MS - 1024 * WEEK_MS)},
        "bad_time": GOOD | {"recorded_at": "noon"},
        "from_the_future": GOOD | {"recorded_at": "2999-01-01T00:00:00Z"},
        "invalid": GOOD | {"colour": "red"},
    }

    answer = await post(world, GOOD, *bad.values(), "x", 7, GOOD)

    assert answer.status_code == 202
    told = answer.json()
    assert told["accepted"] == 2
    assert [entry["code"] for entry in told["rejected"]] == [*bad, "invalid", "invalid"]
    assert [entry["index"] for entry in told["rejected"]] == list(range(1, 11))
    assert len(world.log.fixes) == 2


async def test_a_tracker_says_whether_more_will_follow(world: World) -> None:
    await post(world, GOOD, GOOD | {"continues": False})

    assert [fix.continues for fix in world.log.fixes] == [True, False]


async def test_a_thousand_at_once_and_no_more(world: World) -> None:
    assert (await post(world, *[GOOD] * 1000)).json() == {"accepted": 1000, "rejected": []}
    assert fields(await post(world, *[GOOD] * 1001)) == ["locations"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"{", "bad_json"),
        (b'{"locations": [NaN]}', "bad_json"),
        (b"[]", "invalid"),
        (b"{}", "invalid"),
        (b'{"locations": {}}', "invalid"),
        (b'{"locations": [], "more": 1}', "invalid"),
        (b" " * (1024 * 1024 + 1), "body_too_large"),
    ],
)
async def test_a_body_that_is_no_list_of_fixes_is_refused_whole(world: World, raw: bytes, expected: str) -> None:
    assert code(await post(world, raw=raw)) == expected
    assert world.log.fixes == []


async def test_positions_are_refused_while_too_many_are_in_flight(world: World) -> None:
    world.log.trouble = Overloaded("full")

    answer = await post(world, GOOD)

    assert (answer.status_code, code(answer), answer.headers["retry-after"]) == (503, "overloaded", "1")


async def test_unknown_people_are_refused_without_a_trace(world: World) -> None:
    answer = await post(world, GOOD, GOOD | {"volunteer_id": "stranger"}, "x", GOOD | {"volunteer_id": "gone"})

    told = answer.json()
    assert told["accepted"] == 1
    assert told["rejected"] == [
        {"index": 1, "code": "unknown_volunteer"},
        {"index": 2, "code": "invalid"},
        {"index": 3, "code": "unknown_volunteer"},
    ]
    assert [fix.volunteer_id for fix in world.log.fixes] == ["v-1"]
    assert (world.log.messages, world.log.audits) == ([], [])


@pytest.mark.parametrize(
    ("claims", "moved"),
    [
        ({}, ["v-1", "v-2", "t-7"]),  # as before the claims existed
        ({"speaks_for": "*"}, ["v-1", "v-2", "t-7"]),
        ({"speaks_for": ["v-1", "stranger"]}, ["v-1"]),
        ({"speaks_for": ["t-*"]}, ["t-7"]),
        ({"speaks_for": []}, []),
        ({"org": "brigade"}, ["v-2"]),
        ({"org": "brigade", "speaks_for": ["t-7"]}, ["v-2", "t-7"]),
        ({"org": "other"}, []),
    ],
)
async def test_a_tracker_moves_only_those_for_whom_it_speaks(
    world: World, claims: dict[str, Any], moved: list[str]
) -> None:
    world.redis.verified.put(
        VerificationWrite(
            volunteer_id="v-2",
            skill="",
            offset=1,
            record=VerificationRecord(
                volunteer_id="v-2", skill=None, until_ms=0, by="op-1", at_ms=0, organisation="brigade"
            ),
        )
    )

    answer = await post(world, *(GOOD | {"volunteer_id": one} for one in ("v-1", "v-2", "t-7", "stranger")), **claims)

    assert [fix.volunteer_id for fix in world.log.fixes] == moved
    # What is somebody else's and what nobody is look the same.
    assert {entry["code"] for entry in answer.json()["rejected"]} == {"unknown_volunteer"}


async def test_a_strict_deployment_needs_to_be_told_for_whom_a_tracker_speaks(world: World) -> None:
    world.settings = replace(world.settings, tokens=STRICT)
    world.restart()

    await post(world, GOOD | {"volunteer_id": "v-1"})
    assert world.log.fixes == []

    await post(world, GOOD | {"volunteer_id": "v-1"}, speaks_for=["v-1"])
    assert [fix.volunteer_id for fix in world.log.fixes] == ["v-1"]


async def test_while_redis_is_down_positions_are_accepted_for_the_location_service_to_examine(world: World) -> None:
    world.redis.is_down = True

    assert (await post(world, GOOD)).status_code == 202
    assert (await put(world, {"lon": 1, "lat": 0})).status_code == 202
    assert len(world.log.fixes) == 2


async def test_while_redis_is_down_a_tracker_still_moves_only_whom_its_token_names(world: World) -> None:
    world.redis.is_down = True

    await post(world, GOOD | {"volunteer_id": "v-1"}, GOOD | {"volunteer_id": "v-2"}, speaks_for=["v-1"])
    of_organisation = await post(world, GOOD, org="brigade")

    assert [fix.volunteer_id for fix in world.log.fixes] == ["v-1"]
    assert of_organisation.status_code == 503


async def test_whose_profile_was_accepted_a_moment_ago_can_be_moved_before_redis_knows_them(world: World) -> None:
    profile = {"capabilities": ["field"], "skills": ["first_aid"], "languages": ["kk"], "travel_mode": "foot"}
    await world.ask("PUT", "/v1/volunteers/v-1", profile, key=None)
    world.redis.registered = set()

    by_tracker = await post(world, GOOD | {"volunteer_id": "v-1"}, GOOD | {"volunteer_id": "v-2"})

    # The phone itself is not asked: another process may have accepted the profile.
    assert (await put(world, {"lon": 1, "lat": 0})).status_code == 202
    assert [fix.volunteer_id for fix in world.log.fixes] == ["v-1", "v-1"]
    assert by_tracker.json()["rejected"] == [{"index": 1, "code": "unknown_volunteer"}]


async def put(world: World, fix: dict[str, Any]) -> Any:
    return await world.ask("PUT", "/v1/volunteers/v-1/location", fix, role="volunteer", subject="v-1")


async def test_a_fix_is_sent_to_locations(world: World) -> None:
    at_ms = clock.now_ms() // 1000 * 1000
    fix = {"lon": 76.9, "lat": 43.2, "accuracy_m": 8.5, "recorded_at": clock.rfc3339(at_ms)}

    assert (await put(world, fix)).status_code == 202
    assert (await put(world, fix | {"continues": False})).status_code == 202
    kept, last = world.log.fixes
    assert (kept.volunteer_id, kept.lon, kept.recorded_ms, kept.continues) == ("v-1", 76.9, at_ms, True)
    assert not last.continues


async def test_queued_fixes_are_sent_together_and_each_is_judged_by_itself(world: World) -> None:
    now_ms = clock.now_ms() // 1000 * 1000
    queued = [
        {"lon": 76.9, "lat": 43.2, "recorded_at": clock.rfc3339(now_ms - 120_000)},
        {"lon": 76.9, "lat": 43.2, "recorded_at": "2007-04-05T00:00:00Z"},
        {"lon": 76.91, "lat": 43.2, "recorded_at": clock.rfc3339(now_ms), "continues": False},
    ]

    said = await put(world, {"fixes": queued})

    assert (said.status_code, said.json()["accepted"]) == (202, 2)
    assert said.json()["rejected"] == [{"index": 1, "code": "too_old"}]
    assert [(fix.recorded_ms, fix.continues) for fix in world.log.fixes] == [(now_ms - 120_000, True), (now_ms, False)]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"fixes": []}, "fixes"),
        ({"fixes": [{"lon": 1, "lat": 1}] * 51}, "fixes"),
        ({"fixes": None}, "fixes"),
        ({"fixes": [{"lon": 1, "lat": 1}], "lon": 1}, "lon"),
        ({"fixes": [{"lon": 1}]}, "fixes[0].lat"),
        ({}, "lon"),
    ],
)
async def test_a_bad_batch_names_its_field(world: World, body: dict[str, Any], field: str) -> None:
    assert fields(await put(world, body)) == [field]


@pytest.mark.parametrize(
    ("known", "next_after_s"),
    [
        (None, 30),
        ({"offer_id": "o-1"}, 30),
        ({"on_duty": True}, 300),
        ({"on_duty": False}, None),
    ],
)
async def test_the_answer_says_when_the_next_position_is_of_use(
    world: World, known: dict[str, Any] | None, next_after_s: int | None
) -> None:
    if known is not None:
        world.redis.volunteers["v-1"] = replace(VIEW, id="v-1", **known)

    said = await put(world, {"lon": 1, "lat": 0})

    assert said.json()["next_after_s"] == next_after_s


@pytest.mark.parametrize(
    ("fix", "field"),
    [
        ({"lon": 181, "lat": 0}, "lon"),
        ({"lon": 0, "lat": -91}, "lat"),
        ({"lon": "1", "lat": 0}, "lon"),
        ({"lon": True, "lat": 0}, "lon"),
        ({"lon": 0}, "lat"),
        ({"lon": 0, "lat": 0, "accuracy_m": -1}, "accuracy_m"),
        ({"lon": 1, "lat": 0, "continues": "no"}, "continues"),
    ],
)
async def test_a_bad_fix_names_its_field(world: World, fix: dict[str, Any], field: str) -> None:
    assert fields(await put(world, fix)) == [field]


@pytest.mark.parametrize(
    ("fix", "expected", "field"),
    [
        ({"lon": 1, "lat": 0, "recorded_at": "2999-01-01T00:00:00Z"}, "from_the_future", "recorded_at"),
        ({"lon": 1, "lat": 0, "recorded_at": "2007-04-05T00:00:00Z"}, "too_old", "recorded_at"),  # 1,024 weeks ago
        ({"lon": 0, "lat": 0, "accuracy_m": 0}, "zero_position", "lon"),
        ({"lon": 0, "lat": 0}, "zero_position", "lon"),
        ({"lon": 1, "lat": 0, "accuracy_m": 100_001}, "bad_accuracy", "accuracy_m"),
    ],
)
async def test_an_unusable_fix_is_refused_with_its_own_code(
    world: World, fix: dict[str, Any], expected: str, field: str
) -> None:
    answer = await put(world, fix)

    assert (answer.status_code, code(answer), fields(answer)) == (422, expected, [field])
    assert world.log.fixes == []


async def test_a_clock_that_is_half_a_minute_ahead_is_no_fault(world: World) -> None:
    soon = clock.rfc3339(clock.now_ms() + 30_000)

    assert (await put(world, {"lon": 1, "lat": 0, "recorded_at": soon})).status_code == 202


def test_the_example_of_a_position_in_the_document_is_one_that_is_accepted(world: World) -> None:
    schema = world.app.openapi()["components"]["schemas"]["Location"]["properties"]
    example = {name: schema[name]["examples"][0] for name in ("lon", "lat")}

    assert refusal(**example, accuracy_m=None, recorded_ms=None, now_ms=0) is None
