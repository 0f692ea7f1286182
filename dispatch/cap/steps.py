"""What follows from an alert: a step for each message, from the rules and what the ledger knows. Pure.

An alert is reported once. An update edits the incident of the message it is about, or closes it when its rule no longer asks for
one; a cancellation closes it. Either waits `hold_s` for a message that is not known yet; after that an update counts as an alert
of its own, since it describes the event whole, and a cancellation is recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dispatch.cap.geometry import area_of_info
from dispatch.cap.messages import Alert, BadAlert, Fault, Info, Reference, SignatureState
from dispatch.cap.rules import Drill, Follows, Rule, Rules
from dispatch.model.ids import derived
from dispatch.model.places import Area
from dispatch.model.service_area import ServiceArea

DAY_MS = 86_400_000
AHEAD_MS = DAY_MS
"""How far `sent` may lie ahead. Clocks are wrong by minutes; a local time that is written as UTC, by hours."""
LANGUAGES = ("kk", "ru", "en")
MAX_TEXT = 6_000
"""Of the texts of an alert in the description of its incident."""
WATCH = ({"capability": "digital", "skill": "media_monitoring", "count": 1},)
"""Requirements of a hazard area (`builtin.toml`)."""


class StepKind(StrEnum):
    REPORT = "report"
    EDIT = "edit"
    CLOSE = "close"
    MERGE = "merge"  # of cards alone (`dispatch/cards`): the incident becomes a report of another one
    NOTE = "note"  # of cards alone: news of a report that was merged, for the incident that remains
    HOLD = "hold"  # waits for the message it is about
    RECORD = "record"  # known from now on; nothing else follows
    IGNORE = "ignore"  # nothing, not even an entry: seen before, over, or not for people


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`reason`: a code. `body`: what the API is sent. `incident_id`: the incident that is edited or closed. `until_ms`: the end
    of waiting."""

    kind: StepKind
    reason: str
    rule: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    incident_id: str | None = None
    until_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the ledger knows of the messages that an alert names. `incident_id`: the incident of the newest of them, None if they
    were recorded only. `type`: its type. `newest_ms`: when the newest message about it
    was sent. `held_ms`: since when this message waits."""

    is_seen: bool = False
    is_referenced: bool = False
    incident_id: str | None = None
    type: str = ""
    newest_ms: int = 0
    held_ms: int | None = None


def external_id(name: Reference) -> str:
    """The number of a message for the API; the same on every machine, so a repeat has no second effect."""
    return f"cap-{derived('cap', name.sender, name.identifier, str(name.sent_ms)).hex}"


def step_of(alert: Alert, rules: Rules, known: Known, served: ServiceArea | None, now_ms: int) -> Step:
    """The step of one message.

    Raises:
        BadAlert: its area cannot be drawn, or it was sent at a time that is still to come.
    """
    if known.is_seen:
        return Step(kind=StepKind.IGNORE, reason="seen_before")
    if ignored := _ignored(alert, rules):
        return Step(kind=StepKind.IGNORE, reason=ignored)
    if is_ahead(alert, now_ms):
        # Whatever it says of its end. Taken, it would make every true message about it an older one.
        days = (alert.sent_ms - now_ms) // DAY_MS
        raise BadAlert(Fault.SENT_AHEAD, f"it says that it was sent at a time that comes in {days} days")
    if alert.message_type in ("Update", "Cancel"):
        if not known.is_referenced:
            held_since = known.held_ms if known.held_ms is not None else now_ms
            until_ms = held_since + rules.hold_s * 1000
            if now_ms < until_ms:
                return Step(kind=StepKind.HOLD, reason="message_unknown", until_ms=until_ms)
        elif alert.sent_ms < known.newest_ms:
            return Step(kind=StepKind.RECORD, reason="older_than_known")
    if alert.message_type == "Cancel":
        if known.incident_id is None:
            return Step(kind=StepKind.RECORD, reason="nothing_to_close")
        return _close(known.incident_id, "cancelled", alert)
    return _of_content(alert, rules, known, served, now_ms)


def is_ahead(alert: Alert, now_ms: int) -> bool:
    """Whether it was sent at a time that is still to come, by more than a wrong clock or time zone explains."""
    return alert.sent_ms > now_ms + AHEAD_MS


def _ignored(alert: Alert, rules: Rules) -> str:
    if alert.message_type in ("Ack", "Error"):
        return "no_alert"
    if alert.status in ("System", "Draft"):
        return f"status_{alert.status.lower()}"
    if {"Exercise": rules.exercise, "Test": rules.test}.get(alert.status) is Drill.IGNORE:
        return f"status_{alert.status.lower()}"
    return ""


def _of_content(alert: Alert, rules: Rules, known: Known, served: ServiceArea | None, now_ms: int) -> Step:
    """The step of an alert or an update: by the first reason for which nobody is needed, or else by its rule."""
    judged = rules.judge(alert)
    reason, area = "no_rule", None
    if alert.expires_ms is not None and alert.expires_ms <= now_ms:
        reason = "expired"
    elif judged is not None and judged[0].then is Follows.RECORD:
        reason = "rule"
    elif judged is not None:
        area = area_of_info(judged[1])
        reason = _doubt(area, judged[0], served)
    rule = judged[0].name if judged else ""
    if judged is None or reason or area is None:
        if known.incident_id is not None:
            return _close(known.incident_id, reason, alert, rule)
        return Step(kind=StepKind.RECORD, reason=reason, rule=rule)
    if known.incident_id is not None:
        edit = _edit(alert, *judged, area, known.type)
        return Step(kind=StepKind.EDIT, reason="update", rule=rule, incident_id=known.incident_id, body=edit)
    return Step(kind=StepKind.REPORT, reason="rule", rule=rule, body=_report(alert, *judged, area))


def _doubt(area: Area | None, rule: Rule, served: ServiceArea | None) -> str:
    if area is None:
        return "no_area"
    if rule.then is Follows.HAZARD and area.reach_m <= 0:
        return "no_ground"  # a point keeps nobody out
    return "outside_service_area" if served is not None and not served.meets(area) else ""


def _close(incident_id: str, reason: str, alert: Alert, rule: str = "") -> Step:
    code = "exercise" if alert.status == "Exercise" else "resolved"
    body = {"code": code, "reason": f"CAP {alert.message_type} {alert.identifier}: {reason}"[:MAX_TEXT]}
    return Step(kind=StepKind.CLOSE, reason=reason, rule=rule, incident_id=incident_id, body=body)


def _edit(alert: Alert, rule: Rule, info: Info, area: Area, present_type: str) -> dict[str, Any]:
    body = {"location": _location(area), "description": description_of(alert, info)}
    # Only another type brings its priority and requirements: an operator may have changed both since.
    return body if rule.type == present_type else {**body, **_kind(rule)}


def _kind(rule: Rule) -> dict[str, Any]:
    kind: dict[str, Any] = {"type": rule.type}
    if rule.priority:
        kind["priority"] = rule.priority.value
    if rule.then is Follows.HAZARD:
        kind["requirements"] = list(WATCH)
    return kind


def _report(alert: Alert, rule: Rule, info: Info, area: Area) -> dict[str, Any]:
    body = {**_edit(alert, rule, info, area, ""), "external_id": external_id(alert.name)}
    if (language := info.language.split("-")[0].lower()) in LANGUAGES:
        body["language"] = language
    # Absent, not false: the body of an actual alert is that of any report.
    return {**body, "exercise": True} if alert.status in ("Exercise", "Test") else body


def _location(area: Area) -> dict[str, Any]:
    # Six digits are 0.1 m, and keep a thousand positions below the size of a body.
    return {"type": area.geometry["type"], "coordinates": _rounded(area.geometry["coordinates"])}


def _rounded(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float | int) else [_rounded(part) for part in value]


def description_of(alert: Alert, first: Info) -> str:
    """The texts of all descriptions, the one that decided first; then who sent it, and what is known of its signature."""
    infos = [first, *(info for info in alert.infos if info is not first)]
    texts = [_words(info) for info in infos]
    signed = "" if alert.signature is SignatureState.NONE else f", signature {alert.signature}"
    source = f"CAP {alert.sender} {alert.identifier}{signed}"
    return "\n\n".join(dict.fromkeys([*filter(None, texts)]))[:MAX_TEXT] + f"\n\n{source[:500]}"


def _words(info: Info) -> str:
    areas = "; ".join(dict.fromkeys(area.description for area in info.areas))
    first = info.headline or info.event
    return "\n".join(filter(None, (f"{first} ({areas})" if areas else first, info.description, info.instruction)))
