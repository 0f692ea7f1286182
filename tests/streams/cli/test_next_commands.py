"""The commands that `komek up` prints: they work as they are in a new shell."""

from pathlib import Path

import pytest

from streams.cli.up import next_commands
from streams.local.stackfile import StackFile


def said(data: Path, **settings: str) -> list[str]:
    at = StackFile(api="https://127.0.0.1:8131", kafka="", redis="", processes={}, settings=settings)
    return [line.strip() for line in next_commands(at, data).splitlines()]


def test_in_another_folder_every_command_names_it(tmp_path: Path) -> None:
    folder = tmp_path / "a b"

    lines = said(folder)

    assert len(lines) > 4
    assert all(f"KOMEK_DATA='{folder}' " in line for line in lines)


def test_in_the_default_folder_commands_are_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert not any("KOMEK_DATA" in line for line in said(tmp_path / ".komek"))


def test_with_tls_curl_trusts_the_ca_of_the_stack(tmp_path: Path) -> None:
    plain, secure = said(tmp_path), said(tmp_path, KOMEK_API_CA="/d/ca.pem")

    assert [line for line in plain if "--cacert" in line] == []
    assert [line.startswith("curl --cacert /d/ca.pem -H ") for line in secure if line.startswith("curl")] == [True]
