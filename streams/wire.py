"""Serialization of records: dataclasses to JSON and back, CloudEvents headers, and the encryption of `private`.

All functions `decode_*` raise `Unreadable`, and nothing else, for a record that is not valid. The message names the faulty field.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeVar, cast

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dispatch.model.answer_commands import GiveResult
from dispatch.model.command_kinds import COMMANDS
from dispatch.model.commands import Command, ReportIncident, UpdateIncident
from dispatch.model.decisions import Cause, Decision, OfferStep, StatusRecord, Why
from dispatch.model.events import EVENTS, Event
from dispatch.model.ids import zone_of_incident
from dispatch.model.incident_events import IncidentReopened, IncidentReported, IncidentUpdated
from dispatch.model.incidents import Incident
from dispatch.model.languages import as_shown, canonicals
from dispatch.model.places import Place
from dispatch.model.reasons import SoftRule
from dispatch.model.staffing_events import RequirementsAdded
from dispatch.model.vocabulary import Capability, HeardBy, Outcome, TravelMode
from dispatch.notices.rules import NoticeOutcome
from streams import clock
from streams.errors import InvalidInput

T = TypeVar("T")
_KIND_OF_COMMAND = {cls: kind for kind, cls in COMMANDS.items()}
_KIND_OF_EVENT = {cls: kind for kind, cls in EVENTS.items()}
_encoder = msgspec.json.Encoder()


class Unreadable(InvalidInput, ValueError):
    """The bytes are not a valid record of the topic. The message says what was expected and where."""


class _Kind(msgspec.Struct):
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerRecord:
    """A record of `volunteers`: profile and duty, without personal data.

    `changed_ms`: time of the last write by anyone. `heard_ms`: time of the last write by the person, which writes by others copy;
    None if unknown.
    """

    id: str
    capabilities: tuple[Capability, ...]
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    travel_mode: TravelMode
    max_distance_m: int | None
    on_duty: bool
    changed_ms: int
    private_at: int | None = None
    """Offset in `private` (in the partition of the person's key) of the encrypted part of the same profile. A change of duty
    copies it. Profiles are ordered by this offset."""
    heard_ms: int | None = None
    keeps_duty: bool = False
    """True: the writer stated no duty, and `on_duty` is a copy of the duty it read. The last record before it in the log that
    states one (or the tombstone, which means off duty) takes precedence; the copy counts only when that record is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixRecord:
    """A record of `locations`.

    `recorded_ms`: time by the device's clock, which may be wrong. `continues` false: no further fixes follow for a while.
    """

    volunteer_id: str
    lon: float
    lat: float
    accuracy_m: float | None = None
    recorded_ms: int | None = None
    continues: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """A record of `audit`: `actor` (an opaque id) performed `action`, a read or a change, on `subject` (an opaque id)."""

    actor: str
    role: str
    action: str
    subject: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRecord:
    """A record of `notices`: a notice of `kind` that follows from the event `event_id` of `offers`, sent by `channel`.

    `reason`: why the offer is in its state. `changes`: the fields of the job that changed in epoch `version` of the incident.
    """

    id: str
    event_id: str
    offer_id: str
    incident_id: str
    volunteer_id: str
    kind: str
    channel: str
    outcome: NoticeOutcome
    attempts: int
    at_ms: int
    version: int = 0
    reason: str | None = None
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlansRecord:
    """A record of `plans`: the text of a plan file (TOML) and its version. The text is kept so that errors have line numbers."""

    version: str
    text: str
    applied_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerPrivate:
    """Plain text of a `private` record with key `volunteer:<id>`."""

    home: Place | None = None
    contact: Mapping[str, Any] | None = None
    profile: VolunteerRecord | None = None
    """The public part of the same profile, so that this record alone contains the whole profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPrivate:
    """Plain text of a `private` record with a key that starts with `incident:`."""

    description: str | None = None
    address: str | None = None
    caller: Mapping[str, Any] | None = None
    text: str | None = None


def encode(record: object) -> bytes:
    """Encodes any dataclass of this module or of the core except commands, decisions and events."""
    return _encoder.encode(record)


@cache
def _decoder(cls: Any) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(cls)


def _decode(data: bytes | None, cls: Any) -> Any:
    if data is None:
        raise Unreadable("the record is empty")
    try:
        return _decoder(cls).decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Unreadable(f"{cls.__name__}: {error}") from error


def _tagged(kind: str, record: object) -> msgspec.Raw:
    """The record as a JSON object whose first field is `kind`."""
    built = _encoder.encode(record)
    return msgspec.Raw(b'{"kind":"%s"%s%s' % (kind.encode(), b"," if len(built) > 2 else b"", built[1:]))


def encode_command(command: Command) -> bytes:
    return bytes(_tagged(_KIND_OF_COMMAND[type(command)], command))


def kind_of(command: Command) -> str:
    return _KIND_OF_COMMAND[type(command)]


def decode_command(data: bytes | None) -> Command:
    kind: str = _decode(data, _Kind).kind
    cls = COMMANDS.get(kind)
    if cls is None:
        raise Unreadable(f"kind: {kind!r} is no command")
    command: Command = _decode(data, cls)
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
    conflicts: tuple[str, ...] = ()
    against: tuple[SoftRule, ...] = ()
    unused_refs: tuple[str, ...] = ()


def encode_decision(decision: Decision) -> bytes:
    frame: dict[str, Any] = {name: getattr(decision, name) for name in DecisionFrame.__struct_fields__}
    frame["events"] = [_tagged(_KIND_OF_EVENT[type(event)], event) for event in decision.events]
    return _encoder.encode(frame)


def decode_decision(data: bytes | None) -> Decision:
    frame: DecisionFrame = _decode(data, DecisionFrame)
    values = {name: getattr(frame, name) for name in frame.__struct_fields__}
    values["events"] = tuple(_decode_event(raw) for raw in frame.events)
    return Decision(**values)


def _decode_event(raw: msgspec.Raw) -> Event:
    data = bytes(raw)
    kind: str = _decode(data, _Kind).kind
    cls = EVENTS.get(kind)
    if cls is None:
        raise Unreadable(f"kind: {kind!r} is no event")
    event: Event = _decode(data, cls)
    return _in_one_form(event)


def decode_incident(data: bytes | None) -> Incident:
    incident: Incident = _decode(data, Incident)
    return incident


def decode_status(data: bytes | None) -> StatusRecord:
    record: StatusRecord = _decode(data, StatusRecord)
    return record


def decode_offer_step(data: bytes | None) -> OfferStep:
    step: OfferStep = _decode(data, OfferStep)
    return step


def decode_notice(data: bytes | None) -> NoticeRecord:
    record: NoticeRecord = _decode(data, NoticeRecord)
    return record


def decode_plans(data: bytes | None) -> PlansRecord:
    record: PlansRecord = _decode(data, PlansRecord)
    return record


def decode_volunteer(data: bytes | None) -> VolunteerRecord:
    record: VolunteerRecord = _decode(data, VolunteerRecord)
    return replace(record, languages=canonicals(record.languages))


def decode_fix(data: bytes | None) -> FixRecord:
    """Decodes a record of `locations`.

    Raises:
        Unreadable: not a fix, or coordinates out of range, which Redis' GEO indexes reject.
    """
    fix: FixRecord = _decode(data, FixRecord)
    if not (-180 <= fix.lon <= 180 and -90 <= fix.lat <= 90):
        raise Unreadable("lon, lat: expected -180..180, -90..90")
    return fix


def headers(kind: str, record_id: str, source: str, at_ms: int | None = None) -> list[tuple[str, bytes]]:
    """CloudEvents 1.0 headers in binary content mode. `ce_type` is `komek.` followed by `kind`; `at_ms` None: now."""
    at = clock.now_ms() if at_ms is None else at_ms
    return [
        ("ce_id", record_id.encode()),
        ("ce_source", source.encode()),
        ("ce_type", f"komek.{kind}".encode()),
        ("ce_specversion", b"1.0"),
        ("ce_time", clock.rfc3339(at).encode()),
        ("content-type", b"application/json"),
    ]


def seal(key: bytes, ref: str, record: VolunteerPrivate | IncidentPrivate) -> bytes:
    """Encrypts a record: byte 1 (version), 12 bytes of nonce, AES-256-GCM ciphertext of the JSON with `ref` as associated
    data."""
    nonce = os.urandom(12)
    return b"\x01" + nonce + AESGCM(key).encrypt(nonce, encode(record), ref.encode())


def open_sealed(key: bytes, ref: str, sealed: bytes) -> VolunteerPrivate | IncidentPrivate:
    """Decrypts the result of `seal`.

    Raises:
        Unreadable: wrong key, wrong `ref`, or damaged bytes.
    """
    if len(sealed) < 29 or sealed[:1] != b"\x01":
        raise Unreadable("private: expected version 1, nonce and ciphertext")
    try:
        plain = AESGCM(key).decrypt(sealed[1:13], sealed[13:], ref.encode())
    except InvalidTag as error:
        raise Unreadable("private: the ciphertext cannot be decrypted with this key and reference") from error
    cls = VolunteerPrivate if ref.startswith("volunteer:") else IncidentPrivate
    record: VolunteerPrivate | IncidentPrivate = _decode(plain, cls)
    return record


def header_of(record_headers: Sequence[tuple[str, bytes]] | None, name: str) -> str | None:
    """The first header with this name as text, or None."""
    for key, value in record_headers or ():
        if key == name:
            return value.decode("utf-8", "replace")
    return None
