"""What a search found."""

from typing import Literal

from api.schemas.base import Shown, Time
from api.schemas.people_list import ListedPerson
from api.schemas.places import PlaceShown
from api.schemas.rows import IncidentRow


class FoundEntry(Shown):
    """An incident, a person or a place; the field of its type is set. `title`: the call number or id, the label or id, or the
    name in the language of the request. `match`: what the text was compared with; `near`: open, near the first place."""

    type: Literal["incident", "volunteer", "place"]
    id: str
    title: str
    at: Time | None
    match: Literal["id", "call_number", "external_id", "label", "name", "near"]
    incident: IncidentRow | None = None
    person: ListedPerson | None = None
    place: PlaceShown | None = None


class SearchResult(Shown):
    """The exact matches first. `complete` false: Redis does not answer, so only places were looked for."""

    items: list[FoundEntry]
    complete: bool
