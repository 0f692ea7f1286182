"""From what was written down to what is compared. Whoever was never staffed counts as having waited for ever."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from statistics import fmean, pstdev

from tests.benchmarks.policy_tally import Line, PolicyTally, Wave
from tests.benchmarks.result import percentile

NEVER = math.inf
STATED, KEPT = "stated certainty of first waves", "of these kept by those asked alone"
EXPECTED, CAME = "chance computed for all first waves", "of these came true"


def figures_of(tally: PolicyTally, people: Collection[str]) -> dict[str, float]:
    """Of one play. Shares are of the lines of need that were reported; `people`: everybody who could have been asked."""
    lines = list(tally.lines.values())
    waves = [line.wave for line in lines if line.wave is not None]
    stated = [wave for wave in waves if wave.stated is not None]
    accepted = sum(tally.acceptances.values())
    first = [_waited_s(line.first_accept_ms, line) for line in lines]
    staffed = [_waited_s(line.staffed_ms, line) for line in lines]
    work = [tally.acceptances[one] for one in people]
    return {
        "lines of need": len(lines),
        "staffed within the window": share(line.staffed_within(line.window_s) for line in lines),
        "staffed within the target": share(line.staffed_within(line.target_s) for line in lines),
        "staffed at all": share(line.staffed_ms is not None for line in lines),
        "first acceptance p50, s": percentile(first, 0.5),
        "first acceptance p90, s": percentile(first, 0.9),
        "staffed p50, s": percentile(staffed, 0.5),
        "staffed p90, s": percentile(staffed, 0.9),
        "offers per staffed place": tally.offers / accepted if accepted else math.nan,
        "first waves that state a certainty": len(stated) / len(lines) if lines else math.nan,
        STATED: _mean(wave.stated for wave in stated if wave.stated is not None),
        KEPT: share(wave.is_kept for wave in stated),
        EXPECTED: _mean(wave.reached for wave in waves),
        CAME: share(wave.is_kept for wave in waves),
        "work on the busiest 10 %": busiest_share(work),
        "the same if shared out evenly": busiest_share(shared_out(work)),
        "Gini of the work": gini(work),
        **_shortfalls(lines),
        "double bookings": tally.double_bookings,
    }


def busiest_share(work: Sequence[float], part: float = 0.1) -> float:
    """Share of all work that lies on this part of the people, the busiest; nan without any work."""
    total = sum(work)
    most = sorted(work, reverse=True)[: max(1, round(len(work) * part))]
    return sum(most) / total if total else math.nan


def shared_out(work: Sequence[float]) -> list[int]:
    """The same whole pieces of work, laid on people as evenly as they go: where there are more people than pieces, some have
    none, and no rule could make the busiest tenth's share smaller."""
    each, more = divmod(round(sum(work)), max(1, len(work)))
    return [each + 1] * more + [each] * (len(work) - more)


def gini(work: Sequence[float]) -> float:
    """0: everybody the same; near 1: one does it all; nan without any work. From the ordered sums."""
    total, count = sum(work), len(work)
    if not total:
        return math.nan
    weighted = sum(rank * amount for rank, amount in enumerate(sorted(work), 1))
    return 2 * weighted / (count * total) - (count + 1) / count


def share(kept: Iterable[bool]) -> float:
    known = list(kept)
    return sum(known) / len(known) if known else math.nan


def over_seeds(plays: Sequence[Mapping[str, float]]) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation over the seeds of each figure; NEVER when one of them is. A shortfall that a seed has not
    seen is 0 there; what a seed could not say (nan) is left out."""
    names = dict.fromkeys(name for play in plays for name in play)
    return {name: _spread([play.get(name, 0.0) for play in plays]) for name in names}


def _spread(values: Sequence[float]) -> tuple[float, float]:
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return math.nan, math.nan
    return (NEVER, math.nan) if NEVER in known else (fmean(known), pstdev(known))


def waves_of(tallies: Iterable[PolicyTally]) -> list[Wave]:
    return [line.wave for tally in tallies for line in tally.lines.values() if line.wave is not None]


def _shortfalls(lines: Sequence[Line]) -> dict[str, float]:
    """A line may lack people for one reason after the other."""
    reasons = sorted({reason for line in lines for reason in line.shortfalls})
    return {
        "ever short of people": share(bool(line.shortfalls) for line in lines),
        **{f"short: {reason}": share(reason in line.shortfalls for line in lines) for reason in reasons},
    }


def _waited_s(at_ms: int | None, line: Line) -> float:
    return NEVER if at_ms is None else (at_ms - line.reported_ms) / 1000


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return fmean(known) if known else math.nan
