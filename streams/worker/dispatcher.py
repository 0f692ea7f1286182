"""One batch of commands, from their bytes to confirmed effects: the only code that decides on real people.

Order of a batch: load and settle all, search all, claim all, write the decisions, apply them, publish offers and
status. Each step is one round trip for the whole batch. Whatever goes wrong between two steps is mended in one way: the
partition counts as not caught up, so that the next attempt first reads `decisions` to its end, applies and publishes what it
finds there, and takes up only the commands that have no decision yet.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog

from dispatch.decide import Settled, View, chosen_people, fill, settle, sift
from dispatch.model.commands import AcceptOffer, AssignVolunteer, Command
from dispatch.model.context import DecisionContext
from dispatch.model.decisions import Cause, Decision
from dispatch.model.events import LadderStepped, OfferMade, OfferMoved
from dispatch.model.hazard_areas import ground_of
from dispatch.model.incidents import SearchMark
from dispatch.model.people import Found, Hold, Need
from dispatch.model.rulings import refused
from dispatch.model.service_area import ServiceArea
from dispatch.model.vocabulary import Exclusion, OfferState
from dispatch.plans.book import PlanBook
from dispatch.ports import Claim, ClaimAnswer, Loaded, NotReady, Store, StoreTrouble, TravelTimes
from dispatch.staffing.rival_needs import with_rivals
from dispatch.staffing.turn_order import precedence
from dispatch.state.edits import unused_refs
from dispatch.state.lifecycle import fold
from streams import metrics, wire
from streams.errors import LogUnavailable
from streams.kafka.records import Consumed
from streams.worker.batch_context import CommandContext, load_context
from streams.worker.batch_hazards import BatchHazards
from streams.worker.projection import Logged, Projection
from streams.worker.publisher import Publisher

log = structlog.get_logger()
CLAIM_ROUNDS = 8
"""After this many rounds of lost claims the rest becomes a shortfall that is tried again in a second."""
LOOK_GROWTH = 16
"""So many times more is wanted of each look that goes on with a search than of the one before …"""
LOOK_WANTS_MOST = 1_000
"""… up to this."""
LEAST_LOOK_S = 0.05
"""With less time than this no look at more people is begun."""
LANES = 2
WORTH_LANES = 16
_EXCLUSION_OF = {
    ClaimAnswer.BUSY: Exclusion.TAKEN_NOW,
    ClaimAnswer.FENCED: Exclusion.TAKEN_NOW,
    ClaimAnswer.OFF_DUTY: Exclusion.OFF_DUTY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchBounds:
    """How much work the searches of a batch may be beyond their first looks. What ends here is told (`search_bounded`)."""

    people: int = 20_000
    """Looked at for one need."""
    seconds: float = 1.0
    """Of the two that a batch has for everything."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Draft:
    """A command on its way to a decision."""

    record: Consumed
    command: Command
    settled: Settled
    found: dict[str, Found] = field(default_factory=dict)
    lost: dict[str, Exclusion] = field(default_factory=dict)
    looks: Counter[str] = field(default_factory=Counter)
    """How often the search for each requirement was gone on with."""
    decision: Decision | None = None

    def sifted(self, need: Need, plans: PlanBook) -> Found:
        return sift(self.settled, plans, need, self.found[need.requirement.id])

    def needs_to_search_on(self) -> list[Need]:
        """Needs whose wave fell short though their search had not seen everybody: its people may not be asked, went to others
        meanwhile, or are less likely to accept, or less free, than the search assumed."""
        assert self.decision is not None
        short = {why.requirement_id for why in self.decision.why.requirements if why.wave and why.wave.is_short}
        return [
            need
            for need in self.settled.needs
            if need.requirement.id in short
            and (found := self.found.get(need.requirement.id))
            and found.mark is not None
            and not found.bounded
        ]


@dataclass(slots=True)
class _Claimed:
    """People claimed for one command, by offer."""

    incident_id: str
    holds: dict[str, Hold] = field(default_factory=dict)

    def forget(self, given_back: Iterable[Hold]) -> None:
        for hold in given_back:
            self.holds.pop(hold.offer_id, None)


