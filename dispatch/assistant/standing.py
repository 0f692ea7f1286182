"""How good hints have been: figures for one kind of work, one language and one version, added up from judgements.

Every figure is a sum or the newest part of a list in the order of time and id, so that the order in which judgements come does
not matter: the same log gives the same standing. What a single volunteer says counts `MOST_BY_ONE` times at most: whoever is
wrong a thousand times, or agrees with the assistant a thousand times, moves little.

Kazakh has its own figures. No figure is ever a mean over languages.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from dispatch.assistant.hint_kinds import HintTask
from dispatch.assistant.judging import AnswerSeen, Judgement

Z = 1.96
"""Two-sided 95 %."""
BINS = 10
MOST_BY_ONE = 20
MOST_PEOPLE = 1_000
"""People of whom counts are kept; judgements by others beyond them count for nothing, and the standing says how many."""
RECENT = 200
DRIFT_WINDOW = 50
DRIFT_Z = 2.58
"""Two-sided 99 %: the test is made after every judgement, and must not cry at each chance."""
OPERATORS = "operators"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Hints of one tenth of the probabilities. `sum_millionths`: of their probabilities, whole so that no order matters."""

    judged: int = 0
    right: int = 0
    sum_millionths: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    judged: int = 0
    right: int = 0

    def plus(self, right: bool) -> "Counted":
        return Counted(judged=self.judged + 1, right=self.right + right)

    @property
    def share(self) -> float | None:
        return self.right / self.judged if self.judged else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    at_ms: int
    id: str
    right: bool
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`people`: by `OPERATORS`, or a digest of a volunteer's id; work that several people settled counts as `OPERATORS`.
    `alone`: judged by people who had not seen the hint. `agreed_shown`, `agreed_hidden`: of the answers to work for which the
    hint was wrong, how many say the same as the hint, by people who had seen it and by people whose work is done without."""

    people: Mapping[str, Counted] = field(default_factory=dict)
    alone: Counted = Counted()
    hidden: Counted = Counted()
    bins: tuple[Bin, ...] = (Bin(),) * BINS
    recent: tuple[Recent, ...] = ()
    agreed_shown: Counted = Counted()
    agreed_hidden: Counted = Counted()
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a standing says. None: not enough is judged."""

    judged: int
    right: int
    lower_bound: float
    calibration_error: float | None
    drift: float | None
    is_drifting: bool
    alone_judged: int
    alone_right: int
    hidden_judged: int
    hidden_right: int
    automation_bias: float | None
    wrong_shown: int
    wrong_hidden: int


StandingKey = tuple[HintTask, str, str]
"""Work, language, version."""


def key_of(judgement: Judgement) -> StandingKey:
    return judgement.task, judgement.language, judgement.version


def with_judgement(standing: Standing, judgement: Judgement) -> Standing:
    """The standing with one more judgement; the caller leaves out those that it has had (by id)."""
    who, right = who_of(judgement), judgement.right
    if who not in standing.people and len(standing.people) >= MOST_PEOPLE:
        return replace(standing, left_out=standing.left_out + 1)
    people = {**standing.people, who: standing.people.get(who, Counted()).plus(right)}
    recent = sorted(
        (*standing.recent, Recent(at_ms=judgement.at_ms, id=judgement.id, right=right, who=who)),
        key=lambda one: (one.at_ms, one.id),
    )
    wrong = () if right else judgement.answers
    return replace(
        standing,
        people=people,
        alone=standing.alone if judgement.was_shown else standing.alone.plus(right),
        hidden=standing.hidden.plus(right) if judgement.is_hidden else standing.hidden,
        bins=standing.bins if judgement.probability is None else _binned(standing.bins, judgement.probability, right),
        recent=tuple(recent[-RECENT:]),
        agreed_shown=_agreed(standing.agreed_shown, [one for one in wrong if one.was_shown]),
        agreed_hidden=_agreed(standing.agreed_hidden, [one for one in wrong if one.is_hidden]),
    )


