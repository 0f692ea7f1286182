"""Tokens: load the JWK Set, issue and verify JWTs. Permissions of roles are defined in `api/http/auth.py`.

Claims: `sub` (the id), `role`, `iss` `komek`, `aud` `komek-api`, `iat`, `exp`. The first private key of the set signs, all keys
verify. To rotate keys, insert the new key first and remove the old one after its last token has expired.
"""

import json
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from streams.errors import InvalidInput

ISSUER = "komek"
AUDIENCE = "komek-api"
LEEWAY_S = 5
"""After `exp`, for clocks that differ."""
DEFAULT_TTL_S = 12 * 3600
_ALGORITHMS = ("Ed25519", "EdDSA", "ES256", "ES384", "ES512", "RS256")
_KEY_TYPES = ("OKP", "EC", "RSA")
_REMEMBERED = 10_000
_LONGEST = 4096
"""Characters of a token. Longer ones are refused before they are decoded or cached."""


class Role(StrEnum):
    OPERATOR = "operator"
    VOLUNTEER = "volunteer"
    TRACKER = "tracker"  # a device or service that sends positions
    MONITOR = "monitor"  # reads incidents and metrics, never data about people
    ADMIN = "admin"


class BadKeys(InvalidInput, ValueError):
    """The file is not a usable JWK Set. The message says why and what is expected."""


class BadToken(InvalidInput, ValueError):
    """The token is invalid or has expired. The message may be shown to the client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """The subject, role and expiry (seconds since the Unix epoch) of a valid token."""

    sub: str
    role: Role
    expires_s: int


class _Registry(JWSRegistry):
    """Accepts only the allowed algorithms. `Ed25519` (RFC 9864) and the older name `EdDSA` denote the same signature."""

    def get_alg(self, name: str) -> Any:
        if name not in _ALGORITHMS:
            raise BadToken(f"the token's alg is unknown: expected one of {', '.join(_ALGORITHMS)}")
        return self.algorithms[name]


def _algorithm(key: object) -> str:
    if isinstance(key, OKPKey):
        return "Ed25519"
    if isinstance(key, ECKey):
        return {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}[key.curve_name]
    if isinstance(key, RSAKey):
        return "RS256"
    raise BadKeys("expected keys of kty OKP (Ed25519), EC or RSA")


_REGISTRY = _Registry(algorithms=list(_ALGORITHMS))


class TokenKeys:
    """The keys, and a cache of verified tokens, so that a signature is checked once instead of per request."""

    def __init__(self, key_set: KeySet) -> None:
        self._keys = key_set
        # A key of an unsupported kind fails here, at start, not at its first token.
        for key in key_set.keys:
            _algorithm(key)
        self._signer = next((key for key in key_set.keys if key.is_private), None)
        self._verified: OrderedDict[str, Bearer] = OrderedDict()

    def issue(self, role: Role, subject: str, *, now_s: int, ttl_s: int = DEFAULT_TTL_S) -> str:
        """Issues a signed token that expires `ttl_s` after `now_s`.

        Raises:
            BadKeys: the set contains only public keys.
        """
        if self._signer is None:
            raise BadKeys("the JWK Set contains no private key: expected one to sign with")
        claims = {
            "sub": subject,
            "role": role.value,
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now_s,
            "exp": now_s + ttl_s,
        }
        header = {"alg": _algorithm(self._signer)}
        if self._signer.kid:
            header["kid"] = self._signer.kid
        return jwt.encode(header, claims, self._signer, registry=_REGISTRY)

    def verify(self, token: str, *, now_s: int) -> Bearer:
        """Verifies signature, issuer, audience and times.

        Raises:
            BadToken: with the reason.
        """
        known = self._verified.get(token)
        if known is None:
            known = self._examined(token, now_s)
            # Only valid tokens are kept, so a flood of invalid ones cannot displace them.
            self._verified[token] = known
            if len(self._verified) > _REMEMBERED:
                self._verified.popitem(last=False)
        # Outside the cache, because a cached token expires too.
        if known.expires_s + LEEWAY_S < now_s:
            self._verified.pop(token, None)
            raise BadToken("the token has expired")
        return known

    def _examined(self, token: str, now_s: int) -> Bearer:
        if len(token) > _LONGEST:
            raise BadToken("the token is too long")
        try:
            claims = jwt.decode(token, self._keys, registry=_REGISTRY).claims
        except BadToken:
            raise
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise BadToken("the token is malformed or its signature does not match the keys") from error
        return _bearer(claims, now_s)


def _bearer(claims: dict[str, object], now_s: int) -> Bearer:
    audience = claims.get("aud")
    if claims.get("iss") != ISSUER or AUDIENCE not in (audience if isinstance(audience, list) else [audience]):
        raise BadToken(f"the token is for another service: expected iss {ISSUER} and aud {AUDIENCE}")
    expires, issued, subject, role = (claims.get(name) for name in ("exp", "iat", "sub", "role"))
    # A bool is an int in Python, and JSON's `true` would be the second 1.
    if isinstance(expires, bool) or not isinstance(expires, (int, float)):
        raise BadToken("the token has no exp")
    for name in ("iat", "nbf"):
        at = claims.get(name)
        if at is not None and (isinstance(at, bool) or not isinstance(at, (int, float)) or at > now_s + 60):
            raise BadToken(f"the token's {name} is in the future")
    if issued is None:
        raise BadToken("the token has no iat")
    if not isinstance(subject, str) or not subject or len(subject) > 128:
        raise BadToken("the token has no sub of 1 to 128 characters")
    if role not in set(Role):
        raise BadToken("the token's role is unknown: expected one of " + ", ".join(Role))
    return Bearer(sub=subject, role=Role(str(role)), expires_s=int(expires))


def load_keys(path: Path) -> TokenKeys:
    """Loads a JWK Set (RFC 7517) from a file.

    Raises:
        BadKeys: the file cannot be read or is not a usable JWK Set; the message names the file.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadKeys(f"{path}: {error.strerror}: expected a file with a JWK Set (RFC 7517)") from error
    except ValueError as error:
        raise BadKeys(f"{path}: expected a JWK Set (RFC 7517) as JSON: {error}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("keys"), list) or not raw["keys"]:
        raise BadKeys(f'{path}: expected a JWK Set like {{"keys": [...]}} with at least one key')
    if any(not isinstance(key, dict) or key.get("kty") not in _KEY_TYPES for key in raw["keys"]):
        raise BadKeys(f"{path}: expected keys of kty OKP (Ed25519), EC or RSA; shared secrets are not supported")
    try:
        return TokenKeys(KeySet.import_key_set({"keys": raw["keys"]}))
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise BadKeys(f"{path}: {error}") from error
