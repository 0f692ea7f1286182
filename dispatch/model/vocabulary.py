"""Values that are part of the wire format, in one place, with an explanation where the value does not explain itself."""

from enum import StrEnum


class Capability(StrEnum):
    FIELD = "field"  # travels to the incident
    DIGITAL = "digital"  # works remotely; place and distance are ignored


class Priority(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def order(self) -> int:
        """0 for the most urgent; sorts queues."""
        return _ORDER[self]


# Declaration order is urgency order.
_ORDER = {priority: number for number, priority in enumerate(Priority)}


class TravelMode(StrEnum):
    FOOT = "foot"
    BICYCLE = "bicycle"
    CAR = "car"


class IncidentStatus(StrEnum):
    REPORTED = "reported"  # in the log, not yet decided
    DISPATCHING = "dispatching"  # places are open and offers may be out
    STAFFED = "staffed"  # every requirement is filled
    UNFILLED = "unfilled"  # a requirement has a shortfall; retried while the incident is open
    IN_PROGRESS = "in_progress"  # staffed, and somebody is en route, on scene or done
    CLOSED = "closed"
    CANCELLED = "cancelled"


class OfferState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"  # taken back before it was answered
    STOOD_DOWN = "stood_down"  # an assigned person, or one who accepted too late, is told not to come
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    DONE = "done"
    VOID = "void"  # never valid: another offer engaged the person earlier in the log


# An offer in one of these states holds its person until it ends.
ASSIGNED_STATES = frozenset({OfferState.ACCEPTED, OfferState.EN_ROUTE, OfferState.ON_SCENE})
LIVE_STATES = ASSIGNED_STATES | {OfferState.OFFERED}
"""States in which the person is engaged and may not hold another offer."""
FILLING_STATES = ASSIGNED_STATES | {OfferState.DONE}
"""States that count towards a requirement."""
# A person may skip steps and never goes back (`incidents/offers.py`).
PROGRESS_ORDER = (OfferState.ACCEPTED, OfferState.EN_ROUTE, OfferState.ON_SCENE, OfferState.DONE)


class Skill(StrEnum):
    FIRST_AID = "first_aid"
    CPR = "cpr"
    DOCTOR = "doctor"
    NURSE = "nurse"
    PSYCHOLOGIST = "psychologist"
    SEARCH = "search"
    RESCUE = "rescue"
    BOAT = "boat"
    DRIVER = "driver"
    OFF_ROAD = "off_road"
    FIREFIGHTING = "firefighting"
    LOGISTICS = "logistics"
    RADIO = "radio"
    COORDINATION = "coordination"
    TRANSLATOR = "translator"
    MAPPING = "mapping"
    VERIFICATION = "verification"
    CALL_TAKING = "call_taking"
    GEOLOCATION = "geolocation"
    MEDIA_MONITORING = "media_monitoring"


class Task(StrEnum):
    """Kinds of digital work."""

    VERIFY_REPORT = "verify_report"
    CALL_BACK = "call_back"
    GEOLOCATE = "geolocate"
    TRANSLATE = "translate"
    MAP_DAMAGE = "map_damage"
    FIND_DUPLICATES = "find_duplicates"
    SUMMARISE = "summarise"
    MONITOR_MEDIA = "monitor_media"


TASK_OF_SKILL = {
    Skill.VERIFICATION: Task.VERIFY_REPORT,
    Skill.CALL_TAKING: Task.CALL_BACK,
    Skill.GEOLOCATION: Task.GEOLOCATE,
    Skill.TRANSLATOR: Task.TRANSLATE,
    Skill.MAPPING: Task.MAP_DAMAGE,
    Skill.MEDIA_MONITORING: Task.MONITOR_MEDIA,
    Skill.COORDINATION: Task.SUMMARISE,
}
"""Default task of a digital requirement, by skill."""

MATERIAL_TASKS = frozenset({Task.TRANSLATE, Task.SUMMARISE, Task.MONITOR_MEDIA, Task.MAP_DAMAGE})
"""Digital work whose results are shown to all assigned people as `material`."""

# `trust.INCONCLUSIVE` lists the outcomes that count neither for nor against anybody (DESIGN 53).
OUTCOMES_OF_TASK: dict[Task, frozenset[str]] = {
    Task.VERIFY_REPORT: frozenset({"confirmed", "false", "unclear"}),
    Task.CALL_BACK: frozenset({"reached", "not_reached", "false"}),
    Task.GEOLOCATE: frozenset({"located", "not_found"}),
    Task.FIND_DUPLICATES: frozenset({"duplicate", "none"}),
    Task.TRANSLATE: frozenset({"done"}),
    Task.SUMMARISE: frozenset({"done"}),
    Task.MONITOR_MEDIA: frozenset({"done"}),
    Task.MAP_DAMAGE: frozenset({"mapped"}),
}


FALSE = "false"
"""Outcome of digital work: there is no emergency."""


class ResultKind(StrEnum):
    """Results of digital work that change the field response; all others are material or raise certainty."""

    FALSE = "false"  # there is no emergency: the incident ends
    LOCATED = "located"  # the incident is elsewhere: it moves
    DUPLICATE = "duplicate"  # it is the same event as another incident: it is merged into that one


class Certainty(StrEnum):
    """Certainty of a report after digital work. In CAP 1.2: possible, observed, both at once, unlikely."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"  # the answers disagree
    FALSE = "false"


class Details(StrEnum):
    """To whom caller and description are shown after acceptance. The place is shown to everybody who accepted."""

    ALL = "all"
    VERIFIED_ONLY = "verified_only"  # people with at least one valid verification


class OnFalse(StrEnum):
    """Consequence if digital work agrees that a report is false."""

    STAND_DOWN = "stand_down"  # stand everybody down and close the incident
    ASK_OPERATOR = "ask_operator"


class CheckInState(StrEnum):
    """State of the check-in timer of a person on scene."""

    RUNNING = "running"
    ASKED = "asked"
    WARNED = "warned"
    OVERDUE = "overdue"  # the operator was alerted


class ConfirmationState(StrEnum):
    """State of the timer of a person who must confirm a change of their job."""

    ASKED = "asked"
    REMINDED = "reminded"
    OVERDUE = "overdue"  # the operator was alerted


class DeadlineKind(StrEnum):
    OFFER_EXPIRY = "offer_expiry"
    RETRY = "retry"  # search again for a shortfall
    LEASE = "lease"  # accepted digital work without a sign of life
    MERGE = "merge"  # a merge that the other incident has not answered
    LADDER = "ladder"  # the next ladder step of a requirement
    WAVE = "wave"  # a wave with too few answers so far
    CHECK_IN = "check_in"  # a person on scene is asked, warned or overdue
    WATCH = "watch"  # check whether a person who accepted is still coming
    CONFIRMATION = "confirmation"  # a person whose job changed is reminded to confirm it, then overdue


class LanguageRule(StrEnum):
    """How a requirement treats a shared language. Without a rule, stated languages are required."""

    PREFER = "prefer"  # speakers first; if nobody asked shares a language, a translator is added
    REQUIRE = "require"  # speakers only, until a ladder step adds a translator


class StepAction(StrEnum):
    """Steps of an escalation ladder."""

    WIDER_RING = "wider_ring"  # people further away
    SUBSTITUTES = "substitutes"  # people with a substitute skill
    BRIDGE_LANGUAGE = "bridge_language"  # people of any language, with a translator working remotely
    ALARM_LEVEL = "alarm_level"  # the next alarm level, with the requirements it adds
    OPERATOR = "operator"  # an operator is alerted
    PARTNER = "partner"  # the operator is told to ask another organisation
    END = "end"  # the shortfall becomes final and the operator is alerted


WIDENING_STEPS = frozenset({StepAction.WIDER_RING, StepAction.ALARM_LEVEL, StepAction.OPERATOR, StepAction.PARTNER})
"""Steps that reach more people without lowering the requirement: they may be taken early. The other steps give up a part of it (a
skill, a language, the search itself)."""


class OfferSource(StrEnum):
    """Who chose the person of an offer."""

    SEARCH = "search"
    OPERATOR = "operator"  # by hand


class HeardBy(StrEnum):
    """How an operator received the answer that they enter for a person."""

    PHONE = "phone"
    RADIO = "radio"
    IN_PERSON = "in_person"


class AnswerWay(StrEnum):
    """How a person's own words reached Komek, if not from the app."""

    SMS = "sms"
    TELEGRAM = "telegram"
    LINK = "link"


class Outcome(StrEnum):
    """The outcome of a command."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"  # nothing to do: a repeat, or a deadline that no longer applies
    REFUSED = "refused"  # cannot be carried out; `reason` says why


class WaveRule(StrEnum):
    """What determined the size of a wave."""

    CERTAINTY = "certainty"  # enough people to reach the stated certainty
    SHORT = "short"  # everybody found is asked, which is not enough
    SHARED = "shared"  # other needs compete for the people: a fair share, likeliest to accept first
    CAP = "cap"  # the maximum size of a wave, likeliest to accept first
    POLICY = "policy"  # a fixed rule of the plan