class Dispatcher:
    def __init__(
        self,
        *,
        store: Store,
        publisher: Publisher,
        projection: Projection,
        plans: PlanBook,
        travel: TravelTimes | None = None,
        bounds: SearchBounds | None = None,
        served: ServiceArea | None = None,
    ) -> None:
        self._bounds = bounds or SearchBounds()
        self._store = store
        self._publisher = publisher
        self._projection = projection
        self._plans = plans
        self._plans_next = plans
        self._scene = BatchHazards(store, travel, served)
        self._caught_up: set[int] = set()
        self._claimed: dict[str, _Claimed] = {}
        """By command: who was claimed for it and is not known to be held by its decision; also by attempts that broke off."""
        self._at_work = asyncio.Lock()
        self.behind_s = 0.0
        """How old the oldest command of the last batch was when it was decided, by Redis' clock and the log's."""

    def invalidate(self, partitions: Iterable[int]) -> None:
        """These partitions were taken over, or an answer never came: their log is read before anything is decided."""
        self._caught_up.difference_update(partitions)

    async def catch_up(self, partitions: Iterable[int]) -> None:
        for partition in sorted(set(partitions) - self._caught_up):
            await self._projection.catch_up(partition)
            self._caught_up.add(partition)

    async def ends(self, partitions: Iterable[int]) -> dict[int, int]:
        """Where the decisions of these partitions end in the log. Not asked between batches: a broker may be slow to answer."""
        return await self._projection.ends(partitions)

    async def catch_up_to(self, ends: Mapping[int, int]) -> None:
        """Between two batches: applies what is in the log up to these ends, and publishes what was never published, though no
        command comes."""
        behind = [partition for partition, end in ends.items() if await self._projection.is_behind(partition, end)]
        self.invalidate(behind)
        await self.catch_up(behind)
        await self._give_back()

    async def _give_back(self) -> None:
        """Claims of commands that were decided by another worker, or by a later attempt that chose other people."""
        claimed = list(self._claimed.items())
        if not claimed:
            return
        _, loaded = await self._store.load([(command, entry.incident_id) for command, entry in claimed])
        decided = [one for one, known in zip(claimed, loaded, strict=True) if known.decided_at is not None]
        # What its decision engages is confirmed, and a confirmed claim is not given up by this.
        await self._store.release([hold for _, entry in decided for hold in entry.holds.values()])
        for command, _ in decided:
            del self._claimed[command]

    async def handle(self, records: Sequence[Consumed]) -> None:
        """When this returns, every record has its outcome in the log: a decision (with offers and status) or a dead letter.

        Raises:
            LogUnavailable, StoreTrouble, NotReady: nothing was lost; call again with the same records.
        """
        async with self._at_work:
            self._plans = self._plans_next
            try:
                await self.catch_up(record.partition for record in records)
                await self._decide_in_lanes(await self._readable(records))
            except BaseException:
                self.invalidate({record.partition for record in records})
                raise

    async def _decide_in_lanes(self, commands: Sequence[tuple[Consumed, Command]]) -> None:
        """Each partition in one lane, in the order of its log; while one lane waits for Redis or Kafka the other works.

        Both have ended when this returns or raises: nothing of a batch goes on behind the back of its next attempt.
        """
        lanes = await asyncio.gather(*map(self._decide_lane, _lanes(commands)), return_exceptions=True)
        troubles = [trouble for trouble in lanes if trouble is not None]
        if troubles:
            # A bug before a trouble: what can be tried again must not hide what cannot.
            raise min(
                troubles, key=lambda one: isinstance(one, LogUnavailable | StoreTrouble | NotReady | TimeoutError)
            )

    async def _decide_lane(self, commands: Sequence[tuple[Consumed, Command]]) -> None:
        for part in _without_repeats(commands):
            await self._decide(part)

    @property
    def plans(self) -> PlanBook:
        """In force for what comes next."""
        return self._plans_next

    def use_plans(self, plans: PlanBook) -> None:
        """From the next batch on; one batch is decided under one book."""
        self._plans_next = plans

    def between_batches(self) -> asyncio.Lock:
        """To be held by who must not meet a batch on its way."""
        return self._at_work

    async def _readable(self, records: Sequence[Consumed]) -> list[tuple[Consumed, Command]]:
        commands = []
        for record in records:
            try:
                command = wire.decode_incident_command(record.value)
            except wire.Unreadable as error:
                await self._publisher.dead_letter(record, str(error))
                log.error(
                    "command dead-lettered",
                    topic=record.topic,
                    partition=record.partition,
                    offset=record.offset,
                )
            else:
                commands.append((record, command))
        return commands

    async def _decide(self, commands: Sequence[tuple[Consumed, Command]]) -> None:
        (now_ms, loaded), _ = await asyncio.gather(
            self._store.load([(command.id, command.incident_id) for _, command in commands]), self._scene.look()
        )
        self.behind_s = max(0.0, (now_ms - commands[0][0].timestamp) / 1000)
        fresh = [
            (record, command, known)
            for (record, command), known in zip(commands, loaded, strict=True)
            if known.decided_at is None
        ]
        again = [record for (record, _), known in zip(commands, loaded, strict=True) if known.decided_at is not None]
        if again:
            metrics.REDELIVERED.inc(len(again))
            log.info("commands redelivered", at=[f"{record.partition}:{record.offset}" for record in again])
            await self._erase_what_came_again(commands, loaded)
            if any(command.id in self._claimed for _, command in commands):
                await self._give_back()
        if not fresh:
            return
        asking = [
            CommandContext(command=command, incident=known.incident, logged_ms=record.timestamp)
            for record, command, known in fresh
        ]
        around, people = await asyncio.gather(
            load_context(self._store, asking), self._scene.people([(one.incident, one.command) for one in asking])
        )
        drafts = [
            self._settled(record, command, known, now_ms, seen)
            for (record, command, known), seen in zip(fresh, self._scene.seen(around, people), strict=True)
        ]
        await self._find_to_warn(drafts)
        await self._find_ways(drafts)
        _count_rivals(drafts)
        await self._search([(draft, draft.settled.needs) for draft in drafts])
        await self._claim_all(drafts)
        decisions = [draft.decision for draft in drafts if draft.decision is not None]
        offsets = await self._publisher.publish_decisions(decisions)
        logged = [
            Logged(
                partition=decision.cause.partition,
                offset=offset,
                decision=decision,
                incident=fold(draft.settled.view.incident, decision),
            )
            for draft, decision, offset in zip(drafts, decisions, offsets, strict=True)
        ]
        if not await self._projection.apply(logged):
            partitions = {entry.partition for entry in logged}
            self.invalidate(partitions)
            await self.catch_up(partitions)
        await self._give_back_unused(decisions)
        _count(decisions, drafts)

    async def _give_back_unused(self, decisions: Sequence[Decision]) -> None:
        """Whom earlier attempts claimed for these commands and the last one did not choose; mostly nobody, at no trip."""
        unused: list[Hold] = []
        for decision in decisions:
            if (entry := self._claimed.get(decision.cause.command_id)) is not None:
                used = {claim.offer_id for claim in claims_of(decision)}
                unused += [hold for offer, hold in entry.holds.items() if offer not in used]
        if unused:
            await self._store.release(unused)
        for decision in decisions:
            self._claimed.pop(decision.cause.command_id, None)

    async def _erase_what_came_again(
        self, commands: Sequence[tuple[Consumed, Command]], loaded: Sequence[Loaded]
    ) -> None:
        """Whoever repeated a refused edit may have written its sealed record after that was erased. What a later edit replaced
        is not used any more either, and stays: so the decision is asked."""
        places = [
            (record.partition, known.decided_at)
            for (record, command), known in zip(commands, loaded, strict=True)
            if known.decided_at is not None and unused_refs(command, known.incident)
        ]
        if refs := await self._projection.unused_refs(places):
            await self._publisher.erase_private(refs)

    def _settled(
        self, record: Consumed, command: Command, known: Loaded, now_ms: int, around: DecisionContext
    ) -> _Draft:
        cause = Cause(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            command_id=command.id,
            command_kind=wire.kind_of(command),
        )
        view = View(
            incident=known.incident,
            cause=cause,
            logged_ms=record.timestamp,
            now_ms=now_ms,
            around=around,
            priors=known.priors,
        )
        return _Draft(record=record, command=command, settled=settle(view, command, self._plans))

    async def _find_to_warn(self, drafts: Sequence[_Draft]) -> None:
        inside = await self._scene.inside([draft.settled.new_ground for draft in drafts])
        for draft, people in zip(drafts, inside, strict=True):
            draft.settled = replace(draft.settled, inside=people)

    async def _find_ways(self, drafts: Sequence[_Draft]) -> None:
        states = [draft.settled.incident for draft in drafts]
        grounds = [
            (state.id, area, ground_of(state)) if state and (area := draft.settled.ground_to_check) else None
            for draft, state in zip(drafts, states, strict=True)
        ]
        if not any(grounds):
            return
        found = await self._scene.ways(grounds, [state for state in states if state])
        for draft, ways in zip(drafts, found, strict=True):
            draft.settled = replace(draft.settled, ways=ways)

    async def _search(self, wanted: Sequence[tuple[_Draft, Sequence[Need]]]) -> None:
        pairs = [(draft, need) for draft, needs in wanted for need in needs]
        if not pairs:
            return
        hits = await self._store.find([need for _, need in pairs])
        results = await self._scene.timed([(draft.settled.incident, need) for draft, need in pairs], hits)
        for (draft, need), found in zip(pairs, results, strict=True):
            draft.found[need.requirement.id] = found

    async def _search_on(self, short: Sequence[tuple[_Draft, Need]], until_s: float) -> None:
        """One more look for each of these needs, behind what was seen; what may not be gone on with is bounded from now on."""
        left_s = until_s - asyncio.get_running_loop().time()
        is_late = left_s < LEAST_LOOK_S
        going: list[tuple[_Draft, Need]] = []
        for draft, need in short:
            found = draft.found[need.requirement.id]
            if is_late or (found.mark and len(found.mark.judged) >= self._bounds.people):
                self._bound([(draft, need)])
            else:
                going.append((draft, need))
        if not going:
            return
        searches = [(_wider(need, draft.looks), draft.sifted(need, self._plans)) for draft, need in going]
        try:
            hits = await self._store.find_more(searches, within_s=left_s)
        except StoreTrouble as trouble:
            # A search that Redis is too slow for must not come again for ever; if Redis is away, the claims will say so.
            log.warning("searches were not gone on with", needs=len(going), trouble=str(trouble))
            self._bound(going)
            return
        results = await self._scene.timed([(draft.settled.incident, need) for draft, need in going], hits)
        for (draft, need), before, found in zip(going, (one for _, one in searches), results, strict=True):
            draft.looks[need.requirement.id] += 1
            draft.found[need.requirement.id] = found
            if found.mark is not None and not _is_further(found.mark, before.mark):
                self._bound([(draft, need)])

    def _bound(self, searches: Sequence[tuple[_Draft, Need]]) -> None:
        """These are not gone on with, and the decision will say so."""
        for draft, need in searches:
            metrics.SEARCHES_BOUNDED.inc()
            draft.found[need.requirement.id] = replace(draft.found[need.requirement.id], bounded=True)

    async def _claim_all(self, drafts: Sequence[_Draft]) -> None:
        """Decides each draft in the order of the log until every person it names is claimed.

        A draft is filled again when a claim was lost, and its search is gone on with when the people it had stopped at may
        not be asked or went to drafts before it. Each look wants more than the one before, so a burst at one place, or a
        crowd of people who may not be asked, takes a few looks.
        """
        granted: dict[str, Hold] = {}
        open_drafts = list(drafts)
        until_s = asyncio.get_running_loop().time() + self._bounds.seconds
        rounds_lost = 0
        while open_drafts:
            if rounds_lost == CLAIM_ROUNDS:
                self._settle_for_less(drafts, open_drafts, granted)
                break
            self._fill(drafts, open_drafts)
            lost = await self._claim(drafts, open_drafts, granted)
            rounds_lost += bool(lost)
            short = [(draft, need) for draft in open_drafts if draft not in lost for need in draft.needs_to_search_on()]
            if short:
                await self._search_on(short, until_s)
            again = {id(draft) for draft in lost} | {id(draft) for draft, _ in short}
            open_drafts = [draft for draft in drafts if id(draft) in again]
        await self._release_unused(drafts, granted)

    async def _claim(
        self, drafts: Sequence[_Draft], open_drafts: Sequence[_Draft], granted: dict[str, Hold]
    ) -> list[_Draft]:
        """The drafts that lost a claim."""
        claims = [claim for draft in open_drafts for claim in claims_of(draft.decision)]
        fresh = [claim for claim in claims if claim.offer_id not in granted]
        for claim in fresh:
            # Before it is sent: the answer may never come.
            entry = self._claimed.setdefault(claim.command_id, _Claimed(claim.incident_id))
            entry.holds[claim.offer_id] = Hold(volunteer_id=claim.volunteer_id, offer_id=claim.offer_id)
        answers = await self._store.claim(fresh) if fresh else []
        return self._lost(drafts, fresh, answers, granted)

    def _fill(self, drafts: Sequence[_Draft], to_fill: Sequence[_Draft]) -> None:
        taken: dict[str, Exclusion] = {}
        filling = {id(draft) for draft in to_fill}
        for draft in drafts:
            if draft.decision is not None and id(draft) not in filling:
                taken.update(chosen_people(draft.decision))
        for draft in _first_served(to_fill):
            draft.decision = fill(draft.settled, self._plans, draft.found, {**taken, **draft.lost})
            taken.update(chosen_people(draft.decision))

    def _lost(
        self,
        drafts: Sequence[_Draft],
        claims: Sequence[Claim],
        answers: Sequence[ClaimAnswer],
        granted: dict[str, Hold],
    ) -> list[_Draft]:
        """The drafts that must be decided again because somebody they named was not to be had."""
        by_command = {draft.command.id: draft for draft in drafts}
        again: dict[str, _Draft] = {}
        for claim, answer in zip(claims, answers, strict=True):
            if answer is ClaimAnswer.GRANTED:
                granted[claim.offer_id] = Hold(volunteer_id=claim.volunteer_id, offer_id=claim.offer_id)
                continue
            metrics.CLAIMS_LOST.labels(answer=answer).inc()
            self._claimed[claim.command_id].holds.pop(claim.offer_id, None)
            draft = by_command[claim.command_id]
            if isinstance(draft.command, AcceptOffer) and claim.offer_id == draft.command.offer_id:
                reason = "off_duty" if answer is ClaimAnswer.OFF_DUTY else "engaged_elsewhere"
                draft.settled = replace(draft.settled, ruling=refused("late_accept", reason), needs=())
            if isinstance(draft.command, AssignVolunteer) and _is_named(claim, draft):
                # Whoever was named is not replaced by somebody else: the order is refused, and says why.
                reason = "off_duty" if answer is ClaimAnswer.OFF_DUTY else "engaged"
                draft.settled = replace(draft.settled, ruling=refused("assign", reason), needs=())
            draft.lost[claim.volunteer_id] = _EXCLUSION_OF[answer]
            again[draft.command.id] = draft
        return list(again.values())

    def _settle_for_less(
        self, drafts: Sequence[_Draft], open_drafts: Sequence[_Draft], granted: dict[str, Hold]
    ) -> None:
        """The rounds are used up: decide with those who are granted, or with nobody; the retry comes in a second."""
        holders = {hold.volunteer_id for hold in granted.values()}
        for draft in open_drafts:
            draft.lost.update(
                {
                    candidate.volunteer_id: Exclusion.TAKEN_NOW
                    for found in draft.found.values()
                    for candidate in found.candidates
                    if candidate.volunteer_id not in holders
                }
            )
        self._fill(drafts, open_drafts)
        for draft in open_drafts:
            if any(claim.offer_id not in granted for claim in claims_of(draft.decision)):
                nobody = Found(excluded={Exclusion.TAKEN_NOW: len(draft.lost)})
                draft.found = {need.requirement.id: nobody for need in draft.settled.needs}
                self._fill(drafts, [draft])

    async def _release_unused(self, drafts: Sequence[_Draft], granted: dict[str, Hold]) -> None:
        used = {claim.offer_id for draft in drafts for claim in claims_of(draft.decision)}
        unused = [hold for offer, hold in granted.items() if offer not in used]
        if unused:
            await self._store.release(unused)
        for draft in drafts:
            if (entry := self._claimed.get(draft.command.id)) is not None:
                entry.forget(unused)


