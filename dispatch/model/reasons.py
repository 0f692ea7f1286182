"""Stable identifiers of reasons: why an operator should look, why a person is excluded, why a place stays open."""

from enum import StrEnum


class AttentionReason(StrEnum):
    """Why an operator should look at an incident."""

    DISAGREEMENT = "disagreement"  # answers to the same digital work disagree, including an additional one
    REPORTED_FALSE = "reported_false"  # said to be false: a proposal waits, its id is the detail
    REPORTED_ELSEWHERE = "reported_elsewhere"  # said to be at another place: likewise
    REPORTED_DUPLICATE = "reported_duplicate"  # said to be the same event as another incident: likewise
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
    NO_PLACE = "no_place"  # field work waits for a place: nobody can be searched without one
    PLACE_UNLIKELY = "place_unlikely"  # outside the service area; the detail names the likely cause
    WARNING_INCOMPLETE = "warning_incomplete"  # more people are inside a hazard area than one decision warns
    WAYS_UNCHECKED = "ways_unchecked"  # more people are on their way near a new hazard area than could be checked
    VERIFICATION_ENDED = "verification_ended"  # the skill of an assigned person is no longer verified
    CHANGE_UNCONFIRMED = "change_unconfirmed"  # an assigned person has not confirmed a change of their job in time


class ProposalCause(StrEnum):
    """Why a result of digital work waits for an operator instead of acting by itself."""

    # Judged by `incidents/exceeded_bounds.py`.

    PLAN = "plan"  # the plan leaves it to an operator
    PRIORITY = "priority"  # more urgent than the plan allows; always for critical and high
    ENGAGED = "engaged"  # somebody is on the way, on scene, or at other digital work that would end
    HAZARD = "hazard"  # the incident has a hazard area, which would end or move
    CONFIRMED = "confirmed"  # the report was confirmed before
    OPERATOR = "operator"  # against what an operator has stated
    DISTANCE = "distance"  # further than the plan allows
    ZONE = "zone"  # in another zone
    PLACE_UNKNOWN = "place_unknown"  # one of the two incidents has no place, so their distance is unknown


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


class SaidTime(StrEnum):
    """Why the stated time of an answer is ignored; the answer itself counts."""

    FROM_THE_FUTURE = "from_the_future"  # more than a minute after it arrived
    TOO_OLD = "too_old"  # more than a day before it arrived


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
    IN_DISTRESS = "in_distress"  # an incident of their own danger is open
    ASKED_BEFORE = "asked_before"  # declined this requirement, or did not answer recently
    LANGUAGE = "language"  # speaks none of the required languages
    TOO_FAR = "too_far"  # beyond the requirement's or the person's own limit
    STALE_PLACE = "stale_place"  # no fresh fix, and no home near enough
    IN_HAZARD = "in_hazard"  # inside the hazard area without the equipment: warned, not asked
    SKILL = "skill"
    NOT_VERIFIED = "not_verified"  # claims the skill, but the requirement needs it verified
    RESTING = "resting"  # after an assignment
    QUIET_HOURS = "quiet_hours"  # the need can wait until the quiet hours end
    BUDGET_SPENT = "budget_spent"  # received the maximum number of offers of an hour or a day
    TAKEN_NOW = "taken_now"  # claimed by another incident during the decision


class EndCode(StrEnum):
    """How an incident ended, as the operator states it; counted in reports, never a condition of a rule."""

    FALSE_CALL = "false_call"
    DUPLICATE = "duplicate"
    HANDED_OVER = "handed_over"  # to another service
    RESOLVED = "resolved"
    EXERCISE = "exercise"
    OTHER = "other"


class ShortfallReason(StrEnum):
    NOBODY_FOUND = "nobody_found"  # nobody with the skill within the limits
    ALL_ENGAGED = "all_engaged"  # all of them hold other work
    ALL_ASKED = "all_asked"  # everybody eligible declined or did not answer
    NO_SHARED_LANGUAGE = "no_shared_language"
    NOT_VERIFIED = "not_verified"  # the remaining people only claim a skill that must be verified
    PLACES_STALE = "places_stale"
    RESTING = "resting"  # the remaining people rest after work
    QUIET_HOURS = "quiet_hours"  # the remaining people sleep, and the need can wait
    BUDGET_SPENT = "budget_spent"  # the remaining people received too many offers recently
    SEARCH_BOUNDED = "search_bounded"  # the search reached its work limit; the next one continues
    NO_PLACE = "no_place"  # field work of an incident without a place: the search begins when a place arrives
    CONTENDED = "contended"  # other incidents claimed the people during the decision; retried at once


class StepReason(StrEnum):
    """Why a ladder step is due."""

    CLOCK = "clock"  # its time was reached
    NOBODY_NEW = "nobody_new"  # everybody eligible within the present limits has answered
    NOBODY_FREE = "nobody_free"  # no open offer, and the remaining eligible people are engaged, resting or asleep
    FORECAST = "forecast"  # the probability to meet the target is below `least_chance`
    BRIDGE = "bridge"  # nobody asked speaks the caller's language
    TRANSLATOR = "translator"  # a translator became available after the step had found none
    OPERATOR = "operator"  # an operator ordered it


class SoftRule(StrEnum):
    """Reasons against a selected person that an operator may override. Other exclusions cannot be overridden."""

    OFF_DUTY = "off_duty"  # told by itself, as a refusal, until the order is forced
    CAPABILITY = "capability"  # does not do this kind of work (field or digital)
    SKILL = "skill"
    NOT_VERIFIED = "not_verified"
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
