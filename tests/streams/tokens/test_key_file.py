"""Keys that are loaded again when their file changes."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from streams.tokens import BadKeys, BadToken, KeyFile, Role, TokenKeys
from tests.support.signing import ed25519, public, write_keys

NOW_S = 1_795_000_000
OLD, NEW = ed25519(kid="old"), ed25519(kid="new")


def token_of(jwk: dict[str, Any]) -> str:
    return TokenKeys.of_jwks({"keys": [jwk]}).issue(Role.OPERATOR, "op", now_s=NOW_S)


class Watched:
    """A key file and its reader, with a clock that the test moves."""

    def __init__(self, path: Path) -> None:
        self.path = write_keys(path, OLD)
        self.now_s = 0.0
        self.changes = 0
        self.keys = KeyFile(self.path, monotonic_s=lambda: self.now_s)
        self.keys.on_change = self._changed

    def _changed(self) -> None:
        self.changes += 1

    def later(self, seconds: float = 1.0) -> None:
        self.now_s += seconds

    def accepts(self, jwk: dict[str, Any]) -> bool:
        try:
            return self.keys.verify(token_of(jwk), now_s=NOW_S).sub == "op"
        except BadToken:
            return False


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path / "keys.json")


def test_a_key_is_added_and_an_old_one_removed_without_a_restart(watched: Watched) -> None:
    token = token_of(OLD)
    bearer = watched.keys.verify(token, now_s=NOW_S)
    assert not watched.accepts(NEW)

    write_keys(watched.path, NEW, public(OLD))
    watched.later()
    assert watched.accepts(NEW)
    assert watched.accepts(OLD)
    assert watched.keys.accepts(bearer)

    write_keys(watched.path, NEW)
    watched.later()
    assert watched.accepts(NEW)
    with pytest.raises(BadToken):
        watched.keys.verify(token, now_s=NOW_S)  # although it was verified before
    assert not watched.keys.accepts(bearer)
    assert watched.changes == 2


def test_another_key_under_the_same_kid_ends_the_tokens_of_the_first(watched: Watched) -> None:
    bearer = watched.keys.verify(token_of(OLD), now_s=NOW_S)

    write_keys(watched.path, ed25519(kid="old"))
    watched.later()

    assert not watched.accepts(OLD)
    assert not watched.keys.accepts(bearer)


def test_the_file_is_looked_at_once_a_second(watched: Watched) -> None:
    watched.later(0.5)
    write_keys(watched.path, NEW)

    assert watched.accepts(OLD)
    watched.later(0.5)
    assert not watched.accepts(OLD)


@pytest.mark.parametrize("content", ["", "{", "{}", '{"keys": []}', '{"keys": [{"kty": "oct", "k": "AA"}]}', None])
def test_a_file_that_cannot_be_used_keeps_the_keys_and_is_logged_once(watched: Watched, content: str | None) -> None:
    with capture_logs() as logged:
        watched.path.unlink() if content is None else watched.path.write_text(content)
        for _ in range(5):
            watched.later()
            assert watched.accepts(OLD)
            assert watched.keys.is_refused
    assert [entry["log_level"] for entry in logged] == ["error"]
    assert "keys.json" in logged[0]["reason"]

    write_keys(watched.path, NEW)
    watched.later()

    assert watched.accepts(NEW)
    assert not watched.keys.is_refused


def test_the_same_keys_written_again_change_nothing(watched: Watched) -> None:
    write_keys(watched.path, OLD)
    watched.later()

    assert watched.accepts(OLD)
    assert watched.changes == 0


def test_a_change_in_the_same_tick_of_the_file_system_is_seen(watched: Watched) -> None:
    """Same size, inode and modification time: what a write leaves that follows the read within some ms."""
    first = json.dumps({"keys": [NEW]})
    other = json.dumps({"keys": [ed25519(kid="zzz")]})
    assert len(first) == len(other)
    watched.path.write_text(first)
    watched.later()
    assert watched.accepts(NEW)
    before = watched.path.stat()

    watched.path.write_text(other)
    os.utime(watched.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    watched.later()

    assert not watched.accepts(NEW)


def test_a_link_that_is_pointed_elsewhere_is_followed(tmp_path: Path) -> None:
    """Kubernetes replaces mounted secrets by swapping a link."""
    for name, jwk in (("a", OLD), ("b", NEW)):
        (tmp_path / name).mkdir()
        write_keys(tmp_path / name / "keys.json", jwk)
    link = tmp_path / "present"
    link.symlink_to("a")
    now_s = [0.0]
    keys = KeyFile(link / "keys.json", monotonic_s=lambda: now_s[0])

    (tmp_path / "draft").symlink_to("b")
    (tmp_path / "draft").rename(link)
    now_s[0] = 1.0

    assert keys.verify(token_of(NEW), now_s=NOW_S).sub == "op"


def test_an_unusable_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadKeys, match="keys.json"):
        KeyFile(tmp_path / "keys.json")


def test_keys_that_others_can_read_are_logged(tmp_path: Path) -> None:
    path = write_keys(tmp_path / "keys.json", OLD)
    path.chmod(0o644)

    with capture_logs() as logged:
        KeyFile(path)

    assert [(entry["log_level"], entry["event"]) for entry in logged] == [
        ("info", "token keys are in force"),
        ("warning", "token keys are not protected"),
    ]


def test_the_log_names_the_keys_and_holds_no_key(tmp_path: Path) -> None:
    path = write_keys(tmp_path / "keys.json", OLD, ed25519(kid="enc", use="enc"))

    with capture_logs() as logged:
        KeyFile(path)

    assert logged[0]["kids"] == ["old"]
    assert logged[0]["skipped"] == ("key 2: use is not sig",)
    assert OLD["d"] not in str(logged)


def test_a_file_of_another_kind_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(b" " * (2**20 + 1))

    with pytest.raises(BadKeys, match="bytes"):
        KeyFile(path)
