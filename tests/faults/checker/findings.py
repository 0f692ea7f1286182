"""What was checked and what was found, invariant by invariant."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

INVARIANTS = {
    "I1": "a 202 is one incident in the log, an unknown at most one, a 4xx none",
    "I2": "after the quiet phase every accepted incident is attended to",
    "I3": "nobody holds two live offers",
    "I4": "no requirement has more people than its count",
    "I5": "no offer after the end, off duty, or to who declined",
    "I6": "each command has one decision or one dead letter",
    "I7": "no commit passes a command without outcome",
    "I8": "each offer ends in time",
    "I9": "Redis, API and derived topics equal the reduced log",
    "I10": "notices only for valid offers, repeats with the same id",
    "I11": "one Idempotency-Key, one incident",
    "I12": "nothing that identifies or places a person",
    "I13": "epochs never decrease, orders keep their order",
    "I14": "liveness within the budgets",
    "I15": "no void events under single faults",
    "I16": "99.9 % of POSTs answered 202 in 2 s",
    "I17": "who was sent is told what changed of their job",
    "I18": "edits count field by field, and a refused one leaves nothing",
    "I19": "nobody on their way is taken off for silence or detours without having been asked",
    "schema": "records are as the published schemas say",
}
KEPT = 200
"""Findings of one invariant that are kept with their text; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`where`: topic, partition and offset, or lines of the history, or a name in the folder."""

    invariant: str
    text: str
    where: str


class Book:
    """Findings and counts of one run."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.liveness: dict[str, Any] = {}
        self.notes: list[str] = []
        self._checked: Counter[str] = Counter()
        self._total: Counter[str] = Counter()
        self._kept: dict[str, list[Finding]] = {name: [] for name in INVARIANTS}

    def checked(self, invariant: str, count: int = 1) -> None:
        self._checked[invariant] += count

    def found(self, invariant: str, text: str, where: str) -> None:
        self._total[invariant] += 1
        if len(self._kept[invariant]) < KEPT:
            self._kept[invariant].append(Finding(invariant=invariant, text=text, where=where))

    def note(self, text: str) -> None:
        """Something the reader of the report has to know: what could not be judged, and why."""
        if text not in self.notes:
            self.notes.append(text)

    def findings(self, invariant: str) -> Sequence[Finding]:
        return self._kept[invariant]

    def total(self, invariant: str) -> int:
        return self._total[invariant]

    @property
    def is_clean(self) -> bool:
        return not any(self._total.values())

    @property
    def broken(self) -> set[str]:
        return {name for name, count in self._total.items() if count}

    def as_json(self) -> dict[str, Any]:
        return {
            "invariants": {
                name: {
                    "checked": self._checked[name],
                    "violated": self._total[name],
                    "violations": [{"text": one.text, "where": one.where} for one in self._kept[name]],
                }
                for name in INVARIANTS
            },
            "void_events": self.counts["void_events"],
            "counts": dict(sorted(self.counts.items())),
            "liveness": self.liveness,
            "notes": self.notes,
        }

    def table(self, shown: int = 5) -> Iterator[str]:
        yield f"{'':8}{'checked':>10}{'violated':>10}  invariant"
        for name, meaning in INVARIANTS.items():
            yield f"{name:8}{self._checked[name]:>10,}{self._total[name]:>10,}  {meaning}"
            for one in self._kept[name][:shown]:
                yield f"{'':8}- {one.where}: {one.text}"
            if self._total[name] > shown:
                yield f"{'':8}  and {self._total[name] - shown:,} more"


def at(topic: str, partition: int, offset: int) -> str:
    """A place in the log, as it is shown."""
    return f"{topic} {partition}:{offset}"