def who_of(judgement: Judgement) -> str:
    """Who answers for a judgement: one volunteer, or `OPERATORS` (also several people who agree). A digest, no id: standings stay
    longer than people."""
    if len(judgement.judges) != 1:
        return OPERATORS
    return sha256(f"judge {judgement.judges[0]}".encode()).hexdigest()[:8]


def figures(standing: Standing) -> Figures:
    judged, right = _counted(standing)
    drift, is_drifting = _drift(standing)
    return Figures(
        judged=math.floor(judged),
        right=min(math.floor(judged), round(right)),
        lower_bound=lower_bound(right, judged),
        calibration_error=calibration_error(standing.bins),
        drift=drift,
        is_drifting=is_drifting,
        alone_judged=standing.alone.judged,
        alone_right=standing.alone.right,
        hidden_judged=standing.hidden.judged,
        hidden_right=standing.hidden.right,
        automation_bias=_bias(standing),
        wrong_shown=standing.agreed_shown.judged,
        wrong_hidden=standing.agreed_hidden.judged,
    )


def lower_bound(right: float, judged: float, z: float = Z) -> float:
    """The lower end of Wilson's interval for a share (E. B. Wilson, JASA 22, 1927); 0 without judgements."""
    if judged <= 0:
        return 0.0
    share = right / judged
    middle = share + z * z / (2 * judged)
    spread = z * math.sqrt(share * (1 - share) / judged + z * z / (4 * judged * judged))
    return max(0.0, (middle - spread) / (1 + z * z / judged))


def calibration_error(bins: tuple[Bin, ...]) -> float | None:
    """The expected calibration error over ten bins: the mean distance of probability and share that was right, by counts."""
    judged = sum(one.judged for one in bins)
    if not judged:
        return None
    return sum(abs(one.right - one.sum_millionths / 1e6) for one in bins) / judged


def recent_since(standing: Standing, since_ms: int) -> Counted:
    """The newest judgements later than a time, each volunteer's counted `MOST_BY_ONE` times at most."""
    found, of_person = Counted(), dict[str, int]()
    for one in standing.recent:
        of_person[one.who] = of_person.get(one.who, 0) + 1
        if one.at_ms > since_ms and (one.who == OPERATORS or of_person[one.who] <= MOST_BY_ONE):
            found = found.plus(one.right)
    return found


def _counted(standing: Standing) -> tuple[float, float]:
    judged = right = 0.0
    for who, of_person in standing.people.items():
        part = 1.0 if who == OPERATORS else min(1.0, MOST_BY_ONE / max(1, of_person.judged))
        judged, right = judged + part * of_person.judged, right + part * of_person.right
    return judged, right


def _binned(bins: tuple[Bin, ...], probability: float, right: bool) -> tuple[Bin, ...]:
    number = min(BINS - 1, max(0, int(probability * BINS)))
    old = bins[number]
    new = Bin(
        judged=old.judged + 1,
        right=old.right + right,
        sum_millionths=old.sum_millionths + round(min(1.0, max(0.0, probability)) * 1e6),
    )
    return (*bins[:number], new, *bins[number + 1 :])


def _agreed(counted: Counted, answers: list[AnswerSeen]) -> Counted:
    for one in answers:
        counted = counted.plus(one.agrees)
    return counted


def _drift(standing: Standing) -> tuple[float | None, bool]:
    """The share of the newest `DRIFT_WINDOW` that was right less that of the earlier recent ones, and whether chance explains it
    (two-proportion z-test, pooled)."""
    newest, before = standing.recent[-DRIFT_WINDOW:], standing.recent[:-DRIFT_WINDOW]
    if len(newest) < DRIFT_WINDOW or len(before) < DRIFT_WINDOW:
        return None, False
    share = sum(one.right for one in newest) / len(newest)
    earlier = sum(one.right for one in before) / len(before)
    pooled = sum(one.right for one in standing.recent) / len(standing.recent)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / len(newest) + 1 / len(before)))
    return share - earlier, spread > 0 and abs(share - earlier) / spread > DRIFT_Z


def _bias(standing: Standing) -> float | None:
    shown, hidden = standing.agreed_shown.share, standing.agreed_hidden.share
    return None if shown is None or hidden is None else shown - hidden
