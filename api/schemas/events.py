"""The data of each server-sent event of GET /v1/events, by the event's name."""

from typing import Literal

from pydantic import BaseModel

from api.schemas.alarms import AlarmAnswered
from api.schemas.base import Shown, Time
from api.schemas.conversations import ConversationsEvent
from api.schemas.handovers import HandoverHead
from api.schemas.incidents import IncidentShown
from api.schemas.offers import ReachShown
from api.schemas.positions import PersonUnderWay
from api.schemas.presence import PresenceShown
from api.schemas.safety import WarningShown
from api.schemas.status import StandingAlarm
from dispatch.model.job_fields import JobField
from dispatch.model.vocabulary import Capability, OfferState
from dispatch.notices.rules import NoticeOutcome


class ReadyEvent(Shown):
    """Sent first. Its id is the position from which the stream continues. `at`: the server's time; `build`: changes with the
    files that it serves."""

    at: Time
    build: str


class TickEvent(Shown):
    """Row view: sent every 5 s, so that a broken stream is told from a quiet one. Its id is the position to resume from."""

    at: Time
    build: str


class AlarmEvent(Shown):
    """Row view: all active alarms, sent at the start and when they or the answers change; operators only. `unknown`: as
    `alarms_unknown`. `answers`: who has heard an alarm: in the first event of a connection all (`is_complete`), later those that
    changed."""

    alarms: list[StandingAlarm]
    unknown: list[str]
    answers: list[AlarmAnswered]
    is_complete: bool


class HandoverEvent(Shown):
    """Row view: the newest notes of a shift for the next one, without texts, at the start and when one is written, read or
    deleted; operators only. At most 50."""

    items: list[HandoverHead]


class AssistantEvent(Shown):
    """Empty: work of the assistant was switched on or off. What is shown of hints must be read again. Without an id."""


class PositionsEvent(Shown):
    """Row view with `incident`: the people engaged there, sent when one of them moves; operators only."""

    incident_id: str
    items: list[PersonUnderWay]


class AliveEvent(Shown):
    """Empty; sent after 5 s without events for the caller. Its id is the position to resume from."""


class ResetEvent(Shown):
    """The stream cannot continue from the position: load the state again and connect without Last-Event-ID."""

    code: Literal["too_far_behind", "log_unavailable", "audit_unavailable"]
    reason: str


class EndEvent(Shown):
    """The stream has ended: connect with a new token, or renew the session first."""

    reason: Literal["token_expired", "token_revoked"]


class OfferEvent(Shown):
    """A step of an offer. `notice`: kind of a safety notice; `state` then repeats the present state. `changes`: fields of the job
    that changed in `version` of the incident, never values."""

    id: str
    incident_id: str
    requirement_id: str
    volunteer_id: str
    capability: Capability
    skill: str
    state: OfferState
    reason: str | None
    notice: str | None
    changes: list[JobField]
    version: int
    at: Time
    expires_at: Time
    exercise: bool
    links: dict[str, str]


class NoticeEvent(Shown):
    """A notice that was sent to a person. A repeat has the same `id`. `duty_ends` (15 minutes before the end of a duty) and
    `hazard_warned` (the person was found in a hazard area) are about no offer: their ids are null. In the row view operators also
    get those of other channels and those that failed, with `channel` and `outcome`; `reach`: what it changes in `reach` of the
    offer."""

    id: str
    kind: str
    offer_id: str | None
    incident_id: str | None
    volunteer_id: str
    reason: str | None
    changes: list[JobField]
    version: int
    at: Time
    links: dict[str, str]
    channel: str | None = None
    reach: ReachShown | None = None
    outcome: NoticeOutcome | None = None


EVENTS: dict[str, type[BaseModel]] = {
    "ready": ReadyEvent,
    "incident": IncidentShown,
    "offer": OfferEvent,
    "notice": NoticeEvent,
    "warning": WarningShown,
    "tick": TickEvent,
    "alarm": AlarmEvent,
    "positions": PositionsEvent,
    "presence": PresenceShown,
    "handover": HandoverEvent,
    "conversations": ConversationsEvent,
    "assistant": AssistantEvent,
    "alive": AliveEvent,
    "reset": ResetEvent,
    "end": EndEvent,
}
"""Model of the data by event name. Operators and monitors receive `incident`, volunteers `warning`; monitors nothing else
about incidents. `assistant` is for everybody."""
