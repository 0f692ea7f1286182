"""The state of an incident; `requirements.py`, `offers.py`, `merges.py` and `places.py` hold its parts.

All types are frozen. Times are milliseconds since 1970-01-01 UTC (`_ms`), distances are metres (`_m`), durations are seconds
(`_s`), coordinates are WGS 84 degrees.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.model.call_numbers import CallNumber
from dispatch.model.distress_links import KnownDistress, SentTo
from dispatch.model.merges import MergeCandidate, Merging, RefusedBefore, ReportNumber
from dispatch.model.offers import Offer
from dispatch.model.places import Area
from dispatch.model.proposals import Proposal
from dispatch.model.reasons import EndCode
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Capability, Certainty, IncidentStatus, Priority, ResultKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """A reason why an operator should look at the incident; `reason` is a stable identifier (`AttentionReason`)."""

    reason: str
    requirement_id: str | None = None
    since_ms: int = 0
    # Free text could name people, and `decisions` is kept for a year.
    detail: str | None = None
    """An identifier, never free text."""
    offer_id: str | None = None
    """Set if the reason concerns one person: each person has an entry of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """The polygon of the incident is a hazard area. `equipped`: people with one of these skills may enter. `since`: the epoch
    that defined the present area; 0 if another incident warns the people in it."""

    equipped: tuple[str, ...] = ()
    since: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Epoch, author and time of the last change of one field."""

    # Preconditions compare this epoch, so the dispatcher decrypts nothing to detect a conflict (DESIGN 79).
    version: int
    by: str
    at_ms: int
    # A result of digital work never moves by itself what an operator has placed (DESIGN 120).
    found: bool = False
    """Set by digital work without an operator."""


# No slots: `copying.changed` copies `__dict__` (DESIGN 45).
@dataclass(frozen=True, kw_only=True)
class Times:
    reported_ms: int  # stated by the caller, else `logged_ms`
    logged_ms: int
    decided_ms: int
    first_offer_ms: int | None = None
    first_accept_ms: int | None = None
    first_on_scene_ms: int | None = None
    """None also for what was decided before this was kept."""
    staffed_ms: int | None = None
    closed_ms: int | None = None
    reopened_ms: int | None = None
    """When it was last reopened."""


# No slots: `copying.changed` copies `__dict__` (DESIGN 45).
@dataclass(frozen=True, kw_only=True)
class Incident:
    """The state of an incident after a decision. `version` is its epoch: each decision that changes the incident adds one."""

    id: str
    # The zone of the report; it stays when the incident moves, because ids and partition follow from it (DESIGN 6).
    zone: str
    version: int
    type: str
    priority: Priority
    status: IncidentStatus
    area: Area | None
    language: str | None
    requirements: tuple[Requirement, ...]
    offers: tuple[Offer, ...] = ()
    times: Times
    plan_version: str
    reported_by: str
    external_id: str | None = None
    external_digest: str | None = None
    body_digest: str
    retry_at_ms: int | None = None
    # Decides the delay of the next retry, which grows up to 300 s (DESIGN 10).
    retries: int = 0
    alarm_level: int = 1
    escalations: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    certainty: Certainty = Certainty.UNCONFIRMED
    text_print: str | None = None
    merge_candidates: tuple[MergeCandidate, ...] = ()
    merging: Merging | None = None
    merged_into: str | None = None
    reports: tuple[str, ...] = ()
    """Incidents merged into this one."""
    # Another report under one of these numbers is proposed for a merge with this incident (DESIGN 95).
    report_numbers: Mapping[str, tuple[ReportNumber, ...]] = field(default_factory=dict)
    """For each of `reports` that has any: its external number and those of its own reports."""
    report_distress: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each of `reports` that is about people in danger: these people. Their danger ends with this incident."""
    report_sent_to: Mapping[str, tuple[SentTo, ...]] = field(default_factory=dict)
    """For each of these reports: the incidents to which its people were sent."""
    split_from: str | None = None
    """The incident from which this one was split."""
    split_into: tuple[str, ...] = ()
    # Names the other incident to an operator who orders the same split a moment later (DESIGN 205).
    moved_by_split: Mapping[str, str] = field(default_factory=dict)
    """Person, or merged report, to the incident of `split_into` that took them over last."""
    hazard: Hazard | None = None
    # With the epoch, because a changed hazard area warns everybody in it again (DESIGN 54).
    warned: Mapping[str, int] = field(default_factory=dict)
    """People found inside the hazard area, with the epoch in which they were warned."""
    parent_id: str | None = None
    """For the incident of a person in distress: the incident to which that person was sent."""
    distress_of: str | None = None
    also_sent_to: tuple[str, ...] = ()
    """Further incidents to which the person in distress was sent, and from which they signalled."""
    known_distress: Mapping[str, KnownDistress] = field(default_factory=dict)
    """People who were sent here and are in danger, by the incident of their danger."""
    said_safe_ms: Mapping[str, int] = field(default_factory=dict)
    """When people whose danger this is said last that they are safe."""
    signalled_ms: int | None = None
    """When the person in distress signalled last after its end."""
    attention: tuple[Attention, ...] = ()
    # Keeps a decline after its offer was pruned (DESIGN 35).
    declined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Requirement id to people who may not be asked for it again, from ended offers that were pruned."""
    refused: tuple[RefusedBefore, ...] = ()
    """Who declined which work at incidents that were merged into this one, and here in offers that were pruned."""
    forgotten_offers: int = 0
    """Number of ended offers that were pruned from the state; the log keeps them."""
    # References, not texts: two edits of different fields never overwrite each other (DESIGN 79).
    details: Mapping[str, str] = field(default_factory=dict)
    """Private field (`description`, `address`, `caller`) to the reference of the encrypted record that holds it. An absent
    field is held by the record of the report."""
    edits: Mapping[str, Edit] = field(default_factory=dict)
    """Field, named as in the HTTP body, to its last edit since the report."""
    proposals: tuple[Proposal, ...] = ()
    """Results of digital work that wait for an operator, at most one of each kind."""
    exercise: bool = False
    """A drill. It is planned, asked and answered as a real one, and counted apart."""
    end_code: EndCode | None = None
    """How it ended, as an operator stated it; None while it is open."""
    call_number: CallNumber | None = None
    """None in reports that were decided before numbers were given."""
    overruled: tuple[ResultKind, ...] = ()
    """Kinds of results against which an operator has decided here: none of them acts by itself any more."""

    @property
    def is_open(self) -> bool:
        return self.status not in (IncidentStatus.CLOSED, IncidentStatus.CANCELLED)

    @property
    def people_in_distress(self) -> tuple[str, ...]:
        """Whose danger this incident is, also by reports that were merged into it; each once."""
        own = () if self.distress_of is None else (self.distress_of,)
        return tuple(dict.fromkeys((*own, *(one for people in self.report_distress.values() for one in people))))

    @property
    def sent_to(self) -> tuple[SentTo, ...]:
        """Whom of the people whose danger this is have been sent where, also by merged reports; each once."""
        where = dict.fromkeys(one for one in (self.parent_id, *self.also_sent_to) if one is not None)
        own = [SentTo(incident_id=one, volunteer_id=self.distress_of) for one in where if self.distress_of is not None]
        brought = (one for people in self.report_sent_to.values() for one in people)
        return tuple(one for one in dict.fromkeys((*own, *brought)) if one.incident_id != self.id)

    @property
    def sent_in_distress(self) -> tuple[str, ...]:
        """People who were sent here and whose danger is open, each once."""
        return tuple(dict.fromkeys(one for known in self.known_distress.values() for one in known.volunteer_ids))

    def requirement(self, requirement_id: str | None) -> Requirement | None:
        return next((entry for entry in self.requirements if entry.id == requirement_id), None)

    def offer(self, offer_id: str) -> Offer | None:
        return next((offer for offer in self.offers if offer.id == offer_id), None)

    def proposal(self, proposal_id: str) -> Proposal | None:
        return next((proposal for proposal in self.proposals if proposal.id == proposal_id), None)

    def offers_for(self, requirement_id: str) -> tuple[Offer, ...]:
        return tuple([offer for offer in self.offers if offer.requirement_id == requirement_id])

    def open_places(self, requirement: Requirement) -> int:
        """People still missing: the count minus those assigned or done; at least 0; 0 for settled work."""
        if requirement.settled is not None:
            return 0
        wanted = requirement.id
        filled = [1 for offer in self.offers if offer.requirement_id == wanted and offer.is_filling]
        # A lowered count may leave more people than places.
        return max(0, requirement.count - len(filled))

    def lacks_place(self, requirement: Requirement) -> bool:
        """Whether this is field work while the incident has no place. Without a distance nobody can be searched for it."""
        return self.area is None and requirement.capability is Capability.FIELD

    def is_short_of_people(self, requirement: Requirement) -> bool:
        """Whether the requirement has a shortfall that another search could end."""
        return requirement.shortfall is not None and not self.lacks_place(requirement)

    def waits_for_people(self, requirement: Requirement) -> bool:
        """Whether a person who becomes available should be asked: the requirement has a shortfall, lacks a translator, or has a
        wave too small for its certainty. Field work without a place waits for no more than a translator."""
        if requirement.translator_since_ms is not None:
            return True
        if self.lacks_place(requirement):
            return False
        if requirement.shortfall is not None:
            return True
        return requirement.short_since_ms is not None and self.open_places(requirement) > 0
