"""The claims of a token: `sub` (the id), `role`, `iss` `komek`, `aud` `komek-api`, `iat`, `exp`; `nbf` and `jti` are optional.

The signature proves who wrote the claims, not that they make sense: an issuer outside Komek may put any JSON into them. Each
value is checked for type and range before it is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dispatch.model.ids import is_person_id
from streams.errors import InvalidInput

ISSUER = "komek"
AUDIENCE = "komek-api"
TYPE = "at+jwt"
"""The header `typ` of access tokens (RFC 9068)."""
CLOCK_SKEW_S = 60
"""How far `iat` and `nbf` may lie in the future, for clocks that differ."""
_ACCESS_TYPES = (TYPE, f"application/{TYPE}")
_TYPES = (None, "jwt", *_ACCESS_TYPES)
_LATEST = 2**53
"""JSON numbers up to here are exact in every implementation (RFC 8259 §6). Also excludes infinity and NaN."""
_MAX_JTI = 128
MOST_SPOKEN_FOR = 1_000
EVERYBODY = "*"


class Role(StrEnum):
    OPERATOR = "operator"
    VOLUNTEER = "volunteer"
    TRACKER = "tracker"  # a device or service that sends positions
    MONITOR = "monitor"  # reads incidents and metrics, never data about people
    ADMIN = "admin"
    FEED = "feed"  # a program that reports warnings of others, and follows up its own


_DAY_S = 24 * 3600
MAX_LIFETIME_S: Mapping[Role, int] = {
    # These roles act on or read everybody's incidents: a leaked token is useless the next day, and a shift fits into it.
    Role.OPERATOR: _DAY_S,
    Role.ADMIN: _DAY_S,
    Role.MONITOR: _DAY_S,
    # Whoever has it may report what never happened.
    Role.FEED: _DAY_S,
    # Acts for one person, whose phone may be offline for weeks; the longest month.
    Role.VOLUNTEER: 31 * _DAY_S,
    # A device without anybody to log in; it can only send positions.
    Role.TRACKER: 31 * _DAY_S,
}
"""Largest `exp` - `iat` of a token of each role, in seconds."""


class BadToken(InvalidInput, ValueError):
    """The token is invalid or has expired. The message may be shown to the client and contains nothing from the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """A valid token. Times in seconds since the Unix epoch; `key_id` is the RFC 7638 thumbprint of the key that signed it.

    `jti` and `typ` are None for tokens without them, which stay valid (DESIGN 107). `digest`: SHA-256 of header and claims, in
    hex; the signature is left out because some algorithms permit another valid one.
    """

    sub: str
    role: Role
    issued_s: int
    expires_s: int
    key_id: str
    jti: str | None = None
    typ: str | None = None
    digest: str = ""
    org: str | None = None
    """The organisation for which an operator vouches, or whose people a tracker reports."""
    speaks_for: tuple[str, ...] | None = None
    """The ids that a tracker reports (`speaking.py`); None: the claim is absent."""

    @property
    def name(self) -> str:
        """Names this one token in a revocation: its `jti`, or the digest of its signed part if it has none."""
        return self.jti or self.digest


