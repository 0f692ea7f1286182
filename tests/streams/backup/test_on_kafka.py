"""An export of a real log, and its import into a Kafka of its own: killed on the way, and decided on."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from dispatch.model.commands import Command
from dispatch.model.places import Place
from streams import clock, redis_keys, wire
from streams.backup import group_offsets, run, target
from streams.backup.carried import CARRIED
from streams.backup.documents import Committed
from streams.backup.exporter import unfinished
from streams.backup.faults import BadBackup
from streams.backup.importer import Importer
from streams.backup.parts import Record
from streams.kafka import groups, topic_admin
from streams.kafka.log_reader import LogReader
from streams.rebuild.rebuilder import Rebuilder
from streams.settings import Settings
from streams.topics import DECISIONS, INCIDENT_STATUS, INCIDENTS, LOCATIONS, PRIVATE, SESSIONS, VOLUNTEERS
from streams.wire import VolunteerPrivate
from tests.support.backups import SECRET, ends_of, exported, imported, log_of, made_export
from tests.support.desk import DATA_KEY, Desk, accept, desk_at

ROOT = Path(__file__).parents[3]
KILLED = "tests.streams.backup.killed_backup"


@asynccontextmanager
async def restored_desk(settings: Settings, redis_url: str) -> AsyncIterator[Desk]:
    """A worker on the restored log and an empty Redis, which it builds."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    async with desk_at(settings.require_kafka(), redis_url) as made:
        yield made


async def with_private(desk: Desk, *people: str) -> None:
    """Writes sealed homes of these people, through the log."""
    for person in people:
        ref = f"volunteer:{desk.named(person)}"
        sealed = wire.seal(desk.settings.require_data_key(), ref, VolunteerPrivate(home=Place(lon=76.9, lat=43.2)))
        await desk.publisher.producer.send_and_wait(PRIVATE.name, sealed, key=ref.encode())


async def busy(desk: Desk) -> tuple[Command, ...]:
    """Two incidents of which one is accepted by somebody, and one that is not decided yet."""
    await desk.register("a", "b", "c", "d")
    await with_private(desk, "a", "b")
    await Rebuilder(settings=desk.settings, link=desk.link, owner="test").run_always()
    first, second, waits = desk.report(count=2), desk.report(), desk.report()
    await desk.dispatcher.handle(await desk.send(first))
    offer = (await desk.offers())[0]
    answer = accept(offer.id, offer.volunteer_id, first)
    await desk.dispatcher.handle(await desk.send(answer))
    await desk.dispatcher.handle(await desk.send(second))
    await desk.send(waits)
    return first, answer, second, waits


async def test_every_record_has_its_time_and_place_again_and_each_command_one_decision(
    desk: Desk, empty: Settings, redis_url: str, tmp_path: Path
) -> None:
    first, answer, second, waits = await busy(desk)
    # As if the workers had been killed before they committed: all of it comes again.
    begun = dict.fromkeys(await ends_of(desk.settings, INCIDENTS.name), 0)
    await target.commit(
        desk.settings,
        [
            Committed(group=groups.DISPATCHER, topic=INCIDENTS.name, partition=number, offset=offset, metadata="m")
            for number, offset in begun.items()
        ],
    )
    before = [await desk.incident(one.incident_id) for one in (first, second)]

    folder, manifest = await exported(desk.settings, tmp_path)
    done = await imported(empty, folder)

    assert done.records == manifest.records
    decided = await ends_of(desk.settings, DECISIONS.name)
    for one in CARRIED:
        old, new = await log_of(desk.settings, one.topic.name), await log_of(empty, one.topic.name)
        if one.topic is INCIDENT_STATUS:
            # Other tests on this Kafka write states of decisions that no log has; an export leaves them out.
            old = {number: [state for state in some if _is_decided(state, decided)] for number, some in old.items()}
        assert await ends_of(empty, one.topic.name) == await ends_of(desk.settings, one.topic.name)
        if one.keeps_offsets:
            assert new == old
        else:
            assert _without_offsets(new) == _without_offsets(old)
    assert not any((await log_of(empty, LOCATIONS.name)).values())
    assert topic_admin.check_topics(empty) == []

    async with restored_desk(empty, redis_url) as restored:
        assert [await restored.incident(one.incident_id) for one in (first, second)] == before
        # From where the group had committed: everything again, and what had no decision.
        redelivered = [one for one in await _consumed(empty) if _is_of(one, (first, answer, second, waits))]
        await restored.dispatcher.handle(redelivered)
        causes = await _causes(empty)
    ours = {one.id for one in (first, answer, second, waits)}
    of_ours = [cause for cause in causes if cause.command_id in ours]
    assert Counter(cause.command_id for cause in of_ours) == dict.fromkeys(ours, 1)
    assert len({(cause.partition, cause.offset) for cause in of_ours}) == len(of_ours)


