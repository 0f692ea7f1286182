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


ASSIGNED_STATES = frozenset({OfferState.ACCEPTED, OfferState.EN_ROUTE, OfferState.ON_SCENE})
LIVE_STATES = ASSIGNED_STATES | {OfferState.OFFERED}
"""States in which the person is engaged and may not hold another offer."""
FILLING_STATES = ASSIGNED_STATES | {OfferState.DONE}
"""States that count towards a requirement."""
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


class Certainty(StrEnum):
    """Certainty of a report after digital work. In CAP 1.2: possible, observed, both at once, unlikely."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"  # the answers disagree
    FALSE = "false"


class OnFalse(StrEnum):
    """Consequence if digital work agrees that a report is false."""

    STAND_DOWN = "stand_down"  # stand everybody down and close the incident
    ASK_OPERATOR = "ask_operator"


class AttentionReason(StrEnum):
    """Why an operator should look at an incident."""

    DISAGREEMENT = "disagreement"  # answers to the same digital work disagree, including an additional one
    REPORTED_FALSE = "reported_false"  # agreed to be false; the plan, or somebody on scene, requires an operator
    CONTRADICTION = "contradiction"  # reported false after it was confirmed, or the reverse
    DUPLICATE_ENDED = "duplicate_ended"  # the incident named as its duplicate is unknown or has ended
    MERGE_FAILED = "merge_failed"  # the target incident did not adopt it
    CHECK_IN_OVERDUE = "check_in_overdue"  # somebody on scene did not answer two check-in requests
    # Announced that positions would stop, is long overdue, and did not answer whether they are coming.
    PERSON_SILENT = "person_silent"
    DISTRESS = "distress"  # a person who was sent is in danger
    HELP_ASKED = "help_asked"  # people on scene request more people
    UNFILLED = "unfilled"  # the ladder of a requirement reached its operator step
    ASK_PARTNER = "ask_partner"  # a partner organisation should be asked
    LADDER_ENDED = "ladder_ended"  # the ladder of a requirement has no steps left
    PLACE_UNLIKELY = "place_unlikely"  # outside the service area; the detail names the likely cause
    WARNING_INCOMPLETE = "warning_incomplete"  # more people are inside a hazard area than one decision warns
    WAYS_UNCHECKED = "ways_unchecked"  # more people are on their way near a new hazard area than could be checked
    CHANGE_UNCONFIRMED = "change_unconfirmed"  # an assigned person has not confirmed a change of their job in time


class CheckInState(StrEnum):
    """State of the check-in timer of a person on scene."""

    RUNNING = "running"
    ASKED = "asked"
    WARNED = "warned"
    OVERDUE = "overdue"  # the operator was alerted


class JobField(StrEnum):
    """Fields of a person's job, as listed in `changes` of an offer; named as in the HTTP body where it has the field."""

    TYPE = "type"
    PRIORITY = "priority"
    LOCATION = "location"
    LANGUAGE = "language"
    DESCRIPTION = "description"
    ADDRESS = "address"
    CALLER = "caller"
    ROLE = "role"  # of the requirement the person fills
    LANGUAGES = "languages"  # of that requirement
    HAZARD = "hazard"  # whether the incident is a hazard area, and who may enter it
    STAGING = "staging"  # the staging point at the edge of that area
    HAZARD_ON_WAY = "hazard_on_way"  # hazard area of another incident, on the person's way or where they work
    CERTAINTY = "certainty"
    ALARM_LEVEL = "alarm_level"
    MATERIAL = "material"  # a result of digital work arrived: translation, summary, media report or map
    LEASE = "lease"  # digital work: how long the person holds it


CONFIRMED_FIELDS = frozenset(JobField) - {
    JobField.CERTAINTY,
    JobField.ALARM_LEVEL,
    JobField.MATERIAL,
    JobField.LEASE,
}
"""Changes that the person must confirm, because acting without them may be wrong. Other changes are only announced."""

SHOWN_BEFORE_ACCEPTANCE = frozenset(
    {
        JobField.TYPE,
        JobField.PRIORITY,
        JobField.LOCATION,
        JobField.LANGUAGE,
        JobField.ROLE,
        JobField.LANGUAGES,
        JobField.HAZARD,
        JobField.CERTAINTY,
        JobField.ALARM_LEVEL,
    }
)
"""Fields shown to people who have not answered yet; the location only approximately (`geo.coarse`)."""


class ConfirmationState(StrEnum):
    """State of the timer of a person who must confirm a change of their job."""

    ASKED = "asked"
    REMINDED = "reminded"
    OVERDUE = "overdue"  # the operator was alerted


