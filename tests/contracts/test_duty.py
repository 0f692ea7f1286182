"""The duty of a person is the one stated last in the log; a profile that states none never changes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations, product
from typing import Any

import pytest

from streams import wire
from streams.store.people import ProfileWrite
from streams.store.record_decoders import newest_profiles, succeeding
from streams.topics import VOLUNTEERS
from tests.contracts.builders import profile
from tests.contracts.worlds import RedisWorld, StoreWorld

STATES_ON, STATES_OFF, COPIES_ON, COPIES_OFF, ERASES = KINDS = "ON", "OFF", "on", "off", "erased"
LOGS = list(product(KINDS, repeat=3))
"""Every log of three records about one person."""


@dataclass(frozen=True, kw_only=True)
class Record:
    key: bytes
    value: bytes | None
    offset: int
    topic: str = VOLUNTEERS.name
    timestamp: int = 1


def write(volunteer: str, offset: int, kind: str) -> ProfileWrite:
    if kind == ERASES:
        return ProfileWrite(volunteer_id=volunteer, offset=offset, record=None)
    return profile(volunteer, offset, on_duty=kind.lower() == "on", keeps_duty=kind.islower())


def duty(log: Sequence[str]) -> bool | None:
    """On duty by the order of the log; None: unknown."""
    if log[-1] == ERASES:
        return None
    stated = [kind for kind in log if kind not in (COPIES_ON, COPIES_OFF)]
    return (stated[-1] if stated else log[-1]) in (STATES_ON, COPIES_ON)


def records(volunteer: str, log: Sequence[str]) -> list[Any]:
    writes = [write(volunteer, offset, kind) for offset, kind in enumerate(log, start=1)]
    return [
        Record(key=volunteer.encode(), value=None if one.record is None else wire.encode(one.record), offset=one.offset)
        for one in writes
    ]


def batches(log: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [log[at : at + size] for at in range(0, len(log), size)]


async def duties(world: StoreWorld, volunteers: Iterable[str]) -> dict[str, bool]:
    return {volunteer: seen.on_duty for volunteer, seen in (await world.store.presence(list(volunteers))).items()}


def expected(logs: dict[str, Sequence[str]]) -> dict[str, bool]:
    return {volunteer: on_duty for volunteer, log in logs.items() if (on_duty := duty(log)) is not None}


@pytest.mark.parametrize(
    ("log", "on_duty"),
    [
        ((STATES_OFF, STATES_ON, COPIES_OFF), True),  # a registry sync read before the person went on duty
        ((STATES_OFF, COPIES_OFF, STATES_ON), True),
        ((STATES_ON, STATES_OFF, COPIES_ON), False),
        ((ERASES, COPIES_ON), False),  # read before the erasure
        ((COPIES_ON,), True),  # compaction removed the record that stated the duty
    ],
)
async def test_a_profile_without_duty_does_not_change_it(world: StoreWorld, log: Sequence[str], on_duty: bool) -> None:
    assert duty(log) == on_duty

    for offset, kind in enumerate(log, start=1):
        await world.people.put_profiles([write("v-1", offset, kind)])

    assert await duties(world, ["v-1"]) == {"v-1": on_duty}
    await world.audit()


async def test_the_order_of_the_log_decides_whatever_the_order_of_arrival(world: StoreWorld) -> None:
    logs: dict[str, Sequence[str]] = {}
    arrivals: list[list[ProfileWrite]] = [[], [], []]
    for number, (log, order) in enumerate(product(LOGS, permutations(range(3)))):
        logs[volunteer := f"v-{number}"] = log
        for turn, at in enumerate(order):
            arrivals[turn].append(write(volunteer, at + 1, log[at]))

    for writes in arrivals:
        await world.people.put_profiles(writes)

    assert await duties(world, logs) == expected(logs)
    await world.audit()


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_batches_of_the_live_path_find_the_same_duty(world: StoreWorld, size: int) -> None:
    logs: dict[str, Sequence[str]] = {f"v-{number}": log for number, log in enumerate(LOGS)}

    for volunteer, log in logs.items():
        for batch in batches(records(volunteer, log), size):
            writes, rejected = newest_profiles(batch)
            assert rejected == []
            await world.people.put_profiles(writes)

    assert await duties(world, logs) == expected(logs)


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_a_rebuild_finds_the_same_duty(redis_world: RedisWorld, size: int) -> None:
    logs: dict[str, Sequence[str]] = {f"v-{number}": log for number, log in enumerate(LOGS)}
    restore = redis_world.restore
    await redis_world.forget()
    await restore.acquire(10_000)

    for volunteer, log in logs.items():
        deciding: tuple[ProfileWrite, ...] = ()
        for batch in batches(records(volunteer, log), size):
            for one in newest_profiles(batch)[0]:
                deciding = succeeding(deciding, one)
        if deciding[-1].record is not None:
            await restore.people().put_profiles(deciding)

    await redis_world.rebuilt()
    assert await duties(redis_world, logs) == expected(logs)
