"""A restore drill: a deployment with a past is exported and imported into other servers, and decides there."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import redis

from streams import clock, redis_keys, wire
from streams.api_client import Tally
from streams.local.keys import write_secret
from streams.ring import LiveRing
from streams.simulator.bulk import bulk_sender, register_in_bulk
from streams.topics import DECISIONS, INCIDENTS
from tests.benchmarks import burst
from tests.benchmarks.bench_burst import one_offer_per_place
from tests.benchmarks.burst import KOMEK
from tests.benchmarks.crowd import first_aiders, load, reports
from tests.benchmarks.following import read_all
from tests.benchmarks.options import Options
from tests.benchmarks.past_work import THREE, Past, live_through
from tests.benchmarks.result import Figure, Result
from tests.benchmarks.servers import Servers, servers, worker
from tests.support.whole_stack import without_komek

NAME = "restore"
ABOUT = "export, import into other servers, the first new decision there: 60,000 people, 500 incidents with their past"

SECRET = "the secret of a drill, long enough"
WITHIN_S = 3600.0
CLOSED_WITHIN_S = 120.0
ACTIVE = 2_000
"""People who are asked during the past."""


def run(options: Options) -> Result:
    with servers() as old, servers() as new:
        return asyncio.run(_run(options, old, new))


async def _run(options: Options, old: Servers, new: Servers) -> Result:
    people = first_aiders(options.volunteers or 60_000, options.seed)
    active = people[:ACTIVE]
    plans = {"KOMEK_PLANS": str(one_offer_per_place(old.folder)), "KOMEK_BUDGET": "off"}
    with worker(old, "worker-1", plans) as first, worker(old, "worker-2", plans) as second:
        await load(old, active, [first, second])
        past = await live_through(old, options.incidents or 500, options.seed, [first, second])
        await _until_closed(old)
        before = {**await _told(old), "people": len(people)}
    # Everybody else registers after the work: searches among all of them would be measured, and not backups.
    async with bulk_sender(old.settings, Tally()) as sender:
        await register_in_bulk(sender, people[ACTIVE:], LiveRing.of(old.settings).now)
    exported = await asyncio.to_thread(_komek, old, "export")
    lost_s = clock.monotonic_s()
    imported = await asyncio.to_thread(_komek, new, "import", old.folder)
    written_s = clock.monotonic_s()
    with worker(new, "restored", plans) as restored:
        await _until_ready(new, restored.check)
        ready_s = clock.monotonic_s()
        after = await _told(new)
        await burst.join(
            new, KOMEK, reports(1, options.seed + 777, types=["medical.other"], requirements=THREE)[0], restored
        )
        decided_s = clock.monotonic_s()
        twice = await _decided_twice(new)
    notes = [
        f"{len(people):,} people",
        f"{past.commands:,} commands were decided in {past.seconds:.0f} s",
        f"before: {before}; after: {after}",
        f"records by topic: {exported['records']}",
    ]
    return Result(
        figures=[
            *_figures(exported, imported, past, twice, before == after),
            Figure(name="workers ready after the import", value=ready_s - written_s, unit="s"),
            Figure(name="from the loss to the first new decision", value=decided_s - lost_s, unit="s"),
        ],
        notes=notes,
        details={"exported": exported, "imported": imported},
    )


def _figures(exported: Any, imported: Any, past: Past, twice: int, is_same: bool) -> list[Figure]:
    records = sum(exported["records"].values())
    return [
        Figure(name="records", value=records),
        Figure(name="commands that were decided", value=past.commands),
        Figure(name="export", value=exported["seconds"], unit="s"),
        Figure(name="export, records", value=records / max(0.1, exported["seconds"]), unit="1/s"),
        Figure(name="size of the export", value=exported["bytes"] / 1e6, unit="MB"),
        Figure(name="import with comparing", value=imported["seconds"], unit="s"),
        Figure(name="of it comparing", value=imported["comparing_seconds"], unit="s"),
        Figure(name="import, records", value=records / max(0.1, imported["seconds"]), unit="1/s"),
        Figure(name="commands decided twice or never", value=twice, at_most=0, anywhere=True),
        Figure(name="people and incidents differ", value=0 if is_same else 1, at_most=0, anywhere=True),
    ]


def _komek(at: Servers, what: str, exports: Path | None = None) -> Any:
    key = at.folder / "backup-key"
    write_secret(key, SECRET)
    place = str((exports or at.folder) / "backups")
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli.main", what, place, "--key-file", str(key), "--json"],
        env={**without_komek(), **at.environ},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


async def _until_ready(at: Servers, check: Any) -> None:
    with redis.Redis.from_url(at.redis) as client:
        while not list(client.scan_iter(redis_keys.ready("*"))):
            check()
            await asyncio.sleep(0.05)


async def _until_closed(at: Servers) -> None:
    """Redis shows a decision some moments after it is in the log."""
    left = 1
    for _ in range(round(CLOSED_WITHIN_S / 0.2)):
        left = (await _told(at))["open incidents"]
        if not left:
            return
        await asyncio.sleep(0.2)
    assert not left, f"{left} incidents are open {CLOSED_WITHIN_S:.0f} s after all commands were decided"


async def _told(at: Servers) -> dict[str, int]:
    with redis.Redis.from_url(at.redis) as client:
        return {
            "people": int(client.scard(redis_keys.VOLUNTEERS)),
            "incidents known": int(client.zcard(redis_keys.ALL_INCIDENTS)),
            "open incidents": int(client.zcard(redis_keys.OPEN_INCIDENTS)),
        }


async def _decided_twice(at: Servers) -> int:
    """Commands that do not have exactly one decision, or whose decision names another place in the log."""
    commands = Counter(wire.decode_incident_command(one.value).id for one in await read_all(at.kafka, INCIDENTS.name))
    decisions = Counter(
        wire.decode_decision(one.value).cause.command_id for one in await read_all(at.kafka, DECISIONS.name)
    )
    # A command that was sent again is in the log twice, and is decided once.
    return sum(decisions[command] != 1 for command in commands)
