"""`komek rebuild`: rebuild Redis from the log."""

import asyncio
import json as json_format
from dataclasses import asdict
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dispatch.model.counted import counted
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock, logs
from streams.cli.context import check_ring, settings_of_whole_log
from streams.cli.errors import UNREACHABLE, CommandFailed
from streams.cli.redis_login import check_redis
from streams.components import Component
from streams.errors import LogUnavailable
from streams.rebuild.rebuilder import Rebuilder, RebuildReport
from streams.ring import KeyUse
from streams.settings import Settings
from streams.store import RedisClient
from streams.store.redis_target import target_of

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def command(json: Json = False) -> None:
    """Rebuild Redis from the log. Reports are accepted meanwhile; assignments wait until it has ended."""
    logs.configure("error", "cli")
    settings = settings_of_whole_log()
    check_redis(settings, Component.OPERATOR)
    check_ring(settings, "rebuild-start", KeyUse.DATA)
    try:
        report = asyncio.run(_rebuild(settings, quiet=json))
    except (StoreUnavailable, LogUnavailable, NotReady) as trouble:
        raise CommandFailed(
            f"the rebuild failed: {trouble}",
            "No data is lost, and workers rebuild by themselves. Check `komek status`, then repeat.",
            UNREACHABLE,
        ) from trouble
    if report is None:
        raise CommandFailed("another rebuild is running", "`komek status` shows its progress.")
    if json:
        print(json_format.dumps(asdict(report)))
    else:
        print(
            f"rebuilt in {report.seconds:.1f} s: {counted(report.incidents, 'incident')}, "
            f"{counted(report.volunteers, 'volunteer')}, {counted(report.positions, 'position')}, "
            f"{counted(report.holds, 'person', 'people')} engaged, {counted(report.refused, 'offer')} refused, "
            f"{counted(report.unreadable, 'record')} unreadable"
        )


async def _rebuild(settings: Settings, *, quiet: bool) -> RebuildReport | None:
    link = RedisClient(target_of(settings))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, disable=quiet, transient=True) as progress:
            task = progress.add_task("reading the log", total=None)

            async def tell(topic: str, done: int, total: int) -> None:
                progress.update(task, description=topic, completed=done, total=total)

            # Owner of the rebuild lock; each call is one of its own.
            owner = f"cli-{clock.fresh_id()}"
            return await Rebuilder(settings=settings, link=link, owner=owner, on_progress=tell).run_always()
    finally:
        await link.close()
