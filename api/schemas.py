"""Every body of the HTTP contract, in and out. Requests are strict: unknown fields, other types and odd values are refused.

Free texts are limited in length and nothing else: whoever reports an emergency is never asked to type a telephone number
nicely. Responses are described here for readers and the OpenAPI document; `incidents.py` builds them.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.fields import (
    GEOMETRY_SCHEMA,
    PERSON_ID_SCHEMA,
    AreaField,
    Instant,
    Lat,
    Lon,
    PointField,
    SpokenLanguage,
    WantedLanguage,
    expected,
    word,
)
from dispatch.model.vocabulary import (
    AttentionReason,
    Capability,
    CheckInState,
    ConfirmationState,
    DeclineReason,
    HeardBy,
    IncidentStatus,
    JobField,
    LanguageRule,
    OfferSource,
    OfferState,
    OnFalse,
    Priority,
    Skill,
    SoftRule,
    Task,
    TravelMode,
)
from dispatch.plans import digital_work

Text = Annotated[str, Field(max_length=10_000)]
ShortText = Annotated[str, Field(max_length=500)]
TypeName = Annotated[str, Field(min_length=1, max_length=64)]
Geometry = Annotated[dict[str, Any], Field(json_schema_extra=GEOMETRY_SCHEMA)]
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]

CapabilityWord = Annotated[Capability, word(Capability)]
PriorityWord = Annotated[Priority, word(Priority)]
SkillWord = Annotated[Skill, word(Skill)]
TaskWord = Annotated[Task, word(Task)]
TravelModeWord = Annotated[TravelMode, word(TravelMode)]
DeclineWord = Annotated[DeclineReason, word(DeclineReason)]


class Body(BaseModel):
    """What a caller sends."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class Contact(Body):
    name: Annotated[str, Field(max_length=200)] | None = None
    phone: Annotated[str, Field(max_length=64)] | None = None
    email: Annotated[str, Field(max_length=254)] | None = None
    push: (
        Annotated[str, Field(max_length=2000, description="where to send notices, as the channel wants it")] | None
    ) = None


class CallerOfIncident(Body):
    name: Annotated[str, Field(max_length=200)] | None = None
    phone: Annotated[str, Field(max_length=64, description="as it was said; kept as it is")] | None = None


class RequirementIn(Body):
    capability: CapabilityWord
    skill: SkillWord
    count: Annotated[int, Field(ge=1, le=100)] = 1
    languages: Annotated[list[WantedLanguage], Field(max_length=10, description="any one of them suffices")] = []
    task: TaskWord | None = None
    max_distance_m: Annotated[int, Field(ge=1, le=2_000_000)] | None = None
    window_s: Annotated[int, Field(ge=1, le=86_400, description="time to answer an offer")] | None = None
    lease_s: Annotated[int, Field(ge=1, le=86_400, description="digital work: how long an acceptance holds")] | None = (
        None
    )
    answers_wanted: Annotated[int, Field(ge=1, le=9, description="digital work: how many do it at once")] = 1
    agree: Annotated[int, Field(ge=1, le=9, description="equal answers that settle it")] = 1
    validated: Annotated[bool, Field(description="a second person does it after the first")] = False
    on_false: Annotated[OnFalse, word(OnFalse)] = OnFalse.STAND_DOWN
    any_of: Annotated[
        list[SkillWord], Field(max_length=10, description="skills that will do as well, the better first")
    ] = []
    language: Annotated[LanguageRule, word(LanguageRule)] | None = None
    """Left out: stated languages are required. Without languages the caller's counts."""
    max_eta_s: Annotated[int, Field(ge=1, le=86_400, description="how long anybody may need to get there")] | None = (
        None
    )
    role: Annotated[str, Field(max_length=64)] = ""

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        """As a plan file is judged: what is stated as it is by default counts as not stated."""
        row = self.model_dump(exclude_defaults=True)
        for key in digital_work.only_of_digital_work(row):
            raise expected("no such setting: only digital work has it", key)
        for key in digital_work.not_with_validated(row):
            raise expected("no such setting: a validated answer has two people, one after the other", key)
        if not digital_work.can_agree(row):
            raise expected("at most answers_wanted", "agree")
        return self

    @property
    def languages_missing(self) -> bool:
        """A language is required, and which one is said by the incident's alone."""
        return self.language is LanguageRule.REQUIRE and not self.languages


