"""Consents, and the export of everything that is stored about a person."""

from typing import Annotated, Any

from pydantic import Field

from api.fields import LanguageTag
from api.schemas.audit import AuditEntry
from api.schemas.base import Body, Shown, Time
from api.schemas.offers import OfferShown
from api.schemas.sessions import SessionShown
from api.schemas.volunteers import LastPosition, ProfileShown

Version = Annotated[str, Field(min_length=1, max_length=64, pattern="^[A-Za-z0-9._-]+$", examples=["2026-11"])]


class NoticeSeen(Body):
    """The privacy notice that the person was shown: its version, and the language it was shown in."""

    version: Version
    language: LanguageTag


class Consents(Body):
    """A consent that is not given here keeps its last answer."""

    notice: NoticeSeen
    positions: bool | None = None
    """False removes the position, and none is accepted until it is true again. The person is then found by their home."""
    contact_by_phone: bool | None = None
    """False hides the number from operators and admins."""


class ConsentStepShown(Shown):
    at: Time
    notice: str
    language: str
    given: dict[str, bool]


class ConsentsShown(Shown):
    """`now`: the last answer to each consent that was asked for. `steps`: all of them, oldest first."""

    now: dict[str, bool]
    steps: list[ConsentStepShown]


class Estimates(Shown):
    """What the dispatcher has learnt of a person: sums of answers that lose half their weight in 60 days, and recent work.

    `work`: accepted offers, with a half-life of 7 days.
    """

    accepted: float
    declined: float
    work: float
    offers_last_hour: int
    offers_last_day: int
    last_work_ended: Time | None
    last_work_heavy: bool
    last_sign_of_life: Time | None


class TrustShown(Shown):
    """How many of their digital answers others confirmed and overruled: sums that lose half their weight in 180 days."""

    upheld: float
    overruled: float


class VolunteerExport(Shown):
    """Everything that Komek stores about a person, as far as `not_included` does not name it."""

    exported_at: Time
    volunteer: ProfileShown
    location: LastPosition
    offers: list[OfferShown]
    texts: dict[str, str]
    """What the person wrote, by offer: results, reasons, signs of distress."""
    notices: list[dict[str, Any]]
    """Of the last thirty days, newest first, at most 1,000."""
    estimates: Estimates | None
    trust: TrustShown | None
    consents: ConsentsShown
    channels: dict[str, Any]
    """Devices and addresses that notices go to, without the keys of browsers."""
    sessions: list[SessionShown]
    """Those that are valid now, at most 200."""
    audit: list[AuditEntry]
    """Who saw their data and what was done about them, newest first, at most 500."""
    not_included: list[str]
