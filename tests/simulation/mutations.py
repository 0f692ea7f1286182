"""The core and the store broken on purpose, one rule at a time. The simulation must notice each.

Most change one method of the store, as it stands between a worker and Redis; some change a rule of the core or of a worker. Each
says what a reader of the code might believe to be superfluous.
"""

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from unittest import mock

from dispatch.deadlines import deadline_command
from dispatch.digital import hint_weight
from dispatch.incidents import job_changes, offers, releases
from dispatch.matching.declines import who_refused
from dispatch.model.answer_commands import AcceptOffer
from dispatch.model.commands import Command
from dispatch.model.context import DecisionContext
from dispatch.model.ids import derived
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMoved
from dispatch.model.rulings import Ruling, applied
from dispatch.model.timers import Timer
from dispatch.model.vocabulary import OfferState
from dispatch.plans.book import PlanBook
from dispatch.ports import Application, Applied, Claim, ClaimAnswer
from dispatch.state.pruning import NEVER_AGAIN
from streams.rebuild.rebuilder import Rebuilder
from streams.topics import DECISIONS
from streams.worker.agent import CommandWorker
from streams.worker.dispatcher import Dispatcher
from streams.worker.projection import Projection
from streams.worker.publisher import Publisher
from streams.worker.timers import PendingSweep
from streams.worker.triage import Waiting
from tests.simulation.judge import Finding
from tests.simulation.play import Play
from tests.simulation.redis import Altered, Proceed, Redis
from tests.simulation.workers import Worker

STEPS = 6_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """`climate` is where it shows soonest."""

    climate: str
    store: dict[str, Altered] = field(default_factory=dict)
    code: Callable[[], Any] | None = None
    """A context manager under which the code is another."""
    known: int = 0
    """The seed that notices it soonest: `python -m tests.simulation --mutations` shows which."""

    @contextmanager
    def in_force(self) -> Iterator[None]:
        if self.code is None:
            yield
        else:
            with self.code():
                yield


# Claims.


async def claims_again_as_pending(redis: Redis, proceed: Proceed, args: tuple[Any, ...]) -> list[ClaimAnswer]:
    """The client of Redis runs a call twice over a pause, and a repeat is a new claim: pending again, though confirmed."""
    answered: list[ClaimAnswer] = await proceed(args[0])

    def again(claim: Claim) -> None:
        person = redis.store.people.known.get(claim.volunteer_id)
        if person and person.claim and person.claim.offer_id == claim.offer_id:
            person.is_confirmed = False

    for claim in args[0]:
        asyncio.get_running_loop().call_later(1.0, again, claim)
    return answered


async def claims_the_busy(redis: Redis, proceed: Proceed, args: tuple[Any, ...]) -> list[ClaimAnswer]:
    """Who is engaged elsewhere is claimed all the same."""
    given: Sequence[Claim] = args[0]
    for claim in given:
        person = redis.store.people.known.get(claim.volunteer_id)
        if person and person.claim and person.claim.offer_id != claim.offer_id:
            person.claim, person.is_confirmed = None, False
    answered: list[ClaimAnswer] = await proceed(given)
    return answered


async def keeps_on_duty(_: Redis, proceed: Proceed, args: tuple[Any, ...]) -> Any:
    """Going off duty does not reach the picture."""
    return await proceed([write for write in args[0] if write.record is None or write.record.on_duty])


# Applying.


async def applies_whatever_comes(redis: Redis, proceed: Proceed, args: tuple[Any, ...]) -> list[Applied]:
    """A gap is no reason to look: what others wrote is skipped."""
    answered: list[Applied] = []
    for entry in args[0]:
        applied_to = (await redis.store.progress(entry.partition)).applied
        await _set_applied(redis, entry, max(applied_to, entry.offset - 1))
        answered += await proceed([entry])
    return answered


async def applies_the_last_decision(redis: Redis, proceed: Proceed, args: tuple[Any, ...]) -> list[Applied]:
    """A second decision of a command counts as well."""
    for entry in args[0]:
        redis.store.commands.pop(entry.command_id, None)
    answered: list[Applied] = await proceed(args[0])
    return answered


async def applies_twice(redis: Redis, proceed: Proceed, args: tuple[Any, ...]) -> list[Applied]:
    """The client of Redis runs a call twice over a pause, and what has been applied is applied again."""
    answered: list[Applied] = await proceed(args[0])

    async def again() -> None:
        await asyncio.sleep(1.0)
        for entry in args[0]:
            now = (await redis.store.progress(entry.partition)).applied
            redis.store.commands.pop(entry.command_id, None)
            await _set_applied(redis, entry, entry.offset - 1)
            await redis.store.apply([entry])
            await _set_applied(redis, entry, now)

    redis.repeats.append(asyncio.create_task(again()))
    return answered


async def _set_applied(redis: Redis, entry: Application, to: int) -> None:
    progress = await redis.store.progress(entry.partition)
    await redis.store.restore_progress(
        entry.partition,
        applied=to,
        published=progress.published,
        refused=list(progress.refused.values()),
    )


