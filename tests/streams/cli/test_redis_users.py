"""`komek redis users`: the file of users, with passwords that are nowhere but in their own files."""

import hashlib
import json
import stat
from pathlib import Path

from typer.testing import CliRunner

from streams.cli.redis_users import app
from streams.local.keys import write_secret
from streams.store.redis_users import acl_file, users


def said(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["users", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_without_passwords_each_has_a_placeholder() -> None:
    assert said() == acl_file({})


def test_missing_passwords_are_made_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "passwords"

    first, second = said("--passwords", str(folder)), said("--passwords", str(folder))

    assert first == second
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name, _, _ in users():
        file = folder / name
        password = file.read_text("utf-8").rstrip("\n")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert len(password) >= 40
        assert password not in first
        assert f"user {name} on #{hashlib.sha256(password.encode()).hexdigest()} " in first


def test_a_password_of_ours_is_taken_without_its_newline(tmp_path: Path) -> None:
    write_secret(tmp_path / "komek-api", "ours\n")

    assert f"user komek-api on #{hashlib.sha256(b'ours').hexdigest()} " in said("--passwords", str(tmp_path))


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    done = CliRunner().invoke(app, ["users", "--passwords", str(tmp_path / "file")])

    assert "cannot be used" in str(done.exception)


def test_each_user_is_explained() -> None:
    table = said("--table")

    assert all(row["user"] in table and row["about"] for row in json.loads(said("--json")))
