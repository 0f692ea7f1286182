"""Whatever is older than the table allows is found, and nothing else."""

import os
from pathlib import Path

import pytest

from dispatch.model.geo import cell
from dispatch.model.places import Place
from dispatch.model.private_refs import handover_ref
from streams import clock, redis_keys
from streams.kafka.log_reader import LogReader
from streams.monitoring.retention_check import (
    COMPACTED_WITHIN_S,
    TooOld,
    _Head,
    disk_findings,
    findings,
    key_findings,
    person_findings,
    replaced_longest,
    row_of,
)
from streams.retention.classes import DAY_S, HOLD_S, PLACES_S
from streams.topics import DECISIONS, LOCATIONS, PRIVATE, VOLUNTEERS
from tests.support.desk import Desk

NOW_MS = 1_795_000_000_000
HOME = Place(lon=76.945, lat=43.238)


def whats(found: list[TooOld]) -> list[str]:
    return [one.what for one in found]


@pytest.mark.parametrize(
    ("key", "ttl_s", "what"),
    [
        (redis_keys.volunteer("v-1"), -1, "key without a TTL"),
        (redis_keys.volunteer("v-1"), PLACES_S, None),
        (redis_keys.volunteer("v-1"), PLACES_S + 1, "TTL"),
        (redis_keys.held_fix("v-1"), HOLD_S + 1, "TTL"),
        (redis_keys.field_index("first_aid"), -1, "key without a TTL"),
        (redis_keys.VOLUNTEERS, -1, None),
        (redis_keys.incident("i-1"), -1, None),  # open
        (f"{redis_keys.PREFIX}planted:v-1", -1, "key without a row in the table"),
    ],
)
def test_a_key_is_judged_by_its_row(key: str, ttl_s: int, what: str | None) -> None:
    assert whats(list(key_findings([(key, ttl_s)]))) == ([what] if what else [])


def test_a_finding_names_no_person() -> None:
    keys = [(redis_keys.volunteer("v-1"), -1), (f"{redis_keys.PREFIX}planted:v-1", -1)]

    assert all("v-1" not in one.place for one in key_findings(keys))


def test_the_longest_pattern_decides_the_row_of_a_key() -> None:
    row = row_of(redis_keys.engaged_index("boat"))

    assert row is not None
    assert str(row.place) == f"Redis {redis_keys.engaged_index('*')}"


@pytest.mark.parametrize(
    ("person", "what"),
    [
        ({"du": "1", "x": "76.9", "at": str(NOW_MS - 1000)}, []),
        ({"du": "0", "x": "76.9", "at": str(NOW_MS - 1000)}, ["position of somebody who is not on duty"]),
        ({"x": "76.9", "at": str(NOW_MS - 1000)}, ["position of somebody who is not on duty"]),
        ({"du": "1", "x": "76.9", "at": str(NOW_MS - 3 * 3_600_000)}, ["position"]),
        ({"hx": str(cell(HOME).lon), "hy": str(cell(HOME).lat)}, []),
        ({"hx": str(HOME.lon), "hy": str(HOME.lat)}, ["home that is not the centre of a cell: run `komek rebuild`"]),
    ],
)
def test_a_person_is_judged_by_what_is_kept_of_them(person: dict[str, str], what: list[str]) -> None:
    assert whats(list(person_findings([person], 3600, NOW_MS))) == what


def test_a_value_counts_as_replaced_from_its_successor_on() -> None:
    def at(key: bytes, hours: int, *, gone: bool = False) -> _Head:
        return _Head(key, NOW_MS - hours * 3_600_000, gone)

    assert replaced_longest([at(b"a", 90), at(b"b", 80)], NOW_MS) is None
    assert replaced_longest([at(b"a", 90), at(b"b", 80), at(b"a", 50, gone=True), at(b"b", 2)], NOW_MS) == 50 * 3600
    assert replaced_longest([at(b"a", 90, gone=True), at(b"a", 80)], NOW_MS) is None  # only a tombstone was replaced


def test_old_files_of_the_broker_are_found(tmp_path: Path) -> None:
    names = {
        f"{LOCATIONS.name}-0/00000.log": 3 * 3600,  # closed, and more than an hour and its segment old
        f"{LOCATIONS.name}-0/00010.log": 3 * 3600,  # the one that is written
        f"{LOCATIONS.name}-0/00005.log.deleted": 3 * 3600,
        f"{DECISIONS.name}-0/00000.log": 30 * DAY_S,
        f"{DECISIONS.name}-0/00010.log": 0,
        f"{VOLUNTEERS.name}-0/00000.log": 900 * DAY_S,  # compacted
        f"{VOLUNTEERS.name}-0/00010.log": 0,
    }
    for name, age_s in names.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (NOW_MS / 1000 - age_s,) * 2)

    found = {one.place: one.what for one in disk_findings(tmp_path, NOW_MS)}

    assert found == {
        f"{LOCATIONS.name}-0/00000.log": "segment",
        f"{LOCATIONS.name}-0/00005.log.deleted": "deleted file",
    }


async def test_on_a_running_stack_nothing_is_too_old_and_a_planted_thing_is_found(desk: Desk) -> None:
    await desk.people("a")
    await desk.register("a")
    reader = LogReader(desk.settings, "test-retention")
    await reader.start()
    try:
        now_ms = clock.now_ms()
        assert await findings(desk.settings, desk.link, reader, now_ms) == []

        await desk.link.run([("PERSIST", redis_keys.volunteer(desk.named("a")))])
        await desk.publisher.publish_profiles([(desk.named("a"), None)])
        planted = await findings(desk.settings, desk.link, reader, now_ms)
        later = await findings(desk.settings, desk.link, reader, now_ms + (COMPACTED_WITHIN_S + DAY_S) * 1000)
        ref = handover_ref(clock.fresh_id())
        await desk.publisher.producer.send_and_wait(PRIVATE.name, b"sealed", key=ref.encode())
        over_a_week = await findings(desk.settings, desk.link, reader, now_ms + 9 * DAY_S * 1000)
        await desk.publisher.producer.send_and_wait(PRIVATE.name, None, key=ref.encode())
    finally:
        await reader.stop()

    assert whats(planted) == ["key without a TTL"]
    assert any(one.what.endswith("hand-over notes") for one in over_a_week)
    assert not any(one.what.endswith("hand-over notes") for one in later)
    assert {"oldest record", "replaced or erased record"} <= {*whats(later)}
    assert {one.place.split("/")[0] for one in later} >= {LOCATIONS.name, VOLUNTEERS.name}
