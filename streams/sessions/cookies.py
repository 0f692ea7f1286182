"""The signed value of a session cookie: session, number of renewals and end, with an HMAC under a session key of the ring.

Every API process has that key, also where an issuer elsewhere signs access tokens. What an accepted key signed stays valid, so
that rotating keys logs nobody out. The format is none of a JWT: neither passes for the other.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from streams.ring import KeyRing

_VERSION = "s1"
_COOKIE, _CODE, _LOGIN = "session-cookie", "login-code", "issuer-login"
"""Purposes of keys (`KeyRing.purpose_key`)."""
MAX_LENGTH = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCookie:
    """`expires_ms`: until then it gives access; later it can only be renewed, while the session lives."""

    session_id: str
    renewals: int
    expires_ms: int


class CookieSigner:
    """Signs and verifies the values of session cookies, and names login codes. Its methods raise KeyMissing (a RetryLater)."""

    def __init__(self, ring: Callable[[], KeyRing]) -> None:
        self._ring = ring

    def value_of(self, cookie: SessionCookie) -> str:
        """The text of a cookie: `s1.<session>.<renewals>.<ms>.<64 hex digits>`."""
        mac = _mac(self._ring().purpose_key(_COOKIE), cookie)
        return f"{_VERSION}.{cookie.session_id}.{cookie.renewals}.{cookie.expires_ms}.{mac}"

    def verified(self, value: str) -> SessionCookie | None:
        """The cookie with this text; None if this deployment did not sign it. Its end is not checked."""
        parts = value.split(".") if len(value) <= MAX_LENGTH and value.isascii() else []
        if len(parts) != 5 or parts[0] != _VERSION or not parts[2].isdecimal() or not parts[3].isdecimal():
            return None
        found = SessionCookie(session_id=parts[1], renewals=int(parts[2]), expires_ms=int(parts[3]))
        macs = [_mac(key, found) for key in self._ring().purpose_keys(_COOKIE)]
        return found if any(hmac.compare_digest(mac, parts[4]) for mac in macs) else None

    def sealed(self, *parts: str, until_ms: int) -> str:
        """Texts without dots, signed for a short while: what a login at an issuer must find again in the same browser."""
        text = ".".join((*parts, str(until_ms)))
        return f"{text}.{_text_mac(self._ring().purpose_key(_LOGIN), text)}"

    def unsealed(self, value: str, now_ms: int) -> list[str] | None:
        """The texts that `sealed` signed; None for others, and after their end."""
        text, _, mac = value.rpartition(".")
        if not value.isascii() or len(value) > 4 * MAX_LENGTH:
            return None
        if not any(hmac.compare_digest(_text_mac(key, text), mac) for key in self._ring().purpose_keys(_LOGIN)):
            return None
        *parts, until_ms = text.split(".")
        return parts if now_ms < int(until_ms) else None

    def code_digests(self, code: str) -> list[str]:
        """Names of a login code in the log, that of the active key first: 64 hex digits each."""
        # Lone surrogates are valid in JSON strings; they have no UTF-8 form.
        raw = code.encode("utf-8", "surrogatepass")
        return [hmac.digest(key, raw, "sha256").hex() for key in self._ring().purpose_keys(_CODE)]


def _mac(key: bytes, cookie: SessionCookie) -> str:
    return _text_mac(key, f"{cookie.session_id}.{cookie.renewals}.{cookie.expires_ms}")


def _text_mac(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), "sha256").hex()
