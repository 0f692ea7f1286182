"""How old the backups in a folder are; without their key. For `komek doctor --deployment` and for Prometheus."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from streams.backup import documents
from streams.backup.documents import MANIFEST, PLAN, READ_BACK, Manifest, write_whole
from streams.backup.faults import BadBackup

METRICS = "komek_backups.prom"
"""In the folder of all exports, for the textfile collector of Prometheus' node exporter."""
FAILURE = "last-failure"
"""In the folder of all exports from an export that failed until one that did not; empty, its time is that of the file."""
_FOR_OTHERS = 0o644
"""Times and a size: the exporter runs as somebody else. The folder decides who reaches it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups:
    """`newest`: the newest complete export; `read_back`: the newest of those that were opened and read to their end. `halves`:
    ids of exports that were not completed. `erasures_ms`: when the newest list of erasures was written. `failed_ms`: when an
    export failed, if none was completed since."""

    newest: Manifest | None
    count: int
    halves: tuple[str, ...]
    unreadable: tuple[str, ...]
    erasures_ms: int | None
    read_back: Manifest | None = None
    failed_ms: int | None = None


def look(folder: Path) -> Backups:
    """Never raises for what is in the folder, nor for one that is missing."""
    manifests: list[Manifest] = []
    read_back: list[Manifest] = []
    halves: list[str] = []
    unreadable: list[str] = []
    for path in sorted(folder.glob(f"*/{PLAN}")):
        manifest = path.with_name(MANIFEST)
        try:
            if not manifest.exists():
                halves.append(path.parent.name)
                continue
            found = documents.read_unverified(manifest, Manifest)
            manifests.append(found)
            if path.with_name(READ_BACK).exists():
                read_back.append(found)
        except BadBackup:
            unreadable.append(path.parent.name)
    lists = [int(path.stat().st_mtime * 1000) for path in folder.glob("erasures-*.sealed")]
    failures = [int(path.stat().st_mtime * 1000) for path in folder.glob(FAILURE)]
    return Backups(
        newest=_newest(manifests),
        count=len(manifests),
        halves=tuple(halves),
        unreadable=tuple(unreadable),
        erasures_ms=max(lists, default=None),
        read_back=_newest(read_back),
        failed_ms=max(failures, default=None),
    )


def _newest(manifests: list[Manifest]) -> Manifest | None:
    """By its beginning: what came later is not in it."""
    return max(manifests, key=lambda one: one.plan.begun_ms, default=None)


@contextlib.contextmanager
def noted(folder: Path) -> Iterator[None]:
    """Context manager: an export that does not come to its end is noted in the folder, one that does ends the note; then
    Prometheus is told."""
    is_done = False
    try:
        yield
        is_done = True
    finally:
        # A folder that cannot be written is what fails, perhaps; its age tells it.
        with contextlib.suppress(OSError):
            if is_done:
                (folder / FAILURE).unlink(missing_ok=True)
            else:
                write_whole(folder / FAILURE, b"")
            write_metrics(folder)


def note_read_back(export: Path) -> None:
    """Every part of this export was opened and read. On a medium that cannot be written it is said nowhere."""
    with contextlib.suppress(OSError):
        write_whole(export / READ_BACK, b"")
        write_metrics(export.parent)


@dataclass(frozen=True, slots=True)
class BackupFigure:
    """`of`: 0 where there is nothing to tell."""

    about: str
    of: Callable[[Backups], float]


FIGURES: Mapping[str, BackupFigure] = {
    "komek_backup_begun_timestamp_seconds": BackupFigure(
        "When the newest complete export began; what came later is not in it", lambda found: _begun_s(found.newest)
    ),
    "komek_backup_read_back_timestamp_seconds": BackupFigure(
        "When the newest export began that was opened and read to its end", lambda found: _begun_s(found.read_back)
    ),
    "komek_backup_failed_timestamp_seconds": BackupFigure(
        "When an export failed, until one is completed; 0: the last one did not fail",
        lambda found: (found.failed_ms or 0) / 1000,
    ),
    "komek_backup_bytes": BackupFigure(
        "Size of the newest complete export", lambda found: found.newest.bytes if found.newest else 0
    ),
    "komek_backup_erasures_timestamp_seconds": BackupFigure(
        "When the list of erasures was last kept up", lambda found: (found.erasures_ms or 0) / 1000
    ),
}
"""By the name of the metric: what Prometheus alerts on. Times and not ages, so that a timer that runs no more is noticed."""


def write_metrics(folder: Path) -> None:
    """Raises OSError."""
    found = look(folder)
    lines = [
        f"# HELP {name} {figure.about}\n# TYPE {name} gauge\n{name} {figure.of(found):.0f}\n"
        for name, figure in FIGURES.items()
    ]
    write_whole(folder / METRICS, "".join(lines).encode(), mode=_FOR_OTHERS)


def _begun_s(manifest: Manifest | None) -> float:
    return manifest.plan.begun_ms / 1000 if manifest else 0
