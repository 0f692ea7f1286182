"""An alert as CAP 1.2 names its parts. Times are milliseconds since 1970; geometry stays as it was written (`geometry.py`)."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """Why bytes, or one alert in them, are not used."""

    TOO_LARGE = "too_large"  # more bytes, elements, levels or alerts than are read
    NOT_WELL_FORMED = "not_well_formed"  # no XML
    DOCTYPE = "doctype"  # a document type: the door of external entities and of entities that expand
    NO_ALERT = "no_alert"  # XML without an alert and without a link to one
    INVALID = "invalid"  # not as the schema of its version says
    WRONG_SIGNATURE = "wrong_signature"  # signed, and changed since
    BAD_GEOMETRY = "bad_geometry"  # an area that cannot be drawn
    BAD_REFERENCE = "bad_reference"  # an update or a cancellation of nothing
    SENT_AHEAD = "sent_ahead"  # sent at a time that is still to come, by more than clocks and time zones explain


class BadAlert(ValueError):
    """Bytes or an alert that are not used. `fault`: the kind; the message says what was found and where."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(f"{fault.value}: {detail}")
        self.fault = fault
        self.detail = detail


class SignatureState(StrEnum):
    """What is known of the signature of an alert (XML Signature)."""

    NONE = "none"  # not signed
    UNVERIFIED = "unverified"  # signed and unchanged, but by nobody whom this deployment trusts
    VERIFIED = "verified"  # signed, unchanged, by a certificate that this deployment trusts


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Reference:
    """What names one message: no two messages of a sender have all three in common."""

    sender: str
    identifier: str
    sent_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CapArea:
    """`polygons`: lines of "lat,lon" pairs; `circles`: "lat,lon radius" in kilometres. As written, empty ones left out."""

    description: str
    polygons: tuple[str, ...] = ()
    circles: tuple[str, ...] = ()
    geocodes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """One description of the event, in one language."""

    language: str
    categories: tuple[str, ...]
    event: str
    urgency: str
    severity: str
    certainty: str
    responses: tuple[str, ...] = ()
    event_codes: tuple[tuple[str, str], ...] = ()
    onset_ms: int | None = None
    expires_ms: int | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    areas: tuple[CapArea, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """`version`: 1.1 or 1.2. `references`: the earlier messages that an update or a cancellation is about."""

    version: str
    identifier: str
    sender: str
    sent_ms: int
    status: str
    message_type: str
    scope: str
    references: tuple[Reference, ...] = ()
    infos: tuple[Info, ...] = ()
    signature: SignatureState = SignatureState.NONE

    @property
    def name(self) -> Reference:
        return Reference(sender=self.sender, identifier=self.identifier, sent_ms=self.sent_ms)

    @property
    def expires_ms(self) -> int | None:
        """The end of the last description; None if one of them has none."""
        ends = [info.expires_ms for info in self.infos]
        return None if not ends or None in ends else max(end for end in ends if end is not None)