def _is_named(claim: Claim, draft: _Draft) -> bool:
    """Whether the claim is of the person whom an operator named."""
    return any(isinstance(fact, OfferMade) and fact.offer_id == claim.offer_id for fact in draft.settled.ruling.events)


def _first_served(drafts: Sequence[_Draft]) -> list[_Draft]:
    """In the order in which they choose people; written and applied they are in the order of the log."""
    return sorted(drafts, key=lambda draft: precedence(draft.settled.incident, draft.settled.needs))


def _count_rivals(drafts: Sequence[_Draft]) -> None:
    drafts = _first_served(drafts)
    for draft, needs in zip(drafts, with_rivals([draft.settled.needs for draft in drafts]), strict=True):
        draft.settled = replace(draft.settled, needs=needs)


def _wider(need: Need, looks: Mapping[str, int]) -> Need:
    """Many more at once: whoever of a crowd that wants the same people sees all of them can share (DESIGN 39)."""
    factor = LOOK_GROWTH ** (looks.get(need.requirement.id, 0) + 1)
    return replace(need, want=min(LOOK_WANTS_MOST, need.want * factor))


def _is_further(mark: SearchMark, before: SearchMark | None) -> bool:
    return before is None or len(mark.judged) > len(before.judged) or mark.radius_m != before.radius_m


