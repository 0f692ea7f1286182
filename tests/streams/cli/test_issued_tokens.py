"""Tokens of commands that run for long: rotated keys, refused tokens, and what is said about them."""

import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from streams.api_client import Api, ApiCaller
from streams.cli.issued_tokens import TOKEN_TTL_S, GivenToken, IssuedTokens, Signed
from streams.tokens import BadToken, TokenKeys, load_keys
from tests.streams.cli.fake_api import serving
from tests.support.signing import ed25519, write_keys

NOW_S = 1_764_000_000
OLD, NEW = ed25519(kid="old"), ed25519(kid="new")


def is_signed_by(jwk: dict[str, object], token: str) -> bool:
    try:
        TokenKeys.of_jwks({"keys": [jwk]}).verify(token, now_s=NOW_S)
    except BadToken:
        return False
    return True


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_keys(tmp_path / "keys.json", OLD)


def issued(path: Path) -> IssuedTokens:
    return IssuedTokens(load_keys(path), lambda: NOW_S, path)


def test_a_rotated_key_signs_from_the_next_request_on(path: Path) -> None:
    tokens = issued(path)
    assert is_signed_by(OLD, tokens("operator", "cli"))

    write_keys(path, NEW, OLD)

    assert is_signed_by(NEW, tokens("operator", "cli"))


@pytest.mark.parametrize("content", ["", "{", '{"keys": []}'])
def test_a_file_that_cannot_be_used_leaves_the_previous_key_in_use(path: Path, content: str) -> None:
    tokens = issued(path)
    path.write_text(content)

    assert is_signed_by(OLD, tokens("operator", "cli"))


def test_a_token_is_kept_until_shortly_before_its_end(path: Path) -> None:
    now = [NOW_S]
    tokens = IssuedTokens(load_keys(path), lambda: now[0], path)
    first = tokens("operator", "cli")
    now[0] += TOKEN_TTL_S // 2
    assert tokens("operator", "cli") == first

    now[0] += TOKEN_TTL_S // 2

    assert tokens("operator", "cli") != first


class Refusing:
    """An API that accepts every token but the first."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request.headers["authorization"])
        return httpx2.Response(401 if self.seen[-1] == self.seen[0] else 200, json={})


def test_a_refused_token_is_replaced_once(path: Path) -> None:
    api = Refusing()

    with httpx2.Client(
        transport=httpx2.MockTransport(api), auth=Signed(issued(path), "operator", "cli"), base_url="http://api"
    ) as http:
        assert http.get("/v1/status").status_code == 200

    assert len(set(api.seen)) == 2


def test_a_given_token_is_not_repeated() -> None:
    api = Refusing()

    with httpx2.Client(
        transport=httpx2.MockTransport(api), auth=Signed(GivenToken("t"), "operator", "cli"), base_url="http://api"
    ) as http:
        assert http.get("/v1/status").status_code == 401

    assert len(api.seen) == 1


async def test_the_live_board_replaces_a_refused_token(path: Path) -> None:
    refusing, tokens = Refusing(), issued(path)

    async with Api("http://api", tokens, forget=tokens.forget, transport=httpx2.MockTransport(refusing)) as api:
        answer = await api.read("/v1/status", ApiCaller(role="operator", identity="watch"))

    assert answer.status == 200


def test_a_refused_token_is_not_called_an_api_that_is_away(path: Path) -> None:
    refused = (401, {"code": "unauthenticated", "title": "A valid bearer token or session is required"})
    with serving({("GET", "/v1/status"): refused}) as api:
        said = subprocess.run(
            [sys.executable, "-m", "streams.cli.main", "watch", "--once", "--api", api.url, "--token", "t"],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            env={"KOMEK_DATA": str(path.parent), "PATH": ""},
        )

    assert said.returncode == 1
    assert "401 unauthenticated" in said.stderr
    assert "--token" in said.stderr
    assert "Start it" not in said.stderr
