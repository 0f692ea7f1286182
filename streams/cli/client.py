"""HTTP access of commands to the API: address and token.

The address is `--api`, else KOMEK_HOST and KOMEK_PORT, else that of the local stack in KOMEK_DATA. The token is `--token`, else
one signed here with the key of KOMEK_JWT_KEYS or of the local stack.
"""

import contextlib
import os
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx2
import typer

from dispatch.model import call_numbers
from streams import clock
from streams.api_client import http_reason
from streams.cli.advice import advice_for
from streams.cli.certificate import trust_of
from streams.cli.context import settings_here
from streams.cli.errors import FAILED, UNREACHABLE, WRONG_USE, CommandFailed
from streams.cli.issued_tokens import GivenToken, IssuedTokens, Signed, TokenInFile, TokenSource
from streams.local import stackfile
from streams.local.addresses import EVERYWHERE, USUAL_PORT
from streams.local.ports import LOOPBACK
from streams.settings import Settings
from streams.tokens import BadKeys, load_keys

ApiOption = Annotated[str | None, typer.Option("--api", help="Address of the API, like http://127.0.0.1:8000.")]
TokenOption = Annotated[str | None, typer.Option("--token", help="Bearer token to use instead of one signed here.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

ADDRESS_CURE = "Start it (`komek up`), or set its address with --api or KOMEK_PORT."
CERTIFICATE_CURE = "Set KOMEK_API_CA to the certificates of its CA, and --api to an address that its certificate names."


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The URL of the API, and its tokens: `tokens(role, identity)` returns a bearer token."""

    url: str
    tokens: TokenSource
    trust: ssl.SSLContext
    """The certificates that are accepted."""
    pages: str | None = None
    """Where people's browsers find Komek, if not at `url`: behind a proxy commands reach the API by another way."""

    @property
    def pages_url(self) -> str:
        return self.pages or self.url

    def http(self, role: str = "operator", identity: str = "cli") -> httpx2.Client:
        signed = Signed(self.tokens, role, identity)
        # trust_env=False: a proxy of the environment cannot reach the loopback of this machine.
        return httpx2.Client(base_url=self.url, auth=signed, timeout=10.0, trust_env=False, verify=self.trust)


def access(api: str | None, token: str | None, token_file: Path | None = None) -> Access:
    """Address and tokens for a command.

    Raises:
        CommandFailed: no token was given and none can be signed here, or a file cannot be used.
    """
    settings = settings_here()
    tokens: TokenSource | None = TokenInFile(token_file) if token_file else GivenToken(token) if token else None
    return access_to(_address(api, settings), settings, tokens)


def access_to(url: str, settings: Settings, tokens: TokenSource | None = None) -> Access:
    """Access to the API at this address; with tokens signed here unless given. Raises as `access`."""
    trust = trust_of(settings)
    return Access(url=url, tokens=tokens or issued_tokens(settings), trust=trust, pages=settings.public_url)


def issued_tokens(settings: Settings) -> IssuedTokens:
    """Tokens signed with the key of the settings.

    Raises:
        CommandFailed: there is no private key.
    """
    if settings.jwt_keys is None:
        raise CommandFailed(
            "no token, and no key to sign one with",
            "Give --token, or set KOMEK_JWT_KEYS to a JWK Set, or KOMEK_DATA to the folder of a local stack.",
            WRONG_USE,
        )
    try:
        keys = load_keys(settings.jwt_keys)
    except BadKeys as error:
        raise CommandFailed(str(error), "Set KOMEK_JWT_KEYS to a JWK Set with a private key.", WRONG_USE) from error
    if not keys.can_sign:
        raise CommandFailed(
            "KOMEK_JWT_KEYS holds only public keys: tokens cannot be signed here",
            "Give --token with a token of the issuer that holds the private key.",
            WRONG_USE,
        )
    return IssuedTokens(keys, lambda: clock.now_ms() // 1000, settings.jwt_keys)


def ask(http: httpx2.Client, method: str, path: str, **request: Any) -> Mapping[str, Any]:
    """Sends a request and returns the JSON body of its successful response.

    Raises:
        CommandFailed: no response (exit code 3), or a problem response (exit code 1) with its title and detail.
    """
    try:
        response = http.request(method, path, **request)
    except httpx2.HTTPError as error:
        reason = http_reason(error)
        cure = CERTIFICATE_CURE if "certificate" in reason else ADDRESS_CURE
        raise CommandFailed(f"the API at {http.base_url} does not answer: {reason}", cure, UNREACHABLE) from error
    if not response.is_success:
        raise refusal(response)
    body = response.json()
    return body if isinstance(body, Mapping) else {"answer": body}


def incident_named(http: httpx2.Client, said: str) -> str:
    """The id of an incident to look at: `said` is an id, or a call number like `AK-042`, which begins anew each day: that of the
    newest day is meant.

    Raises:
        CommandFailed: as `ask`, or no incident has this number.
    """
    if call_numbers.parsed(said) is None:
        return said
    found = ask(http, "GET", "/v1/search", params={"q": said})
    named = [str(one["id"]) for one in found["items"] if one["type"] == "incident"]
    if not named:
        lacking = "" if found["complete"] else "; Redis does not answer, so it may be unknown for now"
        raise CommandFailed(
            f"no incident of the last days has the number {said}{lacking}", "`komek status` shows the open ones."
        )
    return named[0]


def require_accepted_token(reach: Access, role: str = "operator") -> None:
    """For a command that would count refusals one by one, or repeat for long: is the token accepted at all?

    Raises:
        CommandFailed: the API refuses it. An API that does not answer is no matter of the token.
    """
    with reach.http(role) as http, contextlib.suppress(httpx2.HTTPError):
        response = http.get("/v1/status")
        if response.status_code in (401, 403):
            raise refusal(response)


def refusal(response: httpx2.Response) -> CommandFailed:
    """Converts a problem+json response into a failed command."""
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    # A proxy in between may answer with anything.
    problem = problem if isinstance(problem, Mapping) else {}
    title = str(problem.get("title") or response.reason_phrase)
    code = str(problem.get("code") or title)
    said = _detail_lines(title, str(problem.get("detail") or title), problem.get("errors") or ())
    cure = advice_for(code, response.status_code, response.request.headers.get("Idempotency-Key"))
    return CommandFailed(f"{response.status_code} {code}: {said}", cure, FAILED)


def _detail_lines(title: str, detail: str, errors: Sequence[object]) -> str:
    """The detail and one line for each invalid field. The API repeats the first fields in the detail; here each is said once."""
    lines = [_error_line(error) for error in errors]
    if len(lines) == 1 and lines[0] in detail:
        return detail
    if lines and lines[0] in detail:
        detail = title
    return "\n  ".join((detail, *lines))


def _error_line(error: object) -> str:
    if isinstance(error, Mapping):
        return f"{error.get('field') or 'body'}: expected {error.get('expected')}"
    return str(error)


def checked_address(api: str) -> str:
    """Raises CommandFailed: no address of a server with http or https."""
    try:
        url = urlsplit(api)
        _ = url.port  # urlsplit checks the port only when it is read
        is_server = url.scheme in ("http", "https") and bool(url.hostname) and not url.query and not url.fragment
    except ValueError:
        is_server = False
    if not is_server or any(letter.isspace() for letter in api):
        raise CommandFailed(f"--api {api}: expected an address like http://127.0.0.1:8000", ADDRESS_CURE, WRONG_USE)
    return api.rstrip("/")


def _address(api: str | None, settings: Settings) -> str:
    if api:
        return checked_address(api)
    running = stackfile.read(settings.data / "stack.json")
    # Settings win over the running stack, so that one shell can use another API.
    if settings.port is None and running is not None and not os.environ.get("KOMEK_HOST"):
        return running.api
    host = LOOPBACK if settings.host in EVERYWHERE else settings.host
    # A CA for the API is set where it serves TLS.
    scheme = "https" if settings.tls_cert or settings.api_ca else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.port or USUAL_PORT}"
