"""Statistics folded from the log: each person's answers and work, and the table of priors. Used by the rebuild and `MemoryStore`.

Redis holds the same sums in the person's hash (`ey`, `en`, `wk`, `we`, `wh`, `tu`, `to`) and the priors in one hash of cells;
`learn.lua` updates them by the same formulas.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.matching.estimates import (
    ANSWER_HALF_LIFE_MS,
    BANDS,
    CELL_HALF_LIFE_MS,
    WORK_HALF_LIFE_MS,
    Evidence,
    added,
    decayed,
)
from dispatch.matching.lessons import Lesson, WorkEnded
from dispatch.matching.trust import HALF_LIFE_MS as TRUST_HALF_LIFE_MS
from dispatch.matching.trust import Judged
from dispatch.model.local_time import local_hour

LOAD_HALF_LIFE_MS = 14_400_000
"""Of the load of people: four hours. The same number as in person.lua."""


@dataclass(slots=True, kw_only=True)
class TrackRecord:
    """Statistics of one person. The numbers are decaying sums (`estimates.added`).

    `upheld` and `overruled` count digital answers (`dispatch/matching/trust.py`). `worked_ms` None: has never worked.
    """

    accepted: float = 0.0
    refused: float = 0.0
    work: float = 0.0
    upheld: float = 0.0
    overruled: float = 0.0
    worked_ms: int | None = None
    worked_heavy: bool = False

    def learn(self, lesson: Lesson) -> None:
        if lesson.accepted:
            self.accepted = added(self.accepted, lesson.at_ms, lesson.accepted, ANSWER_HALF_LIFE_MS)
            # The same answers with a half-life of 7 days: recent work, for fairness (DESIGN 41).
            self.work = added(self.work, lesson.at_ms, lesson.accepted, WORK_HALF_LIFE_MS)
        if lesson.refused:
            self.refused = added(self.refused, lesson.at_ms, lesson.refused, ANSWER_HALF_LIFE_MS)

    def judge(self, judged: Judged) -> None:
        if judged.upheld:
            self.upheld = added(self.upheld, judged.at_ms, 1.0, TRUST_HALF_LIFE_MS)
        else:
            self.overruled = added(self.overruled, judged.at_ms, 1.0, TRUST_HALF_LIFE_MS)

    def end_work(self, ended: WorkEnded) -> None:
        # Not by the order of calls: decisions of two incidents arrive in any order, and a rebuild must agree with learn.lua.
        if self.worked_ms is None or ended.at_ms >= self.worked_ms:
            self.worked_ms, self.worked_heavy = ended.at_ms, ended.heavy


@dataclass(slots=True)
class Standings:
    """Statistics of all people, and the cells of the prior table as pairs of sums (accepted, refused)."""

    people: dict[str, TrackRecord] = field(default_factory=dict)
    cells: dict[str, tuple[float, float]] = field(default_factory=dict)

    def learn(self, lesson: Lesson) -> None:
        self.people.setdefault(lesson.volunteer_id, TrackRecord()).learn(lesson)
        self.teach(lesson)

    # Apart from `learn`: `MemoryStore` keeps the statistics of people beside their profiles.
    def teach(self, lesson: Lesson) -> None:
        """Adds the lesson to the prior table only."""
        yes, no = self.cells.get(lesson.cell, (0.0, 0.0))
        if lesson.accepted:
            yes = added(yes, lesson.at_ms, lesson.accepted, CELL_HALF_LIFE_MS)
        if lesson.refused:
            no = added(no, lesson.at_ms, lesson.refused, CELL_HALF_LIFE_MS)
        self.cells[lesson.cell] = (yes, no)

    def end_work(self, ended: WorkEnded) -> None:
        self.people.setdefault(ended.volunteer_id, TrackRecord()).end_work(ended)

    def judge(self, judged: Judged) -> None:
        self.people.setdefault(judged.volunteer_id, TrackRecord()).judge(judged)

    def priors(self, now_ms: int) -> dict[str, Evidence]:
        hour = local_hour(now_ms)
        found = {band: self.cells[cell] for band in BANDS if (cell := f"{hour}|{band}") in self.cells}
        return priors_of(found, now_ms)


def priors_of(sums: Mapping[str, tuple[float, float]], now_ms: int) -> dict[str, Evidence]:
    """The row of the prior table for the local hour of `now_ms`, with the sums decayed to that time."""
    return {
        band: Evidence(accepted=decayed(yes, now_ms, CELL_HALF_LIFE_MS), refused=decayed(no, now_ms, CELL_HALF_LIFE_MS))
        for band, (yes, no) in sums.items()
    }
