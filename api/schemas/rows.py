"""Incidents as rows of a queue."""

from api.schemas.base import LonLat, Shown, Time
from dispatch.model.vocabulary import DeadlineKind, IncidentStatus, Priority


class NextDeadline(Shown):
    """The earliest deadline that people wait for: `offer_expiry`, `lease`, `ladder`, `check_in` or `confirmation`."""

    at: Time
    kind: DeadlineKind


class IncidentRow(Shown):
    """An incident as a row. Optional fields are absent when they say nothing. `call_number`: `AK-042`, for speech; unique on its
    day.

    `needed`: places that are filled or still open; `asked`: offers that wait for an answer; `accepted`: people assigned or done;
    `on_scene`: those of them on scene now. `short`: open places by skill. `attention`: codes of the reasons to look at it.
    `alarms_since`: when the newest entry of those that sound was raised, and under `unanswered` and `severe` when the last person
    left who had accepted; its milliseconds are in the `ref` of the alarm.
    `ready_to_close`: the work is done, nobody is missing, asked or at work, and nothing waits for an operator; nothing closes by
    itself. `said_safe_at`: when the last of those whose danger it is said that they are safe; absent unless each has since the
    newest signal. Only an operator ends it.
    `exercise`: a drill. `area`: it has an area, whose shape is in the detail; `place` is then its centre. Monitors see coarse
    places.
    """

    id: str
    version: int
    edit_version: int
    type: str
    priority: Priority
    status: IncidentStatus
    place: LonLat | None
    reported_at: Time
    needed: int
    asked: int
    accepted: int
    on_scene: int
    alarm_level: int
    call_number: str | None = None
    short: dict[str, int] = {}
    attention: list[str] = []
    alarms_since: dict[str, Time] = {}
    next_deadline: NextDeadline | None = None
    hazard: bool = False
    area: bool = False
    exercise: bool = False
    parent_id: str | None = None
    sent_in_distress: int = 0
    merging_into: str | None = None
    merged_into: str | None = None
    ready_to_close: bool = False
    said_safe_at: Time | None = None


class IncidentRowPage(Shown):
    """`next`: cursor of the next page; null on the last one."""

    items: list[IncidentRow]
    next: str | None
