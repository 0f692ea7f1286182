"""Who fits a need, for Redis and its twin alike: languages by their primary subtag, own reach, any of several skills, time."""

from dataclasses import replace

from dispatch.model.reasons import Exclusion
from dispatch.model.requirements import Climb
from dispatch.model.vocabulary import Capability, Priority, TravelMode
from streams.store.people import ProfileWrite
from tests.contracts.builders import (
    DIGITAL,
    FIELD,
    application,
    fix,
    incident,
    incident_id,
    need,
    north,
    profile,
    requirement,
)
from tests.contracts.worlds import StoreWorld, applied


def by_mode(volunteer_id: str, mode: TravelMode, *, max_distance_m: int | None = None) -> ProfileWrite:
    write = profile(volunteer_id, 1, max_distance_m=max_distance_m)
    assert write.record is not None
    return replace(write, record=replace(write.record, travel_mode=mode))


async def stand(world: StoreWorld, distance_m: float, *writes: ProfileWrite) -> None:
    await world.people.put_profiles(writes)
    now_ms = await world.store.now_ms()
    await world.people.put_fixes([fix(write.volunteer_id, now_ms, north(distance_m)) for write in writes])


async def found_ids(world: StoreWorld, *lines: object, **known: object) -> list[str]:
    (found,) = await world.store.find([need(*lines, **known)])  # type: ignore[arg-type]
    return [candidate.volunteer_id for candidate in found.candidates]


async def test_languages_are_one_by_their_primary_subtag_in_the_field(world: StoreWorld) -> None:
    await stand(
        world,
        100,
        profile("script", 1, languages=("kk-Cyrl",)),
        profile("plain", 1, languages=("KK",)),
        profile("other", 1, languages=("ru-KZ",)),
    )

    assert sorted(await found_ids(world, requirement(languages=("kk-Latn",)))) == ["plain", "script"]


async def test_languages_are_one_by_their_primary_subtag_for_digital_work(world: StoreWorld) -> None:
    translators = {"script": ("kk-Cyrl", "kk"), "plain": ("kk",), "region": ("ru-KZ",)}
    await world.people.put_profiles(
        [
            profile(name, 1, capabilities=DIGITAL, skills=("translator",), languages=languages)
            for name, languages in translators.items()
        ]
    )

    work = requirement(capability=Capability.DIGITAL, skill="translator", languages=("kk-KZ",))
    assert sorted(await found_ids(world, work)) == ["plain", "script"]
    assert await found_ids(world, replace(work, languages=("ru",))) == ["region"]
    await world.audit()


async def test_a_person_who_changes_languages_leaves_the_index_of_the_old_one(world: StoreWorld) -> None:
    await world.people.put_profiles(
        [profile("v-1", 1, capabilities=DIGITAL, skills=("translator",), languages=("kk-Cyrl", "tr"))]
    )
    await world.people.put_profiles(
        [profile("v-1", 2, capabilities=DIGITAL, skills=("translator",), languages=("tr-TR",))]
    )

    work = requirement(capability=Capability.DIGITAL, skill="translator", languages=("kk",))
    assert await found_ids(world, work) == []
    assert await found_ids(world, replace(work, languages=("tr",))) == ["v-1"]
    await world.audit()


async def test_who_states_no_limit_is_asked_as_far_as_their_mode_takes_them(world: StoreWorld) -> None:
    await stand(world, 4_900, by_mode("walker-near", TravelMode.FOOT))
    await stand(world, 5_100, by_mode("walker-far", TravelMode.FOOT), by_mode("rider", TravelMode.BICYCLE))
    await stand(world, 15_100, by_mode("rider-far", TravelMode.BICYCLE), by_mode("driver", TravelMode.CAR))
    await stand(world, 7_000, by_mode("willing", TravelMode.FOOT, max_distance_m=8_000))

    (found,) = await world.store.find([need(requirement(max_distance_m=60_000), want=9)])

    assert {one.volunteer_id for one in found.candidates} == {"walker-near", "rider", "driver", "willing"}
    assert found.excluded == {Exclusion.TOO_FAR: 2}


async def test_a_search_does_not_stop_at_people_who_would_be_left_out(world: StoreWorld) -> None:
    await stand(world, 6_000, *(by_mode(f"walker-{number:02}", TravelMode.FOOT) for number in range(30)))
    await stand(world, 9_000, by_mode("driver", TravelMode.CAR))

    assert await found_ids(world, requirement(max_distance_m=60_000), want=1) == ["driver"]


async def test_a_limit_in_time_is_judged_by_each_ones_mode(world: StoreWorld) -> None:
    quick = replace(requirement(max_distance_m=20_000), max_eta_s=600)
    await stand(world, 3_000, by_mode("walker", TravelMode.FOOT), by_mode("driver", TravelMode.CAR))

    (found,) = await world.store.find([need(quick)])

    assert [one.volunteer_id for one in found.candidates] == ["driver"]
    assert found.excluded == {Exclusion.TOO_FAR: 1}


async def test_any_of_several_skills_is_found_and_each_person_once(world: StoreWorld) -> None:
    await stand(world, 100, profile("both", 1, skills=("doctor", "nurse")))
    await stand(world, 200, profile("nurse", 1, skills=("nurse",)))
    await stand(world, 300, profile("doctor", 1, skills=("doctor",)), profile("cook", 1, skills=("logistics",)))

    (found,) = await world.store.find([need(replace(requirement(skill="doctor"), any_of=("nurse",)))])

    assert [one.volunteer_id for one in found.candidates] == ["both", "nurse", "doctor"]
    assert found.complete


async def test_any_of_several_skills_is_found_for_digital_work(world: StoreWorld) -> None:
    await world.people.put_profiles(
        [
            profile("maps", 1, capabilities=DIGITAL, skills=("mapping",)),
            profile("places", 1, capabilities=DIGITAL, skills=("geolocation", "mapping")),
        ]
    )

    digital = replace(requirement(capability=Capability.DIGITAL, skill="mapping"), any_of=("geolocation",))

    assert sorted(await found_ids(world, digital)) == ["maps", "places"]


async def test_a_person_with_a_substitute_skill_wakes_what_waits_for_it(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    climbed = replace(
        requirement(skill="doctor", missing_since_ms=now_ms), climb=Climb(ladder="field", substitutes=("nurse",))
    )
    state = incident(at_ms=now_ms, requirements=(climbed,), retry_at_ms=now_ms + 60_000)
    await applied(world, application(0, state))

    await stand(world, 100, profile("nurse", 1, skills=("nurse",), capabilities=FIELD))

    assert await world.woken() == [state.id]


async def test_what_has_waited_long_is_woken_before_newer_needs_but_never_before_critical_ones(
    world: StoreWorld,
) -> None:
    now_ms, minute = await world.store.now_ms(), 60_000
    waiting = {
        "critical": (Priority.CRITICAL, 0),
        "low-old": (Priority.LOW, 50),
        "high-new": (Priority.HIGH, 5),
        "normal-new": (Priority.NORMAL, 2),
    }
    for offset, (name, (priority, age)) in enumerate(waiting.items()):
        line = requirement(missing_since_ms=now_ms - age * minute)
        state = incident(name, at_ms=now_ms, priority=priority, requirements=(line,), retry_at_ms=now_ms + 60 * minute)
        await applied(world, application(offset, state, command=f"c-{name}"))

    await stand(world, 100, profile("v-1", 1))

    assert sorted(await world.woken()) == sorted(map(incident_id, ["critical", "low-old", "high-new"]))
