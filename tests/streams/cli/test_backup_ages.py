"""`komek doctor --deployment` says how old the backups are, and Prometheus reads the same; neither needs their key."""

import os
from pathlib import Path

import pytest

from streams.backup import ages
from streams.backup.backup_key import BackupKey, new_salt
from streams.backup.documents import MANIFEST, PLAN, Manifest, Plan, write
from streams.cli.backup_ages import backup_checks
from streams.local.check import Level
from streams.retention.classes import DAY_S, HOUR_S, MINUTE_S
from streams.settings import Settings

NOW_MS = 1_800_000_000_000
KEY = BackupKey("a secret of the tests, long enough", new_salt())


def an_export(backups: Path, age_s: int, *, is_whole: bool = True) -> Path:
    folder = backups / f"export-{age_s}"
    folder.mkdir(parents=True)
    plan = Plan(
        id=folder.name,
        version="0",
        lineage="one",
        begun_ms=NOW_MS - age_s * 1000,
        salt="",
        check="",
        settings={},
        cuts=(),
        groups=(),
    )
    write(folder / PLAN, plan, KEY)
    if is_whole:
        write(folder / MANIFEST, Manifest(plan=plan, completed_ms=NOW_MS, seconds=1.0, ranges=(), parts=()), KEY)
    return folder


def a_list(backups: Path, age_s: int) -> None:
    path = backups / "erasures-one.sealed"
    path.write_bytes(b"-")
    os.utime(path, (NOW_MS / 1000 - age_s,) * 2)


def levels(backups: Path | None) -> dict[str, Level]:
    return {check.name: check.level for check in backup_checks(Settings(backups=backups), NOW_MS)}


@pytest.mark.parametrize(
    ("export_s", "list_s", "expected"),
    [
        (HOUR_S, 5 * MINUTE_S, (Level.OK, Level.OK)),
        (27 * HOUR_S, 2 * HOUR_S, (Level.WARN, Level.WARN)),
        (4 * DAY_S, 2 * DAY_S, (Level.FAIL, Level.FAIL)),
        (HOUR_S, None, (Level.OK, Level.FAIL)),
    ],
)
def test_the_age_of_the_newest_counts(
    tmp_path: Path, export_s: int, list_s: int | None, expected: tuple[Level, Level]
) -> None:
    an_export(tmp_path, export_s)
    an_export(tmp_path, 20 * DAY_S)
    if list_s is not None:
        a_list(tmp_path, list_s)

    assert tuple(levels(tmp_path).values()) == expected


def test_half_an_export_is_none(tmp_path: Path) -> None:
    an_export(tmp_path, 60, is_whole=False)

    (check,) = backup_checks(Settings(backups=tmp_path), NOW_MS)

    assert (check.level, "1 were not completed" in check.found) == (Level.FAIL, True)


def test_a_folder_that_is_missing_fails_and_none_at_all_is_a_warning(tmp_path: Path) -> None:
    assert levels(tmp_path / "none") == {"backups": Level.FAIL}
    assert levels(None) == {"backups": Level.WARN}


def test_a_damaged_manifest_is_told_and_another_export_counts(tmp_path: Path) -> None:
    an_export(tmp_path, HOUR_S)
    (an_export(tmp_path, 60) / MANIFEST).write_text("{")
    a_list(tmp_path, 60)

    found = list(backup_checks(Settings(backups=tmp_path), NOW_MS))

    assert [check.level for check in found] == [Level.WARN, Level.OK, Level.OK]


def test_prometheus_reads_the_times(tmp_path: Path) -> None:
    an_export(tmp_path, HOUR_S)
    a_list(tmp_path, 60)

    ages.write_metrics(tmp_path)

    said = (tmp_path / ages.METRICS).read_text()
    assert f"\nkomek_backup_begun_timestamp_seconds {(NOW_MS / 1000) - HOUR_S:.0f}\n" in said
    assert f"\nkomek_backup_erasures_timestamp_seconds {NOW_MS / 1000 - 60:.0f}\n" in said
