"""Who counts as verified: in searches, wake-ups and look-ups, on Redis and in memory alike."""

from dataclasses import replace

from dispatch.model.people import Need
from dispatch.model.reasons import Exclusion
from dispatch.model.requirements import Requirement
from streams.store.verifications import Ending, VerificationWrite
from tests.contracts.builders import (
    DIGITAL,
    application,
    fix,
    incident,
    incident_id,
    need,
    north,
    profile,
    requirement,
    verification,
)
from tests.contracts.worlds import RedisWorld, StoreWorld, applied

HOUR_MS = 3_600_000
DOCTORS = requirement(skill="doctor", any_of=("first_aid",), verified=("doctor", "nurse"))
ONLY_DOCTORS = requirement(skill="doctor", verified=("doctor",))


async def comes(world: StoreWorld, volunteer: str, *skills: str, distance_m: float = 100.0) -> None:
    await world.people.put_profiles([profile(volunteer, 1, skills=skills)])
    await world.people.put_fixes([fix(volunteer, await world.store.now_ms(), north(distance_m))])


async def found(world: StoreWorld, line: Requirement, **changes: object) -> tuple[list[str], dict[Exclusion, int]]:
    asked: Need = replace(need(line), **changes)  # type: ignore[arg-type]
    (answer,) = await world.store.find([asked])
    return [one.volunteer_id for one in answer.candidates], dict(answer.excluded)


