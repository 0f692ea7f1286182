"""Key sets, and tokens with any header and claims, signed as by an issuer that does not check what it signs."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey, OKPKey, RSAKey

from streams.tokens import TokenKeys

Jwk = dict[str, Any]


def claims_of(now_s: int, **changes: object) -> dict[str, object]:
    """Valid claims of an operator for the next minute."""
    good = {"sub": "op-1", "role": "operator", "iss": "komek", "aud": "komek-api", "iat": now_s, "exp": now_s + 60}
    return good | changes


def signed(
    keys: TokenKeys, claims: Mapping[str, object] | bytes, header: Mapping[str, object] | bytes | None = None
) -> str:
    """A token with a valid signature. Bytes are signed as they are; other headers are added to a valid one."""
    signer = keys._signer
    assert signer is not None
    top = header if isinstance(header, bytes) else _json({"alg": signer.algorithms[0]} | dict(header or {}))
    body = claims if isinstance(claims, bytes) else _json(claims)
    content = f"{base64url(top)}.{base64url(body)}"
    return f"{content}.{base64url(signer.sign(content.encode()))}"


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def ed25519(**changes: object) -> Jwk:
    return OKPKey.generate_key("Ed25519").as_dict(private=True) | changes


def ec(curve: str = "P-256", **changes: object) -> Jwk:
    return ECKey.generate_key(curve).as_dict(private=True) | changes


def rsa(bits: int = 2048, **changes: object) -> Jwk:
    return _rsa(bits) | changes


@cache
def _rsa(bits: int) -> Jwk:
    return RSAKey.generate_key(bits).as_dict(private=True)


def public(jwk: Jwk) -> Jwk:
    """Without the private parameters of the key."""
    return {name: value for name, value in jwk.items() if name not in {"d", "p", "q", "dp", "dq", "qi"}}


def write_keys(path: Path, *jwks: Jwk) -> Path:
    """Replaces a key file atomically."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps({"keys": jwks}))
    draft.chmod(0o600)
    draft.replace(path)
    return path


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value).encode()
