"""Which commands a sweep sends: none twice, one for all expired offers of an incident, and few while the worker is behind."""

from collections.abc import Sequence

import pytest

from dispatch.deadlines import ATTEMPT_MS
from dispatch.model.commands import Command
from dispatch.model.timers import Timer
from dispatch.model.vocabulary import DeadlineKind
from streams.errors import LogUnavailable
from streams.worker.timers import BEHIND_S, TAKE_AT_ONCE, TimerSweep

DUE_MS = 1_000


class Clockwork:
    """Timers that stay due, and a log that can fail."""

    def __init__(self, *due: Timer) -> None:
        self.due = list(due)
        self.now = DUE_MS
        self.sent: list[Command] = []
        self.fails = False
        self.asked_for = 0

    async def take_due(self, limit: int) -> list[Timer]:
        self.asked_for = limit
        return self.due[:limit]

    async def now_ms(self) -> int:
        return self.now

    async def send_commands(self, commands: Sequence[Command]) -> None:
        if self.fails:
            raise LogUnavailable("no broker")
        self.sent += commands


def timer(kind: DeadlineKind, incident: str, ref: str) -> Timer:
    return Timer(kind=kind, incident_id=incident, ref=ref, due_ms=DUE_MS)


def sweep_of(clockwork: Clockwork, behind_s: float = 0.0) -> TimerSweep:
    return TimerSweep(store=clockwork, publisher=clockwork, behind_s=lambda: behind_s)  # type: ignore[arg-type]


async def test_expired_offers_of_one_incident_are_one_command() -> None:
    offers = [
        timer(DeadlineKind.OFFER_EXPIRY, incident, ref) for incident in ("i-1", "i-2") for ref in ("o-1", "o-2", "o-3")
    ]
    leases = [timer(DeadlineKind.LEASE, "i-1", ref) for ref in ("o-4", "o-5")]
    clockwork = Clockwork(*offers, *leases)

    taken = await sweep_of(clockwork).sweep_once()

    assert taken == len(offers) + len(leases)
    assert sorted((command.incident_id, command.deadline) for command in clockwork.sent) == [  # type: ignore[attr-defined]
        ("i-1", DeadlineKind.LEASE),
        ("i-1", DeadlineKind.LEASE),
        ("i-1", DeadlineKind.OFFER_EXPIRY),
        ("i-2", DeadlineKind.OFFER_EXPIRY),
    ]


async def test_a_command_that_waits_in_the_log_is_not_sent_again() -> None:
    clockwork = Clockwork(timer(DeadlineKind.LADDER, "i-1", "r1"))
    sweep = sweep_of(clockwork)

    await sweep.sweep_once()
    clockwork.now += ATTEMPT_MS - 1
    await sweep.sweep_once()
    first = len(clockwork.sent)
    clockwork.now += 1
    await sweep.sweep_once()

    # The next attempt is a command of its own: the first may have been decided as "not yet due".
    assert (first, len(clockwork.sent)) == (1, 2)


async def test_a_command_that_the_log_did_not_take_is_sent_again() -> None:
    clockwork = Clockwork(timer(DeadlineKind.LADDER, "i-1", "r1"))
    sweep = sweep_of(clockwork)
    clockwork.fails = True

    with pytest.raises(LogUnavailable):
        await sweep.sweep_once()
    clockwork.fails = False
    await sweep.sweep_once()

    assert len(clockwork.sent) == 1


async def test_the_further_a_worker_is_behind_the_fewer_timers_are_taken() -> None:
    taken = []
    for behind_s in (0.0, BEHIND_S, 2 * BEHIND_S, 4 * BEHIND_S, 1_000.0):
        clockwork = Clockwork()
        await sweep_of(clockwork, behind_s).sweep_once()
        taken.append(clockwork.asked_for)

    assert taken == sorted(taken, reverse=True)
    # Never none: a worker that is behind for hours still passes deadlines.
    assert taken[0] == taken[1] == TAKE_AT_ONCE
    assert taken[2] < TAKE_AT_ONCE
    assert taken[-1] == 1