class Merge(Body):
    into: Annotated[str, Field(max_length=64, description="the incident that stays")]
    reason: Text | None = None


class Look(Body):
    """What an operator has looked at."""

    reason: Annotated[AttentionReason, word(AttentionReason)]
    """As it stands in `attention`."""


class IncidentReport(Body):
    type: TypeName
    location: AreaField | None
    """null for work that has no place."""
    priority: PriorityWord | None = None
    description: Text | None = None
    language: WantedLanguage | None = None
    address: ShortText | None = None
    caller: CallerOfIncident | None = None
    requirements: Annotated[list[RequirementIn], Field(min_length=1, max_length=20)] | None = None
    reported_at: Instant | None = None
    external_id: Annotated[str, Field(min_length=1, max_length=128)] | None = None

    @model_validator(mode="after")
    def _says_which_languages(self) -> Self:
        for number, entry in enumerate(self.requirements or ()):
            if entry.languages_missing and self.language is None:
                what = "at least one language, for it is required and the incident names none"
                raise expected(what, f"requirements[{number}].languages")
        return self


class Split(IncidentReport):
    """The report of what becomes an incident of its own, and what goes over to it."""

    offers: Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=100)] = []
    """Whose people go over: they are let go here and asked by name there."""
    reports: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=100)] = []
    """Further reports (incidents that were merged into this one) that belong to the other event."""
    reason: Text | None = None


class IncidentValues(Body):
    """Values of fields as somebody believes them to be: only those that are given."""

    type: TypeName = ""
    location: AreaField | None = None
    priority: PriorityWord = Field(default=None)  # type: ignore[assignment]  # left out, it is not asked for
    language: WantedLanguage | None = None
    requirements: Annotated[list[RequirementIn], Field(max_length=50)] = []
    """In any order; of each entry only what is given is compared."""
    description: Text | None = None
    address: ShortText | None = None
    caller: CallerOfIncident | None = None


class IncidentPatch(IncidentValues):
    """Only what is given changes (RFC 7396); null takes a text away and is refused elsewhere.

    `expected` and `edit_version` are preconditions: the edit is refused if a field named in `expected` has another value by
    then, or if one of the fields it changes was edited after that version. Edits of different fields never conflict.
    """

    location: AreaField = Field(default=None)  # type: ignore[assignment]  # left out, it is not asked for
    language: WantedLanguage = ""
    requirements: Annotated[list[RequirementIn], Field(min_length=1, max_length=20)] = []
    expected: IncidentValues | None = None
    edit_version: Annotated[int, Field(ge=0, le=10**12)] | None = None


class Reason(Body):
    reason: Text | None = None


class Assignment(Body):
    """An operator names who is to be asked."""

    volunteer_id: Annotated[str, Field(min_length=1, max_length=128)]
    requirement_id: Annotated[str, Field(min_length=1, max_length=64)]
    reason: Annotated[str, Field(max_length=10_000, description="has to be said with force")] | None = None
    force: Annotated[bool, Field(description="set the rules aside that speak against the person")] = False

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.force and not self.reason:
            raise expected("a text, where rules are set aside", "reason")
        return self


class Escalation(Reason):
    level: Annotated[int, Field(ge=1, le=20, description="the alarm level at which the order is given")] | None = None


class Note(Body):
    text: Annotated[str, Field(min_length=1, max_length=10_000)]


class VolunteerIn(Body):
    capabilities: Annotated[list[CapabilityWord], Field(min_length=1, max_length=2)]
    skills: Annotated[list[SkillWord], Field(max_length=32)]
    languages: Annotated[list[SpokenLanguage], Field(max_length=32)] = []
    travel_mode: TravelModeWord = TravelMode.FOOT
    max_distance_m: Annotated[int, Field(ge=1, le=2_000_000)] | None = None
    home: PointField | None = None
    contact: Contact | None = None
    on_duty: bool | None = None
    """Left out: as it was, off duty for somebody new."""


class Duty(Body):
    on_duty: bool


class Location(Body):
    lon: Lon
    lat: Lat
    accuracy_m: Annotated[float, Field(ge=0, allow_inf_nan=False, description="at most 100 km")] | None = None
    recorded_at: Annotated[Instant, Field(description="at most an hour ago and a minute ahead")] | None = None
    continues: Annotated[
        bool, Field(description="false: no more will follow for a while, as when the phone hands over to navigation")
    ] = True


