"""I14: how long reports waited for their first offer, in health and by kind of fault, and how long work stood still."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence

from tests.faults.checker.commands import NEVER, Commands
from tests.faults.checker.faulty_times import AFTERWARDS_MS, FaultyTimes
from tests.faults.checker.findings import Book
from tests.faults.checker.history import History

BUDGETS_S: Mapping[tuple[str, ...], float] = {
    ("kill", "worker"): 8.0,
    ("kill", "broker"): 10.0,
    ("kill", "redis"): 30.0,
    ("flush", "redis"): 30.0,
    ("old file",): 30.0,
    ("stop", " 8 s"): 20.0,
}
"""Of recovery, by words that all stand in the name of the fault; for a quiet machine."""

HELD_UP_MS = 1_000
"""In health a command waits for tens of milliseconds."""


def measure(
    history: History,
    first_offer_ms: Mapping[str, int],
    commands: Commands,
    times: FaultyTimes,
    book: Book,
    budget_factor: float | None,
) -> None:
    """`budget_factor`: by how much this machine may be slower than a quiet one; None judges nothing."""
    waits: dict[str, list[float]] = defaultdict(list)
    for incident_id, order in history.reports():
        offered_ms = first_offer_ms.get(incident_id)
        if offered_ms is None:
            continue
        waited_s = (offered_ms - order.invoked_ms) / 1000
        waits["all"].append(waited_s)
        for kind in _kinds(times, order.invoked_ms, offered_ms):
            waits[kind].append(waited_s)
    recovery = _recoveries(commands, times)
    book.liveness = {
        "report_to_first_offer_s": {kind: _shares(found) for kind, found in sorted(waits.items())},
        "recovery_s": {
            kind: {"faults": len(found), "p50": _share(found, 0.5), "max": max(found)}
            for kind, found in sorted(recovery.items())
        },
    }
    book.checked("I14", sum(map(len, recovery.values())))
    for kind, found in recovery.items():
        budget_s = budget_of(kind)
        if budget_factor is not None and budget_s is not None and max(found) > budget_s * budget_factor:
            text = f"{kind}: {max(found):.1f} s, {budget_factor:g} × {budget_s:g} s are allowed"
            book.found("I14", text, "history and incidents")


def budget_of(kind: str) -> float | None:
    words = kind.lower()
    return next((budget_s for all_of, budget_s in BUDGETS_S.items() if all(word in words for word in all_of)), None)


def _kinds(times: FaultyTimes, begin_ms: int, end_ms: int) -> set[str]:
    touched = {fault.name for fault in times.touched_by(begin_ms, end_ms)}
    if touched:
        return touched
    return {"health"} if times.until_ms(begin_ms) is None else {"just after a fault"}


def _recoveries(commands: Commands, times: FaultyTimes) -> dict[str, list[float]]:
    """For each fault, from its beginning until the last command that it held up was decided; 0 when it held up none.

    Laid to it is what waited for longer than in health and was logged until 30 s after its end; where the next fault begins
    before that, only what was decided by then.
    """
    order = sorted(range(len(commands.logged_ms)), key=commands.logged_ms.__getitem__)
    logged = [commands.logged_ms[number] for number in order]
    found: dict[str, list[float]] = defaultdict(list)
    for fault in times.faults:
        later = [one.begin_ms for one in times.faults if one.begin_ms >= fault.end_ms and one is not fault]
        next_ms = min(later, default=NEVER)
        until_ms = min(next_ms, fault.end_ms + AFTERWARDS_MS)
        laid = order[bisect_left(logged, fault.begin_ms - HELD_UP_MS) : bisect_right(logged, until_ms)]
        held_up = [
            commands.decided_ms[number]
            for number in laid
            if _was_held_up(commands, number)
            and (commands.decided_ms[number] < next_ms or commands.logged_ms[number] <= fault.end_ms)
        ]
        found[fault.name].append(max(0, max(held_up, default=0) - fault.begin_ms) / 1000)
    return found


def _was_held_up(commands: Commands, number: int) -> bool:
    decided_ms = commands.decided_ms[number]
    return HELD_UP_MS <= decided_ms - commands.logged_ms[number] < NEVER - commands.logged_ms[number]


def _shares(found: Sequence[float]) -> dict[str, float]:
    return {"count": len(found), **{f"p{share:.0f}": _share(found, share / 100) for share in (50, 95, 99)}}


def _share(found: Sequence[float], share: float) -> float:
    return sorted(found)[min(len(found) - 1, round(share * (len(found) - 1)))]
