"""Which offers hold, by the order of the log alone: one pure reducer for everybody who reads `offers`.

Give it the steps of one partition of `offers` in their order; all steps of a person lie in one. An offer is void when another
live offer of that person stands before it, or when the log says that it never held; a step of an older epoch than one of the
same incident before it is void; an event that was seen before says nothing new. What became void by a rival is void until it
ends: should it come back to life (a late yes) with nobody before it, it counts. What the log itself calls void stays so.

Memory: the open offers, and the newest ended ones, so that repeats are known. What is forgotten leaves a horizon for each
partition of decisions: their steps come in the order of the decisions, except for repeats, so an event that is unknown and
lies behind the horizon is a repeat. The first step seen of a partition sets it, so reading may begin anywhere.
"""

import itertools
from dataclasses import dataclass, field
from enum import StrEnum

from dispatch.model.decisions import OfferStep
from dispatch.model.vocabulary import LIVE_STATES, OfferState

REMEMBERED = 1_000
"""Ended offers a reducer remembers: more than a worker publishes at a time."""


class OfferVerdict(StrEnum):
    COUNTS = "counts"
    REPEAT = "repeat"
    VOID = "void"


class VoidReason(StrEnum):
    RIVAL = "rival"  # another live offer of the person stands before it
    OLD_EPOCH = "old_epoch"
    SAID_SO = "said_so"  # the step itself says that the offer never held
    OF_VOID_OFFER = "of_void_offer"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`has_counted`: a step of the same offer counted before, so the person may have heard of it."""

    verdict: OfferVerdict
    reason: VoidReason | None = None
    has_counted: bool = False


_REPEAT = Judgement(OfferVerdict.REPEAT)


@dataclass(slots=True)
class _Known:
    """An offer that is remembered. `state` is that after its last step; of an offer that counts, after the last that counted."""

    volunteer_id: str
    incident_id: str
    partition: int
    last: int
    state: OfferState = OfferState.VOID
    has_counted: bool = False
    is_void: bool = False
    events: set[str] = field(default_factory=set)

    @property
    def is_open(self) -> bool:
        return self.state in LIVE_STATES


class Validity:
    """The reducer of one partition of `offers`, or of a part of it that holds all steps of the people in question."""

    def __init__(self, *, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._known: dict[str, _Known] = {}
        self._open: dict[str, int] = {}  # offer -> place of the step that opened it; in the order of places
        self._lost_to: dict[str, int] = {}  # open void offer -> place that opened the offer it lost to
        self._ended: dict[str, None] = {}  # in the order of their ends
        self._holder: dict[str, str] = {}  # person -> the one offer they hold
        self._epochs: dict[tuple[str, str], int] = {}  # newest of a person and an incident
        self._newest: dict[int, int] = {}  # partition of decisions -> newest offset seen
        self._horizon: dict[int, int] = {}  # partition of decisions -> an unknown event before it is a repeat

    def judge(self, step: OfferStep, place: int = 0) -> Judgement:
        """The next step of the log; `place` is its offset."""
        known = self._known.get(step.id)
        if known is not None and step.event_id in known.events:
            return _REPEAT
        if step.decision_offset < self._horizon.setdefault(step.decision_partition, step.decision_offset):
            return _REPEAT
        has_counted = known is not None and known.has_counted
        reason = self._why_void(step, known)
        self._fold(step, known or self._new(step), reason, place)
        return Judgement(OfferVerdict.COUNTS if reason is None else OfferVerdict.VOID, reason, has_counted)

    def standing(self, offer_id: str) -> OfferState | None:
        """`void` for a void offer; None when the offer is not remembered: unknown, or ended long ago."""
        known = self._known.get(offer_id)
        if known is None:
            return None
        return OfferState.VOID if known.is_void else known.state

    def holder(self, volunteer_id: str) -> str | None:
        """The one valid live offer of a person."""
        return self._holder.get(volunteer_id)

    @property
    def oldest_open(self) -> int | None:
        """Whoever begins to read at this place knows all that is open; None when nothing is."""
        places = [*itertools.islice(self._open.values(), 1), *self._lost_to.values()]
        return min(places, default=None)

    @property
    def size(self) -> int:
        """Offers remembered."""
        return len(self._known)

    def _why_void(self, step: OfferStep, known: _Known | None) -> VoidReason | None:
        if step.state is OfferState.VOID:
            return VoidReason.SAID_SO
        if known is not None and known.is_void:
            return VoidReason.OF_VOID_OFFER
        if step.epoch < self._epochs.get((step.volunteer_id, step.incident_id), step.epoch):
            return VoidReason.OLD_EPOCH
        if step.state in LIVE_STATES and self._holder.get(step.volunteer_id, step.id) != step.id:
            return VoidReason.RIVAL
        return None

    def _new(self, step: OfferStep) -> _Known:
        known = self._known[step.id] = _Known(
            step.volunteer_id, step.incident_id, step.decision_partition, step.decision_offset
        )
        return known

    def _fold(self, step: OfferStep, known: _Known, reason: VoidReason | None, place: int) -> None:
        known.events.add(step.event_id)
        known.last = max(known.last, step.decision_offset)
        self._newest[known.partition] = max(self._newest.get(known.partition, 0), step.decision_offset)
        if reason is None:
            known.state, known.has_counted = step.state, True
            self._epochs[step.volunteer_id, step.incident_id] = step.epoch
        elif reason is not VoidReason.OLD_EPOCH or not known.has_counted:
            # A step of an old epoch leaves an offer that counts as it was; one that began with it never held.
            known.state = step.state
            known.is_void = known.is_open or step.state is OfferState.VOID
        if known.is_open:
            self._open.setdefault(step.id, place)
            self._ended.pop(step.id, None)
            if known.is_void:
                self._let_go(step.id, known)
                rival = self._holder.get(known.volunteer_id)
                self._lost_to.setdefault(step.id, self._open[rival] if rival else place)
            else:
                self._holder[step.volunteer_id] = step.id
        else:
            self._end(step.id, known)

    def _end(self, offer_id: str, known: _Known) -> None:
        self._open.pop(offer_id, None)
        self._lost_to.pop(offer_id, None)
        self._let_go(offer_id, known)
        self._ended[offer_id] = None
        while len(self._ended) > self._remembered:
            self._forget(next(iter(self._ended)))

    def _let_go(self, offer_id: str, known: _Known) -> None:
        if self._holder.get(known.volunteer_id) == offer_id:
            del self._holder[known.volunteer_id]

    def _forget(self, offer_id: str) -> None:
        del self._ended[offer_id]
        known = self._known.pop(offer_id)
        self._epochs.pop((known.volunteer_id, known.incident_id), None)
        # Other steps of the newest decision may still be to come.
        behind = min(known.last + 1, self._newest[known.partition])
        self._horizon[known.partition] = max(self._horizon[known.partition], behind)
