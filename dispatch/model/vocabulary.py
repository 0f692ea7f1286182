"""The words of the field that travel on the wire: one list, a sentence per entry where the word does not say it."""

from enum import StrEnum


class Capability(StrEnum):
    FIELD = "field"  # goes to the place
    DIGITAL = "digital"  # works remotely; place and distance never matter


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
    DISPATCHING = "dispatching"  # offers are out
    STAFFED = "staffed"  # every requirement has its people
    UNFILLED = "unfilled"  # a requirement has nobody left to ask; retried while open
    IN_PROGRESS = "in_progress"  # staffed and somebody is on the way, on scene or done
    CLOSED = "closed"
    CANCELLED = "cancelled"


class OfferState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"  # taken back before an answer
    STOOD_DOWN = "stood_down"  # told not to go (any more)
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    DONE = "done"
    VOID = "void"  # never held: the person was taken elsewhere at an earlier place in the log


ASSIGNED_STATES = frozenset({OfferState.ACCEPTED, OfferState.EN_ROUTE, OfferState.ON_SCENE})
LIVE_STATES = ASSIGNED_STATES | {OfferState.OFFERED}
"""States in which the person is engaged and may hold no other offer."""
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
"""The task of a digital requirement that names none."""

MATERIAL_TASKS = frozenset({Task.TRANSLATE, Task.SUMMARISE, Task.MONITOR_MEDIA, Task.MAP_DAMAGE})
"""Digital work whose results are shown to everybody who accepted, as `material`."""

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
"""The outcome by which digital work says that there is no emergency."""


