"""The keys of a JWK Set (RFC 7517): which are accepted, which are skipped, and what each may be used for.

Accepted: RSA of at least 2048 bits, EC on P-256, P-384 or P-521, Ed25519. Skipped, as RFC 7517 §5 recommends: keys for another
purpose by `use`, `key_ops` or `alg`, and key types that are unknown. Everything else makes the whole set invalid.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from streams.errors import InvalidInput

MIN_RSA_BITS = 2048
MAX_RSA_BITS = 8192
"""The time to verify grows with the square of the size: about 1 ms at this one."""
MAX_KEYS = 32
"""A token without `kid` is tried with every key of its algorithm."""
MAX_KID = 256
ALGORITHMS = ("Ed25519", "EdDSA", "ES256", "ES384", "ES512", "RS256")
_OF_CURVE = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
_MATERIAL = {
    "OKP": ("crv", "x", "d"),
    "EC": ("crv", "x", "y", "d"),
    "RSA": ("n", "e", "d", "p", "q", "dp", "dq", "qi"),
}
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi"})
_EXPECTED = 'expected a JWK Set like {"keys": [...]} with at least one key'
AsymmetricKey: TypeAlias = OKPKey | ECKey | RSAKey


class BadKeys(InvalidInput, ValueError):
    """The keys cannot be used. The message says why and what is expected, and never contains key material."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKey:
    """One key. `algorithms`: values of `alg` that it verifies; the first is the one it signs with. `private`: None if it does not
    sign."""

    kid: str
    key_id: str
    """Thumbprint of the public part (RFC 7638): identifies the key whatever its `kid`."""
    algorithms: tuple[str, ...]
    public: AsymmetricKey
    private: AsymmetricKey | None

    def verify(self, algorithm: str, signed: bytes, signature: bytes) -> bool:
        """Whether the key made this signature. False for algorithms that are not of this key."""
        if algorithm not in self.algorithms:
            return False
        try:
            return JWSRegistry.algorithms[algorithm].verify(signed, signature, self.public)
        except (JoseError, ValueError):  # a signature of another length or out of range
            return False

    def sign(self, signed: bytes) -> bytes:
        assert self.private is not None, "a key without a private part does not sign"
        return JWSRegistry.algorithms[self.algorithms[0]].sign(signed, self.private)