def claims_of(decision: Decision | None) -> list[Claim]:
    """The people a decision engages who are not engaged by it yet: new offers, and acceptances that come late."""
    if decision is None:
        return []
    return [
        Claim(
            volunteer_id=fact.volunteer_id,
            offer_id=fact.offer_id,
            incident_id=decision.incident_id,
            epoch=decision.version,
            command_id=decision.cause.command_id,
        )
        for fact in decision.events
        if isinstance(fact, OfferMade)
        or (isinstance(fact, OfferMoved) and fact.state is OfferState.ACCEPTED and fact.reason == "late")
    ]


def _lanes(commands: Sequence[tuple[Consumed, Command]]) -> list[list[tuple[Consumed, Command]]]:
    """Shared out by partition, the largest first to the shorter lane; few commands in one lane, for they are done together."""
    sizes = Counter(record.partition for record, _ in commands)
    if len(commands) < WORTH_LANES or len(sizes) == 1:
        return [list(commands)]
    lane_of: dict[int, int] = {}
    loads = [0] * LANES
    for partition, size in sizes.most_common():
        lane_of[partition] = loads.index(min(loads))
        loads[lane_of[partition]] += size
    return [[entry for entry in commands if lane_of[entry[0].partition] == lane] for lane in range(LANES)]


