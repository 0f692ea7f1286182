"""Records of `private` can be decrypted only with their key and under their reference."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from streams import wire
from streams.ring import KeyRing, KeyState, KeyUse
from streams.ring.key_ring import new_key
from streams.wire import IncidentPrivate, UnknownKey, Unreadable, VolunteerPrivate
from tests.support import strategies

KEY, OTHER = bytes(range(32)), bytes(32)


@settings(max_examples=40)
@given(data=st.data())
@pytest.mark.parametrize(
    ("ref", "cls"), [("volunteer:v-1", VolunteerPrivate), ("incident:i-1:note:n-1", IncidentPrivate)]
)
def test_what_is_sealed_opens_with_its_key_and_reference(ref: str, cls: type[Any], data: st.DataObject) -> None:
    record = data.draw(strategies.any_of(cls))

    assert wire.open_sealed(KEY, ref, wire.seal(KEY, ref, record)) == record


def test_nobody_else_opens_what_is_sealed() -> None:
    sealed = wire.seal(KEY, "incident:i-1", IncidentPrivate(address="Абай 1"))

    assert "Абай".encode() not in sealed
    for key, ref, data in [
        (bytes(32), "incident:i-1", sealed),  # another key
        (KEY, "incident:i-2", sealed),  # put under another reference
        (KEY, "incident:i-1", sealed[:-1] + bytes([sealed[-1] ^ 1])),  # damaged
        (KEY, "incident:i-1", b"\x03" + sealed[1:]),  # another version
        (KEY, "incident:i-1", b"\x01" + sealed[1:]),
        (KEY, "incident:i-1", sealed[:20]),  # cut short
        (KEY, "incident:i-1", b""),
    ]:
        with pytest.raises(Unreadable, match="private: "):
            wire.open_sealed(key, ref, data)


def version_1(key: bytes, ref: str, plain: bytes) -> bytes:
    """As records were sealed before the key ring."""
    nonce = bytes(12)
    return b"\x01" + nonce + AESGCM(key).encrypt(nonce, plain, ref.encode())


def test_a_record_from_before_the_ring_opens_with_any_data_key_of_the_ring() -> None:
    old = version_1(KEY, "incident:i-1", b'{"text":"secret"}')
    rotated = KeyRing([new_key(KeyUse.DATA, KeyState.ACTIVE, OTHER), new_key(KeyUse.DATA, KeyState.ACCEPTED, KEY)])

    assert wire.open_sealed(rotated, "incident:i-1", old) == IncidentPrivate(text="secret")
    with pytest.raises(UnknownKey, match="a key that the key ring lacks"):
        wire.open_sealed(OTHER, "incident:i-1", old)


def test_a_record_names_the_key_that_is_lacking() -> None:
    sealed = wire.seal(KEY, "incident:i-1", IncidentPrivate(text="secret"))
    retired = KeyRing([new_key(KeyUse.DATA, KeyState.ACTIVE, OTHER), new_key(KeyUse.DATA, KeyState.RETIRED, KEY)])

    for keys in (OTHER, retired):
        with pytest.raises(UnknownKey) as raised:
            wire.open_sealed(keys, "incident:i-1", sealed)
        assert raised.value.key_id == wire.named_key(sealed) == KeyRing.of_key(KEY).active(KeyUse.DATA).id


def test_the_key_id_and_the_version_cannot_be_changed() -> None:
    """Both are associated data: a record that claims another key or version is damaged, whatever the ring holds."""
    both = KeyRing([new_key(KeyUse.DATA, KeyState.ACTIVE, KEY), new_key(KeyUse.DATA, KeyState.ACCEPTED, OTHER)])
    sealed = wire.seal(both, "incident:i-1", IncidentPrivate(text="secret"))
    head = 2 + sealed[1]
    other = both.readers(KeyUse.DATA)[1].id.encode()

    for changed in (b"\x02" + sealed[1:2] + other + sealed[head:], b"\x01" + sealed[head:], b"\x02" + sealed[head:]):
        with pytest.raises(Unreadable):
            wire.open_sealed(both, "incident:i-1", changed)


@given(st.binary(max_size=64))
def test_bytes_that_are_no_sealed_record_are_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        wire.open_sealed(KEY, "incident:i-1", data)


def test_the_same_text_is_sealed_differently_each_time() -> None:
    record = IncidentPrivate(text="secret")

    assert wire.seal(KEY, "incident:i-1", record) != wire.seal(KEY, "incident:i-1", record)
