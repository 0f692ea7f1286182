"""What follows from a card: one step, from the table and what the ledger knows. Pure.

A card is the whole of its event at one version, so the first one that comes is reported, whatever its version. A newer one
edits what its source has changed since, and nothing else: an operator may have corrected the rest. What is absent says nothing,
so it removes nothing. An end at the source ends the incident; nothing that has ended here is opened again by a card.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from dispatch.cap.steps import Step, StepKind
from dispatch.cards.card_table import CardTable, CodeRule, Then
from dispatch.cards.received_card import Card, CardState, Doubt
from dispatch.model.reasons import EndCode
from dispatch.model.service_area import ServiceArea

DAY_MS = 86_400_000
EARLIEST_MS = 946_684_800_000
LONGEST = {"description": 6_000, "address": 500, "name": 200, "phone": 64}
"""Letters of the texts of a card that the API is sent; it takes more of a description, and people read less."""
UNKNOWN_CODE = "unknown_code"
ADOPTED = frozenset({"location", "address", "description", "caller"})
"""What an update edits if nothing is known of the version before it."""
_END_CODES = {
    CardState.CLOSED: EndCode.RESOLVED,
    CardState.FALSE_REPORT: EndCode.FALSE_CALL,
    CardState.CANCELLED: EndCode.OTHER,
}


class CardRefused(ValueError):
    """A card from which nothing follows until somebody has looked at it; the message is a code, and for an unknown one its
    name. It is not entered, so the next run tries it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCard:
    """What the ledger has of a card. `order`: of its newest version; None: the card is new. `changed`: parts of the report in
    which this version differs from it; None: not known. `replacement_id`: the open incident of the card that takes its
    place."""

    order: tuple[int, int] | None = None
    changed: frozenset[str] | None = None
    incident_id: str | None = None
    is_ended: bool = False
    merged_into: str | None = None
    replacement_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A card with its rule (None: no rule has its code), and its report by parts."""

    card: Card
    rule: CodeRule | None
    parts: Mapping[str, Mapping[str, Any]]

    @property
    def body(self) -> dict[str, Any]:
        """Of the report."""
        return {"location": None} | {name: value for part in self.parts.values() for name, value in part.items()}


def judged(card: Card, table: CardTable, served: ServiceArea | None, now_ms: int) -> Judged:
    rule = table.judge(card)
    doubts = list(card.doubts)
    if served is not None and card.area is not None and served.doubt(card.area):
        doubts.append(Doubt.PLACE_UNLIKELY)
    reported_ms = card.reported_ms
    if reported_ms is not None and not EARLIEST_MS <= reported_ms <= now_ms + DAY_MS:
        doubts.append(Doubt.BAD_TIME)
        reported_ms = None
    if card.version is None and (card.changed_ms or 0) > now_ms + DAY_MS:
        # Ordered as of now: at a time still to come it would make every true version of it an older one.
        doubts.append(Doubt.BAD_TIME)
        card = replace(card, changed_ms=now_ms)
    parts = {name: part for name, part in _parts(card, rule, reported_ms, doubts).items() if part}
    return Judged(card=replace(card, doubts=tuple(dict.fromkeys(doubts))), rule=rule, parts=parts)


def _parts(
    card: Card, rule: CodeRule | None, reported_ms: int | None, doubts: list[Doubt]
) -> dict[str, dict[str, Any]]:
    """By the names under which changes are told. The part `once` is never edited."""

    def short(name: str, text: str) -> str:
        if len(text) > LONGEST[name]:
            doubts.append(Doubt.SHORTENED)
            return f"{text[: LONGEST[name] - 2]} …"
        return text

    named = {"name": short("name", card.caller_name), "phone": short("phone", card.caller_phone)}
    caller = {name: text for name, text in named.items() if text}
    description = card.description
    if rule is not None and rule.name == "unknown":
        # Told first: whoever reads it must see why the type may be wrong.
        description = f"{UNKNOWN_CODE}: {', '.join(map(str, card.kinds)) or '-'}\n{description}"
    priority = card.priority or (rule.priority if rule else None)
    once: dict[str, Any] = {"external_id": card.external_id}
    if reported_ms is not None:
        once["reported_at"] = datetime.fromtimestamp(reported_ms / 1000, UTC).isoformat().replace("+00:00", "Z")
    if card.exercise:
        once["exercise"] = True
    return {
        "type": _kind(rule) if rule else {},
        "priority": {"priority": priority.value} if priority else {},
        "location": {"location": dict(card.area.geometry)} if card.area else {},
        "address": {"address": short("address", card.address)} if card.address else {},
        "description": {"description": short("description", description)} if description else {},
        "caller": {"caller": caller} if caller else {},
        "language": {"language": card.language} if card.language else {},
        "once": once,
    }


def _kind(rule: CodeRule) -> dict[str, Any]:
    kind: dict[str, Any] = {"type": rule.type}
    if rule.requirements:
        kind["requirements"] = [dict(one) for one in rule.requirements]
    return kind


def step_of_card(found: Judged, known: KnownCard) -> Step:
    """The step of one card.

    Raises:
        CardRefused: its code is in no rule, or the same version came with other contents before.
    """
    card, rule = found.card, found.rule
    if known.order is not None and card.order < known.order:
        return Step(kind=StepKind.IGNORE, reason="older_than_known")
    if known.order == card.order:
        if known.changed:
            raise CardRefused("same_version_differs")
        return Step(kind=StepKind.IGNORE, reason="seen_before")
    if card.replaced_by:
        return _replaced(known)
    if card.state is not CardState.OPEN:
        return _end(card, known)
    if known.is_ended:
        return _after_its_end(found, known)
    if known.incident_id is not None:
        return _update(found, known, known.incident_id)
    if rule is None:
        raise CardRefused(f"{UNKNOWN_CODE} {', '.join(map(str, card.kinds)) or '(none stated)'}"[:200])
    if rule.then is Then.RECORD:
        return Step(kind=StepKind.RECORD, reason="rule", rule=rule.name)
    if rule.then is Then.REFUSE:
        raise CardRefused(f"rule {rule.name}")
    return Step(kind=StepKind.REPORT, reason=_with_doubts("new", card), rule=rule.name, body=found.body)


def _replaced(known: KnownCard) -> Step:
    if known.incident_id is None or known.is_ended:
        return Step(kind=StepKind.RECORD, reason="replaced")
    if known.replacement_id is None:
        # Not entered: people may be on their way here, and where they are needed is not known yet.
        return Step(kind=StepKind.IGNORE, reason="replacement_unknown", incident_id=known.incident_id)
    body = {"into": known.replacement_id}
    return Step(kind=StepKind.MERGE, reason="replaced", incident_id=known.incident_id, body=body)


def _end(card: Card, known: KnownCard) -> Step:
    if known.incident_id is None or known.is_ended:
        return Step(kind=StepKind.RECORD, reason="nothing_to_close")
    return _close(card, known.incident_id, _END_CODES[card.state], card.state.value)


def _close(card: Card, incident_id: str, code: EndCode, reason: str, rule: str = "") -> Step:
    body = {"code": code.value, "reason": f"{card.external_id}: {reason}"}
    return Step(kind=StepKind.CLOSE, reason=reason, rule=rule, incident_id=incident_id, body=body)


def _after_its_end(found: Judged, known: KnownCard) -> Step:
    changed = ADOPTED if known.changed is None else known.changed
    news = [line for name, part in found.parts.items() if name in changed and (line := _line(found.card, name, part))]
    if known.merged_into is None or not news:
        return Step(kind=StepKind.RECORD, reason="ended_before", incident_id=known.incident_id)
    # One fire has many cards: what its source learns later about a merged one is for those who work on the fire.
    body = {"text": "\n".join([found.card.external_id, *news])}
    reason = _with_doubts("merged_before", found.card)
    return Step(kind=StepKind.NOTE, reason=reason, incident_id=known.merged_into, body=body)


def _line(card: Card, name: str, part: Mapping[str, Any]) -> str:
    if name in ("once", "language"):
        return ""
    if name == "location" and card.area is not None:
        return f"location: {card.area.centre.lat:.6f}, {card.area.centre.lon:.6f}"
    value = part.get(name)
    return f"{name}: {', '.join(value.values()) if isinstance(value, dict) else value}"


def _update(found: Judged, known: KnownCard, incident_id: str) -> Step:
    rule = found.rule
    if rule is not None and rule.then is Then.RECORD:
        # The source has learnt that it is nothing for volunteers.
        return _close(found.card, incident_id, EndCode.HANDED_OVER, "rule", rule.name)
    changed = ADOPTED if known.changed is None else known.changed
    sent = {name: part for name, part in found.parts.items() if name in changed and name != "once"}
    told = _with_doubts("changed " + ", ".join(sent) if sent else "nothing_changed", found.card)
    if rule is None:
        told = f"{told}; {UNKNOWN_CODE}"
    name = rule.name if rule else ""
    if not sent:
        return Step(kind=StepKind.RECORD, reason=told, rule=name, incident_id=incident_id)
    body = {key: value for part in sent.values() for key, value in part.items()}
    return Step(kind=StepKind.EDIT, reason=told, rule=name, incident_id=incident_id, body=body)


def _with_doubts(reason: str, card: Card) -> str:
    return "; ".join([reason, *card.doubts])
