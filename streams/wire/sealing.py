"""Encryption of the records of `private` under the data keys of a ring.

A sealed record, version 2: byte 2, the length of the key id (1 byte), the key id (ASCII), 12 bytes of nonce, AES-256-GCM
ciphertext of the JSON. Everything before the nonce and the reference of the record are associated data: a record that is copied
under another reference, or whose version or key id is changed, cannot be opened. Version 1 (byte 1, nonce, ciphertext) names no
key; it is read with every data key of the ring and no longer written.
"""

import os
from typing import TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from streams.ring import KeyRing, KeyUse, RingKey
from streams.wire.channel_records import ChannelsPrivate
from streams.wire.codec import Unreadable, decode_as, encode
from streams.wire.message_records import MessagePrivate
from streams.wire.records import ConsentsPrivate, IncidentPrivate, VolunteerPrivate

_NONCE, _TAG = 12, 16
PrivateRecord: TypeAlias = VolunteerPrivate | IncidentPrivate | ConsentsPrivate | ChannelsPrivate | MessagePrivate
"""The plain text of every kind of record of `private`."""


class UnknownKey(Unreadable):
    """The record is sealed under a key that the ring does not hold, or under none of its keys; it may open with another ring.

    `key_id`: the key that the record names; None for version 1, which names none.
    """

    def __init__(self, key_id: str | None) -> None:
        named = f"the key {key_id}, which the key ring lacks" if key_id else "a key that the key ring lacks"
        super().__init__(f"private: the record is sealed under {named}, or under another reference")
        self.key_id = key_id


def seal(keys: KeyRing | bytes, ref: str, record: PrivateRecord) -> bytes:
    """Encrypts a record under the active data key. `keys`: a ring, or a data key alone.

    Raises:
        KeyMissing: the ring has no active data key.
    """
    return seal_plain(_ring(keys).active(KeyUse.DATA), ref, encode(record))


def seal_plain(key: RingKey, ref: str, plain: bytes) -> bytes:
    """Encrypts the JSON of a record under this key."""
    head = _head(key.id)
    nonce = os.urandom(_NONCE)
    return head + nonce + AESGCM(key.key).encrypt(nonce, plain, head + ref.encode())


def open_sealed(keys: KeyRing | bytes, ref: str, sealed: bytes) -> VolunteerPrivate | IncidentPrivate:
    """Decrypts the result of `seal`, also of version 1. `keys`: a ring, or a data key alone.

    Raises:
        UnknownKey: the ring lacks its key; for version 1 also wrong `ref` or damaged bytes.
        Unreadable: wrong `ref`, or damaged bytes.
    """
    plain, _ = open_plain(keys, ref, sealed)
    cls = VolunteerPrivate if ref.startswith("volunteer:") else IncidentPrivate
    record: VolunteerPrivate | IncidentPrivate = decode_as(plain, cls)
    return record


def open_consents(keys: KeyRing | bytes, ref: str, sealed: bytes) -> ConsentsPrivate:
    """As `open_sealed`, for a record of consents."""
    plain, _ = open_plain(keys, ref, sealed)
    record: ConsentsPrivate = decode_as(plain, ConsentsPrivate)
    return record


def open_channels(keys: KeyRing | bytes, ref: str, sealed: bytes) -> ChannelsPrivate:
    """As `open_sealed`, for a record of channels."""
    plain, _ = open_plain(keys, ref, sealed)
    record: ChannelsPrivate = decode_as(plain, ChannelsPrivate)
    return record


def open_message(keys: KeyRing | bytes, ref: str, sealed: bytes) -> MessagePrivate:
    """As `open_sealed`, for a message from the public."""
    plain, _ = open_plain(keys, ref, sealed)
    record: MessagePrivate = decode_as(plain, MessagePrivate)
    return record


def open_plain(keys: KeyRing | bytes, ref: str, sealed: bytes) -> tuple[bytes, str]:
    """The JSON of a sealed record, and the id of its key. Raises as `open_sealed`."""
    ring = _ring(keys)
    if sealed[:1] == b"\x01" and len(sealed) >= 1 + _NONCE + _TAG:
        return _opened_without_id(ring, ref, sealed)
    key_id = named_key(sealed)
    if key_id is None:
        raise Unreadable("private: expected version 1 or 2, a key id, nonce and ciphertext")
    key = ring.get(key_id)
    # A retired key is as good as absent: deleting it from the file must not change what can be read.
    if key is None or key not in ring.readers(KeyUse.DATA):
        raise UnknownKey(key_id)
    head = _head(key_id)
    nonce, rest = sealed[len(head) : len(head) + _NONCE], sealed[len(head) + _NONCE :]
    try:
        return AESGCM(key.key).decrypt(nonce, rest, head + ref.encode()), key_id
    except InvalidTag as error:
        raise Unreadable("private: the ciphertext cannot be decrypted with its key and this reference") from error


def named_key(sealed: bytes) -> str | None:
    """The id of the key that a sealed record of version 2 names; None for version 1 and for bytes that are no sealed record."""
    if sealed[:1] != b"\x02" or len(sealed) < 2:
        return None
    end = 2 + sealed[1]
    try:
        key_id = sealed[2:end].decode("ascii")
    except UnicodeDecodeError:
        return None
    return key_id if key_id and len(sealed) >= end + _NONCE + _TAG else None


def _opened_without_id(ring: KeyRing, ref: str, sealed: bytes) -> tuple[bytes, str]:
    for key in ring.readers(KeyUse.DATA):
        try:
            return AESGCM(key.key).decrypt(sealed[1:13], sealed[13:], ref.encode()), key.id
        except InvalidTag:
            continue
    raise UnknownKey(None)


def _head(key_id: str) -> bytes:
    return b"\x02" + bytes([len(key_id)]) + key_id.encode("ascii")


def _ring(keys: KeyRing | bytes) -> KeyRing:
    return keys if isinstance(keys, KeyRing) else KeyRing.of_key(keys)
