"""Records of `private` can be decrypted only with their key and under their reference."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams import wire
from streams.wire import IncidentPrivate, Unreadable, VolunteerPrivate
from tests.support import strategies

KEY = bytes(range(32))


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
        (KEY, "incident:i-1", b"\x02" + sealed[1:]),  # another version
        (KEY, "incident:i-1", sealed[:20]),  # cut short
        (KEY, "incident:i-1", b""),
    ]:
        with pytest.raises(Unreadable, match="private: "):
            wire.open_sealed(key, ref, data)


def test_the_same_text_is_sealed_differently_each_time() -> None:
    record = IncidentPrivate(text="secret")

    assert wire.seal(KEY, "incident:i-1", record) != wire.seal(KEY, "incident:i-1", record)