async def frees_before_it_is_said(redis: Redis, proceed: Proceed, args: tuple[Any, ...]) -> list[Applied]:
    """People are free as soon as their end is applied, whether or not `offers` has it."""
    answered: list[Applied] = await proceed(args[0])
    for entry in args[0]:
        published = (await redis.store.progress(entry.partition)).published
        await redis.store.mark_published(entry.partition, entry.offset)
        progress = await redis.store.progress(entry.partition)
        await redis.store.restore_progress(
            entry.partition,
            applied=progress.applied,
            published=published,
            refused=list(progress.refused.values()),
        )
    return answered


async def marks_everything_published(redis: Redis, proceed: Proceed, args: tuple[Any, ...]) -> list[Applied]:
    """What is applied counts as published, so nobody says it again after a crash."""
    answered: list[Applied] = await proceed(args[0])
    for entry in args[0]:
        await redis.store.mark_published(entry.partition, entry.offset)
    return answered


def publishes_past_others() -> Any:
    """Whatever others applied before is their business, be they dead or alive."""
    return mock.patch.object(Projection, "_follows", return_value=True)


# A memory that was lost.


@contextmanager
def is_ready_at_once() -> Iterator[None]:
    """A Redis that was emptied, or came back with an older picture, is used as it is."""
    empty, come_back = Redis.empty, Redis.come_back_older

    def emptied(redis: Redis) -> None:
        empty(redis)
        redis.store.mark_ready()

    def came_back(redis: Redis) -> None:
        come_back(redis)
        redis.store.mark_ready()

    with mock.patch.object(Redis, "empty", emptied), mock.patch.object(Redis, "come_back_older", came_back):
        yield


async def restores_no_holds(_: Redis, proceed: Proceed, args: tuple[Any, ...]) -> Any:
    """Offers in the log do not count as claims after a rebuild."""
    return await proceed([replace(item, holds=()) for item in args[0]])


# Workers.


def acks_before_it_decides() -> Any:
    """An ordinary agent: an event counts as done as soon as it is delivered."""
    deliver = Worker.events

    async def events(worker: Worker) -> AsyncIterator[Any]:
        async for event in deliver(worker):
            worker.ack(event.message.partition, event.message.offset)
            yield event

    return mock.patch.object(Worker, "events", events)


def takes_over_unread() -> Any:
    """A partition is taken over without reading its decisions."""

    async def caught_up(_: Projection, __: int) -> int:
        return 0

    return mock.patch.object(Projection, "catch_up", caught_up)


def believes_every_end() -> Any:
    """Where a broker says that a partition ends, it ends."""

    async def told(projection: Projection, partition: int, _: object) -> int:
        return await projection._reader.end(DECISIONS.name, partition)

    return mock.patch.object(Projection, "_end", told)


def rebuilds_to_the_first_end() -> Any:
    """A rebuild asks once where decisions end."""

    async def no_more(_: Rebuilder, __: object, bounds: dict[int, tuple[int, int]], ___: float) -> Any:
        return bounds

    return mock.patch.object(Rebuilder, "_decided_since", no_more)


def keeps_what_was_lost() -> Any:
    """What waits of a partition that went and came back is decided, before what is delivered again."""
    return mock.patch.object(CommandWorker, "lost")


def lets_orders_overtake() -> Any:
    """Whatever is urgent goes ahead, also of orders about the same incident."""

    def every_other(waiting: Waiting, records: list[Any], _: PlanBook) -> list[Any]:
        waiting.read_to += len(records)
        return records[1::2]

    return mock.patch.object(Waiting, "urgent", every_other)


def trusts_after_trouble() -> Any:
    """An answer that never came is taken for a no."""
    return mock.patch.object(Dispatcher, "invalidate", return_value=None)


def sweeps_before_it_reads() -> Any:
    """Pending claims are given back at once, whatever the log may hold."""

    async def sweep(service: Any) -> int:
        holds = await service._store.sweep_pending(0, lambda _: True)
        await service._store.release(holds)
        return len(holds)

    return mock.patch.object(PendingSweep, "sweep_once", sweep)


# The core.


def fresh_deadlines() -> Any:
    """Each sweep makes a command with an id of its own."""

    def fresh(timer: Timer, now_ms: int) -> Command:
        return replace(deadline_command(timer, now_ms), id=str(derived("fresh", str(random.random()))))

    return _everywhere(deadline_command, fresh)


@contextmanager
def forgets_who_declined() -> Iterator[None]:
    """Who said no may be asked again."""
    with _everywhere(NEVER_AGAIN, frozenset()), _everywhere(who_refused, lambda *_: frozenset()):
        yield


def takes_every_late_yes() -> Any:
    """Late acceptances count though nobody is needed any more."""
    ruled = offers.rule

    def rule(incident: Incident | None, command: Command, now_ms: int, around: DecisionContext) -> Ruling:
        ruling = ruled(incident, command, now_ms, around)
        offer = incident.offer(command.offer_id) if incident and isinstance(command, AcceptOffer) else None
        if offer is None or offer.is_filling or ruling.rule != "late_accept":
            return ruling
        yes = OfferMoved(offer_id=offer.id, volunteer_id=offer.volunteer_id, state=OfferState.ACCEPTED, reason="late")
        return applied("late_accept", yes)

    return mock.patch.object(offers, "rule", rule)


