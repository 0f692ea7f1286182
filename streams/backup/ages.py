"""How old the backups in a folder are; without their key. For `komek doctor --deployment` and for Prometheus."""

from dataclasses import dataclass
from pathlib import Path

from streams.backup import documents
from streams.backup.documents import MANIFEST, PLAN, Manifest, write_whole
from streams.backup.faults import BadBackup

METRICS = "komek_backups.prom"
"""In the folder of all exports, for the textfile collector of Prometheus' node exporter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups:
    """`newest`: the newest complete export. `halves`: ids of exports that were not completed. `erasures_ms`: when the newest list
    of erasures was written."""

    newest: Manifest | None
    count: int
    halves: tuple[str, ...]
    unreadable: tuple[str, ...]
    erasures_ms: int | None


def look(folder: Path) -> Backups:
    """Never raises for what is in the folder, nor for one that is missing."""
    manifests: list[Manifest] = []
    halves: list[str] = []
    unreadable: list[str] = []
    for path in sorted(folder.glob(f"*/{PLAN}")):
        manifest = path.with_name(MANIFEST)
        try:
            if manifest.exists():
                manifests.append(documents.read_unverified(manifest, Manifest))
            else:
                halves.append(path.parent.name)
        except BadBackup:
            unreadable.append(path.parent.name)
    lists = [int(path.stat().st_mtime * 1000) for path in folder.glob("erasures-*.sealed")]
    return Backups(
        # By its beginning: what came later is not in it.
        newest=max(manifests, key=lambda one: one.plan.begun_ms, default=None),
        count=len(manifests),
        halves=tuple(halves),
        unreadable=tuple(unreadable),
        erasures_ms=max(lists, default=None),
    )


def write_metrics(folder: Path) -> None:
    """Writes what Prometheus alerts on: times, so that an export that does not run any more is noticed."""
    found = look(folder)
    figures = {
        "komek_backup_begun_timestamp_seconds": (
            "When the newest complete export began; what came later is not in it.",
            found.newest.plan.begun_ms / 1000 if found.newest else 0,
        ),
        "komek_backup_bytes": ("Size of the newest complete export.", found.newest.bytes if found.newest else 0),
        "komek_backup_erasures_timestamp_seconds": (
            "When the list of erasures was last kept up.",
            (found.erasures_ms or 0) / 1000,
        ),
    }
    lines = [
        f"# HELP {name} {about}\n# TYPE {name} gauge\n{name} {value:.0f}\n" for name, (about, value) in figures.items()
    ]
    write_whole(folder / METRICS, "".join(lines).encode())
