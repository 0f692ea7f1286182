"""Which trace and span a record belongs to. Pure: the same ids always give the same span."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from dispatch.model.ids import parts_of_offer, zone_of_incident

HEADER = "traceparent"
"""Of W3C Trace Context, which OpenTelemetry uses for Kafka's headers as well."""
_VERSION, _SAMPLED = "00", 1
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_RANDOM_BITS = 56
"""The last bits of a trace id decide about its sampling, as in W3C Trace Context level 2. Those of an incident id are a hash."""


@dataclass(frozen=True, slots=True)
class SpanRef:
    """A place in a trace."""

    trace: int
    span: int
    is_sampled: bool

    @property
    def traceparent(self) -> str:
        return f"{_VERSION}-{self.trace:032x}-{self.span:016x}-{_SAMPLED if self.is_sampled else 0:02x}"


def of_incident(incident_id: str, share: float) -> SpanRef | None:
    """The first span of an incident, its report. None: not an incident id."""
    return _ref(_number(incident_id), incident_id, share)


def of_offer(offer_id: str, share: float) -> SpanRef | None:
    """The span in which an offer was made. None: not an offer id."""
    parts = parts_of_offer(offer_id)
    return _ref(_number(parts.incident_id), offer_id, share) if parts else None


def of_record(incident_id: str, record_id: str, share: float) -> SpanRef | None:
    """The span of a record (command, decision, step of an offer, notice) about an incident."""
    return _ref(_number(incident_id), record_id, share)


def parsed(traceparent: str | None) -> SpanRef | None:
    """What others sent; None if it is no traceparent."""
    found = _TRACEPARENT.fullmatch(traceparent or "")
    if found is None or not int(found[1], 16) or not int(found[2], 16):
        return None
    return SpanRef(int(found[1], 16), int(found[2], 16), bool(int(found[3], 16) & _SAMPLED))


def received(headers: Sequence[tuple[str, bytes | None]] | None) -> SpanRef | None:
    """The span that the headers of a record name."""
    for name, value in headers or ():
        if name == HEADER and value is not None:
            return parsed(value.decode("ascii", "replace"))
    return None


def span_number(about: str) -> int:
    # 0 is no span id.
    return int.from_bytes(sha256(f"span {about}".encode()).digest()[:8]) or 1


def _number(incident_id: str) -> int | None:
    return int(incident_id.rpartition("-")[2], 16) if zone_of_incident(incident_id) else None


def _ref(trace: int | None, about: str, share: float) -> SpanRef | None:
    if not trace:
        return None
    return SpanRef(trace, span_number(about), is_sampled=trace % 2**_RANDOM_BITS < share * 2**_RANDOM_BITS)
