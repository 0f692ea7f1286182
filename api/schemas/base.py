"""Base classes of bodies, and field types that several of them share."""

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from api.fields import GEOMETRY_SCHEMA, blank_as_null, not_blank, word
from dispatch.model.vocabulary import Capability, Priority, Skill, Task

Entry = TypeVar("Entry", bound=str)

BLANK_AS_NULL = BeforeValidator(blank_as_null)
"""Of every optional text: one without a visible character counts as not given."""
OptionalText = Annotated[Annotated[str, Field(max_length=10_000)] | None, BLANK_AS_NULL]
"""Free text. Only its length is limited: a report is never refused because of its wording."""
OptionalShortText = Annotated[Annotated[str, Field(max_length=500)] | None, BLANK_AS_NULL]
NOT_BLANK = AfterValidator(not_blank)
"""Of every required text: one without a visible character is refused."""
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Geometry = Annotated[dict[str, Any], WithJsonSchema(GEOMETRY_SCHEMA)]
"""A GeoJSON geometry of a response. Request bodies use `fields.AreaField`, which checks it."""

CapabilityWord = Annotated[Capability, word(Capability)]
PriorityWord = Annotated[Priority, word(Priority)]
SkillWord = Annotated[Skill, word(Skill)]
TaskWord = Annotated[Task, word(Task)]


def _each_once(entries: list[Entry]) -> list[Entry]:
    return list(dict.fromkeys(entries))


EACH_ONCE = AfterValidator(_each_once)
"""Of lists of skills and languages: a repeated entry counts once, at its first place."""


class Body(BaseModel):
    """A request body. Types are not coerced and unknown fields are refused."""

    # forbid: a misspelt field would be ignored silently. hide_input_in_errors: values of a request must not reach a log.
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


def without_defaults(schema: dict[str, Any]) -> None:
    """`json_schema_extra` of a body in which only the given fields count."""
    for field in schema["properties"].values():
        field.pop("default", None)


Parts = TypeVar("Parts", bound=Body)


def null_if_empty(body: Parts | None) -> Parts | None:
    """None for a body all of whose fields are null: it counts as not given."""
    return body if body is not None and body.model_dump(exclude_none=True) else None


class Shown(BaseModel):
    """A response body. Clients must ignore unknown fields, so that fields can be added within `/v1`."""

    # The API tests validate with extra="forbid" instead: an undeclared key fails them. Not "allow", which would give every type
    # that is generated from the document an index signature, so that no misspelt field would be found.


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
