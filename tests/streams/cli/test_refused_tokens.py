"""A token that the API refuses: exit code 1 with a sentence in every command; 3 is for an API that does not answer."""

import json
from pathlib import Path
from typing import Any

import pytest

from streams.cli.errors import FAILED, UNREACHABLE, WRONG_USE
from tests.streams.cli.fake_api import serving
from tests.support.cli import komek

ROOT = Path(__file__).parents[3]
REFUSED: tuple[int, dict[str, Any]] = (401, {"code": "unauthenticated", "title": "The token is not accepted"})
PATHS = ("/v1/status", "/v1/incidents?limit=50", "/v1/incident-types", "/v1/incidents", "/v1/sessions?limit=200")
CARD = {"id": "c-1", "version": 1}
COMMANDS = {
    "status": ("status",),
    "incident list": ("incident", "list"),
    "sessions list": ("sessions", "list"),
    "watch": ("watch", "--once"),
    "simulate": ("simulate", "--minutes", "0.1"),
    "replay": ("replay", "CALLS"),
    "card import": ("card", "import", "FILE", "--apply"),
    "cap import": ("cap", "import", "FILE", "--apply"),
}


@pytest.fixture
def arguments(tmp_path: Path) -> dict[str, tuple[str, ...]]:
    file, calls = tmp_path / "file", tmp_path / "calls.csv"
    file.write_text(json.dumps(CARD))
    calls.write_text(
        "lat,lng,desc,zip,title,timeStamp,twp,addr,e\n40.1,-75.2,x,1,EMS: FALL VICTIM,2015-12-10 17:10:52,A,B,1\n"
    )
    names = {"FILE": str(file), "CALLS": str(calls)}
    return {name: tuple(names.get(word, word) for word in words) for name, words in COMMANDS.items()}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_refused_token_is_said_and_is_no_api_that_is_away(
    name: str, arguments: dict[str, tuple[str, ...]], tmp_path: Path
) -> None:
    with serving({(method, path): REFUSED for method in ("GET", "POST") for path in PATHS}) as api:
        said = komek(*arguments[name], "--api", api.url, "--token", "wrong", KOMEK_DATA=str(tmp_path))

    assert said.returncode == FAILED, said
    assert "401 unauthenticated" in said.stderr
    assert "--token" in said.stderr.splitlines()[-1]
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize("name", ["status", "card import", "cap import"])
def test_an_api_that_is_away_is_said_in_plain_words(
    name: str, arguments: dict[str, tuple[str, ...]], tmp_path: Path
) -> None:
    said = komek(*arguments[name], "--api", "http://127.0.0.1:9", "--token", "t", KOMEK_DATA=str(tmp_path))

    assert said.returncode == UNREACHABLE, said
    assert "nothing listens there" in said.stderr
    assert "Errno" not in said.stderr


@pytest.mark.parametrize("address", ["nonsense", "ftp://127.0.0.1", "http://", "http://127.0.0.1:99999", "http://a b"])
@pytest.mark.parametrize("command", [("doctor", "--deployment"), ("status",), ("cap", "import", "x", "--apply")])
def test_an_address_that_is_none_is_wrong_usage(command: tuple[str, ...], address: str, tmp_path: Path) -> None:
    said = komek(*command, "--api", address, "--token", "t", KOMEK_DATA=str(tmp_path))

    assert said.returncode == WRONG_USE, said
    assert said.stderr.startswith(f"komek: --api {address}: expected an address like http://127.0.0.1:8000")
    assert said.stdout == ""


def test_the_doctor_of_a_deployment_says_that_its_token_is_refused(tmp_path: Path) -> None:
    with serving({("GET", "/v1/status"): REFUSED}) as api:
        said = komek("doctor", "--deployment", "--api", api.url, "--token", "wrong", "--json", KOMEK_DATA=str(tmp_path))

    assert said.returncode == FAILED
    (found,) = [one for one in json.loads(said.stdout) if one["name"] == "API"]
    assert found["level"] == "fail"
    assert found["found"] == "it refuses the token"
