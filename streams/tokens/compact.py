"""The compact serialisation of signed tokens (RFC 7515 §7.1): strict parsing, without any check of the signature."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from streams.tokens.claims import BadToken

MAX_LENGTH = 4096
"""Characters of a token. Longer ones are refused before they are decoded or cached."""
HEADERS = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})
"""Others are refused: `crit` and `b64` change what is signed, `jwk`, `jku`, `x5c` and `x5u` bring a key of the sender's choice.
The two thumbprints are ignored."""
_MALFORMED = "the token is malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactToken:
    """The parts of a token. `payload` must not be parsed before the signature over `signed` was verified."""

    algorithm: str
    kid: str | None
    typ: object
    payload: bytes
    signed: bytes
    signature: bytes


def parsed(token: str, *, longest: int = MAX_LENGTH) -> CompactToken:
    """Splits and decodes a token of at most `longest` characters.

    Raises:
        BadToken: with the reason.
    """
    if len(token) > longest:
        raise BadToken("the token is too long")
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii():
        raise BadToken(_MALFORMED)
    header = json_object(_decoded(parts[0]))
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or not (kid is None or isinstance(kid, str)):
        raise BadToken("the token's header has no alg, or a kid that is not a text")
    if not header.keys() <= HEADERS:
        raise BadToken("the token's header has parameters that are not supported: expected alg, kid and typ")
    return CompactToken(
        algorithm=algorithm,
        kid=kid,
        typ=header.get("typ"),
        payload=_decoded(parts[1]),
        signed=f"{parts[0]}.{parts[1]}".encode("ascii"),
        signature=_decoded(parts[2]),
    )


def json_object(raw: bytes) -> dict[str, Any]:
    """Parses a JSON object without duplicate names, NaN or Infinity.

    Raises:
        BadToken: it is something else.
    """
    try:
        # Decoded here: json.loads would also accept UTF-16 and UTF-32. RecursionError: nested a thousand times.
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise BadToken(_MALFORMED) from error
    if not isinstance(found, dict):
        raise BadToken(_MALFORMED)
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    # Parsers disagree on which of two values counts (RFC 7519 §4 permits to refuse them).
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _refused(constant: str) -> Any:
    raise ValueError(constant)


def _decoded(part: str) -> bytes:
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise BadToken(_MALFORMED) from error
    # Only one text for the same bytes, so that a token cannot be written in several ways.
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != part.encode("ascii"):
        raise BadToken(_MALFORMED)
    return raw