class AbsenceReason(StrEnum):
    """Why a person who accepted is no longer expected to come."""

    OFF_DUTY = "off_duty"
    SILENT = "silent"  # positions were received and stopped on the way
    MOVING_AWAY = "moving_away"  # for a long time further from the scene than before


class FixRefusal(StrEnum):
    """Why a position fix is refused (`position_checks.py`)."""

    OUT_OF_RANGE = "out_of_range"  # coordinates outside the valid range
    ZERO_POSITION = "zero_position"  # exactly 0, 0 without an accuracy: an unset variable
    BAD_ACCURACY = "bad_accuracy"  # negative, or worse than 100 km
    FROM_THE_FUTURE = "from_the_future"  # recorded more than a minute ahead
    TOO_OLD = "too_old"  # recorded more than an hour ago


class DeclineReason(StrEnum):
    BUSY = "busy"
    TOO_FAR = "too_far"
    NO_TRANSPORT = "no_transport"
    NOT_QUALIFIED = "not_qualified"
    UNSAFE = "unsafe"
    OTHER = "other"


class Exclusion(StrEnum):
    """Why a person examined by the search is not a candidate."""

    OFF_DUTY = "off_duty"
    ENGAGED = "engaged"  # holds another offer or assignment
    ASKED_BEFORE = "asked_before"  # declined this requirement, or did not answer recently
    LANGUAGE = "language"  # speaks none of the required languages
    TOO_FAR = "too_far"  # beyond the requirement's or the person's own limit
    STALE_PLACE = "stale_place"  # no fresh fix, and no home near enough
    IN_HAZARD = "in_hazard"  # inside the hazard area without the equipment: warned, not asked
    SKILL = "skill"
    RESTING = "resting"  # after an assignment
    QUIET_HOURS = "quiet_hours"  # the need can wait until the quiet hours end
    BUDGET_SPENT = "budget_spent"  # received the maximum number of offers of an hour or a day
    TAKEN_NOW = "taken_now"  # claimed by another incident during the decision


class ShortfallReason(StrEnum):
    NOBODY_FOUND = "nobody_found"  # nobody with the skill within the limits
    ALL_ENGAGED = "all_engaged"  # all of them hold other work
    ALL_ASKED = "all_asked"  # everybody eligible declined or did not answer
    NO_SHARED_LANGUAGE = "no_shared_language"
    PLACES_STALE = "places_stale"
    RESTING = "resting"  # the remaining people rest after work
    QUIET_HOURS = "quiet_hours"  # the remaining people sleep, and the need can wait
    BUDGET_SPENT = "budget_spent"  # the remaining people received too many offers recently
    SEARCH_BOUNDED = "search_bounded"  # the search reached its work limit; the next one continues
    CONTENDED = "contended"  # other incidents claimed the people during the decision; retried at once


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


class StepReason(StrEnum):
    """Why a ladder step is due."""

    CLOCK = "clock"  # its time was reached
    NOBODY_NEW = "nobody_new"  # everybody eligible within the present limits has answered
    NOBODY_FREE = "nobody_free"  # no open offer, and the remaining eligible people are engaged, resting or asleep
    FORECAST = "forecast"  # the probability to meet the target is below `least_chance`
    BRIDGE = "bridge"  # nobody asked speaks the caller's language
    TRANSLATOR = "translator"  # a translator became available after the step had found none
    OPERATOR = "operator"  # an operator ordered it


class OfferSource(StrEnum):
    """Who chose the person of an offer."""

    SEARCH = "search"
    OPERATOR = "operator"  # by hand


class SoftRule(StrEnum):
    """Reasons against a selected person that an operator may override. Other exclusions cannot be overridden."""

    CAPABILITY = "capability"  # does not do this kind of work (field or digital)
    SKILL = "skill"
    LANGUAGE = "language"
    TOO_FAR = "too_far"
    STALE_PLACE = "stale_place"
    IN_HAZARD = "in_hazard"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # an operator withdrew an earlier offer
    SILENT = "silent"  # did not answer recently
    LOST = "lost"  # accepted recently and did not come
    DONE = "done"  # has already done this work
    RESTING = "resting"
    QUIET_HOURS = "quiet_hours"
    BUDGET_SPENT = "budget_spent"


class HeardBy(StrEnum):
    """How an operator received the answer that they enter for a person."""

    PHONE = "phone"
    RADIO = "radio"
    IN_PERSON = "in_person"


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
