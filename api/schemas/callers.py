"""What is stored about the caller of an incident."""

from typing import Literal

from api.schemas.base import Shown
from api.schemas.offers import CallerShown


class CallerRecord(Shown):
    """A private record. `kind`: `report`, `edit`, `note` and others; `unreadable`: it exists and cannot be decrypted."""

    kind: str
    description: str | None = None
    address: str | None = None
    caller: CallerShown | None = None
    external_id: str | None = None
    text: str | None = None
    unreadable: bool = False


class CallerStored(Shown):
    incident_id: str
    state: Literal["stored", "erased", "none"]
    items: list[CallerRecord]


class CallerErased(Shown):
    """`erasing`: the tombstones are in the log, but Redis does not answer. `records`: number of records erased now."""

    incident_id: str
    state: Literal["erased", "erasing"]
    records: int
