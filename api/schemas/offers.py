"""Offers as their person sees them, and as part of an incident."""

from typing import Annotated

from pydantic import Field

from api.schemas.assistant import HintShown
from api.schemas.base import Geometry, LonLat, Shown, Time
from api.schemas.places import CoarsePlace
from api.schemas.safety import (
    CheckInShown,
    ConfirmedShown,
    DistressShown,
    PersonInDistress,
    ToConfirm,
    WarningShown,
)
from dispatch.model.reasons import EndCode, SoftRule
from dispatch.model.vocabulary import Capability, Details, IncidentStatus, OfferSource, OfferState, Priority, Task
from dispatch.notices.rules import NoticeOutcome


class CallerShown(Shown):
    """The person who called."""

    name: str | None = None
    phone: str | None = None


class MaterialShown(Shown):
    """A result of digital work that is useful to all assigned people. `text` is absent without the right to read it, and while
    Redis does not answer."""

    kind: Task
    offer_id: str
    at: Time
    language: str | None
    location: Geometry | None
    text: str | None = None


class ResultShown(Shown):
    """The result of digital work."""

    outcome: str
    at: Time
    location: Geometry | None
    incident_id: str | None


class OfferCore(Shown):
    """Fields of an offer that its person and operators see alike."""

    id: str
    volunteer_id: str
    requirement_id: str
    state: OfferState
    reason: str | None
    """Why the offer is in its state; null if the state says it."""
    distance_m: float | None
    eta_s: float | None
    created_at: Time
    expires_at: Time
    changed_at: Time
    accepted_at: Time | None
    staging: LonLat | None
    """Staging point at the edge of the hazard area; after acceptance."""
    check_in: CheckInShown | None
    still_coming_asked_at: Time | None
    """When the person was asked whether they are still coming; null once they answered, reported progress or sent a position."""
    reminded_at: Time | None
    """When an operator last had the notice sent once more."""
    to_confirm: ToConfirm | None
    confirmed: ConfirmedShown | None
    hazards_on_way: Annotated[
        list[str],
        Field(description="incidents of whose hazard area the person was told: on their way, or where they work"),
    ]
    distress: DistressShown | None
    result: ResultShown | None


class ReachShown(Shown):
    """What became of the notices of an offer by one way: `app` or a kind of channel. `sent`: its service took the newest; that
    proves nothing. `code`: why it failed."""

    way: str
    outcome: NoticeOutcome
    code: str | None
    at: Time


class OfferOfIncident(OfferCore):
    """An offer as part of an incident."""

    source: OfferSource
    set_aside: list[SoftRule]
    """Soft rules that the operator overrode when selecting the person."""
    lease_expires_at: Time | None
    reach: list[ReachShown] | None = None
    """For operators who read one incident: the newest notice by each way that was used in the last day."""
    label: str | None = None
    """For operators who read one incident: how the person chose to be shown."""


class IncidentOfOffer(Shown):
    type: str
    priority: Priority
    status: IncidentStatus
    exercise: bool
    """A drill: the page says so wherever it shows the offer."""
    language: str | None


class TaskMaterial(Shown):
    """What the person needs for digital work. The private fields and `found` are present only while
    the person is at work, and null where the work does not need them."""

    incident_type: str
    language: str | None
    description: str | None = None
    address: str | None = None
    caller: CallerShown | None = None
    unreadable: list[str] = []
    """Private fields that exist and cannot be decrypted at the moment; they are shown as null."""
    erased: list[str] = []
    """Fields of an ended incident whose record has been erased; they are shown as null."""
    details: Details | None = None
    location: Geometry | None = None
    found: list[MaterialShown] = []


class OtherReport(Shown):
    """An open incident that may be the same event, without anything that it says itself. `distance_m`: between the two, to 100 m;
    null: one of them has no place. `apart_s`: between the two reports, to a minute. `likeness`: from 0 to 1."""

    incident_id: str
    distance_m: int | None
    apart_s: int
    same_type: bool
    likeness: float


class TaskShown(Shown):
    """Digital work. `lease_expires_at`: until when an acceptance holds; before it, the end of the time to answer."""

    kind: Task
    question: str
    """In the language of `Accept-Language`."""
    languages: list[str]
    lease_expires_at: Time | None
    outcomes: list[str]
    """The outcomes that a result may have."""
    hints: list[HintShown] = []
    """What software read out of the text, after acceptance: suggestions, never facts."""
    hints_follow: bool = False
    """Hints are shown after the answer: it must be the person's own."""
    others: list[OtherReport] = []
    """Of `find_duplicates`, after acceptance: what its result may name, likeliest first. Another id may be named as well."""
    material: TaskMaterial


class OutcomeShown(Shown):
    """How the incident ended. `code`: null if nobody stated one. `merged`: the work goes on in another incident."""

    status: IncidentStatus
    code: EndCode | None
    merged: bool


class OfferShown(OfferCore):
    """An offer as its person sees it. `area` is a coarse point. `location`, `description`, `address`, `caller`, `material` and
    `person` are present only from acceptance to the end of the work, and null or empty where the work does not need them."""

    incident_id: str
    capability: Capability
    skill: str
    area: Geometry | None
    near: CoarsePlace | None
    """The name of the surroundings of `area`, before acceptance too; null in exports, and where the incident has no place."""
    grounds_on_way: list[WarningShown]
    """The hazard areas of `hazards_on_way`; empty while Redis does not answer."""
    incident: IncidentOfOffer
    wanted: int | None
    """How many people the requirement wants; null once it is no longer part of the incident."""
    accepted: int | None
    """How many of them have accepted, this person included."""
    requirement_languages: list[str]
    """The work needs one of these languages; empty: any."""
    hazard: bool
    """The incident is a hazard area."""
    outcome: OutcomeShown | None
    """Once the incident has ended."""
    now: Time | None = None
    """The server's time when the offer was read by itself; in a list it stands beside the items."""
    links: dict[str, str]
    location: Geometry | None = None
    description: str | None = None
    address: str | None = None
    caller: CallerShown | None = None
    unreadable: list[str] = []
    """Private fields that exist and cannot be decrypted at the moment; they are shown as null."""
    erased: list[str] = []
    """Fields of an ended incident whose record has been erased; they are shown as null."""
    details: Details | None = None
    """After acceptance: `all`, or `verified_only` if caller and description are hidden, because the incident is critical and
    nobody has verified a skill of the person. Location and address are always shown."""
    material: list[MaterialShown] = []
    task: TaskShown | None = None
    """Digital work only."""
    people_in_distress: int = 0
    """Whose danger the incident is; from acceptance to the end of the work, `GET /v1/offers/{offer_id}` tells where they are."""
    person: PersonInDistress | None = None
    """Only if the incident is about a person in distress, and where the offer is read by itself."""
    others_in_distress: list[PersonInDistress] = []
    """Whose danger it is beside that of `person`, by merges."""


class OfferList(Shown):
    """`next`: the cursor of the following page; null on the last one. `now`: the server's time."""

    items: list[OfferShown]
    next: str | None
    now: Time
