"""`deploy/Caddyfile`: what the papers say of the proxy stands in it. Judged by a parser of blocks, and by Caddy."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest

from streams.settings import load
from tests.support.programs import program

FILE = Path(__file__).parents[1] / "deploy" / "Caddyfile"
TEXT = FILE.read_text(encoding="utf-8")


def blocks(text: str) -> dict[str, list[str]]:
    """Directives by the path of the blocks around them. Raises AssertionError: braces do not match."""
    found: dict[str, list[str]] = {}
    path: list[str] = []
    for line in (raw.strip() for raw in text.splitlines()):
        if not line or line.startswith("#"):
            continue
        if line.endswith("{"):
            path.append(line[:-1].strip())
        elif line == "}":
            assert path, "a block ends that did not begin"
            path.pop()
        else:
            found.setdefault(" > ".join(path), []).append(line)
    assert path == [], "a block does not end"
    return found


SITE = "{$KOMEK_DOMAIN:localhost}"
PROXY = f"{SITE} > reverse_proxy {{$KOMEK_UPSTREAMS:127.0.0.1:8000}}"


def test_the_api_is_reached_on_this_machine_and_streams_are_not_buffered() -> None:
    assert blocks(TEXT)[PROXY][-2:] == ["flush_interval -1", "header_up X-Forwarded-For {remote_host}"]


def test_requests_go_to_apis_that_are_ready() -> None:
    assert "health_uri /readyz" in blocks(TEXT)[PROXY]


@pytest.mark.parametrize("upstreams", [None, "api-1:8000 api-2:8000"])
def test_caddy_accepts_the_file(upstreams: str | None) -> None:
    assert verdict(FILE, upstreams) == ""


def test_a_broken_file_is_noticed(tmp_path: Path) -> None:
    broken = tmp_path / "Caddyfile"
    broken.write_text(TEXT.replace("health_uri", "health_url"), encoding="utf-8")

    assert "health_url" in verdict(broken, None)


def verdict(file: Path, upstreams: str | None) -> str:
    """What Caddy says of the file; empty when it is right."""
    caddy = program("caddy", why="the Caddyfile is not validated")
    environ = {"PATH": os.defpath} | ({"KOMEK_UPSTREAMS": upstreams} if upstreams else {})
    # Caddy keeps a certificate authority of its own in its home, with the keys.
    with tempfile.TemporaryDirectory(prefix="komek-caddy-") as home:
        done = subprocess.run(
            [caddy, "validate", "--adapter", "caddyfile", "--config", str(file)],
            env={**environ, "HOME": home},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    return "" if done.returncode == 0 else done.stderr


def test_browsers_may_use_http_2() -> None:
    assert blocks(TEXT)[" > servers"] == ["protocols h1 h2"]


def test_the_settings_in_its_heading_are_settings() -> None:
    named = dict(re.findall(r"(KOMEK_[A-Z_]+)=(\S+)", next(line for line in TEXT.splitlines() if "make up" in line)))

    assert load(named).proxy
    assert named["KOMEK_HOST"] == "127.0.0.1"


@pytest.mark.parametrize("text", ["a {\n", "}\n", "a {\n}\n}\n"])
def test_the_parser_sees_braces_that_do_not_match(text: str) -> None:
    with pytest.raises(AssertionError):
        blocks(text)
