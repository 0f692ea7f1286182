"""What became of dead letters: sent again, or dismissed by a person. Until then a letter stands, and one of an incident alarms.

Each end is a record of its own in the topic of the letters, so the topic alone says what still stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec
from kafka import KafkaProducer

from dispatch.model.ids import derived
from streams import wire
from streams.dead_letters import letters as dead_letters
from streams.dead_letters.letters import DeadLetter
from streams.settings import Settings
from streams.topics import DEAD_LETTERS, DECISIONS, INCIDENTS

SOURCE = "/komek/dead-letters"
_CONFIRM_WITHIN_S = 30.0


class LetterEnd(StrEnum):
    REPLAYED = "replayed"  # the original record was sent again, and confirmed
    DISMISSED = "dismissed"  # somebody looked at it and decided that nothing has to be done


class Dismissal(StrEnum):
    """Why nothing has to be done. Words and no free text, which could name people."""

    HANDLED = "handled"  # what it asked for was done in another way
    DUPLICATE = "duplicate"  # the same was taken in by another record
    RUBBISH = "rubbish"  # no record of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSettled:
    """The second kind of record in `dead-letters`. Of several for one letter the last counts."""

    letter_id: str
    how: LetterEnd
    why: Dismissal | None = None
    by: str
    """An opaque id of who did it."""
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingLetter:
    id: str
    topic: str
    since_ms: int
    """When the letter was logged."""

    @property
    def is_of_incident(self) -> bool:
        return self.topic in (INCIDENTS.name, DECISIONS.name)


@dataclass(slots=True)
class DeadLetterFold:
    """The fold of the topic. Remembers ids only, however large the letters are."""

    standing: dict[str, StandingLetter] = field(default_factory=dict)
    settled: dict[str, LetterSettled] = field(default_factory=dict)

    def add(self, value: bytes | None, logged_ms: int) -> DeadLetter | None:
        """One record; the letter, when it is one. What is neither is left out: somebody else wrote it."""
        try:
            letter = dead_letters.decode(value)
        except wire.Unreadable:
            self._settle(value)
            return None
        if letter.id not in self.settled:
            self.standing.setdefault(
                letter.id, StandingLetter(id=letter.id, topic=letter.topic, since_ms=logged_ms or letter.timestamp_ms)
            )
        return letter

    def _settle(self, value: bytes | None) -> None:
        try:
            settled = msgspec.json.decode(value or b"", type=LetterSettled)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return
        self.settled[settled.letter_id] = settled
        self.standing.pop(settled.letter_id, None)


def read_settled(settings: Settings) -> Mapping[str, LetterSettled]:
    """How letters ended, by their ids.

    Raises:
        BrokerError: no broker answered in time.
    """
    book = DeadLetterFold()
    for value in dead_letters.read_values(settings):
        book.add(value, 0)
    return book.settled


def settle(producer: KafkaProducer, letter: DeadLetter, record: LetterSettled) -> None:
    """Returns when the broker has the record.

    Raises:
        KafkaError: it may be in the log or not; a repeat is harmless.
    """
    record_id = str(derived("letter-settled", letter.id, record.how))
    producer.send(
        DEAD_LETTERS.name,
        key=letter.topic.encode(),
        value=wire.encode(record),
        headers=wire.headers("dead-letter.settled", record_id, SOURCE, record.at_ms),
    ).get(timeout=_CONFIRM_WITHIN_S)


def dismiss(settings: Settings, letters: Iterable[DeadLetter], why: Dismissal, *, by: str, at_ms: int) -> None:
    """A record for each that nothing has to be done; the letters stay readable.

    Raises:
        BrokerError: one was not confirmed; those before it were. A repeat is harmless.
    """
    with dead_letters.confirming_producer(settings) as producer:
        for letter in letters:
            end = LetterSettled(letter_id=letter.id, how=LetterEnd.DISMISSED, why=why, by=by, at_ms=at_ms)
            settle(producer, letter, end)


def replay(settings: Settings, letters: Iterable[DeadLetter], *, by: str, at_ms: int) -> None:
    """Sends each original record to the partition it came from, then notes that. As `dead_letters.replay`."""

    def note(producer: KafkaProducer, letter: DeadLetter) -> None:
        settle(
            producer, letter, LetterSettled(letter_id=letter.id, how=LetterEnd.REPLAYED, why=None, by=by, at_ms=at_ms)
        )

    dead_letters.replay(settings, list(letters), sent=note)
