"""The decision record: one per command, with all its effects and the reasons. All other state is derived from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.model.events import Event
from dispatch.model.ids import event_id
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.reasons import SaidTime, SoftRule
from dispatch.model.vocabulary import AnswerWay, Capability, HeardBy, OfferState, Outcome, Priority, WaveRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Position in Kafka of the command that caused the decision."""

    topic: str
    partition: int
    offset: int
    command_id: str
    command_kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveWhy:
    """Reasons for the size of a wave. `stated`: the certainty of the requirement, None under a fixed policy. `reached`: the
    probability that the open places fill within the window, from the people asked now and the `out` whose offers are open."""

    size: int
    out: int
    rule: WaveRule
    stated: float | None
    reached: float
    free: int
    """Eligible people that the search found."""
    rivals: int = 0
    """Other needs that compete for the same people."""
    beyond_budget: int = 0
    """Number of people asked although their budget is spent, they are resting or it is within quiet hours."""
    is_short: bool = False
    """More people would have been asked if the search had found more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementWhy:
    """Reasons for the choice of people for one requirement."""

    requirement_id: str
    skill: str
    places_open: int
    asked: int
    searched_m: float | None
    """The distance limit within which everybody was examined; None for digital work and for an incomplete search."""
    considered: int
    """People examined. In the log, those whom the record does not list are rounded up (`recorded_count`); so are `excluded` and
    `WaveWhy.free`."""
    # Counts by reason: keeping every candidate would make a decision as large as its city (DESIGN 36).
    excluded: Mapping[str, int] = field(default_factory=dict)
    chosen: tuple[Mapping[str, object], ...] = ()
    passed_over: tuple[Mapping[str, object], ...] = ()
    complete: bool = True
    """Whether the search examined everybody within the limits."""
    bounded: bool = False
    """The search reached its work limit (DESIGN 90) before it found enough people or examined everybody."""
    ladder_step: int | None = None
    """Number of ladder steps taken."""
    forecast: float | None = None
    """Probability, after this decision, that the requirement is filled by its target time."""
    wave: WaveWhy | None = None
    free_again_ms: int | None = None
    """When the first of the people who rest or sleep may be asked, if known."""
    travel: str = "built_in"
    """Source of the travel times (`Found.travel`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    plan_version: str | None = None
    rule: str = ""
    requirements: tuple[RequirementWhy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One record of `decisions`. `version`: epoch of the incident after it (0: there is no incident). `events`: empty unless
    the outcome is `applied`."""

    id: str
    cause: Cause
    incident_id: str
    zone: str
    outcome: Outcome
    reason: str | None
    by: str
    # A record that cannot follow from the state before it keeps its offset without effect (DESIGN 43).
    version: int
    events: tuple[Event, ...]
    why: Why
    logged_ms: int
    decided_ms: int
    against: tuple[SoftRule, ...] = ()
    """For a refused order to ask a certain person: the soft rules that exclude them."""
    heard_by: HeardBy | None = None
    """How the operator `by` received the answer of a person; None: the author of the command speaks for themselves."""
    said_ms: int | None = None
    """When the person says they gave the answer; the order of answers is that of the log."""
    said_ignored: SaidTime | None = None
    """Why the stated time was ignored."""
    # Names only: the API reads and decrypts the current values for the operator (DESIGN 80).
    conflicts: tuple[str, ...] = ()
    """Fields, named as in the HTTP body, on which the precondition of a refused update failed."""
    # A refused or unchanged edit has already written its texts; they are erased when the decision is published (DESIGN 79).
    unused_refs: tuple[str, ...] = ()
    """Encrypted records of the command that no field refers to; they are erased."""
    way: AnswerWay | None = None
    """How the words of `by` arrived; None: by the API."""
    other_incident: str | None = None
    """The incident that `reason` speaks of, where it speaks of another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferStep:
    """One step of one offer, derived from a decision: a record of the `offers` topic."""

    event_id: str
    id: str
    incident_id: str
    requirement_id: str
    volunteer_id: str
    capability: Capability
    skill: str
    state: OfferState
    reason: str | None
    epoch: int
    at_ms: int
    expires_ms: int
    decision_id: str
    decision_partition: int
    decision_offset: int
    notice: str | None = None
    """Set if the record is a safety notice (`safety_notices.py`); `state` then repeats the present state."""
    changes: tuple[str, ...] = ()
    """Names of the changed fields of the job (`JobField`), never values; `epoch` is the version to confirm."""
    priority: Priority | None = None
    """Of the incident after the decision; None in older records."""
    distance_m: float | None = None
    """Distance from the person's cell, as the offer states it."""
    exercise: bool = False
    """The incident is a drill: nothing goes out by ways that cost money or cannot say so."""
    is_forced: bool = False
    """An operator selected this person in spite of rules against it, such as being off duty: they are told all the same."""


def offer_step(
    offer: Offer,
    decision: Decision,
    partition: int,
    offset: int,
    *,
    state: OfferState,
    reason: str | None,
    notice: str | None = None,
    changes: tuple[str, ...] = (),
    priority: Priority | None = None,
    exercise: bool = False,
) -> OfferStep:
    """The record of `offers` for one offer and a decision at this position in the log; `notice`: a safety notice."""
    return OfferStep(
        # One decision can make a step and a notice for the same offer: the notice is part of the id then.
        event_id=event_id(decision.id, offer.id, notice or state),
        id=offer.id,
        incident_id=decision.incident_id,
        requirement_id=offer.requirement_id,
        volunteer_id=offer.volunteer_id,
        capability=offer.capability,
        skill=offer.skill,
        state=state,
        reason=reason,
        epoch=decision.version,
        at_ms=decision.decided_ms,
        expires_ms=offer.expires_ms,
        decision_id=decision.id,
        decision_partition=partition,
        decision_offset=offset,
        notice=notice,
        changes=changes,
        priority=priority,
        distance_m=offer.distance_m,
        is_forced=bool(offer.set_aside),
        exercise=exercise,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRecord:
    """Complete state of an incident after a decision: a record of `incident-status`."""

    incident: Incident
    decision_id: str
    decision_partition: int
    decision_offset: int
    decided_ms: int
