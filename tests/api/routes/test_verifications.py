"""Skills are claimed by people and verified by others."""

from typing import Any

import pytest

from dispatch.model.verifications import DAY_MS
from dispatch.model.vocabulary import OfferState, Priority
from streams import clock
from streams.store.people import PrivateWrite
from streams.topics import VERIFICATIONS
from streams.wire import IncidentPrivate, VerificationRecord, decode_verification, seal
from tests.support.api_fakes import DATA_KEY
from tests.support.api_world import World, code, fields
from tests.support.builders import incident, offer

PROFILE: dict[str, Any] = {"capabilities": ["field"], "skills": ["doctor", "boat"], "on_duty": True}
DOCTOR = "/v1/volunteers/v-1/skills/doctor/verification"


async def put(world: World, role: str = "volunteer", *, org: str | None = None, **changes: Any) -> Any:
    subject = "v-1" if role == "volunteer" else f"{role}-1"
    claims = {"org": org} if org else {}
    return await world.ask("PUT", "/v1/volunteers/v-1", PROFILE | changes, role=role, subject=subject, claims=claims)


async def verified(world: World) -> dict[str, Any]:
    shown = (await world.ask("GET", "/v1/volunteers/v-1", role="volunteer", subject="v-1")).json()
    return dict(shown["verified"])


def records(world: World) -> list[VerificationRecord]:
    return [
        decode_verification(one.value) for one in world.log.messages if one.topic == VERIFICATIONS.name and one.value
    ]


async def test_what_people_say_of_themselves_is_a_claim(world: World) -> None:
    answer = await put(world)

    assert answer.json()["skills"] == ["doctor", "boat"]
    assert answer.json()["verified"] == {}
    assert records(world) == []


@pytest.mark.parametrize("role", ["operator", "admin"])
async def test_a_profile_from_an_operator_or_admin_vouches_for_its_skills(world: World, role: str) -> None:
    answer = await put(world, role)

    assert answer.status_code == 200
    assert sorted(answer.json()["verified"]) == ["boat", "doctor"]
    assert {(one.skill, one.by) for one in records(world)} == {("doctor", f"{role}-1"), ("boat", f"{role}-1")}
    lasts_ms = [one.until_ms - one.at_ms for one in records(world)]
    assert all(364 * DAY_MS < one_ms < 366 * DAY_MS for one_ms in lasts_ms)
    assert "volunteer.skills.vouch" in {entry.action for entry in world.log.audits}


async def test_a_registry_that_is_loaded_again_writes_no_second_verification(world: World) -> None:
    await put(world, "operator")
    await put(world, "operator", skills=["doctor", "boat", "nurse"])

    assert [one.skill for one in records(world)] == ["doctor", "boat", "nurse"]


async def test_a_person_s_own_profile_neither_adds_nor_drops_a_verification(world: World) -> None:
    await put(world, "operator", skills=["doctor"])

    await put(world, skills=["boat", "nurse"])

    assert list(await verified(world)) == ["doctor"]


async def test_a_skill_is_verified_until_a_date_and_withdrawn(world: World) -> None:
    await put(world)
    until = clock.rfc3339(clock.now_ms() + 10 * DAY_MS)

    answer = await world.ask("PUT", DOCTOR, {"until": until, "organisation": "red-crescent"}, role="admin")
    shown = await verified(world)
    gone = await world.ask("DELETE", DOCTOR)

    assert answer.json() == {
        "volunteer_id": "v-1", "skill": "doctor", "until": until, "by_organisation": "red-crescent", "ends_soon": True
    }  # fmt: skip
    assert shown == {"doctor": {"until": until, "by_organisation": "red-crescent", "ends_soon": True}}
    assert (gone.status_code, await verified(world)) == (202, {})
    assert {"volunteer.skill.verify", "volunteer.skill.withdraw"} <= {entry.action for entry in world.log.audits}


async def test_the_default_end_is_in_a_year(world: World) -> None:
    await put(world)

    shown = (await world.ask("PUT", DOCTOR)).json()

    assert shown["ends_soon"] is False
    assert records(world)[0].until_ms > clock.now_ms() + 364 * DAY_MS


