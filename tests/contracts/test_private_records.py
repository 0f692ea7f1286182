"""Private records in both stores: the order of the log decides, whatever order they arrive in."""

import pytest

from streams.store.people import PrivateWrite
from streams.store.reads import Reads
from tests.contracts.worlds import RedisWorld, StoreWorld

REF = "incident:i-1"
FIRST = PrivateWrite(ref=REF, offset=3, sealed=b"first")
AGAIN = PrivateWrite(ref=REF, offset=3, sealed=b"again", is_resealed=True)
NEWER = PrivateWrite(ref=REF, offset=5, sealed=b"newer")
ERASED = PrivateWrite(ref=REF, offset=5, sealed=None)


async def shown(world: StoreWorld) -> bytes | None:
    if isinstance(world, RedisWorld):
        return await Reads(world.link).private(REF)
    return world.store.private[REF][1]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("writes", "left"),
    [
        ([FIRST, AGAIN], b"again"),
        ([AGAIN, FIRST], b"again"),  # the original is delivered once more
        ([FIRST, NEWER, AGAIN], b"newer"),
        ([FIRST, AGAIN, NEWER], b"newer"),
        ([FIRST, ERASED, AGAIN], None),
        ([AGAIN, ERASED, FIRST], None),
        ([ERASED, PrivateWrite(ref=REF, offset=5, sealed=None, is_resealed=True)], None),
    ],
)
async def test_a_record_sealed_again_replaces_its_original_and_nothing_newer(
    world: StoreWorld, writes: list[PrivateWrite], left: bytes | None
) -> None:
    for write in writes:
        await world.people.put_private([write])

    assert await shown(world) == left


async def test_a_home_stays_where_it_is_when_its_record_is_sealed_again(redis_world: RedisWorld) -> None:
    ref = "volunteer:v-1"
    await redis_world.people.put_private([PrivateWrite(ref=ref, offset=3, sealed=b"first")])

    changed = await redis_world.people.put_private([PrivateWrite(ref=ref, offset=3, sealed=b"again", is_resealed=True)])

    assert (changed, await redis_world.reads.private(ref)) == (1, b"again")
    # No second half is waited for: the profile still belongs to the record.
    assert await redis_world.people.unjoined() == []  # type: ignore[attr-defined]