async def test_a_claim_counts_only_for_skills_that_need_no_verification(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await comes(world, "self-made", "doctor")
    await comes(world, "self-made-aid", "doctor", "first_aid", distance_m=200)
    await comes(world, "verified", "doctor", distance_m=300)
    await world.people.put_verifications([verification("verified", 1, now_ms + HOUR_MS)])

    assert await found(world, ONLY_DOCTORS) == (["verified"], {Exclusion.NOT_VERIFIED: 2})
    assert await found(world, DOCTORS) == (["self-made-aid", "verified"], {Exclusion.NOT_VERIFIED: 1})
    assert (await found(world, requirement(skill="doctor")))[1] == {}


async def test_a_candidate_names_their_verified_skills(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await comes(world, "v-1", "doctor", "boat")
    await world.people.put_verifications([verification("v-1", 1, now_ms + HOUR_MS)])
    await world.people.put_verifications([verification("v-1", 2, now_ms - 1, skill="boat")])

    (answer,) = await world.store.find([need(ONLY_DOCTORS)])

    assert answer.candidates[0].verified == {"doctor"}
    assert (await world.store.presence(["v-1"]))["v-1"].verified == {"doctor"}


async def test_a_verified_skill_counts_only_while_the_person_claims_it(world: StoreWorld) -> None:
    await comes(world, "v-1", "first_aid")
    await world.people.put_verifications([verification("v-1", 1, await world.store.now_ms() + HOUR_MS)])

    assert await found(world, ONLY_DOCTORS) == ([], {})


async def test_a_verification_ends_by_the_clock_of_the_store(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await comes(world, "v-1", "doctor")

    await world.people.put_verifications([verification("v-1", 1, now_ms - 1)])

    assert await found(world, ONLY_DOCTORS) == ([], {Exclusion.NOT_VERIFIED: 1})
    ended = Ending(volunteer_id="v-1", skill="doctor", until_ms=now_ms - 1)
    assert await world.people.ended_verifications() == [ended]
    assert await world.people.ended_verifications([ended]) == []


async def test_a_renewed_verification_has_not_ended(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await comes(world, "v-1", "doctor")
    await world.people.put_verifications([verification("v-1", 1, now_ms - 1)])
    ended = await world.people.ended_verifications()

    await world.people.put_verifications([verification("v-1", 2, now_ms + HOUR_MS)])

    assert await world.people.ended_verifications(ended) == []
    assert (await found(world, ONLY_DOCTORS))[0] == ["v-1"]


async def test_the_order_of_the_log_decides_not_that_of_arrival(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await comes(world, "v-1", "doctor")
    await world.people.put_verifications([verification("v-1", 8, 0)])

    assert await world.people.put_verifications([verification("v-1", 7, now_ms + HOUR_MS)]) == 0

    assert (await found(world, ONLY_DOCTORS))[0] == []


async def test_a_person_s_own_profile_neither_drops_nor_forges_a_verification(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await comes(world, "v-1", "doctor")
    await world.people.put_verifications([verification("v-1", 1, now_ms + HOUR_MS)])

    await world.people.put_profiles([profile("v-1", 2, skills=("boat",))])
    await world.people.put_profiles([profile("v-1", 3, skills=("doctor", "rescue"))])

    assert (await found(world, ONLY_DOCTORS))[0] == ["v-1"]
    assert (await found(world, requirement(skill="rescue", verified=("rescue",))))[0] == []


async def test_a_skill_with_separators_in_its_name_verifies_nothing(world: StoreWorld) -> None:
    await comes(world, "v-1", "doctor:9999999999999", "doctor,doctor")

    assert (await found(world, ONLY_DOCTORS))[0] == []


async def test_a_verification_may_arrive_before_the_profile(world: StoreWorld) -> None:
    await world.people.put_verifications([verification("v-1", 1, await world.store.now_ms() + HOUR_MS)])

    await comes(world, "v-1", "doctor")

    assert (await found(world, ONLY_DOCTORS))[0] == ["v-1"]


async def test_erasure_takes_the_verifications_and_a_late_one_does_not_restore_them(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await comes(world, "v-1", "doctor")
    await world.people.put_verifications([verification("v-1", 1, now_ms - 1)])

    await world.people.erase("v-1", profile_offset=2)
    late = await world.people.put_verifications([verification("v-1", 2, now_ms + HOUR_MS)])
    await world.people.put_profiles([profile("v-1", 3, skills=("doctor",))])
    await world.people.put_fixes([fix("v-1", now_ms)])

    assert late == 0
    assert await world.people.ended_verifications() == []
    assert (await found(world, ONLY_DOCTORS))[0] == []


async def test_a_tombstone_takes_one_verification(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await comes(world, "v-1", "doctor", "rescue")
    await world.people.put_verifications(
        [verification("v-1", 1, now_ms + HOUR_MS), verification("v-1", 1, now_ms + HOUR_MS, skill="rescue")]
    )

    await world.people.put_verifications([VerificationWrite(volunteer_id="v-1", skill="doctor", offset=2, record=None)])

    assert (await world.store.presence(["v-1"]))["v-1"].verified == {"rescue"}


async def test_digital_work_on_hidden_texts_is_only_for_people_somebody_has_verified(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    people = [profile(who, 1, skills=("translator",), capabilities=DIGITAL) for who in ("stranger", "known")]
    await world.people.put_profiles(people)
    await world.people.put_verifications([verification("known", 1, now_ms + HOUR_MS, skill="first_aid")])
    line = requirement(skill="translator", capability=DIGITAL[0])

    assert (await found(world, line, area=None, vouched=True)) == (["known"], {Exclusion.NOT_VERIFIED: 1})
    assert sorted((await found(world, line, area=None))[0]) == ["known", "stranger"]


async def waiting(world: StoreWorld, line: Requirement) -> None:
    now_ms = await world.store.now_ms()
    state = incident("flood", at_ms=now_ms, requirements=(line,), retry_at_ms=now_ms + HOUR_MS)
    await applied(world, application(0, state, command="flood"))


async def test_a_verification_wakes_the_incidents_that_wait_for_it(world: StoreWorld) -> None:
    await waiting(world, requirement(skill="doctor", verified=("doctor",), missing_since_ms=1))
    now_ms = await world.store.now_ms()

    await comes(world, "v-1", "doctor")
    await world.people.put_verifications([verification("v-1", 1, now_ms + HOUR_MS, skill="boat")])
    assert await world.woken() == []
    await world.people.put_verifications([verification("v-1", 1, now_ms + HOUR_MS)])

    assert await world.woken() == [incident_id("flood")]


async def test_a_claim_that_counts_wakes_as_before(world: StoreWorld) -> None:
    line = requirement(skill="doctor", any_of=("first_aid",), verified=("doctor",), missing_since_ms=1)
    await waiting(world, line)

    await comes(world, "v-1", "first_aid")

    assert await world.woken() == [incident_id("flood")]


async def test_a_rebuild_keeps_the_verifications(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    writes = [verification("v-1", 4, now_ms + HOUR_MS), verification("v-1", 5, 0, skill="rescue")]
    member = verification("v-1", 6, 0, skill=None, organisation="red-crescent")
    await comes(redis_world, "v-1", "doctor", "rescue")
    await redis_world.people.put_verifications([*writes, member])
    live = await redis_world._people()
    before = await redis_world.reads.volunteer("v-1")
    await redis_world.forget()
    restore = redis_world.restore
    await restore.acquire(10_000)

    await restore.people().put_profiles([profile("v-1", 1, skills=("doctor", "rescue"))])
    await restore.people().put_verifications([*writes, member])
    await restore.mark_ready(await restore.this_run())
    await restore.release()

    assert (await redis_world._people())["v-1"]["vs"] == live["v-1"]["vs"] == f"doctor:{now_ms + HOUR_MS}"
    after = await redis_world.reads.volunteer("v-1")
    assert before
    assert after
    assert (after.verified, after.organisation) == (before.verified, "red-crescent")
    assert after.valid_skills == {"doctor"}
    assert (await found(redis_world, ONLY_DOCTORS))[0] == []  # no place yet: positions follow
    ends = await redis_world.reads.verifications_before(now_ms + 2 * HOUR_MS)
    assert ends == [Ending(volunteer_id="v-1", skill="doctor", until_ms=now_ms + HOUR_MS)]


async def test_known_people_are_told_from_others_in_one_look(redis_world: RedisWorld) -> None:
    await redis_world.people.put_profiles([profile("v-1", 1), profile("v-2", 1), profile("gone", 1)])
    await redis_world.people.put_verifications([verification("v-2", 1, 0, skill=None, organisation="brigade")])
    await redis_world.people.erase("gone", profile_offset=2)

    asked = ["v-1", "nobody", "v-2", "gone"]

    assert await redis_world.reads.are_known(asked) == [True, False, True, False]
    assert await redis_world.reads.are_known(asked, "brigade") == [False, False, True, False]
    assert await redis_world.reads.are_known(asked, "rigade") == [False] * 4
    assert await redis_world.reads.are_known([]) == []
