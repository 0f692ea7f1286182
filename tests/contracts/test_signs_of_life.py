"""In quiet hours only those are asked who were heard of themselves: what others write about people wakes nobody."""

from dispatch.model.vocabulary import Priority
from tests.contracts.builders import fix, profile
from tests.contracts.test_filters import DRY, FIRST_AID, HOUR_MS, asked, book, by_night, decided
from tests.contracts.worlds import StoreWorld


async def low_incident_at_night(world: StoreWorld) -> set[str]:
    plans = book(budget=by_night(await world.store.now_ms()))
    return asked(await decided(world, FIRST_AID, plans=plans, priority=Priority.LOW, type="road.accident"))


async def somebody(world: StoreWorld, *heard: int | None) -> None:
    """On duty; their profile was written once for each of `heard`."""
    now_ms = await world.store.now_ms()
    for number, heard_ms in enumerate(heard, start=1):
        await world.people.put_profiles([profile("v-1", number, heard_ms=heard_ms)])
    await world.people.put_fixes([fix("v-1", now_ms, DRY)])


async def test_a_sleeper_goes_on_sleeping_when_a_registry_writes_their_profile(world: StoreWorld) -> None:
    yesterday_ms = await world.store.now_ms() - 8 * HOUR_MS

    await somebody(world, yesterday_ms, yesterday_ms, None)

    assert await low_incident_at_night(world) == set()


async def test_somebody_whom_an_operator_registered_in_the_night_is_not_woken(world: StoreWorld) -> None:
    await somebody(world, None)

    assert await low_incident_at_night(world) == set()


async def test_who_is_up_stays_up_when_somebody_else_writes_their_profile(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()

    await somebody(world, now_ms - 60_000, None, now_ms - 8 * HOUR_MS)

    assert await low_incident_at_night(world) == {"v-1"}


async def test_the_sign_of_an_older_write_does_not_count_after_an_erasure(world: StoreWorld) -> None:
    await somebody(world, await world.store.now_ms() - 60_000)
    await world.people.erase("v-1", profile_offset=2)

    await world.people.put_profiles([profile("v-1", 3)])
    await world.people.put_fixes([fix("v-1", await world.store.now_ms(), DRY)])

    assert await low_incident_at_night(world) == set()