class Certainty(StrEnum):
    """What digital work found out about a report. CAP 1.2: possible, observed, (two of these at once), unlikely."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"  # people who looked disagree
    FALSE = "false"


class OnFalse(StrEnum):
    """What follows when those asked agree that a report is false."""

    STAND_DOWN = "stand_down"  # everybody is told not to go, the incident is closed
    ASK_OPERATOR = "ask_operator"


class AttentionReason(StrEnum):
    """Why an operator is asked to look at an incident."""

    DISAGREEMENT = "disagreement"  # people who did the same digital work disagree, a further one included
    REPORTED_FALSE = "reported_false"  # agreed to be false; the plan, or somebody on scene, leaves it to the operator
    CONTRADICTION = "contradiction"  # said to be false after it was confirmed, or the other way round
    DUPLICATE_ENDED = "duplicate_ended"  # named as its duplicate: an incident that is unknown or has ended
    MERGE_FAILED = "merge_failed"  # the incident it was to be merged into did not take it
    CHECK_IN_OVERDUE = "check_in_overdue"  # somebody on scene gave no sign of life although asked twice
    PERSON_SILENT = (
        "person_silent"  # announced silence, should be there for long, and did not answer whether they are coming
    )
    DISTRESS = "distress"  # somebody who was sent is in danger themself
    HELP_ASKED = "help_asked"  # those on scene ask for more people
    UNFILLED = "unfilled"  # the ladder of a requirement came to the operator
    ASK_PARTNER = "ask_partner"  # a partner organisation is to be asked
    LADDER_ENDED = "ladder_ended"  # nothing is left to try for a requirement
    PLACE_UNLIKELY = (
        "place_unlikely"  # no part of it lies where this deployment serves; the detail says what may have happened
    )
    WARNING_INCOMPLETE = "warning_incomplete"  # more people inside a hazard area than could be warned one by one
    WAYS_UNCHECKED = "ways_unchecked"  # more people on their way near new dangerous ground than could be looked at
    CHANGE_UNCONFIRMED = "change_unconfirmed"  # somebody assigned has not confirmed a change of their job in time


class CheckInState(StrEnum):
    """Where the clock of a person on scene stands."""

    RUNNING = "running"
    ASKED = "asked"
    WARNED = "warned"
    OVERDUE = "overdue"  # the operator has been alarmed


class JobField(StrEnum):
    """What a person acts on, as `changes` of an offer name it; where the HTTP body has the field, by the same name."""

    TYPE = "type"
    PRIORITY = "priority"
    LOCATION = "location"
    LANGUAGE = "language"
    DESCRIPTION = "description"
    ADDRESS = "address"
    CALLER = "caller"
    ROLE = "role"  # of the requirement the person fills
    LANGUAGES = "languages"  # of that requirement
    HAZARD = "hazard"  # whether the incident's own ground is dangerous, and who may enter it
    STAGING = "staging"  # where to gather at the edge of that ground
    HAZARD_ON_WAY = "hazard_on_way"  # dangerous ground of another incident, on the person's way or where they work
    CERTAINTY = "certainty"
    ALARM_LEVEL = "alarm_level"
    MATERIAL = "material"  # a translation, a summary, what was seen, a map has come in
    LEASE = "lease"  # digital work: until when it is in the person's hands


CONFIRMED_FIELDS = frozenset(JobField) - {
    JobField.CERTAINTY,
    JobField.ALARM_LEVEL,
    JobField.MATERIAL,
    JobField.LEASE,
}
"""A person who has not read of these changes may do the wrong thing. The others add to what is known and are only told."""

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
"""What somebody sees who has not answered yet; the place only coarsely."""


class ConfirmationState(StrEnum):
    """Where the clock of a person stands who has to confirm a change of their job."""

    ASKED = "asked"
    REMINDED = "reminded"
    OVERDUE = "overdue"  # the operator has been alarmed


class AbsenceReason(StrEnum):
    """Why somebody who accepted is no longer counted on."""

    OFF_DUTY = "off_duty"
    SILENT = "silent"  # positions were sent, and stopped on the way
    MOVING_AWAY = "moving_away"  # for long, further from the scene than they had been


class FixRefusal(StrEnum):
    """Why a position fix cannot be used at all (`position_checks.py`)."""

    OUT_OF_RANGE = "out_of_range"  # no place on earth
    ZERO_POSITION = "zero_position"  # exactly 0, 0 without an accuracy: a variable that was never set
    BAD_ACCURACY = "bad_accuracy"  # negative, or worse than 100 km
    FROM_THE_FUTURE = "from_the_future"  # by more than a minute
    TOO_OLD = "too_old"  # recorded more than an hour ago


class DeclineReason(StrEnum):
    BUSY = "busy"
    TOO_FAR = "too_far"
    NO_TRANSPORT = "no_transport"
    NOT_QUALIFIED = "not_qualified"
    UNSAFE = "unsafe"
    OTHER = "other"


class Exclusion(StrEnum):
    """Why a person near enough to be looked at was not a candidate."""

    OFF_DUTY = "off_duty"
    ENGAGED = "engaged"  # holds another offer or assignment
    ASKED_BEFORE = "asked_before"  # declined this requirement, or was silent a short while ago
    LANGUAGE = "language"  # shares no required language
    TOO_FAR = "too_far"  # beyond the requirement's or the person's own limit
    STALE_PLACE = "stale_place"  # no fix young enough and no fallback place near enough
    IN_HAZARD = "in_hazard"  # inside the hazard area and not equipped for it: warned, not asked
    SKILL = "skill"
    RESTING = "resting"  # after an assignment
    QUIET_HOURS = "quiet_hours"  # night where they are, and the need can wait
    BUDGET_SPENT = "budget_spent"  # has been asked as often as anybody should be in an hour or a day
    TAKEN_NOW = "taken_now"  # claimed by another incident while this one was being decided


class ShortfallReason(StrEnum):
    NOBODY_FOUND = "nobody_found"  # no person with the skill within the limit
    ALL_ENGAGED = "all_engaged"  # people exist, each holds other work
    ALL_ASKED = "all_asked"  # everybody fitting declined or was silent
    NO_SHARED_LANGUAGE = "no_shared_language"
    PLACES_STALE = "places_stale"
    RESTING = "resting"  # those who are there rest after work
    QUIET_HOURS = "quiet_hours"  # those who are there sleep, and the need can wait for them
    BUDGET_SPENT = "budget_spent"  # those who are there have been asked too often of late
    SEARCH_BOUNDED = "search_bounded"  # more people may be there than one search looks at; the next look tries again
    CONTENDED = "contended"  # people were taken by others while deciding; tried again at once


class DeadlineKind(StrEnum):
    OFFER_EXPIRY = "offer_expiry"
    RETRY = "retry"  # look again for people a shortfall left open
    LEASE = "lease"  # digital work that was accepted and not heard of since
    MERGE = "merge"  # a merge the other incident has not answered
    LADDER = "ladder"  # the next step for a requirement that is not met
    WAVE = "wave"  # silence has made a wave doubtful
    CHECK_IN = "check_in"  # a person on scene is asked, warned or missed
    WATCH = "watch"  # a look at whether somebody who accepted is still coming
    CONFIRMATION = "confirmation"  # a person whose job changed is reminded to confirm it, then missed


class LanguageRule(StrEnum):
    """What a shared language means to a requirement. Without a rule, stated languages are required."""

    PREFER = "prefer"  # speakers first; when nobody asked shares a language, a translator is bound to the incident
    REQUIRE = "require"  # only speakers, until the ladder relaxes it with a translator


class StepAction(StrEnum):
    """Steps of an escalation ladder."""

    WIDER_RING = "wider_ring"  # people further away
    SUBSTITUTES = "substitutes"  # people with a skill that may stand in
    BRIDGE_LANGUAGE = "bridge_language"  # people of any language, with a digital translator
    ALARM_LEVEL = "alarm_level"  # the next alarm level, with what it adds
    OPERATOR = "operator"  # a human looks at it
    PARTNER = "partner"  # another organisation is asked, by the operator
    END = "end"  # nothing is left: the shortfall is final, an alarm says so


WIDENING_STEPS = frozenset({StepAction.WIDER_RING, StepAction.ALARM_LEVEL, StepAction.OPERATOR, StepAction.PARTNER})
"""Steps that bring more people and take nothing away from what was asked for: they may come before their time. The others give up
a part of it (a skill, a language, the search itself)."""


class StepReason(StrEnum):
    """Why a step of a ladder is due."""

    CLOCK = "clock"  # its time has come
    NOBODY_NEW = "nobody_new"  # everybody who fits within the present limits has answered
    NOBODY_FREE = "nobody_free"  # nobody is left to answer, but some who fit are engaged or left in peace
    FORECAST = "forecast"  # the target will be missed, more likely than the ladder accepts
    BRIDGE = "bridge"  # nobody asked shares the caller's language
    TRANSLATOR = "translator"  # a translator is there, whom the ladder had looked for in vain
    OPERATOR = "operator"  # ordered


class OfferSource(StrEnum):
    """Who chose the person of an offer."""

    SEARCH = "search"
    OPERATOR = "operator"  # by hand


class SoftRule(StrEnum):
    """Why the search would not ask a person whom an operator names. An order may set these aside; the others never."""

    CAPABILITY = "capability"  # does not do this kind of work (field or digital)
    SKILL = "skill"
    LANGUAGE = "language"
    TOO_FAR = "too_far"
    STALE_PLACE = "stale_place"
    IN_HAZARD = "in_hazard"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # taken back by an operator before
    SILENT = "silent"  # did not answer a short while ago
    LOST = "lost"  # accepted and did not come, a short while ago
    DONE = "done"  # has done it already
    RESTING = "resting"
    QUIET_HOURS = "quiet_hours"
    BUDGET_SPENT = "budget_spent"


class HeardBy(StrEnum):
    """How an operator heard what a person said, for whom they enter it."""

    PHONE = "phone"
    RADIO = "radio"
    IN_PERSON = "in_person"


class Outcome(StrEnum):
    """What became of a command."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"  # known, harmless, nothing to do (a repeat, a deadline that no longer matters)
    REFUSED = "refused"  # an order that cannot be carried out; the reason says why


class WaveRule(StrEnum):
    """What made a wave as large as it is."""

    CERTAINTY = "certainty"  # with these people the stated certainty is reached
    SHORT = "short"  # everybody found is asked, and it is not enough
    SHARED = "shared"  # others wait for the same few people: a fair share of them, the likeliest
    CAP = "cap"  # no more may be asked at a time, so the likeliest are
    POLICY = "policy"  # a fixed rule of the plan