def keeps_what_the_loser_wrote() -> Any:
    """The record of a refused edit stays in the log."""

    async def erase_private(_: Publisher, __: Sequence[str]) -> None:
        pass

    return mock.patch.object(Publisher, "erase_private", erase_private)


def leaves_the_asked_waiting() -> Any:
    """When an incident ends, those who have not answered keep their offers."""
    return mock.patch.object(releases, "withdrawn", return_value=[])


@contextmanager
def _everywhere(original: object, other: object) -> Iterator[None]:
    """Under whatever name, in whatever module of the core and the edge it was imported into."""
    places = [
        (module, name)
        for module in list(sys.modules.values())
        if getattr(module, "__name__", "").startswith(("dispatch", "streams"))
        for name, value in vars(module).items()
        if value is original
    ]
    for module, name in places:
        setattr(module, name, other)
    try:
        yield
    finally:
        for module, name in places:
            setattr(module, name, original)


def heeds_every_doubt() -> Any:
    """Each hint that says otherwise asks for one more person, though an earlier one has."""
    return mock.patch.object(hint_weight, "doubted_before", return_value=None)


def looks_before_it_sends() -> Any:
    """A hint asks for one more person though field work lacks people."""
    return mock.patch.object(hint_weight, "may_ask_another", return_value=True)


def tells_nobody_what_changed() -> Any:
    """The offer is as it was, so its person has nothing to hear."""
    return mock.patch.object(job_changes, "changes", return_value=())


MUTATIONS: dict[str, Mutation] = {
    "claims again as pending": Mutation(climate="fair", store={"claim": claims_again_as_pending}),
    "claims the busy": Mutation(climate="fair", store={"claim": claims_the_busy}),
    "keeps people on duty": Mutation(climate="fair", known=1, store={"put_profiles": keeps_on_duty}),
    "applies over a gap": Mutation(
        climate="deaf log", known=6, store={"apply": applies_whatever_comes}, code=publishes_past_others
    ),
    "publishes past others": Mutation(climate="handovers", known=8, code=publishes_past_others),
    "applies the last decision": Mutation(climate="deaf log", known=19, store={"apply": applies_the_last_decision}),
    "applies twice": Mutation(climate="fair", store={"apply": applies_twice}),
    "frees before it is said": Mutation(climate="crashes", known=2, store={"apply": frees_before_it_is_said}),
    "marks everything published": Mutation(climate="crashes", known=1, store={"apply": marks_everything_published}),
    "is ready at once": Mutation(climate="storm", known=2, code=is_ready_at_once),
    "restores no holds": Mutation(climate="forgetful", known=1, store={"restore_incidents": restores_no_holds}),
    "tells nobody what changed": Mutation(climate="fair", known=64, code=tells_nobody_what_changed),
    "heeds every doubt": Mutation(climate="fair", known=9, code=heeds_every_doubt),
    "looks before it sends": Mutation(climate="fair", code=looks_before_it_sends),
    "acks before it decides": Mutation(climate="crashes", code=acks_before_it_decides),
    "takes over unread": Mutation(climate="crashes", code=takes_over_unread),
    "believes every end": Mutation(climate="deposed brokers", known=2, code=believes_every_end),
    "rebuilds to the first end": Mutation(climate="storm", known=8, code=rebuilds_to_the_first_end),
    "keeps what was lost": Mutation(climate="handovers", known=6, code=keeps_what_was_lost),
    "lets orders overtake": Mutation(climate="takeovers", code=lets_orders_overtake),
    "trusts after trouble": Mutation(climate="deaf log", code=trusts_after_trouble),
    "sweeps before it reads": Mutation(climate="fair", known=10, code=sweeps_before_it_reads),
    "fresh deadlines": Mutation(climate="fair", code=fresh_deadlines),
    "forgets who declined": Mutation(climate="fair", known=5, code=forgets_who_declined),
    "takes every late yes": Mutation(climate="fair", known=5, code=takes_every_late_yes),
    "keeps what the loser wrote": Mutation(climate="fair", code=keeps_what_the_loser_wrote),
    "leaves the asked waiting": Mutation(climate="fair", code=leaves_the_asked_waiting),
}


SEEDS = range(20)


def hunted(name: str, seeds: Iterable[int] | None = None) -> tuple[Finding | None, int]:
    """The first violation, and the steps until then; None when all seeds pass as if nothing were wrong.

    `seeds`: by default the known one, then the first 20.
    """
    mutation, steps = MUTATIONS[name], 0
    for seed in dict.fromkeys((mutation.known, *SEEDS)) if seeds is None else seeds:
        finding, taken = hunted_in(mutation, seed)
        steps += taken
        if finding:
            return finding, steps
    return None, steps


def hunted_in(mutation: Mutation, seed: int) -> tuple[Finding | None, int]:
    with mutation.in_force():
        outcome = Play(
            seed=seed, climate=mutation.climate, steps=STEPS, altered=mutation.store, stops_at_once=True
        ).run()
    return (outcome.findings[0] if outcome.findings else None), outcome.steps
