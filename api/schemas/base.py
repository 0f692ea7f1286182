"""Base classes of bodies, and field types that several of them share."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.fields import GEOMETRY_SCHEMA, word
from dispatch.model.vocabulary import Capability, Priority, Skill, Task

Text = Annotated[str, Field(max_length=10_000)]
"""Free text. Only its length is limited: a report is never refused because of its wording."""
ShortText = Annotated[str, Field(max_length=500)]
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Geometry = Annotated[dict[str, Any], Field(json_schema_extra=GEOMETRY_SCHEMA)]
"""A GeoJSON geometry of a response. Request bodies use `fields.AreaField`, which checks it."""

CapabilityWord = Annotated[Capability, word(Capability)]
PriorityWord = Annotated[Priority, word(Priority)]
SkillWord = Annotated[Skill, word(Skill)]
TaskWord = Annotated[Task, word(Task)]


class Body(BaseModel):
    """A request body. Types are not coerced and unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class Shown(BaseModel):
    """A response body. Clients must ignore unknown fields, so that fields can be added within `/v1`."""

    model_config = ConfigDict(extra="allow")


class LonLat(Shown):
    """WGS 84 degrees."""

    lon: float
    lat: float


class Accepted(Shown):
    """The command is in the log: Kafka has acknowledged it."""

    id: str
    """The incident, offer or volunteer that the command concerns."""
    status: str
    links: dict[str, str]
