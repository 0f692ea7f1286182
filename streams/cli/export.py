"""`komek export`: write an export of the deployment, while it runs."""

import asyncio
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dispatch.model.counted import counted
from dispatch.model.plain_reason import plain_reason
from streams import clock, logs, private_file
from streams.backup import ages, run
from streams.backup.backup_key import MAKES_A_KEY
from streams.backup.documents import Manifest
from streams.backup.exporter import OnProgress, drop_older
from streams.backup.faults import BadBackup, HalfLog, NotImportable, NotWritten
from streams.cli import audited
from streams.cli.context import log_errors_reported, settings_here
from streams.cli.errors import WRONG_USE, CommandFailed
from streams.cli.output import print_json, say
from streams.cli.repeating import repeated
from streams.retention.classes import DAY_S, MINUTE_S
from streams.settings import Settings

KEEP_DAYS = 30
"""As long as private records of an incident are kept after its end by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`secret` seals what lies in the folder."""

    folder: Path
    secret: str


def command(
    folder: Annotated[Path | None, typer.Argument(help="Folder of all exports; default: KOMEK_BACKUPS.")] = None,
    key_file: Annotated[
        Path | None, typer.Option(help="File with the secret that seals exports; default: KOMEK_BACKUP_KEY.")
    ] = None,
    erasures: Annotated[
        bool, typer.Option("--erasures", help="Only keep up the list of what was erased and revoked; takes a second.")
    ] = False,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="With the keys of the deployment: data, tokens, pushes.")
    ] = False,
    anew: Annotated[bool, typer.Option("--new", help="Begin a new export, even if one was interrupted.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Then open and read it to its end, as `komek import --check` does.")
    ] = False,
    keep_days: Annotated[int, typer.Option(min=1, max=365, help="Delete exports older than this.")] = KEEP_DAYS,
    every: Annotated[
        int | None, typer.Option(min=1, max=10_080, help="Do it again every so many minutes, until ended.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Opaque id of whoever exports, recorded in the log.")] = "cli",
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write an export of the deployment into files that only its key opens, while everything runs.

    Holds the log as it was at the start; positions of people are left out, and keys, unless asked for. An export that was
    interrupted is continued. What is erased later is noted in a list beside the exports: run `komek export --erasures` every few
    minutes. `komek import` reads both.
    """
    settings = settings_here()
    logs.configure("error", "cli")
    place = place_of(settings, folder, key_file)
    wishes = Wishes(anew=anew, with_keys=with_keys, is_read_back=check, keep_days=keep_days, by=by)
    once = partial(_keep_up, settings, place) if erasures else partial(_export, settings, place, wishes)
    if every is None:
        once(as_json=json)
    else:
        repeated(partial(once, as_json=json), partial(_since_s, place.folder, of_erasures=erasures), every * MINUTE_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What an export is to be."""

    anew: bool
    with_keys: bool
    is_read_back: bool
    keep_days: int
    by: str


def _keep_up(settings: Settings, place: Place, *, as_json: bool) -> None:
    with backup_errors_reported(), log_errors_reported():
        known = asyncio.run(run.update_erasures(settings, place.folder, place.secret))
        ages.write_metrics(place.folder)
    said = {"until": clock.rfc3339(known.until_ms), "entries": len(known.entries)}
    print_json(said) if as_json else say(
        f"erasures until {said['until']}: {counted(len(known.entries), 'entry', 'entries')}"
    )


def _export(settings: Settings, place: Place, wishes: Wishes, *, as_json: bool) -> None:
    with backup_errors_reported(), log_errors_reported(), ages.noted(place.folder):
        audited.record_or_warn(settings, audited.entry(wishes.by, "deployment.export", ""))
        with progress_bar(quiet=as_json) as tell:
            exporting = run.export(
                settings, place.folder, place.secret, tell, anew=wishes.anew, with_keys=wishes.with_keys
            )
            written, manifest = asyncio.run(exporting)
        if wishes.is_read_back:
            run.read_back(run.open_export(written, place.secret))
        dropped = drop_older(place.folder, clock.now_ms() - wishes.keep_days * DAY_S * 1000)
    _print(written, manifest, dropped, is_read_back=wishes.is_read_back, as_json=as_json)


def _since_s(folder: Path, *, of_erasures: bool) -> float:
    """Age of the newest; infinite if there is none."""
    found = ages.look(folder)
    made_ms = found.erasures_ms if of_erasures else found.newest.plan.begun_ms if found.newest else None
    return math.inf if made_ms is None else (clock.now_ms() - made_ms) / 1000


def place_of(settings: Settings, folder: Path | None, key_file: Path | None) -> Place:
    """Raises CommandFailed: no folder or no secret is stated, or the file cannot be read."""
    where = folder or settings.backups
    if where is None:
        raise CommandFailed("no folder of exports is stated", "Name one, or set KOMEK_BACKUPS.", WRONG_USE)
    if key_file is not None:
        try:
            return Place(folder=where, secret=private_file.read_text(key_file))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandFailed(
                f"{key_file}: {plain_reason(error)}", "Name a file that this user can read, and nobody else.", WRONG_USE
            ) from error
    if settings.backup_key is None:
        raise CommandFailed(
            "no key of the backups is stated",
            f"{MAKES_A_KEY} makes one; name it with --key-file or KOMEK_BACKUP_KEY_FILE. Without it no "
            "export can be read: keep copies of it, apart from the exports.",
            WRONG_USE,
        )
    return Place(folder=where, secret=settings.backup_key)


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[OnProgress]:
    """Context manager: a function that shows what is being done, and how much of it is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, disable=quiet, transient=True) as progress:
        task = progress.add_task("reading the log", total=None)

        def tell(what: str, done: int, total: int) -> None:
            progress.update(task, description=what, completed=done, total=max(done, total))

        yield tell


@contextmanager
def backup_errors_reported() -> Iterator[None]:
    """Context manager: ends the command when an export or its target cannot be used."""
    try:
        yield
    except (BadBackup, HalfLog, NotImportable, NotWritten) as error:
        raise CommandFailed(str(error), error.cure) from error
    except OSError as error:
        raise CommandFailed(
            f"{error.filename or 'the folder of exports'}: {plain_reason(error)}", "Free space or correct its rights."
        ) from error


def summary(folder: Path, manifest: Manifest) -> dict[str, Any]:
    """What an export holds, as data."""
    plan = manifest.plan
    records: dict[str, int] = {}
    for part in manifest.parts:
        records[part.topic] = records.get(part.topic, 0) + part.records
    return {
        "folder": str(folder),
        "id": plan.id,
        "begun": clock.rfc3339(plan.begun_ms),
        "completed": clock.rfc3339(manifest.completed_ms),
        "seconds": manifest.seconds,
        "records": records,
        "bytes": manifest.bytes,
        "keys": manifest.has_keys,
        "settings": msgspec.to_builtins(plan.settings),
    }


def _print(folder: Path, manifest: Manifest, dropped: list[str], *, is_read_back: bool, as_json: bool) -> None:
    if as_json:
        print_json({**summary(folder, manifest), "dropped": dropped, "read_back": is_read_back})
        return
    say(
        f"exported in {manifest.seconds:.1f} s: {counted(manifest.records, 'record')}, "
        f"{manifest.bytes / 1e6:,.1f} MB in {folder}\nit holds what was in the log at {clock.rfc3339(manifest.plan.begun_ms)}"
        + ("; the keys too" if manifest.has_keys else "; not the keys: keep a copy of the key ring elsewhere")
        + ("; read back, whole" if is_read_back else "")
    )
    for name in dropped:
        say(f"deleted the old export {name}")
