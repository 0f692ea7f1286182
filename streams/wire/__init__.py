"""The wire format: records of each topic, their JSON, their headers, and the encryption of `private`.

Start with `codec.py` (dataclasses to JSON and back); `records.py` lists the records that the core does not define.
May import: `ring`, `clock`, `errors`, `dispatch`.
Imported by: every room above it. Use the names of this page: `wire.decode_decision(...)`.
"""

from streams.wire.codec import (
    DecisionFrame,
    Unreadable,
    decode_audit,
    decode_command,
    decode_decision,
    decode_fix,
    decode_incident,
    decode_incident_command,
    decode_key,
    decode_notice,
    decode_offer_step,
    decode_plans,
    decode_session,
    decode_status,
    decode_volunteer,
    encode,
    encode_command,
    encode_decision,
    kind_of,
)
from streams.wire.record_headers import RESEALED_FROM, header_of, headers, resealed_from
from streams.wire.records import (
    AuditRecord,
    ConsentsPrivate,
    ConsentStep,
    FixRecord,
    IncidentPrivate,
    NoticeRecord,
    PlansRecord,
    VolunteerPrivate,
    VolunteerRecord,
)
from streams.wire.sealing import UnknownKey, named_key, open_consents, open_plain, open_sealed, seal, seal_plain
from streams.wire.session_records import Revoked, SessionKind, SessionRecord

__all__ = [
    "RESEALED_FROM",
    "AuditRecord",
    "ConsentStep",
    "ConsentsPrivate",
    "DecisionFrame",
    "FixRecord",
    "IncidentPrivate",
    "NoticeRecord",
    "PlansRecord",
    "Revoked",
    "SessionKind",
    "SessionRecord",
    "UnknownKey",
    "Unreadable",
    "VolunteerPrivate",
    "VolunteerRecord",
    "decode_audit",
    "decode_command",
    "decode_decision",
    "decode_fix",
    "decode_incident",
    "decode_incident_command",
    "decode_key",
    "decode_notice",
    "decode_offer_step",
    "decode_plans",
    "decode_session",
    "decode_status",
    "decode_volunteer",
    "encode",
    "encode_command",
    "encode_decision",
    "header_of",
    "headers",
    "kind_of",
    "named_key",
    "open_consents",
    "open_plain",
    "open_sealed",
    "resealed_from",
    "seal",
    "seal_plain",
]
