"""Base of the tables of a plan file: known keys only, and a sentence for what is missing."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from dispatch.plans.value_types import expected


class Table(BaseModel):
    """A table of the file. Unknown keys are faults: a misspelt setting would otherwise have no effect."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    expected: ClassVar[str] = "a table"

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise expected(cls.expected)
        # pydantic reports a missing key without the sentence of its type; None is refused by the type itself.
        return {key: None for key, entry in cls.model_fields.items() if entry.is_required()} | dict(data)

    def stated(self) -> dict[str, Any]:
        """The settings that the file states; all others take the default of their dataclass."""
        return {key: getattr(self, key) for key in self.model_fields_set}


def named_tables(words: str) -> BeforeValidator:
    """Annotation: a table of tables, whose keys are names."""

    def check(value: object) -> object:
        if not isinstance(value, dict):
            raise expected(words)
        return value

    return BeforeValidator(check)
