"""The dispatcher on real Kafka and Redis, without the agent around it: batches in, outcomes in the log."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from dispatch.deadlines import deadline_command, timers_of
from dispatch.model.call_numbers import letters_of
from dispatch.model.commands import CancelIncident, ReportIncident, UpdateIncident
from dispatch.model.decisions import Cause, Decision, Why
from dispatch.model.ids import incident_id
from dispatch.model.private_refs import text_ref
from dispatch.model.reasons import ShortfallReason
from dispatch.model.staffing_events import ShortfallEnded
from dispatch.model.vocabulary import DeadlineKind, IncidentStatus, OfferState, Outcome, Priority
from dispatch.plans.book import load_builtin
from dispatch.staffing.forecast import at_least
from streams import wire
from streams.dead_letters import letters as dead_letters
from streams.errors import LogUnavailable
from streams.rebuild.rebuilder import Rebuilder
from streams.store.people import PeopleStore, ProfileWrite
from streams.topics import DEAD_LETTERS, DECISIONS, INCIDENTS, OFFERS, PRIVATE
from streams.worker.dispatcher import Dispatcher
from streams.worker.logged_decisions import Logged
from streams.worker.projection import Projection
from streams.worker.publisher import Publisher
from tests.support.desk import ZONE, Desk, accept, decline, key


async def test_a_report_becomes_offers_to_the_nearest(desk: Desk) -> None:
    row = [f"v{number:02}" for number in range(20)]
    await desk.people(*row, north_m=20)
    command = desk.report()

    await desk.dispatcher.handle(await desk.send(command))

    incident = await desk.incident(command.incident_id)
    assert incident.status is IncidentStatus.DISPATCHING
    asked = {offer.volunteer_id for offer in incident.offers}
    assert asked == {desk.named(person) for person in row[: len(asked)]}
    assert at_least(1, [offer.chance or 0.0 for offer in incident.offers]) >= 0.95
    steps = await desk.offers()
    assert {step.volunteer_id for step in steps} == asked
    assert {step.state for step in steps} == {OfferState.OFFERED}


async def test_reports_are_numbered_in_the_order_of_the_log_and_repeats_and_a_rebuild_keep_the_numbers(
    desk: Desk,
) -> None:
    first, second, third = desk.report(), desk.report(), desk.report()
    batch = await desk.send(first, second)
    await desk.dispatcher.handle(batch)
    await desk.link.run([("FLUSHALL",)])
    await Rebuilder(settings=desk.settings, link=desk.link, owner="again").run_or_wait()
    desk.dispatcher.invalidate_all()

    await desk.dispatcher.handle([*batch, *await desk.send(third)])

    calls = [(await desk.incident(command.incident_id)).call_number for command in (first, second, third)]
    assert all(call is not None and call.letters == letters_of(batch[0].partition) for call in calls)
    numbers = [call.number for call in calls if call is not None]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]


async def test_a_repeat_of_a_batch_changes_nothing(desk: Desk) -> None:
    await desk.people("a", "b")
    records = await desk.send(desk.report())

    await desk.dispatcher.handle(records)
    await desk.dispatcher.handle(records)

    assert len(await desk.offers()) == 2
    assert len(await desk.fresh(DECISIONS.name)) == 1


async def test_in_one_batch_the_most_urgent_chooses_first(desk: Desk) -> None:
    await desk.people("a", "b")
    waited = [
        replace(desk.report(), priority=priority) for priority in (Priority.LOW, Priority.NORMAL, Priority.CRITICAL)
    ]

    await desk.dispatcher.handle(await desk.send(*waited))

    low, normal, critical = [await desk.incident(command.incident_id) for command in waited]
    assert len(critical.offers) == 2
    assert [low.status, normal.status] == [IncidentStatus.UNFILLED] * 2
    decisions = [wire.decode_decision(record.value) for record in await desk.fresh(DECISIONS.name)]
    assert [decision.incident_id for decision in decisions] == [command.incident_id for command in waited]


async def test_two_incidents_in_one_batch_never_share_a_person(desk: Desk) -> None:
    await desk.people("only")
    first, second = desk.report(), desk.report()

    await desk.dispatcher.handle(await desk.send(first, second))

    states = [await desk.incident(command.incident_id) for command in (first, second)]
    assert [state.status for state in states] == [IncidentStatus.DISPATCHING, IncidentStatus.UNFILLED]
    assert [len(state.offers) for state in states] == [1, 0]


async def test_accept_fills_and_lets_the_others_go(desk: Desk) -> None:
    await desk.people("a", "b")
    command = desk.report()
    await desk.dispatcher.handle(await desk.send(command))
    offer = (await desk.incident(command.incident_id)).offers[0]

    await desk.dispatcher.handle(await desk.send(accept(offer.id, offer.volunteer_id, command)))

    incident = await desk.incident(command.incident_id)
    assert incident.status is IncidentStatus.STAFFED
    states = {entry.id: entry.state for entry in incident.offers}
    assert states.pop(offer.id) is OfferState.ACCEPTED
    assert states
    assert set(states.values()) == {OfferState.WITHDRAWN}


async def test_who_accepts_late_and_is_engaged_elsewhere_by_then_is_stood_down(desk: Desk) -> None:
    await desk.people("only")
    early, other = desk.report(), desk.report()
    await desk.dispatcher.handle(await desk.send(early))
    offer = (await desk.incident(early.incident_id)).offers[0]
    await desk.dispatcher.handle(await desk.send(decline(offer.id, offer.volunteer_id, early)))
    await desk.dispatcher.handle(await desk.send(other))
    (elsewhere,) = (await desk.incident(other.incident_id)).offers
    await desk.fresh(OFFERS.name)

    late = accept(offer.id, offer.volunteer_id, early)
    await desk.dispatcher.handle(await desk.send(late))

    incident = await desk.incident(early.incident_id)
    (after,) = incident.offers
    assert (after.state, after.reason) == (OfferState.STOOD_DOWN, "engaged_elsewhere")
    assert incident.requirements[0].shortfall is not None, "the place is still open"
    assert [(step.id, step.state) for step in await desk.offers()] == [(offer.id, OfferState.STOOD_DOWN)]
    yes = accept(elsewhere.id, elsewhere.volunteer_id, other)
    await desk.dispatcher.handle(await desk.send(yes))
    assert (await desk.incident(other.incident_id)).status is IncidentStatus.STAFFED


async def test_who_accepts_late_and_is_unknown_by_then_is_stood_down_and_nobody_waits_for_them(desk: Desk) -> None:
    """The profile was erased meanwhile: there is nobody to claim, but whoever still reads the offer is answered."""
    await desk.people("gone", "here")
    command = desk.report()
    await desk.dispatcher.handle(await desk.send(command))
    offer = next(
        one for one in (await desk.incident(command.incident_id)).offers if one.volunteer_id == desk.named("gone")
    )
    await desk.dispatcher.handle(await desk.send(decline(offer.id, offer.volunteer_id, command)))
    await PeopleStore(desk.link).put_profiles([ProfileWrite(volunteer_id=offer.volunteer_id, offset=2, record=None)])

    await desk.dispatcher.handle(await desk.send(accept(offer.id, offer.volunteer_id, command)))

    incident = await desk.incident(command.incident_id)
    after = incident.offer(offer.id)
    assert after is not None
    assert (after.state, after.reason) == (OfferState.STOOD_DOWN, "off_duty")
    assert [one.volunteer_id for one in incident.offers if one.is_live] == [desk.named("here")]


async def test_a_decline_is_replaced_at_once_by_somebody_else(desk: Desk) -> None:
    await desk.people(*(f"v{number:02}" for number in range(20)), north_m=20)
    command = desk.report()
    await desk.dispatcher.handle(await desk.send(command))
    asked = len((await desk.incident(command.incident_id)).offers)
    offer = (await desk.incident(command.incident_id)).offers[0]

    await desk.dispatcher.handle(await desk.send(decline(offer.id, offer.volunteer_id, command)))

    incident = await desk.incident(command.incident_id)
    live = [entry.volunteer_id for entry in incident.offers if entry.is_live]
    assert len(live) == asked
    assert offer.volunteer_id not in live


async def test_poison_is_dead_lettered_and_its_neighbours_are_decided(desk: Desk) -> None:
    await desk.people("a", "b")
    command = desk.report()
    await desk.publisher.producer.send_and_wait(INCIDENTS.name, b"\xff{no json", key=ZONE.encode())
    records = await desk.send(command)
    assert len(records) == 2

    await desk.dispatcher.handle(records)

    assert (await desk.incident(command.incident_id)).offers
    letters = await desk.fresh(DEAD_LETTERS.name)
    assert len(letters) == 1


async def test_cancel_frees_people_for_the_next_incident(desk: Desk) -> None:
    await desk.people("only")
    first, second = desk.report(), desk.report()
    await desk.dispatcher.handle(await desk.send(first))
    cancel = CancelIncident(id=key(), incident_id=first.incident_id, by="op", sent_ms=0)

    await desk.dispatcher.handle(await desk.send(cancel))
    await desk.dispatcher.handle(await desk.send(second))

    incident = await desk.incident(second.incident_id)
    assert [offer.volunteer_id for offer in incident.offers] == [desk.named("only")]


async def test_a_person_freed_in_the_same_batch_is_found_by_the_first_retry(desk: Desk) -> None:
    await desk.people("only")
    first, second = desk.report(), desk.report()
    await desk.dispatcher.handle(await desk.send(first))
    cancel = CancelIncident(id=key(), incident_id=first.incident_id, by="op", sent_ms=0)
    await desk.dispatcher.handle(await desk.send(cancel, second))
    waiting = await desk.incident(second.incident_id)
    assert waiting.retry_at_ms is not None
    (timer,) = [timer for timer in timers_of(waiting) if timer.kind is DeadlineKind.RETRY]

    await desk.dispatcher.handle(await desk.send(deadline_command(timer, waiting.retry_at_ms)))

    incident = await desk.incident(second.incident_id)
    assert [offer.volunteer_id for offer in incident.offers] == [desk.named("only")]
    assert incident.requirements[0].shortfall is None


async def test_after_redis_is_emptied_the_rebuild_knows_who_is_engaged(desk: Desk) -> None:
    await desk.people("only")
    first, second = desk.report(), desk.report()
    await desk.dispatcher.handle(await desk.send(first))
    before = await desk.incident(first.incident_id)
    await desk.link.run([("FLUSHALL",)])

    rebuilder = Rebuilder(settings=desk.settings, link=desk.link, owner="again")
    await rebuilder.run_or_wait()
    await desk.people("only")
    desk.dispatcher.invalidate(range(8))
    await desk.dispatcher.handle(await desk.send(second))

    assert await desk.incident(first.incident_id) == before
    assert not (await desk.incident(second.incident_id)).offers


async def test_a_decision_that_was_not_applied_is_found_in_the_log(desk: Desk) -> None:
    """A worker that died between its decision and the rest: the next one applies and publishes what stands there."""
    await desk.people("a", "b")
    command = desk.report()
    records = await desk.send(command)
    dying = Dispatcher(
        store=desk.store,
        publisher=desk.publisher,
        projection=_Stops(desk.store, desk.publisher, desk.reader),
        plans=load_builtin(),
    )
    with pytest.raises(_Died):
        await dying.handle(records)

    desk.dispatcher.invalidate(range(8))
    await desk.dispatcher.handle(records)

    assert len(await desk.fresh(DECISIONS.name)) == 1
    assert len(await desk.offers()) == 2
    assert len((await desk.incident(command.incident_id)).offers) == 2


@pytest.mark.parametrize("rubbish", [b"\x00 no decision", None, "orphan"])
async def test_a_damaged_record_of_decisions_stops_nothing(desk: Desk, rubbish: Any) -> None:
    """What is unreadable, or cannot follow from what stands before it, counts as nothing: by a worker and by the rebuild."""
    await desk.people("a")
    command = desk.report()
    (record,) = await desk.send(command)
    value = (
        wire.encode_decision(orphan(desk.report().incident_id, record.partition)) if rubbish == "orphan" else rubbish
    )
    at = await desk.publisher.producer.send_and_wait(DECISIONS.name, value, key=b"rubbish", partition=record.partition)

    await desk.dispatcher.handle([record])

    assert [step.volunteer_id for step in await desk.offers()] == [desk.named("a")]
    before = await desk.incident(command.incident_id)
    letters = [dead_letters.decode(letter.value) for letter in await desk.fresh(DEAD_LETTERS.name)]
    told = [letter for letter in letters if (letter.topic, letter.offset) == (DECISIONS.name, at.offset)]
    assert bool(told) == (rubbish != "orphan")
    await desk.link.run([("FLUSHALL",)])
    await Rebuilder(settings=desk.settings, link=desk.link, owner="again").run_or_wait()
    assert await desk.incident(command.incident_id) == before


def orphan(incident: str, partition: int) -> Decision:
    """About an incident that the log never heard of."""
    return Decision(
        id=key(),
        cause=Cause(topic="t", partition=partition, offset=0, command_id=key(), command_kind="accept_offer"),
        incident_id=incident,
        zone=ZONE,
        outcome=Outcome.APPLIED,
        reason=None,
        by="v",
        version=3,
        events=(ShortfallEnded(requirement_id="r1"),),
        why=Why(),
        logged_ms=1,
        decided_ms=1,
    )


async def test_many_incidents_at_once_share_the_people_without_overlap(desk: Desk) -> None:
    await desk.people(*(f"v{number}" for number in range(60)), north_m=20)
    commands = [desk.report() for _ in range(40)]
    records = await desk.send(*commands)

    await asyncio.gather(desk.dispatcher.handle(records))

    steps = await desk.offers()
    engaged = [step.volunteer_id for step in steps]
    assert len(engaged) == len(set(engaged)) <= 60
    short = {command.incident_id for command in commands} - {step.incident_id for step in steps}
    allowed = {ShortfallReason.SEARCH_BOUNDED, ShortfallReason.CONTENDED}
    assert {await reason_of(desk, incident) for incident in short} <= allowed


async def reason_of(desk: Desk, incident: str) -> ShortfallReason | None:
    """Why nobody is asked. On a busy machine a search may stop at its time limit, and all people may go to other incidents."""
    (requirement,) = (await desk.incident(incident)).requirements
    return requirement.shortfall.reason if requirement.shortfall else None


def elsewhere(desk: Desk, number: int) -> ReportIncident:
    """A report that goes to another partition than most of the others."""
    report = desk.report()
    return replace(report, incident_id=incident_id(f"8320{number:02x}", "op", report.id))


async def test_a_lane_in_trouble_lets_the_other_end_and_nothing_is_done_twice(desk: Desk) -> None:
    await desk.people(*(f"v{number}" for number in range(40)), north_m=20)
    commands = [elsewhere(desk, number) for number in range(24)]
    records = await desk.send(*commands)
    assert len({record.partition for record in records}) > 1
    broken = _BreaksOnce(desk.publisher, records[0].partition)
    dispatcher = Dispatcher(
        store=desk.store,
        publisher=cast("Publisher", broken),
        projection=Projection(desk.store, desk.publisher, desk.reader),
        plans=load_builtin(),
    )

    with pytest.raises(LogUnavailable):
        await dispatcher.handle(records)
    decided = [wire.decode_decision(record.value) for record in await desk.fresh(DECISIONS.name)]
    assert 0 < len(decided) < len(commands)
    await dispatcher.handle(records)

    decided += [wire.decode_decision(record.value) for record in await desk.fresh(DECISIONS.name)]
    assert sorted(decision.cause.command_id for decision in decided) == sorted(command.id for command in commands)
    engaged = [step.volunteer_id for step in await desk.offers()]
    assert len(engaged) == len(set(engaged))


class _BreaksOnce:
    """The publisher, but the first decisions of one partition never get to the log."""

    def __init__(self, publisher: Publisher, partition: int) -> None:
        self._publisher = publisher
        self._partition: int | None = partition

    async def publish_decisions(self, decisions: Sequence[Decision]) -> list[int]:
        if any(decision.cause.partition == self._partition for decision in decisions):
            self._partition = None
            raise LogUnavailable("as if the broker did not answer")
        return await self._publisher.publish_decisions(decisions)


class _Died(Exception):
    pass


class _Stops(Projection):
    async def apply(self, _: Sequence[Logged]) -> bool:
        raise _Died


def edit(of: ReportIncident, address: str, *, seen: int | None = None) -> UpdateIncident:
    """An edit of one private field; `address` names its command."""
    command_id = f"{of.id}-{address}"
    return UpdateIncident(
        id=command_id,
        incident_id=of.incident_id,
        by="op",
        sent_ms=0,
        private_ref=text_ref(of.incident_id, "update", command_id),
        private_fields=("address",),
        expected_version=seen,
    )


async def test_what_came_with_a_refused_edit_is_erased_however_often_it_comes(desk: Desk) -> None:
    report = desk.report()
    won, lost, later = edit(report, "won", seen=1), edit(report, "lost", seen=1), edit(report, "later")
    await desk.fresh(PRIVATE.name)

    await desk.dispatcher.handle(await desk.send(report, won, lost, later))
    first = [record.key.decode() for record in await desk.fresh(PRIVATE.name) if record.value is None]
    await desk.dispatcher.handle(await desk.send(won, lost, later))  # a caller who saw no answer sends it all again
    again = [record.key.decode() for record in await desk.fresh(PRIVATE.name) if record.value is None]

    assert first == again == [lost.private_ref]
    assert (await desk.incident(report.incident_id)).details == {"address": later.private_ref}
