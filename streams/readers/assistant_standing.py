"""How good the assistant's hints have been, in memory: by work, language and version."""

from collections.abc import Callable

from dispatch.assistant.hint_kinds import HintTask
from dispatch.assistant.standing import Figures, figures
from streams.wire import StandingRecord, WeightsRecord

WEIGHTS_KEY = "weights|types"


def standing_key(task: HintTask, language: str, version: str) -> str:
    """The key of the record of a standing."""
    return f"standing|{task.value}|{language}|{version}"


class StandingBook:
    """No method blocks or raises."""

    def __init__(self) -> None:
        self._records: dict[str, StandingRecord] = {}
        self.weights: WeightsRecord | None = None
        self.learnt: Callable[[WeightsRecord], None] = lambda _: None
        """Called with weights that are new."""

    def apply(self, key: str, record: StandingRecord | None) -> None:
        """Takes the next record of the log; None is a tombstone."""
        if record is None:
            self._records.pop(key, None)
        else:
            self._records[key] = record

    def learn(self, record: WeightsRecord | None) -> None:
        """Takes the next weights; None: there are none any more."""
        self.weights = record
        if record is not None:
            self.learnt(record)

    def all(self) -> list[StandingRecord]:
        return list(self._records.values())

    def of(self, task: HintTask, language: str, version: str) -> Figures | None:
        """The figures of exactly this version; None: nothing is judged yet."""
        record = self._records.get(standing_key(task, language, version))
        return None if record is None else figures(record.standing)

    def newest(self, task: HintTask, language: str) -> StandingRecord | None:
        """Of the version that was judged last; None: nothing is judged yet."""
        found = [one for one in self._records.values() if (one.task, one.language) == (task, language)]
        return max(found, key=lambda one: (one.at_ms, one.version), default=None)
