"""`komek retention`: what is kept how long, and whether anything is older than that."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from dispatch.model.counted import counted
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock, logs
from streams.cli.context import settings_of_whole_log
from streams.cli.errors import UNREACHABLE, CommandFailed
from streams.cli.output import print_json, print_table
from streams.errors import LogUnavailable
from streams.kafka.broker_access import wait_for_broker
from streams.kafka.log_reader import LogReader
from streams.local.folder import Folder
from streams.monitoring import retention_check
from streams.monitoring.retention_check import TooOld
from streams.retention.classes import CLASSES, DAY_S, HOUR_S
from streams.settings import Settings
from streams.store import RedisClient
from streams.store.redis_target import target_of

app = typer.Typer(help="What is kept how long, and whether anything is older than that.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_classes(json: Json = False) -> None:
    """Print the table of retention: where each class of data lies, how long, what ends it, and why."""
    rows = [(str(row.place), _span(row.kept_s), str(row.ending), row.why) for row in CLASSES]
    if json:
        names = ("place", "kept", "ends by", "why")
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        print_table(f"{len(CLASSES)} classes of data", ("place", "kept", "ends by", "why"), rows, empty="")


@app.command()
def check(json: Json = False) -> None:
    """Look in Kafka, on the disk of the local broker and in Redis for data that is older than the table allows.

    Exit code 0: nothing; 1: something, which is printed; 3: Kafka or Redis cannot be reached. Reads whole topics, so run it at
    night.
    """
    settings = settings_of_whole_log()
    logs.configure("error", "cli")
    try:
        found = asyncio.run(_check(settings))
    except (StoreUnavailable, LogUnavailable, NotReady) as trouble:
        raise CommandFailed(
            f"the check failed: {trouble}", "Check `komek status`, then repeat.", UNREACHABLE
        ) from trouble
    if json:
        print_json([asdict(one) for one in found])
    for one in [] if json else found:
        times = f": {_span(one.age_s)}, allowed {_span(one.limit_s)}" if one.age_s is not None else ""
        print(f"{one.place}: {one.what}{times}")
    if found:
        raise CommandFailed(
            counted(len(found), "finding"),
            "Run `komek topics apply`, see that workers run, then `komek rebuild` for Redis.",
        )
    if not json:
        print(f"{len(CLASSES)} classes of data, nothing is older than it may be")


async def _check(settings: Settings) -> list[TooOld]:
    wait_for_broker(settings)
    link, reader = RedisClient(target_of(settings)), LogReader(settings, "komek-retention-check")
    await reader.start()
    try:
        now_ms = clock.now_ms()
        on_disk = retention_check.disk_findings(Folder(root=settings.data).kafka / "log", now_ms)
        return [*await retention_check.findings(settings, link, reader, now_ms), *on_disk]
    finally:
        await reader.stop()
        await link.close()


def _span(seconds: int | None) -> str:
    if seconds is None:
        return "as its subject"
    if seconds >= 2 * DAY_S:
        return f"{seconds // DAY_S} d"
    return f"{seconds // HOUR_S} h" if seconds >= 2 * HOUR_S else f"{seconds // 60} min"