def bearer_of(
    claims: Mapping[str, object], *, typ: object, key_id: str, now_s: int, digest: str = "", is_strict: bool = False
) -> Bearer:
    """Checks all claims except the expiry, which must be checked at each use. `is_strict`: `jti` and `typ` are required.

    Raises:
        BadToken: with the reason.
    """
    _check_addressee(claims)
    role, subject, jti = _role(claims.get("role")), claims.get("sub"), claims.get("jti")
    # The rule of ids in paths: without control and bidi characters, surrogates or separators of keys.
    if not isinstance(subject, str) or not is_person_id(subject):
        raise BadToken("the token has no sub of 1 to 128 visible ASCII characters without / | , and :")
    if jti is not None and not (
        isinstance(jti, str) and 0 < len(jti) <= _MAX_JTI and jti.isascii() and jti.isprintable()
    ):
        raise BadToken(f"the token's jti is not a text of 1 to {_MAX_JTI} printable ASCII characters")
    if is_strict and jti is None:
        raise BadToken("the token has no jti: expected one (KOMEK_TOKENS=strict)")
    if is_strict and not (isinstance(typ, str) and typ.lower() in _ACCESS_TYPES):
        raise BadToken(f"the token's typ is not {TYPE}: expected it (KOMEK_TOKENS=strict)")
    issued_s, expires_s = _lifetime(claims, role, now_s)
    return Bearer(
        sub=subject,
        role=role,
        issued_s=int(issued_s),
        expires_s=int(expires_s),
        key_id=key_id,
        jti=jti,
        typ=_type(typ),
        digest=digest,
        org=_organisation(claims.get("org")),
        speaks_for=_speaks_for(claims.get("speaks_for")),
    )


def _check_addressee(claims: Mapping[str, object]) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != ISSUER or AUDIENCE not in audiences or not all(isinstance(one, str) for one in audiences):
        raise BadToken(f"the token is for another service: expected iss {ISSUER} and aud {AUDIENCE}")


def _role(value: object) -> Role:
    # The type first: a list cannot be looked up in an enum.
    if not isinstance(value, str) or value not in frozenset(Role):
        raise BadToken("the token's role is unknown: expected one of " + ", ".join(Role))
    return Role(value)


def _lifetime(claims: Mapping[str, object], role: Role, now_s: int) -> tuple[float, float]:
    expires_s, issued_s = _time("exp", claims.get("exp")), _time("iat", claims.get("iat"))
    starts_s = issued_s if claims.get("nbf") is None else _time("nbf", claims["nbf"])
    for name, at_s in (("iat", issued_s), ("nbf", starts_s)):
        if at_s > now_s + CLOCK_SKEW_S:
            raise BadToken(f"the token's {name} is in the future")
    if expires_s <= issued_s:
        raise BadToken("the token has expired: its exp is not after its iat")
    longest_s = MAX_LIFETIME_S[role]
    if expires_s - issued_s > longest_s:
        raise BadToken(f"the token is valid for too long: expected at most {longest_s // 3600} h for {role}")
    return issued_s, expires_s


def _time(name: str, value: object) -> float:
    if value is None:
        raise BadToken(f"the token has no {name}")
    # A bool is an int in Python, and JSON's `true` would be the second 1. NaN fails both comparisons.
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= _LATEST:
        raise BadToken(f"the token's {name} is not a number of seconds since 1970")
    return value


def _organisation(value: object) -> str | None:
    if value is None or (isinstance(value, str) and is_person_id(value)):
        return value
    raise BadToken("the token's org is not an opaque id")


def _speaks_for(value: object) -> tuple[str, ...] | None:
    """A list of ids and of beginnings of ids with `*` at their end, or `*` alone."""
    if value is None:
        return None
    patterns = [value] if value == EVERYBODY else value
    if not isinstance(patterns, list) or len(patterns) > MOST_SPOKEN_FOR:
        raise BadToken(f"the token's speaks_for is not {EVERYBODY} or a list of at most {MOST_SPOKEN_FOR:,} ids")
    # An empty beginning would be everybody, which has to be said by the whole claim.
    if not all(isinstance(one, str) and (one == value or is_person_id(one.removesuffix("*"))) for one in patterns):
        raise BadToken(
            "the token's speaks_for contains what is neither an id nor the beginning of ids with * at its end"
        )
    return tuple(patterns)


def _type(value: object) -> str | None:
    """The header `typ`. Other types of JWT (identity, logout, DPoP) are signed by the same keys of an issuer."""
    if value is None or (isinstance(value, str) and value.lower() in _TYPES):
        return value
    raise BadToken(f"the token's typ is unknown: expected {TYPE}")
