"""`komek keys vapid`: makes the key of Web Push once, and shows its public part."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.cli.errors import WRONG_USE, CommandFailed
from streams.cli.main import app


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "push.pem"
    monkeypatch.setenv("KOMEK_VAPID_KEY", str(path))

    first, again = (CliRunner().invoke(app, ["keys", "vapid", "--json"]) for _ in range(2))

    made, kept = json.loads(first.stdout), json.loads(again.stdout)
    assert (made["is_new"], kept["is_new"]) == (True, False)
    assert made["public"] == kept["public"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in first.output


def test_a_file_that_is_no_key_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "push.pem"
    path.write_text("something else")
    path.chmod(0o600)
    monkeypatch.setenv("KOMEK_VAPID_KEY", str(path))

    done = CliRunner().invoke(app, ["keys", "vapid"])

    assert isinstance(done.exception, CommandFailed)
    assert done.exception.exit_code == WRONG_USE
    assert path.read_text() == "something else"
