"""`deploy/Caddyfile`: what the papers say of the proxy stands in it. A parser of blocks, not Caddy itself."""

import re
from pathlib import Path

import pytest

from streams.settings import load

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
PROXY = f"{SITE} > reverse_proxy 127.0.0.1:8000"


def test_the_api_is_reached_on_this_machine_and_streams_are_not_buffered() -> None:
    assert blocks(TEXT)[PROXY] == ["flush_interval -1", "header_up X-Forwarded-For {remote_host}"]


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
