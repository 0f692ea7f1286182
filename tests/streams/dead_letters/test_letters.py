"""Dead letters: nothing of the record is lost on the way in, and the way back leads to where it came from."""

from dataclasses import dataclass, field

import pytest

from streams import wire
from streams.dead_letters import letters
from streams.dead_letters.letters import REPLAY_HEADER, VALUE_LIMIT_BYTES
from streams.settings import Settings
from streams.topics import DEAD_LETTERS, INCIDENTS, PRIVATE


@dataclass(frozen=True)
class Record:
    topic: str = INCIDENTS.name
    partition: int = 3
    offset: int = 17
    timestamp: int = 1_764_000_000_000
    key: bytes | None = b"8320e5"
    value: bytes | None = b"\xff\x00{"
    headers: tuple[tuple[str, bytes | None], ...] = (("ce_id", b"x"), ("empty", None))


@dataclass
class Confirming:
    """A producer whose broker confirms everything."""

    sent: list[tuple[str, bytes, bytes, list[tuple[str, bytes]]]] = field(default_factory=list)

    async def send_and_wait(self, topic: str, *, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> object:
        self.sent.append((topic, key, value, headers))
        return None


async def test_a_letter_comes_back_with_every_byte_of_its_record() -> None:
    producer = Confirming()
    letter = letters.letter_of(Record(), "no JSON")

    await letters.write(producer, letter, source="/komek/worker")

    ((topic, key, value, headers),) = producer.sent
    back = letters.decode(value)
    assert (topic, key) == (DEAD_LETTERS.name, INCIDENTS.name.encode())
    assert wire.header_of(headers, "ce_id") == back.id
    assert wire.header_of(headers, "ce_type") == "komek.dead-letter"
    assert (back.key_bytes, back.value_bytes, back.header_bytes) == (Record.key, Record.value, list(Record.headers))
    assert (back.partition, back.offset, back.timestamp_ms, back.reason) == (3, 17, Record.timestamp, "no JSON")


def test_a_tombstone_is_kept_apart_from_an_empty_value() -> None:
    assert letters.letter_of(Record(value=None), "").value_bytes is None
    assert letters.letter_of(Record(value=b""), "").value_bytes == b""


def test_the_same_record_always_gives_the_same_id_and_another_place_another() -> None:
    ids = {letters.letter_of(Record(offset=offset), reason).id for offset in (1, 1, 2) for reason in ("a", "b")}

    assert len(ids) == 2


def test_a_reason_that_quotes_the_record_cannot_steer_a_terminal() -> None:
    assert "\x1b" not in letters.letter_of(Record(), "bad \x1b[2J").reason


def test_of_a_huge_value_the_beginning_is_kept_and_it_is_not_replayed() -> None:
    letter = letters.letter_of(Record(value=b"x" * 1_000_000), "too long")

    assert len(wire.encode(letter)) < 1_000_000
    assert len(letter.value_bytes or b"") == VALUE_LIMIT_BYTES
    with pytest.raises(letters.NotReplayable, match="offset 17"):
        letters.replay(Settings(), [letter])


def test_a_letter_from_a_topic_that_is_not_ours_is_not_replayed() -> None:
    with pytest.raises(letters.NotReplayable, match="not a topic of Komek"):
        letters.replay(Settings(), [letters.letter_of(Record(topic="somewhere"), "")])


def test_a_record_that_failed_again_names_the_letter_it_was_replayed_from() -> None:
    first = letters.letter_of(Record(), "no JSON")

    again = letters.letter_of(Record(offset=99, headers=tuple(letters.replay_headers(first))), "no JSON")
    third = letters.replay_headers(again)

    assert again.replay_of == first.id
    assert [value for name, value in third if name == REPLAY_HEADER] == [again.id.encode()]


def test_values_of_the_private_topic_count_as_private() -> None:
    assert letters.letter_of(Record(topic=PRIVATE.name), "").is_private
    assert not letters.letter_of(Record(), "").is_private


def test_bytes_that_are_no_letter_are_unreadable() -> None:
    for data in (None, b"", b"{}", b"\xff"):
        with pytest.raises(wire.Unreadable):
            letters.decode(data)
