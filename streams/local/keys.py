"""The secrets that a local stack generates and stores: keys that sign tokens and encrypt personal data, and passwords."""

import base64
import json
import secrets
from collections.abc import Callable
from pathlib import Path

from streams import private_file
from streams.ring import KeyRing, KeyState, KeyUse
from streams.ring.key_ring import KEY_BYTES, new_key
from streams.ring.ring_file import write_ring

OWNER_ONLY_FOLDER = 0o700


def ensure_jwt_keys(path: Path) -> Path:
    """A JWK Set (RFC 7517) with one private Ed25519 key, generated if missing."""
    _make_once(path, _new_jwk_set)
    return path


def ensure_data_keys(path: Path) -> Path:
    """A key ring with one active key of each use, generated if missing."""
    if not path.exists():
        write_ring(path, KeyRing([new_key(use, KeyState.ACTIVE, secrets.token_bytes(KEY_BYTES)) for use in KeyUse]))
    return path


def ensure_vapid_key(path: Path) -> Path:
    """The private key of Web Push (P-256, PEM), generated if missing. A new one ends every subscription of every browser."""
    _make_once(path, _new_vapid_key)
    return path


def ensure_password(folder: Path, name: str) -> Path:
    """The file `name` in `folder` with a password of 256 random bits, generated if missing. For a `KOMEK_…_FILE` setting."""
    folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    path = folder / name
    _make_once(path, lambda: secrets.token_urlsafe(32))
    return path


def write_secret(path: Path, content: str) -> None:
    """Writes the file atomically, readable by its owner only."""
    private_file.replace(path, content.encode())


def _new_jwk_set() -> str:
    # Imported lazily: it is needed only when a key is made.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    key = {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": _base64url(private.public_key().public_bytes_raw()),
        "d": _base64url(private.private_bytes_raw()),
        "kid": secrets.token_hex(8),
        "use": "sig",
    }
    return json.dumps({"keys": [key]}, indent=2) + "\n"


def _new_vapid_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode("ascii")


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _make_once(path: Path, content: Callable[[], str]) -> None:
    # Written atomically with mode 0600: the file is complete or missing, and never readable by others.
    if path.exists():
        return
    write_secret(path, content())
