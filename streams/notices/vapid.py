"""The key pair of Web Push (VAPID, RFC 8292): its file, and the public part that browsers subscribe with."""

import base64
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from dispatch.model.plain_reason import plain_reason
from streams import private_file
from streams.errors import InvalidInput


class BadVapidKey(InvalidInput, ValueError):
    """The file is no private key of Web Push. The message names the file and what was expected, never its content."""


def load_private(path: Path) -> ec.EllipticCurvePrivateKey:
    """The private key in a PEM file.

    Raises:
        BadVapidKey: the file cannot be read, is readable by others, or holds no P-256 key.
    """
    try:
        # Whoever reads it can send pushes in the name of this deployment.
        content = private_file.read_bytes(path)
    except OSError as error:
        raise BadVapidKey(f"{path} cannot be read as a private key (PEM): {plain_reason(error)}") from error
    try:
        key = serialization.load_pem_private_key(content, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadVapidKey(f"{path}: expected a private key (PEM, no password)") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadVapidKey(f"{path}: expected a key on the curve P-256")
    return key


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    """The public part as browsers want it: base64url of the uncompressed point."""
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode("ascii")
