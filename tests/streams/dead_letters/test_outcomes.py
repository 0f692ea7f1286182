"""Which letters stand: the fold of both kinds of records, in any order and however often."""

from streams import wire
from streams.dead_letters import letters
from streams.dead_letters.outcomes import DeadLetterFold, Dismissal, LetterEnd, LetterSettled
from streams.topics import DECISIONS, LOCATIONS
from tests.streams.dead_letters.test_letters import Record


def letter(offset: int, **changes: object) -> letters.DeadLetter:
    return letters.letter_of(Record(offset=offset, **changes), "no JSON")  # type: ignore[arg-type]


def ended(of: letters.DeadLetter, how: LetterEnd = LetterEnd.REPLAYED) -> bytes:
    why = Dismissal.HANDLED if how is LetterEnd.DISMISSED else None
    return wire.encode(LetterSettled(letter_id=of.id, how=how, why=why, by="op-1", at_ms=5))


def book(*values: bytes | None) -> DeadLetterFold:
    made = DeadLetterFold()
    for number, value in enumerate(values):
        made.add(value, 100 + number)
    return made


def test_a_letter_stands_from_when_it_was_logged_until_it_ends() -> None:
    first, second = letter(1), letter(2)

    assert [(one.id, one.since_ms) for one in book(wire.encode(first)).standing.values()] == [(first.id, 100)]
    assert list(book(wire.encode(first), wire.encode(second), ended(first)).standing) == [second.id]


def test_a_letter_that_is_written_again_keeps_its_beginning_and_its_end() -> None:
    one = letter(1)

    assert book(wire.encode(one), wire.encode(one)).standing[one.id].since_ms == 100
    assert book(wire.encode(one), ended(one), wire.encode(one)).standing == {}


def test_the_last_end_counts() -> None:
    one = letter(1)

    made = book(wire.encode(one), ended(one, LetterEnd.DISMISSED), ended(one))

    assert (made.settled[one.id].how, made.settled[one.id].why) == (LetterEnd.REPLAYED, None)


def test_what_is_neither_letter_nor_end_is_left_out() -> None:
    made = book(None, b"", b"{}", b"\xff", b'{"letter_id": 7}')

    assert (made.standing, made.settled) == ({}, {})


def test_letters_of_commands_and_decisions_are_of_incidents_and_those_of_positions_are_not() -> None:
    values = [
        wire.encode(letter(1)),
        wire.encode(letter(2, topic=DECISIONS.name)),
        wire.encode(letter(3, topic=LOCATIONS.name)),
    ]

    assert [one.is_of_incident for one in book(*values).standing.values()] == [True, True, False]