def _is_decided(state: Record, ends: dict[int, int]) -> bool:
    if state.value is None:
        return True
    told = json.loads(state.value)
    return bool(told["decision_offset"] < ends.get(told["decision_partition"], 0))


def _without_offsets(log: dict[int, list[Record]]) -> dict[int, list[Record]]:
    return {number: [one._replace(offset=0) for one in some] for number, some in log.items()}


async def _consumed(settings: Settings) -> list[Any]:
    """What the workers' group would get, from its committed offsets on."""
    async with group_offsets.administration(settings, "test-committed") as admin:
        committed = await group_offsets.committed(admin, groups.DISPATCHER)
    assert {entry.metadata for entry in committed.values()} == {"m"}
    reader = LogReader(settings, "test-consumed")
    await reader.start()
    try:
        ends = await reader.ends(INCIDENTS.name, [part.partition for part in committed])
        stretches = {part.partition: (entry.offset, ends[part.partition]) for part, entry in committed.items()}
        return [one async for chunk in reader.read(INCIDENTS.name, stretches) for one in chunk]
    finally:
        await reader.stop()


def _is_of(record: Any, commands: tuple[Command, ...]) -> bool:
    return wire.decode_incident_command(record.value).id in {one.id for one in commands}


async def _causes(settings: Settings) -> list[Any]:
    log = await log_of(settings, DECISIONS.name)
    return [wire.decode_decision(one.value).cause for some in log.values() for one in some]


async def test_what_was_erased_after_the_export_does_not_come_back(
    desk: Desk, empty: Settings, redis_url: str, tmp_path: Path
) -> None:
    await desk.register("stays", "goes")
    await with_private(desk, "stays", "goes")
    folder, manifest = await exported(desk.settings, tmp_path)
    gone = desk.named("goes")
    for topic, name in ((PRIVATE, f"volunteer:{gone}"), (VOLUNTEERS, gone)):
        await desk.publisher.producer.send_and_wait(topic.name, None, key=name.encode())
    revoked = b"revoked:subject:op-1:1"
    record = wire.SessionRecord(
        kind=wire.SessionKind.REVOKED, at_ms=1, until_ms=2**50, what=wire.Revoked.SUBJECT, value=desk.named("op")
    )
    await desk.publisher.producer.send_and_wait(SESSIONS.name, wire.encode(record), key=revoked)
    opened = run.open_export(folder, SECRET)
    with_gap = opened.erasures(None, SECRET)
    assert with_gap.after(manifest) == {}, "the list is from before the erasure"

    await run.update_erasures(desk.settings, tmp_path, SECRET)
    done = await imported(empty, folder)

    assert (done.erased, done.ended) == (2, 3)
    private = [one for some in (await log_of(empty, PRIVATE.name)).values() for one in some]
    of_the_gone = [one for one in private if one.key == f"volunteer:{gone}".encode()]
    assert [one.value for one in of_the_gone] == [None, None]
    assert max(one.offset for one in of_the_gone) >= min(
        entry.end for entry in manifest.ranges if entry.topic == PRIVATE.name
    )
    assert [one.key for some in (await log_of(empty, SESSIONS.name)).values() for one in some][-1] == revoked
    async with restored_desk(empty, redis_url) as restored:
        names = [redis_keys.volunteer(desk.named("stays")), redis_keys.volunteer(gone), redis_keys.erased(gone)]
        assert await restored.link.run([("EXISTS", name) for name in names]) == [1, 0, 1]


