"""Incidents as operators, monitors and the people who were asked see them."""

from typing import Literal

from api.schemas.base import Geometry, Shown, Time
from api.schemas.offers import CallerShown, MaterialShown, OfferOfIncident
from api.schemas.safety import HazardShown, PersonInDistress
from dispatch.model.reasons import EndCode, ProposalCause
from dispatch.model.vocabulary import (
    Capability,
    Certainty,
    Details,
    IncidentStatus,
    LanguageRule,
    OnFalse,
    Priority,
    ResultKind,
    Task,
)


class LadderShown(Shown):
    """Progress of a requirement on its escalation ladder. `ring`: factor by which its limits of distance and time are widened."""

    name: str
    steps_taken: int
    next_step_at: Time | None
    ring: int
    ended: bool


class RequirementShown(Shown):
    """One line of what an incident needs. `offered`: offers that wait for an answer; `accepted`: people assigned or done."""

    id: str
    capability: Capability
    skill: str
    count: int
    languages: list[str]
    task: Task | None
    max_distance_m: int | None
    """null for digital work."""
    window_s: int
    offered: int
    accepted: int
    shortfall: int
    shortfall_reason: str | None
    shortfall_since: Time | None
    role: str
    any_of: list[str]
    max_eta_s: int | None
    language: LanguageRule | None
    lease_s: int | None
    answers_wanted: int
    agree: int
    validated: bool
    assistant_counts: bool
    on_false: OnFalse
    settled: str | None
    """Digital work: the outcome on which enough answers agree."""
    ladder: LadderShown | None
    verified: list[str]
    """Those of its skills, with the substitutes allowed so far, that count only if verified."""


class TimesShown(Shown):
    reported: Time
    logged: Time | None
    decided: Time | None
    first_offer: Time | None
    first_accept: Time | None
    first_on_scene: Time | None
    staffed: Time | None
    closed: Time | None
    reopened: Time | None


class AttentionShown(Shown):
    """Why an operator should look at the incident. `detail` is an identifier. `offer_id` is set if it concerns one person."""

    reason: str
    requirement_id: str | None
    since: Time
    detail: str | None
    offer_id: str | None


class StatementShown(Shown):
    """One person's answer. `upheld` of `judged`: how often their digital answers were right, of those that others or an operator
    judged, when they were asked; recent answers count more. null: not known, for example of a person assigned by hand."""

    offer_id: str
    volunteer_id: str
    at: Time
    upheld: float | None
    judged: float | None


class ProposalShown(Shown):
    """A result of digital work that waits for an operator.

    `kind`: `false` (close the incident as false), `located` (move it to `location`), `duplicate` (merge it into `incident_id`).
    `by` and `offer_id`: the newest answer of `said`. `because`: why it does not act by itself: `plan`, `priority`, `engaged`,
    `hazard`, `confirmed`, `operator` (against an operator's own statement), `distance`, `zone`, `place_unknown`.
    """

    id: str
    kind: ResultKind
    requirement_id: str
    offer_id: str
    by: str
    at: Time
    location: Geometry | None
    incident_id: str | None
    because: list[ProposalCause]
    said: list[StatementShown]


class MergeCandidateShown(Shown):
    """An open incident that may be the same event.

    `score`: from 0 to 1. `type` and `text`: similarity from 0 to 1; `text` is null if the texts are not comparable. `reasons`,
    strongest first: `external_id` (both have the same external id), `reporter` (also from the same reporter), `place`, `type`,
    `text`, `time`.
    """

    incident_id: str
    score: float
    external_id: bool
    reasons: list[str]
    distance_m: float | None
    apart_s: float
    type: float
    text: float | None


class IncidentFields(Shown):
    """Fields of an incident in every format.

    Optional fields depend on the role. Volunteers do not see `external_id`, `escalations`, `attention`, `proposals`, `warned`,
    `parent_id`, `distress_of`, `reports`, `split_from`, `split_into`, `merging_into`, `merged_into` and `merge_candidates`. Only
    operators, and volunteers who accepted, see `description`, `address`, `caller` and the texts of `material`; only operators see
    `person`. Volunteers see their own offers only. Monitors see counts and no person: for them `external_id`, `distress_of` and
    the details of `attention` are null, and `proposals`, `warned`, `merge_candidates`, `material` and `offers` are empty.
    """

    type: str
    priority: Priority
    status: IncidentStatus
    call_number: str | None
    """`AK-042`: the short number for speech, unique on its day. Null before the first decision."""
    end_code: EndCode | None
    """How it ended, if an operator stated it."""
    exercise: bool
    """A drill."""
    zone: str
    version: int
    edit_version: int
    """Number of the last edit, for the precondition of a PATCH."""
    language: str | None
    external_id: str | None = None
    alarm_level: int
    escalations: list[str] = []
    certainty: Certainty
    attention: list[AttentionShown] = []
    proposals: list[ProposalShown] = []
    """Results of digital work that wait for an operator."""
    hazard: HazardShown | None
    warned: list[str] = []
    """People found inside the hazard area."""
    parent_id: str | None = None
    """The incident to which the person in distress was sent."""
    distress_of: str | None = None
    reports: list[str] = []
    """Incidents that were merged into this one."""
    split_from: str | None = None
    split_into: list[str] = []
    merging_into: str | None = None
    """A merge that the other incident has not confirmed yet."""
    merged_into: str | None = None
    merge_candidates: list[MergeCandidateShown] = []
    material: list[MaterialShown]
    requirements: list[RequirementShown]
    offers: list[OfferOfIncident]
    times: TimesShown
    links: dict[str, str]
    description: str | None = None
    address: str | None = None
    caller: CallerShown | None = None
    unreadable: list[str] = []
    """Private fields that exist and cannot be decrypted at the moment; they are shown as null."""
    erased: list[str] = []
    """Fields of an ended incident whose record has been erased; they are shown as null."""
    details: Details | None = None
    """Volunteers only, after acceptance; as in an offer."""
    person: PersonInDistress | None = None
    others_in_distress: list[PersonInDistress] = []
    """Whose danger it is beside that of `person`, by merges."""


class IncidentShown(IncidentFields):
    """An incident. Monitors see `location` as a coarse point, and so do volunteers until they accept."""

    id: str
    location: Geometry | None


class IncidentPage(Shown):
    """`next`: cursor of the next page; null on the last one."""

    items: list[IncidentShown]
    next: str | None


class IncidentFeature(Shown):
    """An incident as a GeoJSON Feature (RFC 7946)."""

    type: Literal["Feature"]
    id: str
    geometry: Geometry | None
    properties: IncidentFields


class IncidentCollection(Shown):
    """A page of incidents as a GeoJSON FeatureCollection."""

    type: Literal["FeatureCollection"]
    features: list[IncidentFeature]
    next: str | None
