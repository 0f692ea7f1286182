"""The comparison: the record, a replay under the book in force as its check, and a replay under the other book.

Between the record and the first replay lies what a replay does not know (`assumptions`); between the two replays lies the book.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dispatch.plans.book import PlanBook
from streams.policy_replay.drawn_answers import habits_of
from streams.policy_replay.recorded_answers import RecordedAnswers
from streams.policy_replay.recorded_log import RecordedLog
from streams.policy_replay.recorded_world import RecordedWorld
from streams.policy_replay.replay import Replay, ReplaySettings, people_of
from streams.policy_replay.replay_figures import ReplayFigures, figures_of
from streams.policy_replay.replay_tally import ReplayTally

RECORDED = "recorded"

OnPlayed = Callable[[str, int, int], None]
"""Called with the name of the column, the seconds played and those of the interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`plans`: the version of its book; None: the record, which may have had several. `skipped`: commands of the record that
    were not given again, by reason."""

    name: str
    plans: str | None
    figures: ReplayFigures
    skipped: Counter[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayComparison:
    columns: Sequence[Column]
    assumptions: Sequence[str]


async def compare(
    log: RecordedLog,
    books: Sequence[tuple[str, PlanBook]],
    settings: ReplaySettings,
    *,
    often: int,
    tell: OnPlayed = lambda *_: None,
) -> ReplayComparison:
    """`books`: by name of the column; the first is the book in force. `often`: see `ReplayFigures`."""
    answers = RecordedAnswers(log)
    habits = habits_of(answers)
    columns = [
        Column(name=RECORDED, plans=None, figures=figures_of(tally_of(log), often=often), skipped=Counter()),
    ]
    world = people_of(log)
    for name, book in books:
        replay = Replay(log, book, answers, habits, settings, world)
        tally = await replay.run(_told(tell, name, log))
        columns.append(
            Column(name=name, plans=book.version, figures=figures_of(tally, often=often), skipped=replay.skipped)
        )
    return ReplayComparison(columns=columns, assumptions=list(_assumptions(log, world, books[0][1], settings)))


def tally_of(log: RecordedLog) -> ReplayTally:
    """Of the record itself."""
    tally = ReplayTally(compared=log.asked)
    for one in log.decided:
        if one.incident is not None:
            tally.note(one.decision, one.incident)
    return tally


def _told(tell: OnPlayed, name: str, log: RecordedLog) -> Callable[[int], None]:
    whole_s = max(1, (log.until_ms - log.begins_ms) // 1000)
    return lambda now_ms: tell(name, min(whole_s, max(0, now_ms - log.begins_ms) // 1000), whole_s)


def _assumptions(log: RecordedLog, world: RecordedWorld, in_force: PlanBook, settings: ReplaySettings) -> Iterator[str]:
    yield from log.notes
    if log.begun:
        yield f"incidents that had begun before, which are played on and not compared: {len(log.begun):,}"
    if others := _under_other_books(log, in_force):
        yield f"decisions of the record under another book than the one in force: {others:,}"
    if world.placed:
        yield (
            "people who stand where the recorded offers found them, at the recorded distance in a supposed direction: "
            f"{world.placed:,}"
        )
    if world.unknown_profiles:
        yield f"people of whom it is supposed how they were before their first record: {world.unknown_profiles:,}"
    if world.gone:
        yield f"people who were asked and are erased, so that nobody can ask them again: {world.gone:,}"
    yield "operators order what they ordered, when they did, whatever comes of an incident"
    yield "travel times are those of the built-in model"
    if settings.seed is None:
        yield "who has no recorded answer to an offer says nothing"
    else:
        yield (
            f"who has no recorded answer accepts with the chance that the offer states, from their own answers so far (seed "
            f"{settings.seed})"
        )


def _under_other_books(log: RecordedLog, in_force: PlanBook) -> int:
    versions = (one.decision.why.plan_version for one in log.decided)
    return sum(version not in (None, in_force.version) for version in versions)