class _Skipped(Exception):
    """The key is valid and serves another purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsableKeys:
    """At least one key, in the order of the set. `skipped`: position and reason of each key that serves another purpose."""

    keys: tuple[TokenKey, ...]
    skipped: tuple[str, ...] = ()


def keys_of(jwks: object) -> UsableKeys:
    """The usable keys of a JWK Set.

    Raises:
        BadKeys: with the position of the first key that is invalid.
    """
    entries = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(entries, list) or not entries:
        raise BadKeys(_EXPECTED)
    if len(entries) > MAX_KEYS:
        raise BadKeys(f"{len(entries)} keys: expected at most {MAX_KEYS}")
    found: list[TokenKey] = []
    skipped: list[str] = []
    for number, entry in enumerate(entries, 1):
        try:
            found.append(_key_of(entry))
        except _Skipped as reason:
            skipped.append(f"key {number}: {reason}")
        except BadKeys as error:
            raise BadKeys(f"key {number}: {error}") from error
    if not found:
        raise BadKeys("no key for signatures: " + "; ".join(skipped))
    _check_distinct(found)
    return UsableKeys(keys=tuple(found), skipped=tuple(skipped))


def _check_distinct(keys: Sequence[TokenKey]) -> None:
    for name, values in (("kid", [key.kid for key in keys]), ("key", [key.key_id for key in keys])):
        if len(set(values)) < len(values):
            # Removing one of two entries would not end the tokens of the key.
            raise BadKeys(f"the same {name} occurs twice: expected each once")


def _key_of(entry: object) -> TokenKey:
    if not isinstance(entry, dict):
        raise BadKeys("expected a JSON object")
    algorithms = _algorithms(entry)
    signs = "d" in entry and _may(entry, "sign")
    kid = entry.get("kid")
    if kid is not None and not (isinstance(kid, str) and 0 < len(kid) <= MAX_KID and kid.isprintable()):
        raise BadKeys(f"expected a kid of 1 to {MAX_KID} printable characters")
    material = {name: entry[name] for name in _MATERIAL[entry["kty"]] if name in entry}
    if not all(isinstance(value, str) for value in material.values()):
        raise BadKeys("expected texts as parameters of the key")
    material["kty"] = entry["kty"]
    public = _imported({name: value for name, value in material.items() if name not in _PRIVATE})
    key = TokenKey(
        kid=kid or public.thumbprint(),
        key_id=public.thumbprint(),
        algorithms=algorithms,
        public=public,
        private=_imported(material) if signs else None,
    )
    # joserfc takes the public part of an Ed25519 key from `d` and ignores `x`: others could not verify its tokens.
    if signs and not key.verify(algorithms[0], b"probe", key.sign(b"probe")):
        raise BadKeys("the private part does not belong to the public part")
    return key


def _imported(material: Mapping[str, Any]) -> AsymmetricKey:
    try:
        return cast(AsymmetricKey, JWKRegistry.import_key(dict(material)))
    except (JoseError, UnsupportedAlgorithm, ValueError, TypeError, KeyError, OverflowError) as error:
        # The errors of the libraries may quote the parameters, and these may be private.
        raise BadKeys(f"the parameters of this {material['kty']} key are missing or invalid") from error


def _algorithms(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """The algorithms of a key by its type, `use`, `key_ops` and `alg`. Raises BadKeys or _Skipped."""
    kind = entry.get("kty")
    if kind == "oct":
        raise BadKeys("shared secrets are not supported: expected kty OKP (Ed25519), EC or RSA")
    if not isinstance(kind, str):
        raise BadKeys("expected a kty: OKP (Ed25519), EC or RSA")
    if kind not in _MATERIAL:
        raise _Skipped("kty is not OKP, EC or RSA")
    _check_purpose(entry)
    algorithms = _of_material(kind, entry)
    named = entry.get("alg")
    if named is None:
        return algorithms
    if named not in algorithms:
        raise _Skipped(f"alg is not {algorithms[0]}")
    return algorithms


def _check_purpose(entry: Mapping[str, Any]) -> None:
    operations = entry.get("key_ops")
    if operations is not None and (
        not isinstance(operations, list) or not all(isinstance(one, str) for one in operations)
    ):
        raise BadKeys("expected key_ops as a list of texts")
    if entry.get("use", "sig") != "sig":
        raise _Skipped("use is not sig")
    # A private key that may sign also stands for its public part, which verifies.
    if not _may(entry, "verify") and not ("d" in entry and _may(entry, "sign")):
        raise _Skipped("key_ops has neither verify nor, with a private part, sign")


def _may(entry: Mapping[str, Any], operation: str) -> bool:
    return entry.get("key_ops") is None or operation in entry["key_ops"]


def _of_material(kind: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    curve = entry.get("crv")
    if kind == "OKP":
        if curve != "Ed25519":
            raise BadKeys("expected the curve Ed25519")
        # RFC 9864 replaces the name EdDSA by Ed25519; most libraries still use the old one.
        return ("Ed25519", "EdDSA")
    if kind == "EC":
        if not isinstance(curve, str) or curve not in _OF_CURVE:
            raise BadKeys("expected one of the curves " + ", ".join(_OF_CURVE))
        return (_OF_CURVE[curve],)
    bits = _bits(entry.get("n"))
    if not MIN_RSA_BITS <= bits <= MAX_RSA_BITS:
        raise BadKeys(f"RSA with {bits} bits: expected {MIN_RSA_BITS} to {MAX_RSA_BITS}")
    return ("RS256",)


def _bits(modulus: object) -> int:
    if not isinstance(modulus, str):
        raise BadKeys("expected the modulus n of the RSA key")
    try:
        raw = base64.b64decode(modulus + "=" * (-len(modulus) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise BadKeys("expected the modulus n as base64url") from error
    return int.from_bytes(raw, "big").bit_length()
