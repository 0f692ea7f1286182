"""Encryption of the records of `private` with the deployment's data key."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from streams.wire.codec import Unreadable, decode_as, encode
from streams.wire.records import IncidentPrivate, VolunteerPrivate


def seal(key: bytes, ref: str, record: VolunteerPrivate | IncidentPrivate) -> bytes:
    """Encrypts a record: byte 1 (version), 12 bytes of nonce, AES-256-GCM ciphertext of the JSON with `ref` as associated
    data."""
    # `ref` is associated data, so that a record that is copied under another key cannot be decrypted.
    nonce = os.urandom(12)
    return b"\x01" + nonce + AESGCM(key).encrypt(nonce, encode(record), ref.encode())


def open_sealed(key: bytes, ref: str, sealed: bytes) -> VolunteerPrivate | IncidentPrivate:
    """Decrypts the result of `seal`.

    Raises:
        Unreadable: wrong key, wrong `ref`, or damaged bytes.
    """
    # 29: version, nonce and the tag of 16 bytes that GCM adds.
    if len(sealed) < 29 or sealed[:1] != b"\x01":
        raise Unreadable("private: expected version 1, nonce and ciphertext")
    try:
        plain = AESGCM(key).decrypt(sealed[1:13], sealed[13:], ref.encode())
    except InvalidTag as error:
        raise Unreadable("private: the ciphertext cannot be decrypted with this key and reference") from error
    cls = VolunteerPrivate if ref.startswith("volunteer:") else IncidentPrivate
    record: VolunteerPrivate | IncidentPrivate = decode_as(plain, cls)
    return record
