"""`komek doctor --deployment` says how old the backups are, and Prometheus reads the same; neither needs their key."""

import math
import os
import stat
from pathlib import Path

import pytest

from streams.backup import ages, run
from streams.backup.backup_key import BackupKey, new_salt
from streams.backup.documents import MANIFEST, PLAN, READ_BACK, Manifest, Plan, write
from streams.backup.faults import BadBackup
from streams.cli.backup_ages import backup_checks
from streams.cli.errors import CommandFailed
from streams.cli.repeating import RETRIED_AFTER_S, repeated
from streams.local.check import Level
from streams.retention.classes import DAY_S, HOUR_S, MINUTE_S
from streams.settings import Settings
from tests.support.backups import SECRET, made_export

NOW_MS = 1_800_000_000_000
KEY = BackupKey("a secret of the tests, long enough", new_salt())


def an_export(backups: Path, age_s: int, *, is_whole: bool = True, is_read: bool = True) -> Path:
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
    if is_read:
        (folder / READ_BACK).write_bytes(b"")
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

    found = levels(tmp_path)
    assert (found["backups"], found["erasures since then"]) == expected


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

    assert [check.level for check in found] == [Level.WARN, Level.OK, Level.OK, Level.OK]


def test_an_export_that_nobody_has_read_is_a_warning_until_a_newer_one_was(tmp_path: Path) -> None:
    a_list(tmp_path, 60)
    an_export(tmp_path, HOUR_S, is_read=False)
    assert levels(tmp_path)["backups read back"] is Level.WARN

    an_export(tmp_path, 3 * DAY_S)
    assert levels(tmp_path)["backups read back"] is Level.WARN

    an_export(tmp_path, 30 * HOUR_S)
    assert levels(tmp_path)["backups read back"] is Level.OK


def test_an_export_that_fails_is_noted_until_one_does_not(tmp_path: Path) -> None:
    a_list(tmp_path, 60)
    an_export(tmp_path, HOUR_S)

    with pytest.raises(BadBackup), ages.noted(tmp_path):
        raise BadBackup("no room", "")
    assert levels(tmp_path)["last export"] is Level.FAIL
    assert figure(tmp_path, "komek_backup_failed_timestamp_seconds") > 0

    with ages.noted(tmp_path):
        pass
    assert "last export" not in levels(tmp_path)
    assert figure(tmp_path, "komek_backup_failed_timestamp_seconds") == 0


def test_a_folder_that_cannot_be_written_changes_no_failure(tmp_path: Path) -> None:
    with pytest.raises(BadBackup), ages.noted(tmp_path / "none"):
        raise BadBackup("no room", "")


def test_what_is_read_back_is_noted_and_damage_ends_the_note(tmp_path: Path) -> None:
    folder = made_export(tmp_path, {})
    opened = run.open_export(folder, SECRET)
    run.read_back(opened)
    assert figure(tmp_path, "komek_backup_read_back_timestamp_seconds") == opened.manifest.plan.begun_ms / 1000

    part = folder / opened.manifest.parts[0].name
    part.write_bytes(part.read_bytes()[:-1])
    with pytest.raises(BadBackup):
        run.read_back(opened)

    assert ages.look(tmp_path).read_back is None


def test_an_exporter_of_another_user_may_read_the_figures(tmp_path: Path) -> None:
    ages.write_metrics(tmp_path)

    assert stat.S_IMODE((tmp_path / ages.METRICS).stat().st_mode) == 0o644


class Enough(Exception):
    """Ends what repeats for ever."""


def test_without_a_timer_it_is_done_when_the_last_one_is_old_enough_and_a_failure_is_tried_again() -> None:
    slept: list[float] = []
    since_s = iter([100.0, math.inf, 0.0])
    outcomes = iter([CommandFailed("no broker"), None])

    def once() -> None:
        if (failure := next(outcomes)) is not None:
            raise failure

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 4:
            raise Enough

    with pytest.raises(Enough):
        repeated(once, lambda: next(since_s), 3600.0, sleep)

    # Young after a restart: waited out; failed: in five minutes again; done: in an hour.
    assert slept == [3500.0, RETRIED_AFTER_S, 0.0, 3600.0]


def figure(backups: Path, name: str) -> float:
    lines = (backups / ages.METRICS).read_text("utf-8").splitlines()
    (value,) = [line.split()[1] for line in lines if line.startswith(f"{name} ")]
    return float(value)


def test_prometheus_reads_the_times(tmp_path: Path) -> None:
    an_export(tmp_path, HOUR_S)
    a_list(tmp_path, 60)

    ages.write_metrics(tmp_path)

    said = (tmp_path / ages.METRICS).read_text()
    assert f"\nkomek_backup_begun_timestamp_seconds {(NOW_MS / 1000) - HOUR_S:.0f}\n" in said
    assert f"\nkomek_backup_erasures_timestamp_seconds {NOW_MS / 1000 - 60:.0f}\n" in said
