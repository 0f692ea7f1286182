"""From the log to the picture, when several workers write into one partition: nothing that was decided stays untold."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from dispatch.model.commands import Command
from dispatch.model.decisions import Decision, OfferStep, StatusRecord
from dispatch.model.private_refs import text_ref
from dispatch.model.safety_events import HazardWarned
from dispatch.model.vocabulary import Outcome
from dispatch.ports import Applied, AppliedState, Store
from dispatch.state.lifecycle import fold
from streams import wire
from streams.errors import LogUnavailable
from streams.kafka.log_reader import LogReader
from streams.store.memory.store import MemoryStore
from streams.worker.drafts import claims_of
from streams.worker.logged_decisions import Logged, application
from streams.worker.projection import Projection
from streams.worker.publisher import Publisher
from tests.contracts.builders import profile
from tests.simulation.kafka import Record
from tests.support.builders import INCIDENT, NOW_MS, Story, helpers, spec

PARTITION = 3


@dataclass
class OnePartition:
    """One partition of decisions, and what was said of them; publisher and reader in one."""

    decisions: list[Decision] = field(default_factory=list)
    steps: list[OfferStep] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    notices: list[wire.NoticeRecord] = field(default_factory=list)
    old_end: int | None = None
    """What a broker tells that led the partition once."""

    async def publish_derived(self, steps: Sequence[OfferStep], _: Sequence[StatusRecord]) -> None:
        self.steps += steps

    async def erase_private(self, refs: Sequence[str]) -> None:
        self.erased += refs

    async def send_commands(self, commands: Sequence[Command]) -> None:
        assert not commands

    async def send_notices(self, notices: Sequence[wire.NoticeRecord]) -> None:
        self.notices += notices

    async def end(self, _topic: str, _partition: int) -> int:
        return len(self.decisions) if self.old_end is None else self.old_end

    async def read(self, topic: str, stretches: Mapping[int, tuple[int, int]]) -> AsyncIterator[list[Any]]:
        first, end = stretches[PARTITION]
        values = [wire.encode_decision(decision) for decision in self.decisions[first:end]]
        yield [
            Record(topic=topic, partition=PARTITION, offset=first + number, timestamp=NOW_MS, key=None, value=value)
            for number, value in enumerate(values)
        ]


def projection(store: MemoryStore, log: OnePartition) -> Projection:
    return Projection(cast(Store, store), cast(Publisher, log), cast(LogReader, log))


def told(*stories: Story) -> tuple[OnePartition, list[Logged]]:
    """All decisions of the stories, one story after the other, as they stand in the log."""
    log, logged = OnePartition(), []
    for number, story in enumerate(stories):
        state = None
        for made in story.decisions:
            cause = replace(made.cause, command_id=f"{number}-{made.cause.command_id}")
            decision = replace(made, id=f"{number}-{made.id}", cause=cause, incident_id=f"{made.incident_id}{number}")
            state = fold(state, decision)
            logged.append(Logged(partition=PARTITION, offset=len(log.decisions), decision=decision, incident=state))
            log.decisions.append(decision)
    return log, logged


def reported(*people: str) -> Story:
    story = Story(people=helpers(*people))
    story.report(spec())
    return story


async def test_what_another_worker_applied_and_never_published_is_published_before_what_follows() -> None:
    log, (theirs, ours) = told(reported("a", "b"), reported("c", "d"))
    store = MemoryStore(lambda: NOW_MS)
    worker = projection(store, log)
    ending, log.decisions = log.decisions, []
    await worker.catch_up(PARTITION)
    log.decisions = ending
    await store.apply([application(theirs)])  # and then the other worker dies

    assert not await worker.apply([ours])
    await worker.catch_up(PARTITION)

    named = [step.volunteer_id for step in log.steps]
    assert (set(named[:2]), set(named[2:])) == ({"a", "b"}, {"c", "d"})
    assert not await worker.is_behind(PARTITION, len(log.decisions))


async def test_a_decision_that_follows_what_was_published_is_applied_at_once() -> None:
    log, (first, second) = told(reported("a", "b"), reported("c", "d"))
    worker = projection(MemoryStore(lambda: NOW_MS), log)
    everything, log.decisions = log.decisions, []
    await worker.catch_up(PARTITION)
    log.decisions = everything

    assert await worker.apply([first])
    assert await worker.apply([second])

    named = [step.volunteer_id for step in log.steps]
    assert (set(named[:2]), set(named[2:])) == ({"a", "b"}, {"c", "d"})


async def test_what_is_applied_while_the_log_is_read_is_not_folded_twice() -> None:
    log, (only,) = told(reported("a", "b"))

    class AppliedMeanwhile(MemoryStore):
        async def load(self, commands: Sequence[tuple[str, str]]) -> Any:
            """Between the question how far things are and this one, another worker applies the decision."""
            await super().apply([application(only)])
            return await super().load(commands)

    worker = projection(AppliedMeanwhile(lambda: NOW_MS), log)

    await worker.catch_up(PARTITION)

    assert sorted(step.volunteer_id for step in log.steps) == ["a", "b"]


async def test_who_a_decision_warns_of_a_hazard_area_is_told_on_devices_again_under_the_same_id() -> None:
    log, (only,) = told(reported("a", "b"))
    warned = replace(only.decision, events=(*only.decision.events, HazardWarned(volunteer_ids=("c", "d"))))
    log.decisions = [warned]
    store = MemoryStore(lambda: NOW_MS)
    await projection(store, log).catch_up(PARTITION)
    # As after a crash between publishing and the mark.
    await projection(store, log)._publish([replace(only, decision=warned)], [Applied(state=AppliedState.ALREADY)])

    told_ = [(one.volunteer_id, one.kind, one.incident_id) for one in log.notices]
    assert told_ == [("c", "hazard_warned", ""), ("d", "hazard_warned", "")] * 2
    assert len({one.id for one in log.notices}) == 2


async def test_decisions_are_behind_until_their_offers_are_in_the_log() -> None:
    log, (only,) = told(reported("a"))
    store = MemoryStore(lambda: NOW_MS)
    worker = projection(store, log)
    await store.apply([application(only)])

    assert await worker.is_behind(PARTITION, len(log.decisions))
    await worker.catch_up(PARTITION)

    assert not await worker.is_behind(PARTITION, len(log.decisions))
    assert {step.decision_offset for step in log.steps} == {0}


async def test_decisions_that_another_wrote_after_it_had_lost_the_partition_are_behind_too() -> None:
    log, (only,) = told(reported("a"))
    store = MemoryStore(lambda: NOW_MS)
    worker = projection(store, log)

    assert await worker.is_behind(PARTITION, end=1)
    await worker.catch_up(PARTITION)

    assert not await worker.is_behind(PARTITION, end=1)
    assert [step.volunteer_id for step in log.steps] == ["a"]
    assert [step.decision_offset for step in log.steps] == [only.offset]


@pytest.mark.parametrize("is_late", [False, True])
async def test_people_claimed_for_a_decision_that_does_not_count_are_free_at_once(is_late: bool) -> None:
    """Another worker decided the command first; `is_late`: the worker dies before it has given them back."""
    log, (first, second) = told(reported("a"), reported("c"))
    again = replace(second.decision, cause=first.decision.cause, incident_id=first.decision.incident_id)
    void = replace(second, decision=again)
    log.decisions[1] = again
    store = MemoryStore(lambda: NOW_MS)
    await store.put_profiles([profile(person, number) for number, person in enumerate("ac", 1)])
    for entry in (first, void):
        await store.claim(claims_of(entry.decision))
    worker = projection(store, log)
    if is_late:
        await store.apply([application(first), application(void)])

    await worker.catch_up(PARTITION)

    held = {one.id: one.is_confirmed for one in store.people.known.values() if one.claim}
    assert held == {"a": True}


async def test_a_broker_that_tells_an_older_end_than_what_is_applied_is_not_believed() -> None:
    log, (first, _) = told(reported("a"), reported("b"))
    store = MemoryStore(lambda: NOW_MS)
    await store.apply([application(first)])
    log.old_end = 0
    worker = projection(store, log)

    with pytest.raises(LogUnavailable, match="a broker is behind"):
        await worker.catch_up(PARTITION)

    log.old_end = None
    assert await worker.catch_up(PARTITION) == 2


async def test_a_broker_that_tells_an_older_end_than_what_this_worker_wrote_is_not_believed() -> None:
    log, (_, second) = told(reported("a"), reported("b"))
    everything, log.decisions = log.decisions, []
    worker = projection(MemoryStore(lambda: NOW_MS), log)
    await worker.catch_up(PARTITION)

    assert not await worker.apply([second])  # behind the decision of another
    log.decisions, log.old_end = everything, 1

    with pytest.raises(LogUnavailable):
        await worker.catch_up(PARTITION)
    log.old_end = None
    await worker.catch_up(PARTITION)
    assert sorted(step.volunteer_id for step in log.steps) == ["a", "b"]


def edited_twice() -> tuple[Story, str]:
    """The second edit of one field is refused; also the reference of what came with it."""
    story = reported("a")
    refs = [text_ref(INCIDENT, "update", f"c-{number}") for number in (1, 2)]
    for ref in refs:
        story.update(private_ref=ref, private_fields=("address",), expected_version=1)
    return story, refs[1]


async def test_what_came_with_a_refused_edit_is_erased_when_the_refusal_is_published() -> None:
    story, lost = edited_twice()
    log, logged = told(story)
    worker = projection(MemoryStore(lambda: NOW_MS), log)
    ending, log.decisions = log.decisions, []
    await worker.catch_up(PARTITION)
    log.decisions = ending

    assert await worker.apply(logged)

    assert log.erased == [lost]


async def test_what_a_dead_worker_left_unerased_is_erased_by_the_next() -> None:
    story, lost = edited_twice()
    log, logged = told(story)
    store = MemoryStore(lambda: NOW_MS)
    await store.apply([application(entry) for entry in logged])  # and then the worker dies

    await projection(store, log).catch_up(PARTITION)

    assert log.erased == [lost]


async def test_a_second_decision_of_a_command_erases_nothing() -> None:
    """The first may have kept the record that the second, on an older state, did not want."""
    story = reported("a")
    ref = text_ref(INCIDENT, "update", "c-1")
    story.update(private_ref=ref, private_fields=("address",))
    log, (first, kept) = told(story)
    again = replace(kept.decision, outcome=Outcome.REFUSED, events=(), unused_refs=(ref,))
    log.decisions.append(again)

    await projection(MemoryStore(lambda: NOW_MS), log).catch_up(PARTITION)

    assert log.erased == []
    assert first.decision.unused_refs == ()
