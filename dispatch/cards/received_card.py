"""A card of another control room, read: one event as its source sees it, at one version."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from dispatch.model.ids import derived
from dispatch.model.places import Area
from dispatch.model.vocabulary import Priority

Json: TypeAlias = Mapping[str, object]
"""A JSON object."""
MAX_EXTERNAL_ID = 128
"""Part of the HTTP contract."""


class CardFault(StrEnum):
    """Why a card cannot be used."""

    TOO_LARGE = "too_large"
    BAD_ENCODING = "bad_encoding"
    BAD_JSON = "bad_json"
    UNKNOWN_FORM = "unknown_form"  # neither an EIDO nor a card by the names of the table
    UNKNOWN_VERSION = "unknown_version"  # a form of this name, in a version that is not read
    NO_NUMBER = "no_number"  # nothing by which a repeat or an update could be found
    NO_TIME = "no_time"  # neither a version nor a time that can be read, so newer and older cannot be told apart


class BadCard(ValueError):
    """A card that cannot be used. The message has no text of the card, which may be about people."""

    def __init__(self, fault: CardFault, detail: str, number: str = "") -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault = fault
        self.number = number


class CardState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    FALSE_REPORT = "false_report"  # there was no emergency


class Doubt(StrEnum):
    """What of a card could not be used, though the card was. Each is told with the outcome, and the value as it was sent stands
    in the description."""

    NO_PLACE = "no_place"
    BAD_PLACE = "bad_place"  # out of range, not a number, in a reference system that is not read, or XML that is none
    PLACE_BY_REFERENCE = "place_by_reference"  # an address to ask; it is not asked
    PLACE_OF_ROUTING = "place_of_routing"  # where the call was routed by, often a cell of the network
    PLACE_UNLIKELY = "place_unlikely"  # outside the service area; sent as it is, and the dispatcher tells the operator
    BAD_TIME = "bad_time"  # no zone and none in the table, or no time at all
    UNKNOWN_STATUS = "unknown_status"  # counts as open: what is not understood ends nothing
    UNKNOWN_LANGUAGE = "unknown_language"
    UNKNOWN_PRIORITY = "unknown_priority"
    SHORTENED = "shortened"  # a text is longer than the API takes
    MISSING_REFERENCE = "missing_reference"  # an EIDO names a component that it does not contain


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What happened, as the source writes it: the code of its list, its name, the service it concerns (101, 102, 103, 104, 112).
    Each may be empty."""

    code: str = ""
    name: str = ""
    service: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.service, self.code, self.name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """`source`: who gave the number. `version`, `changed_ms`: at least one of them is known. `external_id`: the number for the
    API. `replaced_by`: the number of the card that takes the place of this one."""

    source: str
    number: str
    external_id: str
    version: int | None = None
    changed_ms: int | None = None
    state: CardState = CardState.OPEN
    kinds: tuple[Kind, ...] = ()
    area: Area | None = None
    address: str = ""
    description: str = ""
    caller_name: str = ""
    caller_phone: str = ""
    language: str | None = None
    priority: Priority | None = None
    reported_ms: int | None = None
    exercise: bool = False
    replaced_by: str = ""
    doubts: tuple[Doubt, ...] = ()

    @property
    def order(self) -> tuple[int, int]:
        """Of two versions of one card the newer has the larger."""
        return self.version or 0, self.changed_ms or 0

    @property
    def key(self) -> str:
        """The beginning of the keys of its orders: the same on every machine, so a repeat has no second effect."""
        return f"card-{derived('card', self.source, self.number).hex}"

    @property
    def version_key(self) -> str:
        """As `key`, for orders that follow from this version alone."""
        return f"{self.key}-{'-'.join(map(str, self.order))}"

    def __repr__(self) -> str:
        # Caller, place and texts are about people: a traceback or a log must not show them.
        return f"Card({self.source} {self.number}, version {self.version})"


def external_of(source: str, number: str) -> str:
    """The number of a card for the API: readable, because operators look for it, unless it is too long."""
    full = f"{source}-{number}" if source else number
    return full if len(full) <= MAX_EXTERNAL_ID else f"card-{derived('external', full).hex}"
