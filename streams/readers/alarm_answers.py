"""Reads `komek.alarms.v1` from the beginning and follows it: which alarms operators have acknowledged or silenced."""

from collections.abc import Callable, Mapping

from streams import clock, wire
from streams.readers.readable_records import RecordFollower
from streams.settings import Settings
from streams.topics import ALARMS
from streams.wire import AlarmAnswer

MOST = 5_000
"""Answers that are kept, as many as an earthquake may need; beyond them no further one is taken. 2 MB."""


def key_of(name: str, ref: str) -> str:
    return f"{name}|{ref}"


class AlarmBook:
    """The answers in memory. `version` grows with every change; no method blocks or raises."""

    def __init__(self, now_ms: Callable[[], int] = clock.now_ms) -> None:
        self._now_ms = now_ms
        self._answers: dict[str, AlarmAnswer] = {}
        self.version = 0

    @property
    def is_full(self) -> bool:
        return len(self._answers) >= MOST

    def apply(self, key: str, answer: AlarmAnswer | None) -> None:
        """Takes the next record of the log; None is a tombstone."""
        self.version += 1
        if answer is None:
            self._answers.pop(key, None)
        else:
            self._answers[key] = answer

    def in_force(self) -> dict[str, AlarmAnswer]:
        """The answers that silence an alarm now, by key."""
        now_ms = self._now_ms()
        return {key: one for key, one in self._answers.items() if now_ms < _ends_ms(one)}

    def ended(self) -> list[str]:
        """Keys of answers without effect, to be replaced by tombstones."""
        now_ms = self._now_ms()
        return [key for key, one in self._answers.items() if now_ms >= _ends_ms(one)]


def _ends_ms(answer: AlarmAnswer) -> int:
    shelved = answer.shelved_until_ms
    return answer.until_ms if shelved is None else min(shelved, answer.until_ms)


class AlarmAnswers(RecordFollower):
    """Keeps `book` at the end of the log. What is unreadable has no effect: the alarm goes on sounding, the safe side."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        super().__init__(settings, client_id, ALARMS)
        self.book = AlarmBook()

    def _apply(self, key: str, value: bytes | None) -> None:
        self.book.apply(key, None if value is None else wire.decode_alarm_answer(value))


def changed(before: Mapping[str, AlarmAnswer], now: Mapping[str, AlarmAnswer]) -> dict[str, AlarmAnswer | None]:
    """What differs between two states, by key; None: no longer in force."""
    gone: dict[str, AlarmAnswer | None] = dict.fromkeys(key for key in before if key not in now)
    return gone | {key: one for key, one in now.items() if before.get(key) != one}
