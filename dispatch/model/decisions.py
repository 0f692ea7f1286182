"""The decision record: one per command, with all its effects, and why. Everything else is derived from `decisions`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.model.events import Event
from dispatch.model.ids import event_id
from dispatch.model.incidents import Incident, Offer
from dispatch.model.vocabulary import Capability, HeardBy, OfferState, Outcome, SoftRule, WaveRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Where in the log the command stands that this decision answers."""

    topic: str
    partition: int
    offset: int
    command_id: str
    command_kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveWhy:
    """Why so many are asked. `stated`: the certainty of the requirement, None under a fixed policy; `reached`: the chance that
    the open places fill within the window from those asked now and the `out` who were asked before."""

    size: int
    out: int
    rule: WaveRule
    stated: float | None
    reached: float
    free: int
    """Fitting people the search found."""
    rivals: int = 0
    """Other needs that wait for the same people."""
    beyond_budget: int = 0
    """How many are asked although their budget is spent, they rest or it is night."""
    is_short: bool = False
    """More would be asked if more were found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementWhy:
    """Why these people for one requirement, and why not others."""

    requirement_id: str
    skill: str
    places_open: int
    asked: int
    searched_m: float | None
    considered: int
    excluded: Mapping[str, int] = field(default_factory=dict)
    chosen: tuple[Mapping[str, object], ...] = ()
    passed_over: tuple[Mapping[str, object], ...] = ()
    complete: bool = True
    """Whether the search looked at everybody within the limits."""
    bounded: bool = False
    """The search ended at its bound of work (DESIGN 90) before it had found enough people or seen everybody."""
    ladder_step: int | None = None
    """Steps of the ladder behind it."""
    forecast: float | None = None
    """Chance, as things stand after this decision, that the requirement is filled by its target."""
    wave: WaveWhy | None = None
    free_again_ms: int | None = None
    """When the first of those who are left in peace may be asked, as far as that is known."""
    travel: str = "built_in"
    """Where travel times came from (`Found.travel`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    plan_version: str | None = None
    rule: str = ""
    requirements: tuple[RequirementWhy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`version` is the incident's epoch after this decision (0 when no incident exists); `events` is empty unless applied."""

    id: str
    cause: Cause
    incident_id: str
    zone: str
    outcome: Outcome
    reason: str | None
    by: str
    version: int
    events: tuple[Event, ...]
    why: Why
    logged_ms: int
    decided_ms: int
    against: tuple[SoftRule, ...] = ()
    """Of an order that names a person and was refused: what speaks against them."""
    heard_by: HeardBy | None = None
    """How the operator `by` heard the answer that a person gave them; None when it is nobody else's word."""
    conflicts: tuple[str, ...] = ()
    """Fields, named as in the HTTP body, on which the precondition of a refused update did not hold."""
    unused_refs: tuple[str, ...] = ()
    """Sealed records that came with the command and hold nothing: they are erased."""


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
    """What the person is told besides (`safety_notices.py`); `state` is then no new one."""
    changes: tuple[str, ...] = ()
    """Names of the fields of the job that changed (`JobField`), never their values; `epoch` is the version to confirm."""


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
) -> OfferStep:
    """What a decision at that place of the log says of an offer; `notice`: besides the state it has already."""
    return OfferStep(
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
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRecord:
    """The whole state of an incident after a decision: a record of `incident-status`."""

    incident: Incident
    decision_id: str
    decision_partition: int
    decision_offset: int
    decided_ms: int
