"""An export with its list of erasures, and what an import needs before it begins."""

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path

from aiokafka.errors import KafkaError

from streams import wire
from streams.backup import ages, cut, documents, erasures, target
from streams.backup.backup_key import BackupKey
from streams.backup.documents import MANIFEST, PLAN, READ_BACK, Manifest
from streams.backup.erasures import ErasureList
from streams.backup.exporter import Exporter, OnProgress
from streams.backup.faults import BadBackup
from streams.backup.parts import check_files, read_part
from streams.errors import LogUnavailable
from streams.kafka.log_reader import LogReader
from streams.kafka.reasons import kafka_reason
from streams.ring import KeyRing, KeyUse
from streams.ring.declared_keys import DeclaredKeys
from streams.settings import Settings
from streams.topics import KEYS


async def export(
    settings: Settings,
    backups: Path,
    secret: str,
    on_progress: OnProgress,
    *,
    anew: bool = False,
    with_keys: bool = False,
) -> tuple[Path, Manifest]:
    """Writes an export, or what is missing of one, and keeps up the list of erasures. Raises as `Exporter.run`, and HalfLog."""
    # First: it must cover everything from the end of the export on.
    await update_erasures(settings, backups, secret)
    made = await Exporter(settings, backups, secret, on_progress=on_progress).run(anew=anew, with_keys=with_keys)
    await update_erasures(settings, backups, secret)
    return made


async def update_erasures(settings: Settings, backups: Path, secret: str) -> ErasureList:
    """Raises as `erasures.update`; HalfLog: this is no whole log."""
    await asyncio.to_thread(target.require_whole, settings)
    await asyncio.to_thread(make_folder, backups)
    state = await asyncio.to_thread(cut.log_state, settings)
    reader = LogReader(settings, "komek-erasures")
    try:
        await reader.start()
        path = erasures.path_of(backups, state.lineage)
        return await erasures.update(reader, path, secret, state.lineage, state.partitions)
    except (KafkaError, TimeoutError) as error:
        raise LogUnavailable(f"the log cannot be read: {kafka_reason(error)}") from error
    finally:
        await reader.stop()


def make_folder(backups: Path) -> None:
    """For its owner only: names and sizes of files tell something, too."""
    backups.mkdir(mode=0o700, parents=True, exist_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenExport:
    """An export that is complete, with its key."""

    folder: Path
    manifest: Manifest
    key: BackupKey

    def erasures(self, path: Path | None, secret: str) -> ErasureList:
        """The list that says what has happened since. `path` None: the one beside the export.

        Raises:
            BadBackup: it is missing or damaged, or does not cover the time since the export.
        """
        where = path or erasures.path_of(self.folder.parent, self.manifest.plan.lineage)
        found = erasures.read(where, secret, self.manifest.plan.lineage)
        if lack := found.lacks(self.manifest):
            raise BadBackup(
                f"{where} does not say what was erased since this export: {lack}",
                "Take the newest list of this deployment, or a newer export.",
            )
        return found

    def keys_lacking(self, ring: KeyRing) -> list[str]:
        """Why the restored deployment would not start with this ring; empty if it would. Raises BadBackup."""
        declared = DeclaredKeys()
        for part in self.manifest.parts_of(KEYS.name, 0):
            for record in read_part(self.folder, self.key, self.manifest.plan.id, part.name):
                try:
                    declared = declared.after(wire.decode_key(record.value or b""))
                except wire.Unreadable:
                    continue  # without effect for processes, too
        return declared.lacking(ring, [KeyUse.DATA])


def open_export(folder: Path, secret: str) -> OpenExport:
    """`folder`: of an export, or of all of them: then the newest complete one.

    Raises:
        BadBackup: there is none, it is half an export, it was changed, or this is another key.
    """
    found = folder if (folder / PLAN).exists() or (folder / MANIFEST).exists() else newest(folder)
    if not (found / MANIFEST).exists():
        raise BadBackup(
            f"{found} is half an export: it was not completed",
            "`komek export` goes on with it while its deployment runs; else import an earlier one.",
        )
    key = documents.key_of(found / MANIFEST, secret)
    return OpenExport(folder=found, manifest=documents.read(found / MANIFEST, Manifest, key), key=key)


def read_back(opened: OpenExport) -> None:
    """Opens every part and reads it to its end; notes beside the export that it was (`ages.py`), or is whole no more.

    Raises:
        BadBackup: a part is missing or damaged.
    """
    # Until it is whole: what was read before may have been damaged since.
    with contextlib.suppress(OSError):
        (opened.folder / READ_BACK).unlink(missing_ok=True)
    check_files(opened.folder, opened.manifest.parts)
    for part in opened.manifest.parts:
        read_part(opened.folder, opened.key, opened.manifest.plan.id, part.name)
    ages.note_read_back(opened.folder)


def newest(backups: Path) -> Path:
    """The folder of the newest complete export. Raises BadBackup: there is none."""
    found = max((path.parent for path in backups.glob(f"*/{MANIFEST}")), key=lambda folder: folder.name, default=None)
    if found is None:
        raise BadBackup(f"{backups} holds no complete export", "Name the folder of an export, or of all exports.")
    return found