@pytest.mark.parametrize("until", ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"])
async def test_an_end_in_the_past_or_far_away_is_refused(world: World, until: str) -> None:
    await put(world)

    assert fields(await world.ask("PUT", DOCTOR, {"until": until})) == ["until"]
    assert records(world) == []


async def test_unknown_people_and_skills_are_not_verified(world: World) -> None:
    assert code(await world.ask("PUT", DOCTOR)) == "not_found"
    assert (await world.ask("PUT", "/v1/volunteers/v-1/skills/wizard/verification")).status_code == 422
    assert records(world) == []


@pytest.mark.parametrize("role", ["volunteer", "tracker", "monitor"])
async def test_nobody_else_verifies(world: World, role: str) -> None:
    await put(world)

    assert (await world.ask("PUT", DOCTOR, role=role, subject="v-1")).status_code == 403
    assert (await world.ask("DELETE", DOCTOR, role=role, subject="v-1")).status_code == 403
    assert (await world.ask("GET", "/v1/verifications", role=role)).status_code == 403


async def test_an_operator_of_an_organisation_vouches_only_for_its_people(world: World) -> None:
    await put(world, "operator", skills=[], organisation="brigade")

    other = await put(world, "operator", org="red-crescent")
    refused = await world.ask("PUT", DOCTOR, claims={"org": "red-crescent"})
    for_another = await world.ask("PUT", DOCTOR, {"organisation": "red-crescent"}, claims={"org": "brigade"})
    own = await world.ask("PUT", DOCTOR, claims={"org": "brigade"})

    assert (other.status_code, other.json()["verified"]) == (200, {})
    assert [code(refused), code(for_another)] == ["forbidden", "forbidden"]
    assert own.json()["by_organisation"] == "brigade"


async def test_people_never_state_their_organisation_themselves(world: World) -> None:
    assert code(await put(world, organisation="brigade")) == "forbidden"
    assert code(await put(world, organisation=None)) == "forbidden"
    assert world.log.messages == []


async def test_a_profile_without_an_organisation_leaves_it_as_it_is(world: World) -> None:
    await put(world, "operator", organisation="brigade")

    assert (await put(world)).json()["organisation"] == "brigade"
    assert (await put(world, "operator")).json()["organisation"] == "brigade"
    assert (await put(world, "operator", organisation=None)).json()["organisation"] is None


async def test_operators_list_what_ends_soon(world: World) -> None:
    await put(world)
    soon = clock.rfc3339(clock.now_ms() + 5 * DAY_MS)
    await world.ask("PUT", DOCTOR, {"until": soon})
    await world.ask("PUT", "/v1/volunteers/v-1/skills/boat/verification")

    listed = (await world.ask("GET", "/v1/verifications", role="admin")).json()
    later = (await world.ask("GET", "/v1/verifications?ends_before=2999-01-01T00:00:00Z")).json()

    assert listed["items"] == [{"volunteer_id": "v-1", "skill": "doctor", "until": soon}]
    shown = [entry.subjects for entry in world.log.audits if entry.action == "verifications.list"]
    assert shown == [("v-1",), ("v-1",)]
    assert [one["skill"] for one in later["items"]] == ["doctor", "boat"]
    assert fields(await world.ask("GET", "/v1/verifications?ends_before=soon")) == ["ends_before"]


async def test_a_verification_is_in_the_log_although_redis_is_down(world: World) -> None:
    world.redis.is_down = True

    answer = await put(world, "operator")

    assert answer.status_code == 202
    assert [one.skill for one in records(world)] == ["doctor", "boat"]


async def accepted(world: World, priority: Priority) -> None:
    """v-1 has accepted an offer of an incident with a caller."""
    held = offer(OfferState.ACCEPTED, accepted_ms=clock.now_ms())
    state = incident(priority=priority, offers=(held,))
    world.redis.add(state)
    ref = f"incident:{state.id}"
    told = IncidentPrivate(description="түтін", address="Абай 1", caller={"name": "Айгүл", "phone": "+7 701"})
    await world.redis.put_private([PrivateWrite(ref=ref, offset=0, sealed=seal(DATA_KEY, ref, told))])


async def seen(world: World) -> list[dict[str, Any]]:
    """The offer by both reads, and the incident."""
    asked = [
        await world.ask("GET", path, role="volunteer", subject="v-1")
        for path in ("/v1/volunteers/v-1/offers", f"/v1/incidents/{next(iter(world.redis.states))}")
    ]
    listed, state = (answer.json() for answer in asked)
    return [*listed["items"], state]


async def test_who_is_not_verified_sees_place_and_address_of_a_critical_incident_and_why_no_more(world: World) -> None:
    await put(world)
    await accepted(world, Priority.CRITICAL)

    for shown in await seen(world):
        assert shown["details"] == "verified_only"
        assert shown["address"] == "Абай 1"
        assert shown["location"]
        assert not shown.get("caller")
        assert not shown.get("description")
        assert shown["material"] == []


async def test_who_is_verified_sees_the_caller(world: World) -> None:
    await put(world, "operator", skills=["boat"])
    await accepted(world, Priority.CRITICAL)

    for shown in await seen(world):
        assert shown["details"] == "all"
        assert shown["caller"]["phone"] == "+7 701"
        assert shown["description"] == "түтін"


async def test_other_incidents_show_their_details_to_everybody_who_accepted(world: World) -> None:
    await put(world)
    await accepted(world, Priority.HIGH)

    for shown in await seen(world):
        assert shown["details"] == "all"
        assert shown["caller"]["name"] == "Айгүл"
