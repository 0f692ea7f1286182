"""Issues and verifies tokens. The first private key of the set signs, all keys verify.

To rotate keys, add the new key, let every API process load it, then remove the old one: its tokens end at once.
"""

import base64
import hashlib
import json
import os
import stat
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dispatch.model.plain_reason import plain_reason
from streams import clock
from streams.errors import InvalidInput
from streams.tokens.claims import AUDIENCE, ISSUER, MAX_LIFETIME_S, TYPE, BadToken, Bearer, Role, bearer_of
from streams.tokens.compact import MAX_LENGTH, CompactToken, json_object, parsed
from streams.tokens.key_set import ALGORITHMS, BadKeys, TokenKey, UsableKeys, keys_of

LEEWAY_S = 5
"""After `exp`, for clocks that differ."""
DEFAULT_TTL_S = 12 * 3600
_REMEMBERED = 10_000
_MAX_BYTES = 2**20


class BadLifetime(InvalidInput, ValueError):
    """A token of this role cannot be valid for so long; the message states the limit."""


class TokenKeys:
    """The keys, and a cache of verified tokens, so that a signature is checked once instead of per request.

    `warnings`: what is dangerous about the place where the keys are stored, one sentence each. `skipped`: as `UsableKeys`.
    """

    def __init__(self, usable: UsableKeys, warnings: Sequence[str] = (), *, is_strict: bool = False) -> None:
        """`is_strict`: tokens without `jti` or `typ` are invalid (KOMEK_TOKENS)."""
        self.warnings = tuple(warnings)
        self.skipped = usable.skipped
        self._is_strict = is_strict
        self._keys = usable.keys
        self._ids = frozenset(key.key_id for key in usable.keys)
        self._signer = next((key for key in usable.keys if key.private is not None), None)
        self._verified: OrderedDict[str, Bearer] = OrderedDict()

    @classmethod
    def of_jwks(cls, jwks: object) -> "TokenKeys":
        """The keys of a JWK Set that was parsed from JSON. Raises BadKeys."""
        return cls(keys_of(jwks))

    @property
    def kids(self) -> list[str]:
        """The ids of the keys, in the order of the set."""
        return [key.kid for key in self._keys]

    @property
    def can_sign(self) -> bool:
        """Whether the set has a private key. Without one, an issuer elsewhere signs the tokens."""
        return self._signer is not None

    def issue(
        self,
        role: Role,
        subject: str,
        *,
        now_s: int,
        ttl_s: int = DEFAULT_TTL_S,
        token_id: str | None = None,
        more: Mapping[str, object] | None = None,
    ) -> str:
        """Issues a signed token that expires `ttl_s` after `now_s`. `token_id` is its `jti`; None: a random one. `more`:
        further claims.

        Raises:
            BadKeys: the set contains only public keys.
            BadLifetime: `ttl_s` is not positive or exceeds `MAX_LIFETIME_S` of the role.
        """
        if self._signer is None:
            raise BadKeys("the JWK Set contains no private key: expected one to sign with")
        if not 0 < ttl_s <= MAX_LIFETIME_S[role]:
            raise BadLifetime(f"expected a validity of at most {MAX_LIFETIME_S[role] // 3600} h for the role {role}")
        header = {"alg": self._signer.algorithms[0], "kid": self._signer.kid, "typ": TYPE}
        claims = {
            "sub": subject,
            "role": role.value,
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now_s,
            "exp": now_s + ttl_s,
            "jti": token_id or clock.fresh_id(),
            **(more or {}),
        }
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
        return f"{signed}.{_base64url(self._signer.sign(signed.encode()))}"

    def verify(self, token: str, *, now_s: int) -> Bearer:
        """Verifies signature, issuer, audience, times and the lifetime that the role permits.

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

    def signed_claims(self, token: str, *, longest: int = MAX_LENGTH) -> dict[str, Any]:
        """The claims of any JWT that one of the keys has signed, such as an identity token. Checks none of them.

        Raises:
            BadToken: with the reason.
        """
        compact = parsed(token, longest=longest)
        self._key_of(compact)
        return json_object(compact.payload)

    def accepts(self, bearer: Bearer) -> bool:
        """Whether the key that signed the token is still in the set. Does not check the expiry."""
        return bearer.key_id in self._ids

    def _examined(self, token: str, now_s: int) -> Bearer:
        compact = parsed(token)
        key = self._key_of(compact)
        digest = hashlib.sha256(compact.signed).hexdigest()
        return bearer_of(
            json_object(compact.payload),
            typ=compact.typ,
            key_id=key.key_id,
            now_s=now_s,
            digest=digest,
            is_strict=self._is_strict,
        )

    def _key_of(self, compact: CompactToken) -> TokenKey:
        """The key that signed the token."""
        if compact.algorithm not in ALGORITHMS:
            raise BadToken(f"the token's alg is unknown: expected one of {', '.join(ALGORITHMS)}")
        for key in self._keys:
            # An issuer with a single key need not name it.
            if compact.kid in (None, key.kid) and key.verify(compact.algorithm, compact.signed, compact.signature):
                return key
        raise BadToken("the token's signature does not match the keys")


def load_keys(path: Path, *, is_strict: bool = False) -> TokenKeys:
    """Loads a JWK Set (RFC 7517) from a file. `is_strict` as for `TokenKeys`.

    Raises:
        BadKeys: the file cannot be read or is not a usable JWK Set; the message names the file.
    """
    return read_keys(path, is_strict=is_strict)[1]


def read_keys(path: Path, *, is_strict: bool = False) -> tuple[bytes, TokenKeys]:
    """The content of a file and its keys. Raises as `load_keys`."""
    try:
        with path.open("rb") as file:
            content, mode = file.read(_MAX_BYTES + 1), os.fstat(file.fileno()).st_mode
    except OSError as error:
        raise BadKeys(f"{path}: {plain_reason(error)}: expected a file with a JWK Set (RFC 7517)") from error
    if len(content) > _MAX_BYTES:
        raise BadKeys(f"{path}: more than {_MAX_BYTES} bytes: expected a JWK Set (RFC 7517)")
    return content, _parsed(path, content, mode, is_strict)


def _parsed(path: Path, content: bytes, mode: int, is_strict: bool) -> TokenKeys:
    try:
        jwks = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        # Without the text of the error: it may quote the file, which contains private keys.
        raise BadKeys(f"{path}: expected a JWK Set (RFC 7517) as JSON") from error
    try:
        usable = keys_of(jwks)
    except BadKeys as error:
        raise BadKeys(f"{path}: {error}") from error
    warnings = _mode_warnings(path, mode, any(key.private is not None for key in usable.keys))
    return TokenKeys(usable, warnings, is_strict=is_strict)


def _mode_warnings(path: Path, mode: int, has_private: bool) -> list[str]:
    found = []
    # The group may read, as with every other secret (`private_file`): Kubernetes mounts files so.
    if has_private and mode & stat.S_IROTH:
        found.append(f"{path}: private keys are readable by others: chmod 600")
    # Whoever adds a key of their own can sign any token.
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        found.append(f"{path}: keys can be changed by others: chmod go-w")
    return found


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
