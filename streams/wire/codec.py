"""Serialization of records: dataclasses to JSON and back.

All functions `decode_*` raise `Unreadable`, and nothing else, for a record that is not valid. The message names the faulty field.
"""

from dataclasses import replace
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

from dispatch.model.answer_commands import GiveResult
from dispatch.model.command_kinds import COMMANDS
from dispatch.model.commands import Command, ReportIncident, UpdateIncident
from dispatch.model.decisions import Cause, Decision, OfferStep, StatusRecord, Why
from dispatch.model.events import EVENTS, Event
from dispatch.model.ids import zone_of_incident
from dispatch.model.incident_events import IncidentReopened, IncidentReported, IncidentUpdated
from dispatch.model.incidents import Incident
from dispatch.model.languages import as_shown, canonicals
from dispatch.model.reasons import SaidTime, SoftRule
from dispatch.model.staffing_events import RequirementsAdded
from dispatch.model.vocabulary import AnswerWay, HeardBy, Outcome
from streams.errors import InvalidInput
from streams.ring.declared_keys import KeyRecord
from streams.wire.alarm_records import AlarmAnswer
from streams.wire.handover_records import HandoverNote, HandoverRead
from streams.wire.hint_records import (
    HintsPrivate,
    HintsRecord,
    JudgementRecord,
    ModeRecord,
    StandingRecord,
    WeightsRecord,
)
from streams.wire.message_records import (
    ConversationEnded,
    ConversationReopened,
    ConversationReplied,
    ConversationTaken,
    PublicMessage,
)
from streams.wire.records import AuditRecord, FixRecord, NoticeRecord, PlansRecord, VerificationRecord, VolunteerRecord
from streams.wire.session_records import SessionRecord
from streams.wire.shadow_records import ShadowDifference, ShadowTally
from streams.wire.webhook_records import WebhookLetter, WebhookPlace

T = TypeVar("T")
_KIND_OF_COMMAND = {cls: kind for kind, cls in COMMANDS.items()}
_KIND_OF_EVENT = {cls: kind for kind, cls in EVENTS.items()}
_encoder = msgspec.json.Encoder()


class Unreadable(InvalidInput, ValueError):
    """The bytes are not a valid record of the topic. The message says what was expected and where."""


class _Kind(msgspec.Struct):
    kind: str


class _Judged(msgspec.Struct):
    judgement: msgspec.Raw = msgspec.Raw()


def encode(record: object) -> bytes:
    """Encodes any dataclass of this module or of the core except commands, decisions and events."""
    return _encoder.encode(record)


# A decoder compiles its class once; it is reused for each record.
@cache
def _decoder(cls: Any) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(cls)


def decode_as(data: bytes | None, cls: Any) -> Any:
    """Decodes JSON into the dataclass or struct `cls`. Raises Unreadable."""
    if data is None:
        raise Unreadable("the record is empty")
    try:
        return _decoder(cls).decode(data)
    # msgspec lets errors of UTF-8 and RecursionError (deep nesting) through (`test_what_is_no_record_is_unreadable`).
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Unreadable(f"{cls.__name__}: {error}") from error


def _tagged(kind: str, record: object) -> msgspec.Raw:
    """The record as a JSON object whose first field is `kind`."""
    # `kind` is written into the bytes: dataclasses of the core have no such field, and msgspec tags only structs.
    built = _encoder.encode(record)
    return msgspec.Raw(b'{"kind":"%s"%s%s' % (kind.encode(), b"," if len(built) > 2 else b"", built[1:]))


def encode_command(command: Command) -> bytes:
    return bytes(_tagged(_KIND_OF_COMMAND[type(command)], command))


def kind_of(command: Command) -> str:
    return _KIND_OF_COMMAND[type(command)]


def decode_command(data: bytes | None) -> Command:
    # Decoded twice, first for `kind` alone: msgspec's unions need tagged structs, and the core does not import msgspec.
    kind: str = decode_as(data, _Kind).kind
    cls = COMMANDS.get(kind)
    if cls is None:
        raise Unreadable(f"kind: {kind!r} is no command")
    command: Command = decode_as(data, cls)
    return _in_one_form(command)


