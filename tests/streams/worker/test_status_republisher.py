"""States are said again after a takeover, on real Kafka and Redis."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from dispatch.model.commands import CancelIncident
from streams import clock, wire
from streams.topics import DECISIONS, INCIDENT_STATUS
from streams.worker.status_republisher import StatusRepublisher
from tests.support.desk import Desk, key

REVOCATIONS: Counter[int] = Counter()


def of(desk: Desk, owned: set[int]) -> StatusRepublisher:
    return StatusRepublisher(
        store=desk.store,
        publisher=desk.publisher,
        reader=desk.reader,
        dispatcher=desk.dispatcher,
        owned=lambda: owned,
        revocations=lambda partition: REVOCATIONS[partition],
    )


async def states(desk: Desk, incident_id: str) -> list[Any]:
    """Found by key: other tests leave unreadable records in the same topic."""
    found = [record.value for record in await desk.fresh(INCIDENT_STATUS.name) if record.key == incident_id.encode()]
    return [wire.decode_status(value) for value in found]


async def test_an_old_state_that_came_late_does_not_stay_the_last(desk: Desk) -> None:
    await desk.people("a")
    report = desk.report()
    (record,) = await desk.send(report)
    await desk.dispatcher.handle([record])
    cancel = CancelIncident(id=key(), incident_id=report.incident_id, by="op", sent_ms=0)
    await desk.dispatcher.handle(await desk.send(cancel))
    old, newest = await states(desk, report.incident_id)
    await desk.publisher.publish_derived([], [old])  # a worker that stood still goes on

    said = await of(desk, {record.partition}).republish(record.partition, 0)

    late, again = await states(desk, report.incident_id)
    assert (late, again) == (old, newest)
    assert said >= 1


async def test_a_decision_that_is_not_in_the_picture_is_left_to_whoever_made_it(desk: Desk) -> None:
    report = desk.report()
    (record,) = await desk.send(report)
    await desk.dispatcher.handle([record])
    (state,) = await states(desk, report.incident_id)
    (logged,) = await desk.fresh(DECISIONS.name)
    decision = wire.decode_decision(logged.value)
    ahead = replace(decision, version=2, cause=replace(decision.cause, command_id=key()), events=())
    await desk.publisher.publish_decisions([ahead])

    await of(desk, {record.partition}).republish(record.partition, state.decision_offset)

    assert await states(desk, report.incident_id) == []


async def played(
    service: StatusRepublisher, monkeypatch: Any, moments_s: Sequence[float], at: Callable[[float], None]
) -> list[tuple[float, int]]:
    """When which partition was said again; `at` changes the world before the service looks."""
    said: list[tuple[float, int]] = []
    for moment_s in moments_s:

        async def say(partition: int, _: int, now_s: float = moment_s) -> int:
            said.append((now_s, partition))
            return 0

        monkeypatch.setattr(clock, "monotonic_s", lambda now_s=moment_s: now_s)
        monkeypatch.setattr(service, "republish", say)
        at(moment_s)
        await service._detect_takeovers()
        await service._publish_due()
    return said


async def test_each_takeover_is_followed_by_two_echoes(desk: Desk, monkeypatch: Any) -> None:
    owned = {0, 1}

    def at(moment_s: float) -> None:
        if moment_s == 127.0:
            owned.remove(1)

    said = await played(of(desk, owned), monkeypatch, (100.0, 110.0, 126.0, 127.0, 176.0, 400.0), at)

    assert [partition for _, partition in said] == [0, 1, 0]


async def test_a_partition_that_went_and_came_back_between_two_looks_was_taken_over(
    desk: Desk, monkeypatch: Any
) -> None:
    def at(moment_s: float) -> None:
        REVOCATIONS[0] += moment_s == 300.0

    said = await played(of(desk, {0}), monkeypatch, (100.0, 126.0, 176.0, 300.0, 326.0, 376.0), at)

    assert [moment_s for moment_s, _ in said] == [126.0, 176.0, 326.0, 376.0]
