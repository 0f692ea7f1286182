"""Simulated people at digital work, with hints and without: how many answers a task takes, and how many end wrong.

The people and the hints are made up (`People`, `HINTS_RIGHT`); what happens with their answers is decided by the code that runs
(`dispatch/digital/consensus.py`, `dispatch/assistant/oversight.py`). Four kinds of help: none, as shipped (a share hidden,
verification blind), shown to everybody, and all of them wrong (an attack, or a broken model).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from dispatch.assistant.oversight import is_hidden
from dispatch.digital.consensus import ConsensusVerdict, finding
from dispatch.model.offers import Offer, TaskResult
from dispatch.model.vocabulary import Capability, OfferState, Task
from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, Result
from tests.support.builders import incident, offer, requirement

NAME = "teams"
ABOUT = "simulated people at digital work with and without hints: answers for each settled task, wrong ends, automation bias"

TASKS = 4_000
PLACES = [f"i-8320e5-{number:032x}" for number in range(20)]
"""The answers that a task may have; one of them is right. As ids of incidents, which consensus compares for equality."""
HINTS_RIGHT = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """How people answer. `alone`: right without a hint. `helped`: who would be wrong takes a right hint. `misled`: who would be
    right takes a wrong hint that is shown before they answer. Wrong answers by themselves are spread over what is plausible."""

    alone: float = 0.75
    helped: float = 0.7
    misled: float = 0.35
    plausible: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """`share_hidden`: of the work without hints; 1: nobody gets any. `is_blind`: seen after the answer. `right`: of the hints."""

    name: str
    share_hidden: float
    right: float = HINTS_RIGHT
    is_blind: bool = False


KINDS = (
    Help(name="without", share_hidden=1.0),
    Help(name="shown first", share_hidden=0.15),
    Help(name="blind first", share_hidden=0.15, is_blind=True),
    Help(name="all wrong, shown first", share_hidden=0.15, right=0.0),
    Help(name="all wrong, blind first", share_hidden=0.15, right=0.0, is_blind=True),
)


@dataclass(slots=True)
class Tally:
    settled: int = 0
    wrong: int = 0
    disagreed: int = 0
    answers: int = 0
    of_wrong_hints: Counter[str] = field(default_factory=Counter)
    """Answers where the hint was wrong: `shown` and `hidden`, and of each those that equal the hint (`shown same`)."""

    def note(self, *, hint_is_wrong: bool, is_shown: bool, is_same: bool) -> None:
        self.answers += 1
        if hint_is_wrong:
            state = "shown" if is_shown else "hidden"
            self.of_wrong_hints[state] += 1
            self.of_wrong_hints[f"{state} same"] += is_same

    @property
    def automation_bias(self) -> float:
        """How much more often the hint's wrong answer is given where it is shown."""
        shown, hidden = (
            self.of_wrong_hints[f"{state} same"] / max(1, self.of_wrong_hints[state]) for state in ("shown", "hidden")
        )
        return shown - hidden


def run(options: Options) -> Result:
    people = People()
    tallies = {kind.name: play(kind, people, Random(options.seed)) for kind in KINDS}
    return Result(
        figures=[figure for name, tally in tallies.items() for figure in _figures(name, tally)],
        notes=[
            f"{TASKS:,} tasks of two equal answers among three. Assumptions, not measured: people are right alone "
            f"{people.alone:.2f}, take a right hint that they need {people.helped:.2f}, are misled by a wrong one "
            f"{people.misled:.2f}; hints are right {HINTS_RIGHT:.2f}",
            "automation bias: how much more often people give the wrong answer of a hint when it is shown",
        ],
    )


def play(kind: Help, people: People, rng: Random) -> Tally:
    """Every task to its end, by the rules of consensus."""
    tally = Tally()
    for task in range(TASKS):
        truth, *others = rng.sample(PLACES, 1 + people.plausible)
        hint = truth if rng.random() < kind.right else rng.choice(others)
        _play_task(task, kind, people, rng, tally, (truth, others, hint))
    return tally


def _play_task(
    task: int, kind: Help, people: People, rng: Random, tally: Tally, of: tuple[str, list[str], str]
) -> None:
    truth, others, hint = of
    wanted = requirement(capability=Capability.DIGITAL, count=2, answers_wanted=2, agree=2)
    offers: tuple[Offer, ...] = ()
    while True:
        found = finding(incident(requirements=(wanted,), offers=offers), wanted)
        if found.verdict in (ConsensusVerdict.SETTLED, ConsensusVerdict.DISAGREE):
            tally.settled += found.verdict is ConsensusVerdict.SETTLED
            tally.disagreed += found.verdict is ConsensusVerdict.DISAGREE
            tally.wrong += any(one.result and one.result.incident_id != truth for one in found.supporters)
            return
        if found.verdict is not ConsensusVerdict.WAIT:
            wanted = replace(wanted, count=wanted.count + 1)
        identity = f"o-{task}-{len(offers)}"
        is_shown = not kind.is_blind and not is_hidden(identity, kind.share_hidden)
        answer = _answer(people, rng, truth, others, hint if is_shown else None)
        tally.note(hint_is_wrong=hint != truth, is_shown=is_shown, is_same=answer == hint)
        offers = (*offers, _done(identity, answer, len(offers)))


def _answer(people: People, rng: Random, truth: str, others: Sequence[str], hint: str | None) -> str:
    own = truth if rng.random() < people.alone else rng.choice(others)
    if hint is None or hint == own:
        return own
    follows = people.helped if own != truth else people.misled
    return hint if rng.random() < follows else own


def _done(identity: str, answer: str, number: int) -> Offer:
    result = TaskResult(outcome="duplicate", at_ms=number, incident_id=answer)
    return offer(
        OfferState.DONE,
        id=identity,
        volunteer_id=f"d-{number}",
        capability=Capability.DIGITAL,
        task=Task.FIND_DUPLICATES,
        result=result,
        changed_ms=number,
    )


def _figures(name: str, tally: Tally) -> Iterator[Figure]:
    yield Figure(name=f"{name}: answers for each settled task", value=tally.answers / max(1, tally.settled))
    yield Figure(name=f"{name}: settled wrong", value=100 * tally.wrong / TASKS, unit="% of tasks")
    yield Figure(name=f"{name}: left to an operator", value=100 * tally.disagreed / TASKS, unit="% of tasks")
    if tally.of_wrong_hints["shown"]:
        yield Figure(name=f"{name}: automation bias", value=100 * tally.automation_bias, unit="points")