class LocationOf(Location):
    volunteer_id: Annotated[str, Field(min_length=1, json_schema_extra=PERSON_ID_SCHEMA)]


class Locations(Body):
    """Describes the body of POST /v1/locations; it is read by `locations.py`, which is quicker."""

    locations: Annotated[list[LocationOf], Field(max_length=1000)]


class OnBehalf(Body):
    """For operators alone: a person told them, and they enter it."""

    heard_by: Annotated[HeardBy, word(HeardBy)]


class Said(Body):
    """What a person says about an offer; with `on_behalf` an operator enters it for them."""

    on_behalf: OnBehalf | None = None


class Decline(Said):
    reason: DeclineWord = DeclineReason.OTHER
    text: Text | None = None


class Withdrawal(Body):
    reason: Text | None = None
    replace: Annotated[bool, Field(description="whether the place is filled anew; else it is given up")] = True


class Progress(Said):
    state: Annotated[OfferState, word(OfferState)]


class CheckInText(Said):
    text: Text | None = None


class Confirm(Said):
    version: Annotated[
        int,
        Field(
            ge=1,
            le=2_147_483_647,
            description="`version` of the event, of the notice or of `to_confirm`: everything that changed up to it was seen",
        ),
    ]


class DistressText(Said):
    text: Text | None = None


class HelpWanted(Said):
    skill: SkillWord | None = None
    count: Annotated[int, Field(ge=1, le=10)] = 1
    text: Text | None = None


class Result(Said):
    outcome: Annotated[str, Field(min_length=1, max_length=32)]
    text: Text | None = None
    language: WantedLanguage | None = None
    location: AreaField | None = None
    incident_id: Annotated[str, Field(max_length=64)] | None = None


class Shown(BaseModel):
    """What we answer."""

    model_config = ConfigDict(extra="allow")


class FieldError(Shown):
    field: str
    expected: str
    got: str | None = None


