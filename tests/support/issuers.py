"""OpenID Connect issuers for tests: one whose every answer a test may change, and `oidc-provider-mock` as a process."""

import contextlib
import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import httpx2

from streams import clock
from streams.settings import Settings
from streams.tokens import TokenKeys
from tests.support.signing import ed25519, public, rsa, signed
from tests.support.waiting import until

ISSUER, CLIENT, SECRET = "https://login.test", "komek", "s3cret:&"
ROLES = (("komek-admins", "admin"), ("desk", "operator"), ("wall", "monitor"))


def settings_for(issuer: str, **changes: Any) -> Settings:
    given: dict[str, Any] = {
        "oidc_issuer": issuer,
        "oidc_client": CLIENT,
        "oidc_secret": SECRET,
        "oidc_redirect": "https://komek.test",
        "oidc_roles": ROLES,
    }
    return Settings(**given | changes)


class ForgingIssuer:
    """Signs whatever `claims` says. `key` signs; `keys` are published. `nonce` is taken from the authorization request."""

    def __init__(self) -> None:
        self.key = rsa(kid="one")
        self.keys = [public(self.key)]
        self.claims: dict[str, object] = {}
        self.header: dict[str, object] = {"kid": "one"}
        self.document: dict[str, object] = {}
        self.nonce = ""
        self.spent: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.asked: list[str] = []
        self.is_away = False
        self.token: Callable[[], str] = self.signed_token

    @property
    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self._answer)

    def signed_token(self) -> str:
        now_s = clock.now_ms() // 1000
        good = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": "u-1",
            "nonce": self.nonce,
            "iat": now_s,
            "exp": now_s + 300,
            "roles": ["staff", "desk"],
        }
        return signed(TokenKeys.of_jwks({"keys": [self.key]}), good | self.claims, self.header)

    def rotate(self) -> None:
        self.key = ed25519(kid="two")
        self.keys, self.header = [public(self.key)], {"kid": "two"}

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request.url.path)
        if self.is_away:
            raise httpx2.ConnectError("away")
        if request.url.path == "/.well-known/openid-configuration":
            known = {
                "issuer": ISSUER,
                "authorization_endpoint": f"{ISSUER}/authorize",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/keys",
            }
            return httpx2.Response(200, json=known | self.document)
        if request.url.path == "/keys":
            return httpx2.Response(200, json={"keys": self.keys})
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        self.forms.append(form | {"authorization": request.headers.get("authorization", "")})
        if form["code"] in self.spent:
            return httpx2.Response(400, json={"error": "invalid_grant"})
        self.spent.append(form["code"])
        return httpx2.Response(200, json={"id_token": self.token(), "token_type": "Bearer"})


@contextlib.contextmanager
def provider_process(**claims: object) -> Iterator[str]:
    """The address of an `oidc-provider-mock` with one user `ann` who has these claims."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # A process, because its libraries warn about each other while they are imported.
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _is_up(address))
        httpx2.put(f"{address}/users/ann", content=json.dumps(claims), headers={"Content-Type": "application/json"})
        yield address
    finally:
        process.terminate()
        process.wait(10)


def _is_up(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/.well-known/openid-configuration").status_code == 200
    except httpx2.HTTPError:
        return False
