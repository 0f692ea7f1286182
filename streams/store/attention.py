"""Incidents that need an operator, as Redis holds them: one field of the hash ATTENTION per incident."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from dispatch.model.incidents import Incident
from dispatch.model.reasons import AttentionReason

_ALSO_WHEN_ENDED = frozenset({AttentionReason.DISTRESS})
"""Kept for ended incidents, because the person in danger may still be on scene."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[tuple[str, int, str | None]]).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRequest:
    """One reason why an operator must look at an incident."""

    reason: str
    incident_id: str
    requirement_id: str | None
    since_ms: int


def packed_attention(incident: Incident) -> dict[str, object]:
    """The attention entry of an incident as apply.lua writes it. Empty when no operator is needed."""
    rows = [
        (entry.reason, entry.since_ms, entry.requirement_id)
        for entry in incident.attention
        if incident.is_open or entry.reason in _ALSO_WHEN_ENDED
    ]
    return {"attention": _encode(rows).decode()} if rows else {}


def asking_of(answer: Sequence[bytes] | Mapping[bytes, bytes]) -> list[AttentionRequest]:
    """Decodes a reply to HGETALL: RESP 2 replies with a flat list, RESP 3 with a mapping."""
    pairs = answer.items() if isinstance(answer, Mapping) else zip(answer[::2], answer[1::2], strict=True)
    return [
        AttentionRequest(
            reason=reason, incident_id=incident_id.decode(), requirement_id=requirement_id, since_ms=since_ms
        )
        for incident_id, text in pairs
        for reason, since_ms, requirement_id in _decode(text)
    ]
