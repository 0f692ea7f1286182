"""Data in Redis that an earlier version has written in another form count as lost: nothing is read until they are made anew."""

import hashlib
import inspect

import pytest

from dispatch.ports import NotReady
from streams import redis_keys
from streams.store.restore import RedisRun
from streams.store.scripts import LAYOUT
from tests.contracts.builders import fix, need, profile
from tests.contracts.worlds import RedisWorld, StoreWorld

LAYOUTS = {1: "823aaee4a4838846", 2: "742e17520a5c1ebb", 3: "25e4197689f23216"}
"""The keys of each layout, as a digest of their names and descriptions."""


async def mark(world: RedisWorld, form: str) -> RedisRun:
    run = await world.restore.this_run()
    await world.link.run([("SET", redis_keys.ready(run.id), form.format(data=run.data, next=LAYOUT + 1))])
    return run


@pytest.mark.parametrize("form", ["1|{data}", "1", "1|L0|{data}", "1|L|{data}"])
async def test_an_earlier_layout_is_not_ready_and_gives_no_answer(world: StoreWorld, form: str) -> None:
    if not isinstance(world, RedisWorld):
        return  # memory has no earlier version
    await world.people.put_profiles([profile("v-1", 1)])
    await mark(world, form)

    assert not await world.restore.is_ready()
    with pytest.raises(NotReady):
        await world.store.find([need()])
    with pytest.raises(NotReady):
        await world.reads.people_cells([])

    await world.forget()
    await world.rebuilt()
    await world.people.put_profiles([profile("v-1", 1)])
    await world.people.put_fixes([fix("v-1", await world.store.now_ms())])
    assert await world.restore.is_ready()
    assert [one.volunteer_id for one in (await world.store.find([need()]))[0].candidates] == ["v-1"]


async def test_a_later_layout_is_ready_so_that_two_versions_do_not_rebuild_in_turn(world: StoreWorld) -> None:
    if isinstance(world, RedisWorld):
        await mark(world, "1|L{next}|{data}")

        assert await world.restore.is_ready()


def test_whoever_changes_the_keys_decides_whether_the_layout_is_another() -> None:
    names = {name: value for name, value in vars(redis_keys).items() if not name.startswith("_")}
    keys = sorted(
        f"{name} {inspect.getdoc(value) if inspect.isfunction(value) else value}"
        for name, value in names.items()
        if inspect.isfunction(value) or isinstance(value, str)
    )

    digest = hashlib.sha256("\n".join(keys).encode()).hexdigest()[:16]

    assert LAYOUTS[LAYOUT] == digest, "raise LAYOUT if earlier data lack something; then note the digest of the keys"
