"""What Faust does with events that are not done. Each trap must lose as it did when our rules were made, and beside it the
product's own shape (`streams.worker.agent`) must lose nothing. A test that fails after an upgrade says: look at the rule
again."""

import signal

import pytest

from tests.traps.ground import Ground

pytestmark = pytest.mark.stack
BUG_EXIT = 70


@pytest.mark.soak
async def test_an_exception_in_an_ordinary_agent_acks_the_event(ground: Ground) -> None:
    await ground.prepare(["a", "fails", "b"])
    ground.start("ordinary")

    await ground.until_committed(3)

    assert ground.noted("begun").count("fails") == 1
    assert ground.noted("done") == ["a", "b"]


async def test_safe_an_exception_ends_the_process_and_the_event_comes_again(ground: Ground) -> None:
    await ground.prepare(["a", "fails", "b"])

    assert await ground.ended(ground.start("safe")) == BUG_EXIT
    assert await ground.committed() <= 1
    ground.start("safe")
    await ground.until_committed(3)

    assert set(ground.noted("done")) == {"a", "fails", "b"}


@pytest.mark.soak
async def test_two_at_once_commit_past_work_that_is_not_done(ground: Ground) -> None:
    await ground.prepare(["slow", "a", "b"])
    ground.start("parallel")

    await ground.until_committed(3)

    assert ground.noted("done") == ["a", "b"]


async def test_safe_nothing_is_committed_before_what_stands_before_it_is_done(ground: Ground) -> None:
    await ground.prepare(["slow", "a", "b"])
    worker = ground.start("safe")
    await ground.until(lambda: "slow" in ground.noted("begun"))

    await ground.ended(worker, signal.SIGKILL)
    assert await ground.committed() == 0
    ground.go()
    ground.start("safe")
    await ground.until_committed(3)

    assert ground.noted("done") == ["slow", "a", "b"]


@pytest.mark.soak
async def test_an_exception_before_the_own_ack_is_jumped_over(ground: Ground) -> None:
    await ground.prepare(["a", "fails", "b"])
    ground.start("acking-itself")

    await ground.until_committed(3)

    assert ground.noted("begun").count("fails") == 1
    assert ground.noted("done") == ["a", "b"]


@pytest.mark.soak
async def test_without_waiting_for_empty_streams_a_stop_loses_the_event_in_progress(ground: Ground) -> None:
    await ground.prepare(["slow"])
    worker = ground.start("hasty")
    await ground.until(lambda: ground.noted("begun"))

    await ground.ended(worker, signal.SIGTERM)

    assert ground.noted("done") == []
    assert await ground.committed() == 1


async def test_safe_a_stop_leaves_the_event_in_progress_to_the_next_worker(ground: Ground) -> None:
    await ground.prepare(["slow"])
    worker = ground.start("safe")
    await ground.until(lambda: ground.noted("begun"))

    await ground.ended(worker, signal.SIGTERM)
    assert await ground.committed() == len(ground.noted("done"))
    ground.go()
    ground.start("safe")
    await ground.until_committed(1)

    assert ground.noted("done") == ["slow"]


@pytest.mark.soak
async def test_what_does_not_decode_is_acked_with_its_neighbours(ground: Ground) -> None:
    await ground.prepare(["slow", b"not json", "b"])
    ground.start("decoding")
    await ground.until(lambda: ground.noted("begun"))

    await ground.until_committed(2)

    assert "slow" not in ground.noted("done")


async def test_safe_what_does_not_decode_is_a_dead_letter_and_nothing_else_is_touched(ground: Ground) -> None:
    await ground.prepare(["a", b"not json", "b"])
    ground.start("safe")

    await ground.until_committed(3)

    assert ground.noted("done") == ["a", "b"]
    assert ground.noted("dead-lettered") == ["not json"]