def decode_incident_command(data: bytes | None) -> Command:
    """Decodes a record of `incidents`. Every reader of that topic uses this function.

    Raises:
        Unreadable: not a command, or its incident id has no zone, so its partition cannot be determined.
    """
    command = decode_command(data)
    if zone_of_incident(command.incident_id) is None:
        raise Unreadable(f"incident_id: {command.incident_id!r} is no incident id")
    return command


# The commands and events that contain language codes.
_WITH_LANGUAGE = (ReportIncident, UpdateIncident, GiveResult, IncidentReported, IncidentUpdated)
_WITH_NEEDS = (
    ReportIncident,
    UpdateIncident,
    IncidentReported,
    IncidentUpdated,
    IncidentReopened,
    RequirementsAdded,
)


def _in_one_form(record: T) -> T:
    """The command or event with its language codes in canonical form (`dispatch/model/languages.py`).

    Records of other producers or earlier versions may contain other forms of the same codes.
    """
    one: Any = record
    changes: dict[str, object] = {}
    if isinstance(record, _WITH_LANGUAGE) and as_shown(one.language) != one.language:
        changes["language"] = as_shown(one.language)
    if isinstance(record, _WITH_NEEDS) and any(need.languages for need in one.requirements or ()):
        changes["requirements"] = tuple(
            replace(need, languages=canonicals(need.languages)) for need in one.requirements
        )
    if changes:
        one = replace(one, **changes)
    return cast(T, one)


# Kept beside `Decision` because its events are raw JSON; a test compares the fields of both.
class DecisionFrame(msgspec.Struct, kw_only=True):
    """A serialized decision with its events as raw JSON; `_decode_event` decodes each by its `kind`."""

    id: str
    cause: Cause
    incident_id: str
    zone: str
    outcome: Outcome
    reason: str | None
    by: str
    version: int
    events: list[msgspec.Raw]
    why: Why
    logged_ms: int
    decided_ms: int
    heard_by: HeardBy | None = None
    said_ms: int | None = None
    said_ignored: SaidTime | None = None
    conflicts: tuple[str, ...] = ()
    against: tuple[SoftRule, ...] = ()
    unused_refs: tuple[str, ...] = ()
    way: AnswerWay | None = None
    other_incident: str | None = None


def encode_decision(decision: Decision) -> bytes:
    frame: dict[str, Any] = {name: getattr(decision, name) for name in DecisionFrame.__struct_fields__}
    frame["events"] = [_tagged(_KIND_OF_EVENT[type(event)], event) for event in decision.events]
    return _encoder.encode(frame)


def decode_decision(data: bytes | None) -> Decision:
    frame: DecisionFrame = decode_as(data, DecisionFrame)
    values = {name: getattr(frame, name) for name in frame.__struct_fields__}
    values["events"] = tuple(_decode_event(raw) for raw in frame.events)
    return Decision(**values)


def _decode_event(raw: msgspec.Raw) -> Event:
    data = bytes(raw)
    kind: str = decode_as(data, _Kind).kind
    cls = EVENTS.get(kind)
    if cls is None:
        raise Unreadable(f"kind: {kind!r} is no event")
    event: Event = decode_as(data, cls)
    return _in_one_form(event)


def decode_incident(data: bytes | None) -> Incident:
    incident: Incident = decode_as(data, Incident)
    return incident


def decode_status(data: bytes | None) -> StatusRecord:
    record: StatusRecord = decode_as(data, StatusRecord)
    return record


def decode_offer_step(data: bytes | None) -> OfferStep:
    step: OfferStep = decode_as(data, OfferStep)
    return step


def decode_notice(data: bytes | None) -> NoticeRecord:
    record: NoticeRecord = decode_as(data, NoticeRecord)
    return record


def decode_key(data: bytes | None) -> KeyRecord:
    record: KeyRecord = decode_as(data, KeyRecord)
    return record


def decode_plans(data: bytes | None) -> PlansRecord:
    record: PlansRecord = decode_as(data, PlansRecord)
    return record


