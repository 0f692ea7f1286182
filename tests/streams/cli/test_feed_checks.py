"""What `komek doctor` says about feeds of warnings and the token of their follower."""

from pathlib import Path
from typing import Any

import pytest

from streams.cli.feed_checks import ENDS_SOON_S, READ, REFUSED, feed_checks, followed, token_check
from streams.local.check import Level
from streams.monitoring.queried_alarms import REFUSED_S, SILENT_S
from streams.settings import Settings
from streams.tokens import Role, TokenKeys
from tests.support.signing import ed25519

NOW_S = 1_795_000_000
KEYS = TokenKeys.of_jwks({"keys": [ed25519(kid="k")]})
FEED = "https://meteo.example/feed"


def issued(role: Role = Role.FEED, *, ends_s: int) -> str:
    return KEYS.issue(role, "komek-follower", now_s=NOW_S + ends_s - 24 * 3600, ttl_s=24 * 3600)


@pytest.mark.parametrize(
    ("token", "level", "found"),
    [
        (issued(ends_s=20 * 3600), Level.OK, "counts for 20.0 h more"),
        (issued(ends_s=ENDS_SOON_S - 60), Level.WARN, "counts for 6.0 h more"),
        (issued(ends_s=0), Level.FAIL, "has ended"),
        (issued(Role.MONITOR, ends_s=20 * 3600), Level.FAIL, "for the role monitor"),
        ("no token", Level.FAIL, "holds no token"),
        ("a.b.c", Level.FAIL, "malformed"),
        ("", Level.FAIL, "holds no token"),
    ],
)
def test_a_token_is_judged_before_it_ends(token: str, level: Level, found: str, tmp_path: Path) -> None:
    path = tmp_path / "cap-token"
    path.write_text(token)
    path.chmod(0o600)

    check = token_check(path, NOW_S)

    assert (check.level, found in check.found) == (level, True), check
    assert bool(check.cure) == (level is not Level.OK)
    assert not token.count(".") or token not in check.found


@pytest.mark.parametrize(
    ("mode", "is_used"), [(0o600, True), (0o440, True), (0o640, True), (0o644, False), (0o660, False)]
)
def test_a_file_that_others_read_or_change_is_not_used(mode: int, is_used: bool, tmp_path: Path) -> None:
    path = tmp_path / "cap-token"
    path.write_text(issued(ends_s=20 * 3600))
    path.chmod(mode)

    check = token_check(path, NOW_S)

    assert (check.level is Level.OK) == is_used
    assert is_used or "chmod 600" in check.found


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert (
        token_check(tmp_path / "cap-token", NOW_S).found
        == f"{tmp_path / 'cap-token'} cannot be read: there is no such file or folder"
    )


def exposed(read_s: float, refused_s: float = 0.0) -> str:
    return f'{READ}{{feed="{FEED}"}} {read_s}\n{REFUSED}{{feed="{FEED}"}} {refused_s}\n'


@pytest.mark.parametrize(
    ("text", "level", "page"),
    [
        (exposed(NOW_S - 60), Level.OK, ""),
        (exposed(NOW_S - SILENT_S - 1), Level.FAIL, "feed_silent.md"),
        (exposed(NOW_S - 60, REFUSED_S + 1), Level.FAIL, "feed_refused.md"),
        (exposed(NOW_S - 60, REFUSED_S - 1), Level.OK, ""),
    ],
)
def test_a_feed_is_judged_as_its_alarms_judge_it(text: str, level: Level, page: str) -> None:
    (check,) = feed_checks(text, NOW_S)

    assert (check.level, page in check.cure, FEED in check.found) == (level, True, True)


def test_a_process_that_follows_nothing_says_nothing() -> None:
    assert list(feed_checks("# TYPE x gauge\nx 1\n", NOW_S)) == []


@pytest.mark.parametrize(("feeds", "is_shown", "warnings"), [((FEED,), False, 1), ((FEED,), True, 0), ((), False, 0)])
def test_feeds_that_nobody_follows_are_noticed(feeds: tuple[str, ...], is_shown: bool, warnings: int) -> None:
    known: dict[str, Any] = {"cap_feeds": feeds}

    assert [check.level for check in followed(Settings(**known), is_shown=is_shown)] == [Level.WARN] * warnings