class ProblemShown(Shown):
    """RFC 9457."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldError] = []


class Accepted(Shown):
    """The order is in the log."""

    id: str
    status: str
    links: dict[str, str]


class RequirementShown(Shown):
    id: str
    capability: Capability
    skill: str
    count: int
    languages: list[str]
    task: Task | None
    offered: int
    accepted: int
    shortfall: int
    shortfall_reason: str | None


class ToConfirm(Shown):
    """Changes of the job that the person has not confirmed (`POST /v1/offers/{id}/confirm`)."""

    fields: Annotated[list[JobField], Field(description="all that changed since `since`, each once")]
    since: Annotated[Time, Field(description="of the oldest of them")]
    version: Annotated[
        int, Field(description="confirming this version confirms all of it, an earlier one only what is older")
    ]
    state: Annotated[
        ConfirmationState,
        Field(description="`asked`, `reminded` by a second notice, `overdue`: the operator has been alarmed"),
    ]
    due_at: Annotated[Time | None, Field(description="when the next of these steps follows")]


class ConfirmedShown(Shown):
    """The newest version the person confirmed, and when."""

    version: int
    at: Time


class OfferOfIncident(Shown):
    id: str
    volunteer_id: str
    requirement_id: str
    state: OfferState
    source: OfferSource
    set_aside: list[SoftRule]
    """Rules an operator who named the person set aside."""
    distance_m: float | None
    eta_s: float | None
    expires_at: Time
    to_confirm: ToConfirm | None = None
    confirmed: ConfirmedShown | None = None
    hazards_on_way: Annotated[
        list[str],
        Field(description="incidents whose dangerous ground the person was told of: on their way, or where they work"),
    ] = []


class TimesShown(Shown):
    reported: Time
    logged: Time | None
    decided: Time | None
    first_offer: Time | None
    first_accept: Time | None
    staffed: Time | None
    closed: Time | None
    reopened: Time | None = None


class MergeCandidateShown(Shown):
    """An open incident that may be the same event. `score` 0 to 1: how certain. `reasons`, the strongest first: `external_id`
    (the same number in another system), `reporter` (and from the same reporter), `place`, `type`, `text`, `time`."""

    incident_id: str
    score: float
    external_id: bool
    reasons: list[str]
    distance_m: float | None
    apart_s: float


class IncidentShown(Shown):
    """`description`, `address` and `caller` only for operators, and for volunteers who accepted."""

    id: str
    type: str
    priority: Priority
    status: IncidentStatus
    location: Geometry | None
    zone: str
    version: int
    edit_version: int
    """Grows with edits alone: for the precondition of a PATCH."""
    requirements: list[RequirementShown]
    offers: list[OfferOfIncident]
    times: TimesShown
    links: dict[str, str]
    merge_candidates: list[MergeCandidateShown] = []
    """For operators, like these."""
    reports: list[str] = []
    """Incidents that were merged into this one."""
    merged_into: str | None = None
    split_from: str | None = None
    split_into: list[str] = []


class IncidentPage(Shown):
    items: list[IncidentShown]
    next: str | None


class TaskShown(Shown):
    kind: Task
    question: str
    languages: list[str]
    lease_expires_at: Time | None
    material: dict[str, Any]


class CheckInShown(Shown):
    """`due_at`: while `running`, when the person will be asked; once `asked` or `warned`, until when they are to answer."""

    state: CheckInState
    due_at: Time | None


class LonLat(Shown):
    lon: float
    lat: float


class WarningShown(Shown):
    """Dangerous ground on which the person was found."""

    incident_id: str
    type: str
    priority: Priority
    state: Literal["active", "ended"]
    area: Geometry | None


class WarningList(Shown):
    items: list[WarningShown]


class OfferShown(Shown):
    """`area` is coarse; `location`, `address`, `caller` and `description` stand here only after acceptance."""

    id: str
    incident_id: str
    requirement_id: str
    volunteer_id: str
    capability: Capability
    skill: str
    state: OfferState
    created_at: Time
    expires_at: Time
    distance_m: float | None
    eta_s: float | None
    area: Geometry | None
    staging: LonLat | None = None
    """Where to gather at the edge of dangerous ground; after acceptance."""
    check_in: CheckInShown | None = None
    still_coming_asked_at: Time | None = None
    """Since when the person has not answered whether they are still coming; a check-in, a step or a position answers."""
    to_confirm: ToConfirm | None = None
    """What changed of the job since acceptance and is not confirmed."""
    hazards_on_way: list[str] = []
    """Incidents whose dangerous ground lies across the way, or where the person works …"""
    grounds_on_way: list[WarningShown] = []
    """… and where it is."""
    confirmed: ConfirmedShown | None = None
    task: TaskShown | None = None


class OfferList(Shown):
    items: list[OfferShown]


class VolunteerShown(Shown):
    id: str
    capabilities: list[Capability]
    skills: list[str]
    languages: list[str]
    travel_mode: TravelMode
    max_distance_m: int | None
    on_duty: bool


class PositionsAccepted(Shown):
    accepted: int
    rejected: list[dict[str, Any]]


class IncidentTypes(Shown):
    version: str
    items: list[dict[str, Any]]


class Conflict(Shown):
    """A field that somebody else changed first. `mine` is left out where it is not known any more."""

    field: str
    mine: Any = None
    theirs: Any = None
    by: str
    at: Time


class CommandShown(Shown):
    """What became of an order. `pending`: no decision is known."""

    id: str
    incident_id: str
    outcome: Literal["pending", "applied", "unchanged", "refused"]
    reason: str | None
    version: int | None
    conflicts: list[Conflict] = []


class WhyShown(Shown):
    """`verdict`: asked, passed_over, excluded, not_considered, unknown_person or incident."""

    incident_id: str
    volunteer_id: str | None
    verdict: str
    text: str
    facts: list[dict[str, Any]]


class Entries(Shown):
    items: list[dict[str, Any]]


class Status(Shown):
    components: dict[str, Any]
    incidents: dict[str, Any]
    volunteers: dict[str, Any]
    assignment: Literal["normal", "delayed"]
    alarms: list["StandingAlarm"]
    """What operators have to know of, the worst first."""
    alarms_unknown: list[str]
    """Names of alarms of which nothing can be known at the moment."""


class StandingAlarm(Shown):
    name: str
    severity: Literal["critical", "warning"]
    concern: Literal["system", "field"]
    about: str
    since: str
    count: int
    details: list[str]


class Health(Shown):
    status: str
