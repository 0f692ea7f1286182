"""Outcomes of dead letters: replayed, or dismissed by a person. Until then a letter is open; an open one of an incident alarms.

Each outcome is a record in the same topic as the letters, so that topic alone determines which letters are open.
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
    REPLAYED = "replayed"  # the original record was sent again and confirmed
    DISMISSED = "dismissed"  # a person decided that no action is needed


class Dismissal(StrEnum):
    """Why no action is needed. Fixed values instead of free text, which could name people."""

    HANDLED = "handled"  # what the record requested was done in another way
    DUPLICATE = "duplicate"  # another record with the same content was accepted
    RUBBISH = "rubbish"  # not a record of Komek


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSettled:
    """The outcome of a letter, the second kind of record in `dead-letters`. The last one of a letter counts."""

    letter_id: str
    how: LetterEnd
    why: Dismissal | None = None
    by: str
    """Opaque id of the person who recorded the outcome."""
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingLetter:
    """A letter without an outcome."""

    id: str
    topic: str
    since_ms: int
    """Append time of the letter, in ms."""

    @property
    def is_of_incident(self) -> bool:
        return self.topic in (INCIDENTS.name, DECISIONS.name)


@dataclass(slots=True)
class DeadLetterFold:
    """Fold of the topic: which letters are open and which have an outcome. Keeps ids only, whatever the size of the letters."""

    standing: dict[str, StandingLetter] = field(default_factory=dict)
    settled: dict[str, LetterSettled] = field(default_factory=dict)

    def add(self, value: bytes | None, logged_ms: int) -> DeadLetter | None:
        """Adds a record; returns the letter if it is one. Records of no known kind are ignored."""
        try:
            letter = dead_letters.decode(value)
        except wire.Unreadable:
            self._settle(value)
            return None
        # A letter that is written again after its outcome stays settled.
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
        # The last outcome counts; an outcome without a letter (retention) is kept, too.
        self.standing.pop(settled.letter_id, None)


def read_settled(settings: Settings) -> Mapping[str, LetterSettled]:
    """Outcomes by letter id.

    Raises:
        BrokerError: no broker answered in time.
    """
    fold = DeadLetterFold()
    for value in dead_letters.read_values(settings):
        fold.add(value, 0)
    return fold.settled


def settle(producer: KafkaProducer, letter: DeadLetter, record: LetterSettled) -> None:
    """Writes an outcome; returns after the broker has confirmed it.

    Raises:
        KafkaError: it may be in the log or not; a repeat is harmless.
    """
    # The same for a repeat, so that readers can deduplicate.
    record_id = str(derived("letter-settled", letter.id, record.how))
    producer.send(
        DEAD_LETTERS.name,
        # The key of the letter, so that an outcome is behind its letter in the same partition.
        key=letter.topic.encode(),
        value=wire.encode(record),
        headers=wire.headers("dead-letter.settled", record_id, SOURCE, record.at_ms),
    ).get(timeout=_CONFIRM_WITHIN_S)


def dismiss(settings: Settings, letters: Iterable[DeadLetter], why: Dismissal, *, by: str, at_ms: int) -> None:
    """Records each letter as dismissed; the letters stay readable.

    Raises:
        BrokerError: a record was not confirmed; those before it were. A repeat is harmless.
    """
    with dead_letters.confirming_producer(settings) as producer:
        for letter in letters:
            end = LetterSettled(letter_id=letter.id, how=LetterEnd.DISMISSED, why=why, by=by, at_ms=at_ms)
            settle(producer, letter, end)


def replay(settings: Settings, letters: Iterable[DeadLetter], *, by: str, at_ms: int) -> None:
    """Sends each original record to its original partition and records the letter as replayed. Raises as `letters.replay`."""

    def note(producer: KafkaProducer, letter: DeadLetter) -> None:
        settle(
            producer, letter, LetterSettled(letter_id=letter.id, how=LetterEnd.REPLAYED, why=None, by=by, at_ms=at_ms)
        )

    dead_letters.replay(settings, list(letters), sent=note)