def _without_repeats(
    commands: Sequence[tuple[Consumed, Command]],
) -> Iterable[list[tuple[Consumed, Command]]]:
    """Stretches in the order of the log in which no incident stands twice, so that each decision sees the one before it."""
    stretch: list[tuple[Consumed, Command]] = []
    seen: set[str] = set()
    for record, command in commands:
        if command.incident_id in seen:
            yield stretch
            stretch, seen = [], set()
        stretch.append((record, command))
        seen.add(command.incident_id)
    if stretch:
        yield stretch


def _count(decisions: Sequence[Decision], drafts: Sequence[_Draft]) -> None:
    for draft, decision in zip(drafts, decisions, strict=True):
        metrics.COMMANDS.labels(kind=decision.cause.command_kind, outcome=decision.outcome).inc()
        for fact in decision.events:
            if isinstance(fact, LadderStepped) and fact.climb.ended:
                metrics.LADDERS_ENDED.inc()
                log.error("a ladder has ended", incident=decision.incident_id, requirement=fact.requirement_id)
            if isinstance(fact, OfferMade):
                metrics.OFFERS_MADE.labels(capability=fact.capability).inc()
        log.debug(
            "decided",
            command=draft.command.id,
            incident=decision.incident_id,
            outcome=decision.outcome,
            reason=decision.reason,
        )
