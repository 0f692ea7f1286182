"""All decisions of the log folded into incidents: what a rebuild writes, and who holds whom at its end."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import structlog

from dispatch.matching.lessons import lessons_of, work_ended
from dispatch.matching.trust import judged_by
from dispatch.model.commands import DISPATCHER
from dispatch.model.decisions import Cause, Decision, OfferStep, Why
from dispatch.model.ids import decision_id
from dispatch.model.incidents import Incident
from dispatch.model.people import Hold
from dispatch.model.vocabulary import Outcome
from dispatch.notices.offer_validity import Validity
from dispatch.state.lifecycle import BrokenLog, fold, freed_by, held_by
from streams import metrics
from streams.store.track_record import Standings

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class History:
    """One incident with where its decisions stand (`partition`, offset)."""

    incident: Incident
    timeline: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveHold:
    """A live offer of some person and the decision that made it; sorts by what holds when there is no other arbiter."""

    hold: Hold
    incident_id: str
    epoch: int
    decided_ms: int
    partition: int
    offset: int

    @property
    def order(self) -> tuple[int, int, int]:
        return (self.decided_ms, self.partition, self.offset)


def folded(incident: Incident | None, decision: Decision) -> tuple[Incident | None, Decision]:
    """The state after a decision that stands in the log, and the decision as it counts.

    One that cannot follow from what stands before it counts as if it had decided nothing: a damaged record about one incident
    must not stop the work on all the others. It is told, and expected never.
    """
    try:
        return fold(incident, decision), decision
    except BrokenLog as error:
        metrics.BROKEN_DECISIONS.inc()
        log.error("a decision does not follow from the log", decision=decision.id, cause=str(error))
        return incident, replace(decision, events=())


def no_decision(topic: str, partition: int, offset: int) -> Decision:
    """What stands in the picture for a record of `decisions` that cannot be read."""
    place = f"unreadable/{topic}/{partition}/{offset}"
    return Decision(
        id=decision_id(place),
        cause=Cause(topic=topic, partition=partition, offset=offset, command_id=place, command_kind="unreadable"),
        incident_id="unreadable",
        zone="",
        outcome=Outcome.REFUSED,
        reason="unreadable",
        by=DISPATCHER,
        version=0,
        events=(),
        why=Why(plan_version=None, rule="unreadable"),
        logged_ms=0,
        decided_ms=0,
    )


class LogFold:
    """Feed it each partition's decisions in the order of the log; the first decision of a command counts."""

    def __init__(self) -> None:
        self.histories: dict[str, History] = {}
        self.commands: dict[int, dict[str, int]] = {}
        self.taught = Standings()
        self._made_at: dict[str, tuple[int, int, int]] = {}
        self._ended_at: dict[Hold, tuple[int, int, int]] = {}

    def add(self, partition: int, offset: int, decision: Decision) -> None:
        commands = self.commands.setdefault(partition, {})
        if decision.cause.command_id in commands:
            return
        commands[decision.cause.command_id] = offset
        history = self.histories.get(decision.incident_id)
        state, decision = folded(history.incident if history else None, decision)
        if state is None:
            return
        if history is None:
            history = self.histories[decision.incident_id] = History(incident=state)
        history.incident = state
        history.timeline.append((partition, offset))
        for lesson in lessons_of(decision, state):
            self.taught.learn(lesson)
        for ended in work_ended(decision, state):
            self.taught.end_work(ended)
        for judged in judged_by(decision, state):
            self.taught.judge(judged)
        for offer in state.offers:
            if offer.epoch == decision.version and offer.id not in self._made_at:
                self._made_at[offer.id] = (decision.decided_ms, partition, offset)
        self._ended_at.update(dict.fromkeys(freed_by(decision), (decision.decided_ms, partition, offset)))
        for hold in held_by(decision):
            self._ended_at.pop(hold, None)

    def live_holds(self) -> list[LiveHold]:
        return [
            LiveHold(
                hold=Hold(volunteer_id=offer.volunteer_id, offer_id=offer.id),
                incident_id=history.incident.id,
                epoch=offer.epoch,
                decided_ms=made[0],
                partition=made[1],
                offset=made[2],
            )
            for history in self.histories.values()
            for offer in history.incident.offers
            if offer.is_live and (made := self._made_at[offer.id])
        ]

    def ending(self, published: Mapping[int, int]) -> dict[Hold, tuple[int, int]]:
        """The last offers of free people whose end may not be in `offers` yet, with where it was decided: `published` is per
        partition up to where everything is known to be there. Until it is published, nobody else may ask them."""
        engaged = {entry.hold.volunteer_id for entry in self.live_holds()}
        last: dict[str, tuple[tuple[int, int, int], Hold]] = {}
        for hold, ended in self._ended_at.items():
            if ended[2] > published[ended[1]] and hold.volunteer_id not in engaged:
                last[hold.volunteer_id] = max(last.get(hold.volunteer_id, (ended, hold)), (ended, hold), key=_place)
        return {hold: (partition, offset) for (_, partition, offset), hold in last.values()}


def _place(entry: tuple[tuple[int, int, int], Hold]) -> tuple[int, int, int]:
    return entry[0]


def rivals(holds: Iterable[LiveHold]) -> dict[str, list[LiveHold]]:
    """People with more than one live offer, which only a loss of Redis between two decisions can cause."""
    by_person: dict[str, list[LiveHold]] = {}
    for entry in holds:
        by_person.setdefault(entry.hold.volunteer_id, []).append(entry)
    return {person: entries for person, entries in by_person.items() if len(entries) > 1}


class OffersSeen:
    """What `offers` says about people with rival offers: steps of each partition in the order of the log."""

    def __init__(self, people: Collection[str]) -> None:
        self._people = people
        self._validity: dict[int, Validity] = {}
        self._first: dict[str, int] = {}

    def add(self, partition: int, offset: int, step: OfferStep) -> None:
        if step.volunteer_id in self._people:
            self._validity.setdefault(partition, Validity()).judge(step, offset)
            self._first.setdefault(step.id, offset)

    def order(self, hold: Hold) -> tuple[bool, float]:
        """Sorts first what holds by the order of the log, then what got there first, then what never got there."""
        holds = any(validity.holder(hold.volunteer_id) == hold.offer_id for validity in self._validity.values())
        return (not holds, self._first.get(hold.offer_id, float("inf")))


def losers(rivalry: dict[str, list[LiveHold]], seen: OffersSeen) -> list[LiveHold]:
    """All but one of each person's rival offers: the one that holds by the order of `offers`, else the one decided first."""
    lost: list[LiveHold] = []
    for entries in rivalry.values():
        lost.extend(sorted(entries, key=lambda entry: (seen.order(entry.hold), entry.order))[1:])
    return lost
