"""`komek topics users`: what it says of a folder that it cannot use. What it makes: tests/scenarios/test_deployment.py."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.cli.errors import CommandFailed
from streams.cli.topics import app
from streams.local.keys import write_secret


@pytest.mark.parametrize("files", [{}, {"somebody": "a password"}, {"komek-api": "", "komek-worker": "a password"}])
def test_a_folder_without_passwords_is_refused(files: dict[str, str], tmp_path: Path) -> None:
    for name, text in files.items():
        write_secret(tmp_path / name, text)

    done = CliRunner().invoke(app, ["users", "--passwords", str(tmp_path)])

    assert isinstance(done.exception, CommandFailed)
    assert "komek-api" in done.exception.cure
