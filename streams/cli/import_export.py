"""`komek import`: read an export into an empty deployment."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from dispatch.model.counted import counted
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock, logs
from streams.backup import key_files
from streams.backup.documents import write_whole
from streams.backup.erasures import ErasureList
from streams.backup.importer import Imported, Importer
from streams.backup.run import OpenExport, open_export, read_back
from streams.cli import audited
from streams.cli.context import log_errors_reported, settings_here
from streams.cli.errors import UNREACHABLE, WRONG_USE, CommandFailed
from streams.cli.export import backup_errors_reported, place_of, progress_bar, summary
from streams.cli.output import print_json, say
from streams.ring import LiveRing
from streams.settings import Settings
from streams.store import RedisClient
from streams.store.redis_target import target_of
from streams.store.redis_use import RedisUse, use_of
from streams.store.restore import Restore


def command(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of an export, or of all: the newest; default: KOMEK_BACKUPS.")
    ] = None,
    key_file: Annotated[
        Path | None, typer.Option(help="File with the secret that seals exports; default: KOMEK_BACKUP_KEY.")
    ] = None,
    erasures: Annotated[Path | None, typer.Option(help="List of erasures; default: the one beside the export.")] = None,
    without_erasures: Annotated[
        bool, typer.Option("--without-erasures", help="Import what was erased after the export, too: the list is lost.")
    ] = False,
    keys_to: Annotated[
        Path | None, typer.Option(help="Write the keys of the export into this folder, and end.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only open and read the export; touch no deployment.")] = False,
    by: Annotated[str, typer.Option("--by", help="Opaque id of whoever imports, recorded in the log.")] = "cli",
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read an export into an empty deployment: new topics, an empty Redis, no process of Komek running.

    Records keep their times and the offsets by which others name them. At the end everything is read back and compared; then
    start the processes, the workers build Redis from the log. An import that was interrupted is continued. What was erased or
    revoked after the export, by the list beside it, does not come back.
    """
    settings = settings_here()
    logs.configure("error", "cli")
    place = place_of(settings, folder, key_file)
    with backup_errors_reported():
        opened = open_export(place.folder, place.secret)
        if keys_to is not None:
            _write_keys(opened, keys_to)
            return
        known = None if without_erasures else opened.erasures(erasures, place.secret)
        if check:
            read_back(opened)
            _say_checked(opened, known, as_json=json)
            return
        ring = _ring(settings, opened)
        _require_empty_redis(settings)
        with log_errors_reported(), progress_bar(quiet=json) as tell:
            importing = Importer(settings, opened.folder, opened.manifest, opened.key, known, on_progress=tell)
            done = asyncio.run(importing.run())
    if ring is not None:
        audited.record_or_warn(settings, audited.entry(by, "deployment.import", opened.manifest.plan.id))
    _print(opened, known, done, has_ring=ring is not None, as_json=json)


def _ring(settings: Settings, opened: OpenExport) -> LiveRing | None:
    """The ring of the settings, which must be that of the export; None: none is stated.

    Raises:
        CommandFailed: it lacks keys of the exported deployment.
    """
    stated = opened.manifest.plan.settings.get("partitions", "")
    if stated != str(settings.partitions):
        raise CommandFailed(
            f"KOMEK_PARTITIONS is {settings.partitions} here and {stated} in the export",
            f"Set KOMEK_PARTITIONS={stated} for this command and all processes.",
            WRONG_USE,
        )
    if settings.data_key is None and settings.data_keys is None:
        return None
    ring = LiveRing.of(settings)
    if problems := opened.keys_lacking(ring.now):
        raise CommandFailed(
            "; ".join(problems),
            "Give the key ring of the exported deployment (KOMEK_DATA_KEYS): without it its private records stay sealed.",
            WRONG_USE,
        )
    return ring


def _require_empty_redis(settings: Settings) -> None:
    """Raises CommandFailed."""
    if settings.redis is None:
        return

    target = target_of(settings)

    async def in_use() -> RedisUse | None:
        link = RedisClient(target)
        try:
            is_ready = await Restore(link, f"import-{clock.fresh_id()}").is_ready()
            return await use_of(link, target.url.db) if is_ready else None
        finally:
            await link.close()

    try:
        if found := asyncio.run(in_use()):
            raise CommandFailed(
                f"Redis at {target.shown} is in use: it holds {counted(found.keys, 'key')}, the state of another log, and "
                f"{counted(found.clients, 'other client is', 'other clients are')} connected",
                "Leave it as it is: a deployment may run on it. Set KOMEK_REDIS to an empty one (deploy/runbook/restore.md).",
            )
    except (StoreUnavailable, NotReady) as error:
        raise CommandFailed(
            f"Redis cannot be asked: {error}", "Start it, or unset KOMEK_REDIS.", UNREACHABLE
        ) from error


def _write_keys(opened: OpenExport, folder: Path) -> None:
    found = key_files.read_key_files(opened.folder, opened.key, opened.manifest.plan.id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in found:
        if (folder / name).exists():
            raise CommandFailed(f"{folder / name} exists already", "Choose another folder.", WRONG_USE)
    for name, content in found.items():
        write_whole(folder / name, content)
        say(f"written to {folder / name}")


def _say_checked(opened: OpenExport, known: ErasureList | None, *, as_json: bool) -> None:
    until = clock.rfc3339(known.until_ms) if known else None
    if as_json:
        print_json({**summary(opened.folder, opened.manifest), "erasures_until": until})
        return
    manifest = opened.manifest
    say(
        f"{opened.folder}: {counted(len(manifest.parts), 'part')} with {counted(manifest.records, 'record')}, whole and readable"
    )
    say(f"the list of erasures reaches from the export to {until}" if until else "no list of erasures was looked at")


def _print(opened: OpenExport, known: ErasureList | None, done: Imported, *, has_ring: bool, as_json: bool) -> None:
    until = clock.rfc3339(known.until_ms) if known else None
    told: dict[str, Any] = {
        "export": opened.manifest.plan.id,
        "seconds": done.seconds,
        "comparing_seconds": done.verified_s,
        "records": done.records,
        "fillers": done.fillers,
        "erased": done.erased,
        "ended": done.ended,
        "state_of": clock.rfc3339(opened.manifest.plan.begun_ms),
        "erasures_until": until,
    }
    if as_json:
        print_json(told)
        return
    say(
        f"imported in {done.seconds:.1f} s: {counted(done.records, 'record')}, and {done.fillers:,} without meaning that keep "
        f"offsets; all read back and compared\nthis is the state of {told['state_of']}"
    )
    say(
        f"left out: {counted(done.erased, 'value that was', 'values that were')} erased later, by the list until {until}"
        if known
        else "no list of erasures was applied: what was erased after the export is back"
    )
    if not has_ring:
        say("no key ring was given: the processes need that of the exported deployment")
    say("next: start the processes; the workers build Redis from the log (`komek status`)")
