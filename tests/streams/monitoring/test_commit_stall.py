"""When a worker stands still, and what it may wait for."""

from streams.monitoring.commit_stall import CommitSample, Standstill
from streams.worker.watchdog_excuses import TOLERANCE_FACTOR, StallExcuses, verdict

LIMIT_S = 20.0


def look(at_s: float, **offsets: tuple[int, int]) -> CommitSample:
    """`p0=(committed, end)`."""
    numbers = {int(name[1:]): pair for name, pair in offsets.items()}
    return CommitSample(
        at_s=at_s,
        committed={number: committed for number, (committed, _) in numbers.items()},
        ends={number: end for number, (_, end) in numbers.items()},
    )


def judged(standstill: Standstill, seen: CommitSample, waits: StallExcuses | None = None) -> str | None:
    still = standstill.look(seen)
    assert standstill.moved_s is not None
    wait = waits.now(seen.at_s) if waits else None
    return verdict(still, moved_s=standstill.moved_s, at_s=seen.at_s, wait=wait, limit_s=LIMIT_S)


def test_work_that_is_not_committed_for_longer_than_the_limit_ends_the_worker() -> None:
    standstill = Standstill()

    assert judged(standstill, look(0, p0=(5, 9), p1=(3, 3))) is None
    assert judged(standstill, look(20, p0=(5, 12), p1=(3, 3))) is None
    assert judged(standstill, look(21, p0=(5, 12), p1=(3, 3))) == (
        "nothing of partition 0 was committed for 21 s although there is work"
    )


def test_a_commit_begins_the_count_anew() -> None:
    standstill = Standstill()

    judged(standstill, look(0, p0=(5, 9)))
    judged(standstill, look(19, p0=(6, 9)))

    assert judged(standstill, look(38, p0=(6, 9))) is None
    assert judged(standstill, look(40, p0=(6, 9))) is not None


def test_without_work_nothing_stands_still() -> None:
    standstill = Standstill()

    judged(standstill, look(0, p0=(9, 9), p1=(-1, 0)))
    assert judged(standstill, look(1000, p0=(9, 9), p1=(-1, 0))) is None
    # Work that came just now begins at 0, however long nothing was committed before it.
    assert judged(standstill, look(1001, p0=(9, 10), p1=(-1, 0))) is None
    assert standstill.look(look(1003, p0=(9, 10), p1=(-1, 0))) == {0: 2}


def test_work_of_a_group_that_has_never_committed_counts_as_work() -> None:
    standstill = Standstill()

    judged(standstill, look(0, p0=(-1, 1)))

    assert judged(standstill, look(21, p0=(-1, 1))) is not None


def test_a_partition_that_was_taken_over_begins_at_0() -> None:
    standstill = Standstill()

    judged(standstill, look(0, p0=(5, 9)))
    judged(standstill, look(15))

    assert judged(standstill, look(30, p0=(5, 9))) is None


def test_one_partition_may_wait_longer_while_another_moves() -> None:
    standstill = Standstill()
    seconds = range(0, int(LIMIT_S * TOLERANCE_FACTOR) + 1, 5)

    verdicts = [judged(standstill, look(at, p0=(5, 9), p1=(at, at + 9))) for at in seconds]

    assert verdicts == [None] * len(seconds)
    last = LIMIT_S * TOLERANCE_FACTOR + 1
    assert "partition 0 " in str(judged(standstill, look(last, p0=(5, 9), p1=(999, 1000))))


def test_tries_that_do_not_end_are_given_longer_but_not_for_ever() -> None:
    standstill, waits = Standstill(), StallExcuses()
    judged(standstill, look(0, p0=(5, 9)))

    waits.trying("a batch is retried", at_s=60, for_s=30)

    assert judged(standstill, look(61, p0=(5, 9)), waits) is None
    assert str(judged(standstill, look(81, p0=(5, 9)), waits)).endswith("a batch is retried repeatedly")


def test_what_a_worker_says_ends_by_itself() -> None:
    waits = StallExcuses()

    waits.excused("StoreUnavailable", at_s=10, for_s=30)

    said = waits.now(39)
    assert said is not None
    assert said.is_excused
    assert waits.now(40) is None


def test_an_excuse_is_not_hidden_by_a_try_that_did_not_end() -> None:
    waits = StallExcuses()

    waits.excused("NotReady", at_s=10, for_s=30)
    waits.trying("a batch is retried", at_s=20, for_s=30)

    said = waits.now(21)
    assert said is not None
    assert said.reason == "NotReady"
