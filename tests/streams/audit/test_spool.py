"""Entries survive their process in a file."""

import stat
from pathlib import Path

import pytest

from streams.audit.spool import Spool, left_behind


def test_what_a_process_left_is_taken_over_once(tmp_path: Path) -> None:
    ended = Spool(tmp_path / "audit", "api-a")
    ended.append(b'{"number":1}')
    ended.append(b'{"number":2}')
    ended.close(remove=False)

    with left_behind(tmp_path / "audit") as entries:
        assert entries == [b'{"number":1}', b'{"number":2}']
    with left_behind(tmp_path / "audit") as entries:
        assert entries == []


def test_the_file_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    living = Spool(tmp_path, "api-a")
    living.append(b"{}")

    with left_behind(tmp_path) as entries:
        assert entries == []
    assert (tmp_path / "api-a.jsonl").read_bytes() == b"{}\n"
    living.close(remove=True)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_takeover_keeps_the_files(tmp_path: Path) -> None:
    ended = Spool(tmp_path, "api-a")
    ended.append(b"{}")
    ended.close(remove=False)

    with pytest.raises(RuntimeError), left_behind(tmp_path):
        raise RuntimeError

    with left_behind(tmp_path) as entries:
        assert entries == [b"{}"]


def test_a_line_that_a_crash_cut_off_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "api-a.jsonl").write_bytes(b'{"number":1}\n{"numb')

    with left_behind(tmp_path) as entries:
        assert entries == [b'{"number":1}']


def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    Spool(tmp_path / "audit", "api-a")

    assert stat.S_IMODE((tmp_path / "audit").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "audit" / "api-a.jsonl").stat().st_mode) == 0o600
