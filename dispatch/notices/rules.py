"""Which steps of offers a person is told, as what, and how long that is worth telling.

Told: an offer; that an acceptance was confirmed; that an offer was taken back or somebody is to stand down; that work has ended
because others ended it, or is somebody else's because its lease ran out; that an offer does not hold after all, when its person
may have heard of it; every notice of safety; and to who is assigned, that their job changed.

Not told: what people did themselves (declined, en route, on scene, done), and the end of the time to answer, which the offer
itself states: whoever was silent is left in peace. Who has only been asked is not told of changes either (the step itself is in
their stream): what they may see they see when they open the offer.
"""

from dataclasses import dataclass
from enum import StrEnum

from dispatch.model.decisions import OfferStep
from dispatch.model.vocabulary import ASSIGNED_STATES, LIVE_STATES, JobField, OfferState
from dispatch.notices.offer_validity import Judgement, OfferVerdict, Validity, VoidReason
from dispatch.notices.safety_notices import CHANGED, COLLEAGUE_IN_DISTRESS, STAGING_MOVED

LEASE_EXPIRED = "lease_expired"
"""Why work that had been accepted is in nobody's hands any more; `leases.py` ends it with this word."""
_MINUTE_MS = 60_000
SOON_MS = 15 * _MINUTE_MS
"""A confirmation or a check-in that is later than this helps nobody."""
LATE_MS = 60 * _MINUTE_MS
"""Not to go, or that a colleague is in danger, is worth knowing even late: people may be on their way for long."""

_OF_STATE = {
    OfferState.OFFERED: "offered",
    OfferState.ACCEPTED: "confirmed",
    OfferState.WITHDRAWN: "withdrawn",
    OfferState.STOOD_DOWN: "stood_down",
}
_ENDED_BY_OTHERS = frozenset({"closed", "merged"})
"""Why somebody on scene was done without having said so: as `orders.py` and `merging.py` give it."""
_OF_WHO_IS_ASSIGNED = frozenset({CHANGED, STAGING_MOVED, COLLEAGUE_IN_DISTRESS})
"""True for as long as the person is assigned, however far they have come meanwhile, and worth telling even late."""
_MOOT_UNLESS_TOLD = frozenset({"withdrawn", "void"})


class NoticeOutcome(StrEnum):
    SENT = "sent"
    FAILED = "failed"  # the channel refused it, or gave no answer, as often as it is tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What one person is to be told; ids and words only. `state`: where the offer stood when it was worth telling. `reason`: why
    it came to that. `changes`: fields of the job that changed, in the incident's epoch `version`."""

    event_id: str
    offer_id: str
    incident_id: str
    volunteer_id: str
    kind: str
    state: OfferState
    at_ms: int
    until_ms: int
    version: int = 0
    reason: str | None = None
    changes: tuple[str, ...] = ()

    @property
    def is_first(self) -> bool:
        """What a person hears of an offer before anything else."""
        return self.state is OfferState.OFFERED

    @property
    def is_moot_unless_told(self) -> bool:
        """The end of something the person never heard of is no news."""
        return self.kind in _MOOT_UNLESS_TOLD


def notice_of(step: OfferStep, judgement: Judgement) -> Notice | None:
    """What the step's person is told; None when nothing."""
    kind = _kind(step, judgement)
    if kind is None:
        return None
    return Notice(
        event_id=step.event_id,
        offer_id=step.id,
        incident_id=step.incident_id,
        volunteer_id=step.volunteer_id,
        kind=kind,
        state=step.state,
        at_ms=step.at_ms,
        until_ms=_until_ms(step, kind),
        version=step.epoch,
        reason=step.reason,
        changes=step.changes,
    )


def _kind(step: OfferStep, judgement: Judgement) -> str | None:
    if judgement.verdict is OfferVerdict.VOID:
        return "void" if judgement.reason is VoidReason.SAID_SO and judgement.has_counted else None
    if judgement.verdict is OfferVerdict.REPEAT:
        return None
    if step.notice is not None:
        return step.notice if _is_told(step) else None
    if step.state is OfferState.DONE and step.reason in _ENDED_BY_OTHERS:
        return "closed"
    if step.state is OfferState.EXPIRED and step.reason == LEASE_EXPIRED:
        return LEASE_EXPIRED
    return _OF_STATE.get(step.state)


def _is_told(step: OfferStep) -> bool:
    """A lease is prolonged by a sign of life of the person themselves."""
    if step.notice != CHANGED:
        return True
    return step.state in ASSIGNED_STATES and step.changes != (JobField.LEASE,)


def _until_ms(step: OfferStep, kind: str) -> int:
    if kind == "offered":
        return step.expires_ms
    is_soon = step.state in LIVE_STATES and kind not in _OF_WHO_IS_ASSIGNED
    return step.at_ms + (SOON_MS if is_soon else LATE_MS)


def is_true_still(notice: Notice, validity: Validity) -> bool:
    """Whether the offer stands where it stood, as far as the log was read."""
    standing = validity.standing(notice.offer_id)
    if standing is None:  # forgotten: it ended, and others after it
        return notice.state not in LIVE_STATES
    if notice.kind in _OF_WHO_IS_ASSIGNED:
        return standing in ASSIGNED_STATES
    return standing is notice.state
