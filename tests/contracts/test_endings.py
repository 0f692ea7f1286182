"""After a rebuild: whose offer has ended without the log of offers saying so yet is not free for others until it does."""

import pytest

from dispatch.model.people import Hold
from dispatch.model.vocabulary import OfferState
from dispatch.ports import ClaimAnswer
from streams.store.restore import RestoredIncident
from tests.contracts.builders import claim, fix, hold, incident, offer, profile
from tests.contracts.worlds import MemoryWorld, RedisWorld, StoreWorld


async def restored_with_an_ending(world: StoreWorld, ended: Hold) -> None:
    """Offsets 0 to 4 are applied, 0 to 2 published; the offer ended with 4."""
    now_ms = await world.store.now_ms()
    state = incident(at_ms=now_ms, offers=(offer(ended, now_ms, state=OfferState.STOOD_DOWN),))
    written = RestoredIncident(incident=state, holds=[ended])
    place = {"applied": 4, "published": 2, "ending": [(ended, 4)]}
    if isinstance(world, RedisWorld):
        assert await world.restore.acquire(10_000)
        await world.restore.people().put_profiles([profile("v-1", 1)])
        await world.restore.people().put_fixes([fix("v-1", now_ms)])
        await world.restore.restore_progress(0, **place)  # type: ignore[arg-type]
    else:
        assert isinstance(world, MemoryWorld)
        await world.people.put_profiles([profile("v-1", 1)])
        await world.people.put_fixes([fix("v-1", now_ms)])
        await world.memory.restore_progress(0, **place)  # type: ignore[arg-type]
    assert await world.rebuilt(written) == []


@pytest.mark.parametrize(("published", "answer"), [(3, ClaimAnswer.BUSY), (4, ClaimAnswer.GRANTED)])
async def test_a_person_is_free_once_the_end_of_their_offer_is_published(
    world: StoreWorld, published: int, answer: ClaimAnswer
) -> None:
    await restored_with_an_ending(world, hold("v-1"))

    await world.store.mark_published(0, published)

    assert await world.store.claim([claim("v-1", incident="fire", command="c-9")]) == [answer]