def decode_session(data: bytes | None) -> SessionRecord:
    record: SessionRecord = decode_as(data, SessionRecord)
    return record


def decode_alarm_answer(data: bytes | None) -> AlarmAnswer:
    record: AlarmAnswer = decode_as(data, AlarmAnswer)
    return record


def decode_webhook_place(data: bytes | None) -> WebhookPlace:
    record: WebhookPlace = decode_as(data, WebhookPlace)
    return record


def decode_webhook_letter(data: bytes | None) -> WebhookLetter:
    record: WebhookLetter = decode_as(data, WebhookLetter)
    return record


def decode_shadow(key: bytes | None, data: bytes | None) -> ShadowDifference | ShadowTally:
    """A record of `shadow`; its key says which."""
    kind = ShadowTally if (key or b"").startswith(b"tally|") else ShadowDifference
    record: ShadowDifference | ShadowTally = decode_as(data, kind)
    return record


def decode_handover_note(data: bytes | None) -> HandoverNote:
    record: HandoverNote = decode_as(data, HandoverNote)
    return record


def decode_handover_read(data: bytes | None) -> HandoverRead:
    record: HandoverRead = decode_as(data, HandoverRead)
    return record


def decode_public_message(data: bytes | None) -> PublicMessage:
    record: PublicMessage = decode_as(data, PublicMessage)
    return record


def decode_conversation_taken(data: bytes | None) -> ConversationTaken:
    record: ConversationTaken = decode_as(data, ConversationTaken)
    return record


def decode_conversation_ended(data: bytes | None) -> ConversationEnded:
    record: ConversationEnded = decode_as(data, ConversationEnded)
    return record


def decode_conversation_reopened(data: bytes | None) -> ConversationReopened:
    record: ConversationReopened = decode_as(data, ConversationReopened)
    return record


def decode_conversation_replied(data: bytes | None) -> ConversationReplied:
    record: ConversationReplied = decode_as(data, ConversationReplied)
    return record


def decode_hints(data: bytes | None) -> HintsRecord:
    record: HintsRecord = decode_as(data, HintsRecord)
    return record


def decode_hints_text(text: str) -> HintsPrivate:
    """The hints that a private record holds as its text."""
    # Lone surrogates cannot be encoded; JSON that we wrote has none.
    record: HintsPrivate = decode_as(text.encode("utf-8", "replace"), HintsPrivate)
    return record


def decode_hint_record(data: bytes | None) -> HintsRecord | JudgementRecord:
    """A record of `hints` of either form."""
    is_judgement = bool(bytes(decode_as(data, _Judged).judgement))
    record: HintsRecord | JudgementRecord = decode_as(data, JudgementRecord if is_judgement else HintsRecord)
    return record


def decode_standing(data: bytes | None) -> StandingRecord:
    record: StandingRecord = decode_as(data, StandingRecord)
    return record


def decode_weights(data: bytes | None) -> WeightsRecord:
    record: WeightsRecord = decode_as(data, WeightsRecord)
    return record


def decode_mode(data: bytes | None) -> ModeRecord:
    record: ModeRecord = decode_as(data, ModeRecord)
    return record


def decode_audit(data: bytes | None) -> AuditRecord:
    record: AuditRecord = decode_as(data, AuditRecord)
    return record


def decode_volunteer(data: bytes | None) -> VolunteerRecord:
    record: VolunteerRecord = decode_as(data, VolunteerRecord)
    # Older records contain other forms of the same codes (DESIGN 91).
    return replace(record, languages=canonicals(record.languages))


def decode_verification(data: bytes | None) -> VerificationRecord:
    record: VerificationRecord = decode_as(data, VerificationRecord)
    return record


def decode_fix(data: bytes | None) -> FixRecord:
    """Decodes a record of `locations`.

    Raises:
        Unreadable: not a fix, or coordinates out of range, which Redis' GEO indexes reject.
    """
    fix: FixRecord = decode_as(data, FixRecord)
    if not (-180 <= fix.lon <= 180 and -90 <= fix.lat <= 90):
        raise Unreadable("lon, lat: expected -180..180, -90..90")
    return fix
