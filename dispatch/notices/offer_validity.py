"""Validity of offers by the order of the log: one pure reducer for all readers of `offers`.

Input: the steps of one partition of `offers` in offset order; all steps of a person are in one partition. An offer is void if
another live offer of the same person precedes it (a rival), or if the log declares it void. A step is void if its epoch is older
than that of an earlier step for the same person and incident. An event that was seen before is a repeat. An offer voided by a
rival stays void until it ends; a late acceptance after that is valid if no rival precedes it. An offer that the log declares
void stays void.

Memory: the open offers, and the newest ended ones to detect repeats. A forgotten offer raises the horizon of its partition of
`decisions`. Steps arrive in the order of the decisions except for repeats, so an unknown event before the horizon is a repeat.
The first step of a partition sets its horizon, so reading may start at any offset.
"""

import itertools
from dataclasses import dataclass, field
from enum import StrEnum

from dispatch.model.decisions import OfferStep
from dispatch.model.vocabulary import LIVE_STATES, OfferState

REMEMBERED = 1_000
"""Number of ended offers kept: more than a worker publishes at a time."""


class OfferVerdict(StrEnum):
    COUNTS = "counts"
    REPEAT = "repeat"
    VOID = "void"


class VoidReason(StrEnum):
    RIVAL = "rival"  # another live offer of the person precedes it
    OLD_EPOCH = "old_epoch"
    SAID_SO = "said_so"  # the step itself declares the offer void
    OF_VOID_OFFER = "of_void_offer"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Result for one step. `has_counted`: an earlier step of the offer counted, so the person may have been notified of it."""

    verdict: OfferVerdict
    reason: VoidReason | None = None
    has_counted: bool = False


_REPEAT = Judgement(OfferVerdict.REPEAT)


@dataclass(slots=True)
class _Known:
    """A remembered offer. `state`: after its last step; for a valid offer, after the last step that counted."""

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
    """The reducer for one partition of `offers`, or for a subset that holds all steps of the people concerned."""

    def __init__(self, *, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._known: dict[str, _Known] = {}
        self._open: dict[str, int] = {}  # offer -> offset of the step that opened it, in offset order
        self._rival_from: dict[str, int] = {}  # open void offer -> offset that opened its rival
        self._void_spans: list[
            tuple[int, int]
        ] = []  # ended void offers: offset that opened the rival, offset of the end
        self._ended: dict[str, None] = {}  # in the order in which they ended
        self._holder: dict[str, str] = {}  # person -> their one valid live offer
        self._epochs: dict[tuple[str, str], int] = {}  # newest epoch by person and incident
        self._newest: dict[int, int] = {}  # partition of decisions -> highest offset seen
        self._horizon: dict[int, int] = {}  # partition of decisions -> unknown events before it are repeats

    def judge(self, step: OfferStep, place: int = 0) -> Judgement:
        """Folds the next step of the log and returns whether it counts. `place`: its offset in `offers`."""
        known = self._known.get(step.id)
        if known is not None and step.event_id in known.events:
            return _REPEAT
        # `setdefault`: the first step of a partition sets the horizon, so reading may start at any offset.
        if step.decision_offset < self._horizon.setdefault(step.decision_partition, step.decision_offset):
            return _REPEAT
        has_counted = known is not None and known.has_counted
        reason = self._why_void(step, known)
        self._fold(step, known or self._new(step), reason, place)
        return Judgement(OfferVerdict.COUNTS if reason is None else OfferVerdict.VOID, reason, has_counted)

    def standing(self, offer_id: str) -> OfferState | None:
        """The state of an offer, `void` for a void one; None if it is not remembered: unknown, or ended long ago."""
        known = self._known.get(offer_id)
        if known is None:
            return None
        return OfferState.VOID if known.is_void else known.state

    def holder(self, volunteer_id: str) -> str | None:
        """The valid live offer of a person; None if they have none."""
        return self._holder.get(volunteer_id)

    @property
    def oldest_open(self) -> int | None:
        """The offset from which a reader sees all open offers and their rivals; None if none is open."""
        low = self._oldest_place()
        # A reader that starts inside the life of a void offer would take that offer for a valid one.
        # Repeated, because each start that moves back may lie in the life of another void offer.
        while low is not None and (starts := [start for start, end in self._void_spans if start < low <= end]):
            low = min(starts)
        return low

    def _oldest_place(self) -> int | None:
        # The first value is the oldest: `_open` is in offset order.
        return min([*itertools.islice(self._open.values(), 1), *self._rival_from.values()], default=None)

    @property
    def size(self) -> int:
        """Number of remembered offers."""
        return len(self._known)

    def _why_void(self, step: OfferStep, known: _Known | None) -> VoidReason | None:
        if step.state is OfferState.VOID:
            return VoidReason.SAID_SO
        if known is not None and known.is_void:
            return VoidReason.OF_VOID_OFFER
        # Decided on a state that a later epoch has replaced (DESIGN 58).
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
        # Also for a void step: its repeat must be recognised.
        known.events.add(step.event_id)
        known.last = max(known.last, step.decision_offset)
        self._newest[known.partition] = max(self._newest.get(known.partition, 0), step.decision_offset)
        if reason is None:
            known.state, known.has_counted = step.state, True
            self._epochs[step.volunteer_id, step.incident_id] = step.epoch
        elif reason is not VoidReason.OLD_EPOCH or not known.has_counted:
            # A step of an old epoch does not change a valid offer. An offer whose first step has an old epoch was never valid.
            known.state = step.state
            known.is_void = known.is_open or step.state is OfferState.VOID
        if known.is_open:
            self._open.setdefault(step.id, place)
            # A late acceptance opens an offer that had ended.
            self._ended.pop(step.id, None)
            if known.is_void:
                self._release(step.id, known)
                rival = self._holder.get(known.volunteer_id)
                self._rival_from.setdefault(step.id, self._open[rival] if rival else place)
            else:
                self._holder[step.volunteer_id] = step.id
        else:
            self._end(step.id, known, place)

    def _end(self, offer_id: str, known: _Known, place: int) -> None:
        self._open.pop(offer_id, None)
        if (start := self._rival_from.pop(offer_id, None)) is not None:
            low = self._oldest_place()
            kept = [] if low is None else [span for span in self._void_spans if span[1] >= low]
            self._void_spans = [*kept, (start, place)]
        self._release(offer_id, known)
        self._ended[offer_id] = None
        while len(self._ended) > self._remembered:
            self._forget(next(iter(self._ended)))

    def _release(self, offer_id: str, known: _Known) -> None:
        # Not the offer of a rival, which stays valid when a void one ends.
        if self._holder.get(known.volunteer_id) == offer_id:
            del self._holder[known.volunteer_id]

    def _forget(self, offer_id: str) -> None:
        del self._ended[offer_id]
        known = self._known.pop(offer_id)
        self._epochs.pop((known.volunteer_id, known.incident_id), None)
        # More steps of the newest decision may follow, so the horizon never passes it.
        behind = min(known.last + 1, self._newest[known.partition])
        self._horizon[known.partition] = max(self._horizon[known.partition], behind)
