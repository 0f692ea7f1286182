"""A disk that is full: an export says so with its path and what is free, and leaves nothing that looks whole."""

import errno
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from streams.backup import documents
from streams.backup.documents import MANIFEST, PLAN, write_whole
from streams.backup.exporter import unfinished
from streams.backup.faults import NotWritten
from streams.backup.run import open_export
from streams.kafka import topic_admin
from streams.local.keys import write_secret
from streams.settings import load
from tests.support.backups import SECRET
from tests.support.cli import komek

FULL = Path("/dev/full")
"""A file of Linux in which no byte has room (ENOSPC)."""
DRAFT = ".part.{pid}"


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_file_that_has_no_room_is_not_there_and_the_old_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "part"
    write_whole(path, b"as it was")
    (tmp_path / DRAFT.format(pid=os.getpid())).symlink_to(FULL)

    with pytest.raises(NotWritten) as raised:
        write_whole(path, b"longer than there is room for")

    assert str(raised.value).startswith(f"{path} cannot be written: the disk is full; ")
    assert str(raised.value).endswith(" MB are free there")
    assert raised.value.cure.startswith("Free space there")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("part", b"as it was")]


def test_whoever_can_do_without_a_file_catches_it_as_an_error_of_the_system(tmp_path: Path) -> None:
    refused = NotWritten(tmp_path / "gone" / "part", OSError(errno.EACCES, "Permission denied"))

    assert isinstance(refused, OSError)
    assert str(refused) == f"{tmp_path}/gone/part cannot be written: this user may not read or write it"
    assert refused.cure.startswith("Correct the rights")


def test_an_export_that_has_no_room_ends_with_a_sentence_and_the_next_one_is_whole(kafka: str, tmp_path: Path) -> None:
    topic_admin.apply_topics(load({"KOMEK_KAFKA": kafka}))
    backups, key = tmp_path / "backups", tmp_path / "key"
    write_secret(key, SECRET)
    where = ("export", str(backups), "--key-file", str(key))
    # The list of erasures has room, the plan of the export has none.
    room = 4096

    done = subprocess.run(
        [sys.executable, "-m", "streams.cli.main", *where],
        env={**without_komek(), "KOMEK_KAFKA": kafka, "KOMEK_DATA": str(tmp_path)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 1, done.stderr
    assert f"/{PLAN} cannot be written: it would become larger than a file may be here; " in done.stderr
    assert "MB are free there" in done.stderr
    assert "Traceback" not in done.stderr
    assert unfinished(backups) is None
    assert list(backups.rglob(MANIFEST)) == []
    assert [path for path in backups.rglob(".*") if path.is_file()] == []

    again = komek(*where, "--json", KOMEK_KAFKA=kafka, KOMEK_DATA=str(tmp_path))

    assert again.returncode == 0, again.stderr
    opened = open_export(backups, SECRET)
    assert documents.read(opened.folder / MANIFEST, documents.Manifest, opened.key) == opened.manifest


def without_komek() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("KOMEK_")}