@pytest.mark.soak
async def test_killed_on_the_way_both_go_on_where_they_were(desk: Desk, empty: Settings, tmp_path: Path) -> None:
    await busy(desk)
    backups = tmp_path / "backups"
    await run.update_erasures(desk.settings, backups, SECRET)
    _killed("export", desk.settings, backups, 3)
    half = unfinished(backups)
    assert half is not None
    with pytest.raises(BadBackup, match="half an export"):
        run.open_export(half, SECRET)
    with pytest.raises(BadBackup, match="no complete export"):
        run.open_export(backups, SECRET)
    written = {path.name: path.stat().st_mtime_ns for path in half.glob("*.part")}

    folder, manifest = await exported(desk.settings, backups)

    assert folder == half
    assert {name: (folder / name).stat().st_mtime_ns for name in written} == written
    assert sorted(path.name for path in folder.glob("*.part")) == sorted(part.name for part in manifest.parts)

    _killed("import", empty, backups, 6)
    # Nobody starts on half a log.
    assert any(problem.is_dangerous for problem in topic_admin.check_topics(empty))
    done = await imported(empty, folder)

    assert done.records == manifest.records
    assert await log_of(empty, INCIDENTS.name) == await log_of(desk.settings, INCIDENTS.name)
    assert topic_admin.check_topics(empty) == []


def _killed(what: str, settings: Settings, folder: Path, signs: int) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KOMEK_")}
    environ |= {"KOMEK_KAFKA": settings.require_kafka(), "KOMEK_DATA_KEY": DATA_KEY}
    done = subprocess.run(
        [sys.executable, "-m", KILLED, what, str(folder), SECRET, str(signs)],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


async def test_gaps_and_beginnings_are_kept(empty: Settings, tmp_path: Path) -> None:
    """As after a year: retention has removed the first decisions, compaction most private records."""
    # Of the last hour: what is older than its retention may be deleted again as soon as the import has ended.
    at_ms = clock.now_ms() - 3_600_000
    decisions = [Record(n, at_ms + n, b"z", b"{}", ()) for n in range(120_000, 120_010)]
    private = [Record(n, at_ms + n, f"incident:{n}".encode(), b"x", (("h", b"1"),)) for n in (700, 70_000, 70_001)]
    volunteers = [Record(n, at_ms + n, f"v-{n}".encode(), b"{}", ()) for n in (5, 1_000, 60_000)]
    folder = made_export(
        tmp_path,
        {
            (DECISIONS.name, 2): (120_000, 120_010, decisions),
            (PRIVATE.name, 1): (0, 70_010, private),
            (VOLUNTEERS.name, 3): (0, 60_007, volunteers),
            (DECISIONS.name, 3): (500, 500, []),
        },
    )
    opened = run.open_export(folder, SECRET)

    done = await Importer(empty, opened.folder, opened.manifest, opened.key, None).run()

    assert (await log_of(empty, DECISIONS.name))[2] == decisions
    assert (await log_of(empty, PRIVATE.name))[1] == private
    assert (await log_of(empty, VOLUNTEERS.name))[3] == [
        one._replace(offset=offset) for one, offset in zip(volunteers, (60_004, 60_005, 60_006), strict=True)
    ]
    assert (await ends_of(empty, PRIVATE.name))[1] == 70_010
    assert (await ends_of(empty, VOLUNTEERS.name))[3] == 60_007
    assert (await ends_of(empty, DECISIONS.name))[3] == 500
    assert done.fillers == 120_000 + 70_010 - 3 + 60_004 + 500
    assert topic_admin.check_topics(empty) == []
