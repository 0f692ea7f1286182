"""Reads `komek.assistant.v1` from the beginning and follows it: which work of the assistant is on, in the shadow or off, how good
its hints have been, and what it has learnt."""

from collections.abc import Callable

from dispatch.assistant.hint_kinds import HintTask
from streams import wire
from streams.readers.assistant_standing import StandingBook
from streams.readers.readable_records import RecordFollower
from streams.settings import Settings
from streams.topics import ASSISTANT
from streams.wire import Mode, ModeRecord

_ANY = "*"
_OWN, _STANDING, _WEIGHTS = "own", "standing", "weights"
_STRICTEST = (Mode.OFF, Mode.SHADOW, Mode.ON)


def own_key(task: HintTask, language: str) -> str:
    """The key of the record by which the assistant itself goes to the shadow."""
    return f"{_OWN}|{task.value}|{language}"


def mode_key(task: HintTask | None, language: str | None) -> str:
    """The key of the record of a mode."""
    return f"mode|{task.value if task else _ANY}|{language or _ANY}"


class ModeBook:
    """The modes in memory; no method blocks or raises."""

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self._records: dict[str, ModeRecord] = {}
        self._numbers: dict[str, int] = {}
        """Of each key, which record of the log set it: times are those of several clocks."""
        self._changed = changed
        self.version = 0
        """Changes with every record, so that live views can tell their pages."""

    def apply(self, key: str, record: ModeRecord | None) -> None:
        """Takes the next record of the log; None is a tombstone."""
        if record is None:
            self._records.pop(key, None)
        else:
            self._records[key] = record
            self._numbers[key] = self.version + 1
        self.version += 1
        self._changed()

    def record(self, task: HintTask | None = None, language: str | None = None) -> ModeRecord | None:
        """The record of exactly this work and language; None: nobody has set it."""
        return self._records.get(mode_key(task, language))

    def mode(self, task: HintTask, language: str | None = None) -> Mode:
        """The mode in force: the strictest of those for all work, for this work, and for this work in this language."""
        asked = [(None, None), (task, None), *([(task, language), (None, language)] if language else [])]
        found = {record.mode for one in asked if (record := self.record(*one)) is not None}
        if language and self.own_shadow(task, language) is not None:
            found.add(Mode.SHADOW)
        return next((mode for mode in _STRICTEST if mode in found), Mode.ON)

    def own_shadow(self, task: HintTask, language: str) -> ModeRecord | None:
        """The record by which the assistant went to the shadow itself, unless a person has switched this work on since: in this
        language, or in all."""
        key = own_key(task, language)
        record = self._records.get(key)
        if record is None:
            return None
        lifted = [number for number, _ in self._lifting(task, language)]
        return None if max(lifted, default=0) > self._numbers[key] else record

    def own_shadows(self) -> list[ModeRecord]:
        """Every shadow that is in force by the assistant itself, by work and language."""
        found = [one for key, one in sorted(self._records.items()) if key.startswith(f"{_OWN}|")]
        return [one for one in found if one.task and one.language and self.own_shadow(one.task, one.language)]

    def switched_on_ms(self, task: HintTask, language: str) -> int | None:
        """When a person switched this work on, in this language or in all; None: nobody has."""
        return max((record.at_ms for _, record in self._lifting(task, language)), default=None)

    def _lifting(self, task: HintTask, language: str) -> list[tuple[int, ModeRecord]]:
        keys = (mode_key(task, language), mode_key(task, None))
        return [
            (self._numbers[key], record)
            for key in keys
            if (record := self._records.get(key)) is not None and record.mode is Mode.ON
        ]

    @property
    def is_off(self) -> bool:
        """Whether everything is off: nothing is read then."""
        record = self.record()
        return record is not None and record.mode is Mode.OFF


class AssistantModes(RecordFollower):
    """Keeps `book` and `standing` at the end of the log."""

    def __init__(self, settings: Settings, client_id: str, changed: Callable[[], None] = lambda: None) -> None:
        super().__init__(settings, client_id, ASSISTANT)
        self.book = ModeBook(changed)
        self.standing = StandingBook()

    def _apply(self, key: str, value: bytes | None) -> None:
        kind = key.partition("|")[0]
        if kind == _STANDING:
            self.standing.apply(key, None if value is None else wire.decode_standing(value))
        elif kind == _WEIGHTS:
            self.standing.learn(None if value is None else wire.decode_weights(value))
        else:
            self.book.apply(key, None if value is None else wire.decode_mode(value))
