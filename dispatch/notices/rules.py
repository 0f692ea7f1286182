"""Which steps of an offer are sent to its person as a notice, of which kind, and until when.

Sent: an offer; the confirmation of an acceptance; a withdrawal or stand-down; the end of work by others (closed, merged) or by an
expired lease; the voiding of an offer of which the person may have been notified; every safety notice; and changes of the job, to
assigned people.

Not sent: the person's own actions (declined, en route, on scene, done), and the end of the window, which the offer states. People
who have not answered get no notice of changes; the step is in their event stream, and the offer shows them what they may see.
"""

from dataclasses import dataclass
from enum import StrEnum

from dispatch.model.decisions import OfferStep
from dispatch.model.job_fields import JobField
from dispatch.model.vocabulary import ASSIGNED_STATES, LIVE_STATES, OfferState, Priority
from dispatch.notices.offer_validity import Judgement, OfferVerdict, Validity, VoidReason
from dispatch.notices.safety_notices import CHANGED, COLLEAGUE_IN_DISTRESS, REMINDER, STAGING_MOVED

APP = "sse"
"""The channel of the app that is open. Part of the ids of notices: never change it."""
LEASE_EXPIRED = "lease_expired"
"""Reason of an offer whose lease expired; set by `digital/leases.py`."""
_MINUTE_MS = 60_000
SOON_MS = 15 * _MINUTE_MS
"""Validity of confirmations and check-in requests: later delivery is useless."""
LATE_MS = 60 * _MINUTE_MS
"""Validity of stand-downs and warnings: they are useful even late, because people may travel for a long time."""

_KIND_OF_STATE = {
    OfferState.OFFERED: "offered",
    OfferState.ACCEPTED: "confirmed",
    OfferState.WITHDRAWN: "withdrawn",
    OfferState.STOOD_DOWN: "stood_down",
}
"""Notice by state; a state that is missing here is the person's own action or a time-out that the offer stated."""
_ENDED_BY_OTHERS = frozenset({"closed", "merged"})
"""Reasons for which others ended an offer as done; set by `orders.py` and `merging.py`."""
_WHILE_ASSIGNED = frozenset({CHANGED, STAGING_MOVED, COLLEAGUE_IN_DISTRESS})
"""Kinds that remain true while the person is assigned, whatever progress they made, and are useful even late."""
_MOOT_UNLESS_TOLD = frozenset({"withdrawn", "void"})


class NoticeOutcome(StrEnum):
    SENT = "sent"
    FAILED = "failed"  # the channel refused it or did not answer, in every attempt
    DELIVERED = "delivered"  # the person's device has shown it
    SEEN = "seen"  # the person has looked at it
    ASKED = "asked"  # somebody asks for it: a test, or a code that verifies an address


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice to one person; ids and codes only. `state` and `reason`: of the offer at the step that caused the notice.
    `changes`: fields of the job that changed in the epoch `version`. `until_ms`: not sent after this time."""

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
    skill: str = ""
    priority: Priority | None = None
    distance_m: float | None = None
    exercise: bool = False
    is_forced: bool = False

    @property
    def is_first(self) -> bool:
        """Whether it is the first notice of an offer."""
        return self.kind == _KIND_OF_STATE[OfferState.OFFERED]

    @property
    def is_moot_unless_told(self) -> bool:
        """Whether it is pointless if the person was never notified of the offer."""
        return self.kind in _MOOT_UNLESS_TOLD


def notice_of(step: OfferStep, judgement: Judgement) -> Notice | None:
    """The notice for a step; None if none is sent."""
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
        skill=step.skill,
        priority=step.priority,
        distance_m=step.distance_m,
        exercise=step.exercise,
        is_forced=step.is_forced,
    )


def _kind(step: OfferStep, judgement: Judgement) -> str | None:
    # Only if the log itself says so and the person may know of the offer; an offer nobody heard of ends in silence.
    if judgement.verdict is OfferVerdict.VOID:
        return "void" if judgement.reason is VoidReason.SAID_SO and judgement.has_counted else None
    if judgement.verdict is OfferVerdict.REPEAT:
        return None
    # Before the state, which a safety notice only repeats.
    if step.notice is not None:
        return step.notice if _is_sent(step) else None
    if step.state is OfferState.DONE and step.reason in _ENDED_BY_OTHERS:
        return "closed"
    if step.state is OfferState.EXPIRED and step.reason == LEASE_EXPIRED:
        return LEASE_EXPIRED
    return _KIND_OF_STATE.get(step.state)


def _is_sent(step: OfferStep) -> bool:
    """Whether the step is sent. Changes of the lease alone are not: the person's own sign of life extends it."""
    if step.notice != CHANGED:
        return True
    return step.state in ASSIGNED_STATES and step.changes != (JobField.LEASE,)


def _until_ms(step: OfferStep, kind: str) -> int:
    if kind == "offered" or (kind == REMINDER and step.state is OfferState.OFFERED):
        return step.expires_ms
    is_soon = step.state in LIVE_STATES and kind not in _WHILE_ASSIGNED
    # From the time of the decision, not of reading: a notifier that catches up sends nothing outdated.
    return step.at_ms + (SOON_MS if is_soon else LATE_MS)


def is_true_still(notice: Notice, validity: Validity) -> bool:
    """Whether the notice still matches the state of its offer, as far as the log was read."""
    standing = validity.standing(notice.offer_id)
    if standing is None:  # forgotten: the offer ended long ago
        return notice.state not in LIVE_STATES
    if notice.kind in _WHILE_ASSIGNED:
        return standing in ASSIGNED_STATES
    return standing is notice.state
