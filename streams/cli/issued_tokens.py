"""The bearer tokens of a command: signed here with the present keys, given with --token, or in a file that is renewed."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx2

from dispatch.model.plain_reason import plain_reason
from streams import private_file
from streams.errors import RetryLater
from streams.tokens import EVERYBODY, BadKeys, Role, TokenKeys, load_keys
from streams.watched_files import WatchedFiles

TOKEN_TTL_S = 3600
_MAX_BYTES = 16 * 1024
_RENEW_BEFORE_S = 300
"""A token is renewed this long before it expires, so that no request carries one that expires on the way."""


class TokenSource(Protocol):
    """Tokens by role and identity."""

    def __call__(self, role: str, identity: str) -> str:
        """A token that is valid for some more minutes. Cheap: called for every request."""
        ...

    def forget(self, role: str, identity: str) -> bool:
        """The API has refused the token of this role and identity. Returns whether there may be another one."""
        ...


class IssuedTokens:
    """Signs tokens with the keys of a file, and caches each until shortly before it expires.

    Keys that were rotated are loaded again; a file that cannot be used leaves the previous keys in use.
    """

    def __init__(self, keys: TokenKeys, now_s: Callable[[], int], path: Path | None = None) -> None:
        """`path`: where the keys were loaded from; None: they never change."""
        self._keys = keys
        self._now_s = now_s
        self._path = path
        self._file = WatchedFiles(*[path] if path is not None else [])
        self._held: dict[tuple[str, str], tuple[int, str]] = {}

    def __call__(self, role: str, identity: str) -> str:
        self._load_again()
        now_s = self._now_s()
        ends_s, token = self._held.get((role, identity), (0, ""))
        if ends_s - _RENEW_BEFORE_S <= now_s:
            # The simulator's tracker reports everybody it has registered.
            more = {"speaks_for": EVERYBODY} if role == Role.TRACKER else {}
            token = self._keys.issue(Role(role), identity, now_s=now_s, ttl_s=TOKEN_TTL_S, more=more)
            self._held[(role, identity)] = (now_s + TOKEN_TTL_S, token)
        return token

    def forget(self, role: str, identity: str) -> bool:
        return self._held.pop((role, identity), None) is not None

    def _load_again(self) -> None:
        if self._path is None or not self._file.may_have_changed():
            return
        try:
            keys = load_keys(self._path)
        except BadKeys:
            return  # as the API, which keeps the previous keys in force
        if keys.can_sign:
            self._keys = keys
            self._held.clear()


@dataclass(frozen=True, slots=True)
class GivenToken:
    """Returns the token of `--token` for every role and identity."""

    token: str

    def __call__(self, role: str, identity: str) -> str:  # noqa: ARG002 - a port's arguments
        return self.token

    def forget(self, role: str, identity: str) -> bool:  # noqa: ARG002 - a port's arguments
        return False


class NoTokenInFile(RetryLater):
    """A file holds no token that can be used; the message says why. Whoever keeps it up may put one there."""


@dataclass(frozen=True, slots=True)
class TokenInFile:
    """The token that a file holds now: a process that runs for months gets a new one without a restart."""

    path: Path

    def __call__(self, role: str, identity: str) -> str:  # noqa: ARG002 - a port's arguments
        """Raises NoTokenInFile."""
        return token_in(self.path)

    def forget(self, role: str, identity: str) -> bool:  # noqa: ARG002 - a port's arguments
        return False


def token_in(path: Path) -> str:
    """The token in a file that others cannot read.

    Raises:
        NoTokenInFile: it is missing, empty, readable by everybody or writable by its group, or no text of a token.
    """
    try:
        content = private_file.read_bytes(path, _MAX_BYTES)
    except OSError as error:
        raise NoTokenInFile(f"{path} cannot be read: {plain_reason(error)}") from error
    token = content.strip()
    if not token or not token.isascii() or len(token.split()) != 1:
        raise NoTokenInFile(f"{path} holds no token")
    return token.decode("ascii")


@dataclass(frozen=True, slots=True)
class Signed(httpx2.Auth):
    """Authorises each request with the present token, and repeats a refused one once with a new token.

    A command may run for days, longer than its first token and the key that signed it.
    """

    tokens: TokenSource
    role: str
    identity: str

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        request.headers["Authorization"] = f"Bearer {self.tokens(self.role, self.identity)}"
        response = yield request
        if response.status_code == 401 and self.tokens.forget(self.role, self.identity):
            request.headers["Authorization"] = f"Bearer {self.tokens(self.role, self.identity)}"
            yield request
