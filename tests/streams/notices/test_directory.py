"""Whom a notice reaches who is no volunteer: who sent a message from the public."""

from typing import Any

import pytest

from dispatch.notices.ladder import ChannelKind
from streams import redis_keys, wire
from streams.notices.directory import Directory
from streams.ring import KeyRing, LiveRing
from streams.store.memory.reach import MemoryReach
from streams.wire import MessagePrivate

KEY = bytes(range(32))
REF = "message:m-1"


class OneRecord:
    """A Redis with one record of `private`."""

    def __init__(self, value: bytes | None) -> None:
        self._value = value

    async def run(self, commands: list[tuple[str, ...]]) -> list[Any]:
        assert commands == [("GET", redis_keys.private(REF))]
        return [self._value]


def directory(value: bytes | None) -> Directory:
    return Directory(OneRecord(value), MemoryReach(), LiveRing(KeyRing.of_key(KEY)))  # type: ignore[arg-type]


async def test_the_sender_of_a_message_is_reached_by_its_way_in_its_language() -> None:
    sealed = wire.seal(KEY, REF, MessagePrivate(way="telegram", language="kk", address="42", text="өрт"))

    found = await directory(b"7|" + sealed).person(REF)

    assert found is not None
    (channel,) = found.record.channels
    assert (channel.id, channel.kind, channel.address, found.language) == (REF, ChannelKind.TELEGRAM, "42", "kk")


@pytest.mark.parametrize("value", [None, b"", b"7|", b"7|nonsense"])
async def test_nobody_is_reached_once_the_message_is_erased_or_cannot_be_read(value: bytes | None) -> None:
    assert await directory(value).person(REF) is None
