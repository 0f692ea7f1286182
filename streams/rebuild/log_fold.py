"""Folds all decisions of the log into incidents and live offers, which a rebuild then writes to Redis."""

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
from dispatch.state.errors import BrokenLog
from dispatch.state.lifecycle import fold
from dispatch.state.offer_effects import freed_by, held_by
from streams import metrics
from streams.store.track_record import Standings

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class History:
    """An incident with the positions (partition, offset) of its decisions."""

    incident: Incident
    timeline: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveHold:
    """A live offer and the decision that made it. Without another arbiter, the lowest `order` holds."""

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
    """The state after a logged decision, and the decision as it takes effect.

    A decision that does not follow from the state before it takes effect without events, so that a damaged record about one
    incident does not stop the work on all others (DESIGN 43). It is counted and logged, and never expected.
    """
    try:
        return fold(incident, decision), decision
    except BrokenLog as error:
        metrics.BROKEN_DECISIONS.inc()
        log.error("a decision does not follow from the log", decision=decision.id, cause=str(error))
        return incident, replace(decision, events=())


def no_decision(topic: str, partition: int, offset: int) -> Decision:
    """Placeholder decision for an unreadable record of `decisions`: it keeps the offset and has no effect."""
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
    """The fold. Decisions of a partition must be added in the order of the log; the first decision of a command counts."""

    def __init__(self) -> None:
        self.histories: dict[str, History] = {}
        self.commands: dict[int, dict[str, int]] = {}
        self.track_records = Standings()
        self._made_at: dict[str, tuple[int, int, int]] = {}
        self._ended_at: dict[Hold, tuple[int, int, int]] = {}

    def add(self, partition: int, offset: int, decision: Decision) -> None:
        """Applies a decision; a second one of the same command is ignored."""
        commands = self.commands.setdefault(partition, {})
        # By partition is enough: a command that is delivered again has the same key, hence the same partition.
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
            self.track_records.learn(lesson)
        for ended in work_ended(decision, state):
            self.track_records.end_work(ended)
        for judged in judged_by(decision, state):
            self.track_records.judge(judged)
        # `epoch` is the version of the decision that made the offer.
        for offer in state.offers:
            if offer.epoch == decision.version and offer.id not in self._made_at:
                self._made_at[offer.id] = (decision.decided_ms, partition, offset)
        self._ended_at.update(dict.fromkeys(freed_by(decision), (decision.decided_ms, partition, offset)))
        # A late acceptance makes an ended offer live again, so its end no longer counts. Same order as in apply.lua.
        for hold in held_by(decision):
            self._ended_at.pop(hold, None)

    def live_holds(self) -> list[LiveHold]:
        """All live offers, in no particular order."""
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
        """The last ended offer of each free person whose end may be missing in `offers`, with the position of its decision.

        `published` is the offset per partition up to which all offer steps are known to be in `offers`. Until the end is
        published, the person must not get another offer.
        """
        engaged = {entry.hold.volunteer_id for entry in self.live_holds()}
        last: dict[str, tuple[tuple[int, int, int], Hold]] = {}
        for hold, ended in self._ended_at.items():
            if ended[2] > published[ended[1]] and hold.volunteer_id not in engaged:
                last[hold.volunteer_id] = max(last.get(hold.volunteer_id, (ended, hold)), (ended, hold), key=_place)
        return {hold: (partition, offset) for (_, partition, offset), hold in last.values()}


def _place(entry: tuple[tuple[int, int, int], Hold]) -> tuple[int, int, int]:
    return entry[0]


def rivals(holds: Iterable[LiveHold]) -> dict[str, list[LiveHold]]:
    """People with more than one live offer; only a loss of Redis between two decisions causes that."""
    by_person: dict[str, list[LiveHold]] = {}
    for entry in holds:
        by_person.setdefault(entry.hold.volunteer_id, []).append(entry)
    return {person: entries for person, entries in by_person.items() if len(entries) > 1}


class OffersSeen:
    """The steps in `offers` of people with rival offers. Steps of a partition must be added in the order of the log."""

    def __init__(self, people: Collection[str]) -> None:
        self._people = people
        self._validity: dict[int, Validity] = {}
        self._first: dict[str, int] = {}

    def add(self, partition: int, offset: int, step: OfferStep) -> None:
        if step.volunteer_id in self._people:
            self._validity.setdefault(partition, Validity()).judge(step, offset)
            self._first.setdefault(step.id, offset)

    def order(self, hold: Hold) -> tuple[bool, float]:
        """Sort key: the offer that is valid by the order of the log, then earlier offers, then offers without a step in the
        log."""
        holds = any(validity.holder(hold.volunteer_id) == hold.offer_id for validity in self._validity.values())
        return (not holds, self._first.get(hold.offer_id, float("inf")))


def losers(rivalry: dict[str, list[LiveHold]], seen: OffersSeen) -> list[LiveHold]:
    """All but one of each person's rival offers. Kept is the one valid by the order of `offers`, else the one decided first."""
    lost: list[LiveHold] = []
    for entries in rivalry.values():
        lost.extend(sorted(entries, key=lambda entry: (seen.order(entry.hold), entry.order))[1:])
    return lost
