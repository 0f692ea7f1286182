"""I14: how long reports waited for their first offer, in health and by kind of fault, and how long work stood still."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence

from tests.faults.checker.commands import NEVER, Commands
from tests.faults.checker.faulty_times import Fault, FaultyTimes
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
    """For each fault, the longest that a command logged while it lasted waited for its decision, from the beginning of the
    fault on; what it outlasts is part of it."""
    order = sorted(range(len(commands.logged_ms)), key=commands.logged_ms.__getitem__)
    logged = [commands.logged_ms[number] for number in order]
    found: dict[str, list[float]] = defaultdict(list)
    for fault in times.faults:
        waiting = order[bisect_left(logged, fault.begin_ms - 1000) : bisect_right(logged, fault.end_ms)]
        found[fault.name].append(_longest_s(commands, waiting, fault))
    return found


def _longest_s(commands: Commands, waiting: Sequence[int], fault: Fault) -> float:
    waits = [
        commands.decided_ms[number] - max(fault.begin_ms, commands.logged_ms[number])
        for number in waiting
        if commands.decided_ms[number] < NEVER
    ]
    return max(0, *waits, 0) / 1000


def _shares(found: Sequence[float]) -> dict[str, float]:
    return {"count": len(found), **{f"p{share:.0f}": _share(found, share / 100) for share in (50, 95, 99)}}


def _share(found: Sequence[float], share: float) -> float:
    return sorted(found)[min(len(found) - 1, round(share * (len(found) - 1)))]
