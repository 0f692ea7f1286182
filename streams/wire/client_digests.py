"""Keyed digests of client data: everything in Kafka and Redis that is compared or looked up without being stored itself.

An unkeyed hash of a report is an oracle: where all fields but the caller's phone are known, trying every number of a prefix takes
0.2 s. Each digest is an HMAC-SHA-256 (RFC 2104) under a key of its purpose, derived from the digest key of the ring with
HKDF-SHA-256 (RFC 5869); the purpose is the `info`. Equal input gives unrelated digests for two purposes. Rotating the data key
does not change them (DESIGN 125).
"""

import hmac
from enum import StrEnum
from functools import lru_cache

from dispatch.model.digests import plain_external_id
from streams.ring.key_ring import KeyRing, KeyUse, expanded, extracted


class Purpose(StrEnum):
    """What a digest is for. The value is part of the key: a changed value changes every digest of the purpose."""

    BODY = "body"
    """Body of a report: `body_digest` in commands, events and incidents, and part of the ids of commands."""
    REQUEST = "request"
    """Method, path and body of a request, stored in Redis under its Idempotency-Key."""
    IDEMPOTENCY_KEY = "idempotency-key"
    """Caller and Idempotency-Key: the name of that key in Redis."""
    EXTERNAL_ID = "external-id"
    """Number of an incident in another system."""
    AUDIT = "audit"
    """Links of the audit log (`streams/audit/chain.py`)."""
    TEXT = "text"
    """Groups of letters of a description (`streams.intake.text_fingerprint`)."""
    SKETCH = "sketch"
    """Planes of the sketches of what a report tells (`dispatch.assistant.sketches`)."""
    SENDER = "sender"
    """Way and address of who sends a message from the public, and the names of their messages."""
    TOLD_PHONE = "told-phone"
    """Telephone numbers in texts of reports, which two reports of one event may share."""


class ClientDigests:
    """The digests of one digest key. Every process of a deployment computes the same ones, also after a restart."""

    __slots__ = ("_keys", "scheme")

    def __init__(self, key: bytes, *, is_extracted: bool = False) -> None:
        """`key`: a data key, as in deployments before the ring, or the digest key of a ring (`is_extracted`)."""
        extract = key if is_extracted else extracted(key)
        self._keys = {purpose: _expanded(extract, purpose, 32) for purpose in Purpose}
        # Derived as well, so it identifies the key and reveals nothing of it.
        self.scheme = f"k1-{_expanded(extract, 'id', 4).hex()}"
        """Names version and key. Only digests of one scheme are comparable."""

    def key(self, purpose: Purpose) -> bytes:
        """32 bytes, for hashes other than HMAC."""
        return self._keys[purpose]

    def digest(self, purpose: Purpose, *parts: str) -> str:
        """64 hex digits. Parts may hold any text: each is length-prefixed, so different lists never give the same input."""
        # Lone surrogates are valid in JSON strings; they have no UTF-8 form.
        message = "".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "surrogatepass")
        return hmac.digest(self._keys[purpose], message, "sha256").hex()

    def body_digest(self, body_sha256: str) -> str:
        """`<scheme>:<64 hex digits>` of a body, given the SHA-256 of its canonical form."""
        return f"{self.scheme}:{self.digest(Purpose.BODY, body_sha256)}"

    def external_digest(self, external_id: str | None) -> str | None:
        """64 hex digits of an incident's number in another system, however it is written; None without one."""
        plain = plain_external_id(external_id)
        return None if plain is None else self.digest(Purpose.EXTERNAL_ID, plain)


def client_digests(keys: KeyRing | bytes) -> ClientDigests:
    """The digests of a ring, or of a data key alone, derived once per process. Raises KeyMissing: no digest key in the ring."""
    return _digests_of((keys if isinstance(keys, KeyRing) else KeyRing.of_key(keys)).digest_key)


def all_digests(ring: KeyRing) -> list[ClientDigests]:
    """The digests of every digest key of the ring, also of those that make no new digests."""
    return [_digests_of(key.key) for key in ring.readers(KeyUse.DIGEST)]


# Derivation takes 25 µs, a digest 3 µs; a request needs two or three digests.
@lru_cache(maxsize=8)
def _digests_of(digest_key: bytes) -> ClientDigests:
    return ClientDigests(digest_key, is_extracted=True)


def _expanded(extract: bytes, purpose: str, size: int) -> bytes:
    return expanded(extract, f"komek digest k1 {purpose}", size)
