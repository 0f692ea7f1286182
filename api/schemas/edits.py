"""The body of an edit (PATCH), and the conflicts that it can lose against."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from api.fields import AreaField, LanguageTag
from api.schemas.base import Body, OptionalShortText, OptionalText, PriorityWord, Shown, Time, without_defaults
from api.schemas.reports import OptionalCaller, RequirementIn, TypeName


class IncidentValues(Body):
    """Values of fields that the caller expects. Fields that are not given are not compared."""

    # Defaults are never read: only fields in `model_fields_set` count. In the document they would look like values to send.
    model_config = ConfigDict(json_schema_extra=without_defaults)

    type: TypeName = ""
    location: AreaField | None = None
    priority: PriorityWord = Field(default=None)  # type: ignore[assignment]  # never read if it is not given
    language: LanguageTag | None = None
    requirements: Annotated[list[RequirementIn], Field(max_length=50)] = []
    """In any order; of each entry only the given fields are compared."""
    description: OptionalText = None
    address: OptionalShortText = None
    caller: OptionalCaller = None


class IncidentPatch(IncidentValues):
    """Only the given fields change (RFC 7396). null removes `description`, `address` or `caller`.

    `location` and `language` cannot be removed: null is no change while the incident shows null, and refused otherwise.

    `expected` and `edit_version` are preconditions: the edit is refused if a field named in `expected` has another value when the
    edit is decided, or if one of the fields it changes was edited after that version. Edits of different fields never conflict.
    """

    requirements: Annotated[list[RequirementIn], Field(min_length=1, max_length=20)] = []
    expected: IncidentValues | None = None
    edit_version: Annotated[int, Field(ge=0, le=10**12)] | None = None


class Conflict(Shown):
    """A field on which the precondition of an edit failed.

    `mine`: the value that the edit would set; absent for a field that the edit only expects. `expected`: the value that the
    request expects. `theirs`: the present value. `by`, `at`: author and time of its last edit, or of the report. `mine` and
    `expected` are absent in the outcome of an order; `theirs`, `by` and `at` if the incident is no longer known.
    """

    field: str
    mine: Any = None
    expected: Any = None
    theirs: Any = None
    by: str | None = None
    at: Time | None = None
