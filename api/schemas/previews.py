"""What a report would find, before it is sent."""

from typing import Annotated

from pydantic import Field

from api.schemas.base import Shown
from api.schemas.places import PlaceAt
from dispatch.model.vocabulary import Capability


class SimilarShown(Shown):
    """An open incident that would be proposed as a duplicate, with the fields of `merge_candidates`."""

    id: str
    type: str
    same_type: bool
    distance_m: float | None
    age_s: float
    """Between its report and now."""
    score: float
    why: list[str]
    """Strongest first: `external_id`, `reporter`, `place`, `type`, `text`, `time`."""


class NeedForeseen(Shown):
    """A requirement of the report, with the people who are free for it now.

    All but the first three: null while nobody is searched for, because field work has no place yet.
    """

    skill: str
    capability: Capability
    count: int
    free_near: int | None
    """At most this many, rounded up to 3, 10, 30 and so on, without those whom a need before would ask."""
    free_near_at_least: int | None
    is_capped: bool | None
    """The search stopped with enough people: more than `free_near` may be free."""
    nearest_eta_s: float | None
    """Of the nearest among those who would be asked first, between cells, in half minutes; null for digital work too."""
    chance: Annotated[float | None, Field(description="that those asked first fill the places in time, from 0 to 1")]


class ReportPreviewShown(Shown):
    """Nothing of it is stored. Nobody is held: others may be asked for the same people in the meantime."""

    similar: list[SimilarShown]
    place: PlaceAt | None
    """As GET /v1/places/at at the centre of the location; null without one and outside Kazakhstan."""
    needs: list[NeedForeseen]
