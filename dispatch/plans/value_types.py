"""Types of the values of a plan file: each carries its JSON Schema and the sentence that says what was expected.

pydantic's own messages name no remedy ("Input should be less than or equal to 100"), so each type replaces them by one sentence.
The error type `EXPECTED` marks these; all other errors of the models have their whole text already.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, ValidationError, WithJsonSchema
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from dispatch.model import languages
from dispatch.model.vocabulary import Skill

EXPECTED = "expected"
FAULT = "fault"
_MAX_WHOLE = 1_000_000


def expected(text: str) -> PydanticCustomError:
    """The error of a value that is not what `text` describes."""
    return PydanticCustomError(EXPECTED, "{text}", {"text": text})


def fault(text: str) -> PydanticCustomError:
    """An error with its whole text, for a value that contradicts another one."""
    return PydanticCustomError(FAULT, "{text}", {"text": text})


def faults(found: Iterable[tuple[tuple[str | int, ...], str]]) -> ValidationError:
    """Several errors of one validator, each with the keys and indexes (from 0) that lead to its value."""
    details = [InitErrorDetails(type=fault(text), loc=place, input=None) for place, text in found]
    return ValidationError.from_exception_data("plans", details)


@dataclass(frozen=True, slots=True)
class Expected:
    """Annotation: replaces all errors of a value, also those inside it, by one sentence."""

    text: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.custom_error_schema(handler(source), EXPECTED, custom_error_message=self.text)


def one_of(words: Iterable[str]) -> Expected:
    """Annotation of an enumeration: the sentence lists its values."""
    return Expected(f"one of {', '.join(words)}")


@dataclass(frozen=True, slots=True)
class Whole:
    """Annotation: an integer from `low` to `high`. `True` and 1.0 are none: times and distances are integers on the wire."""

    low: int
    high: int
    text: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = core_schema.int_schema(strict=True, ge=self.low, le=self.high)
        text = self.text or f"a whole number from {self.low} to {self.high}"
        return core_schema.custom_error_schema(schema, EXPECTED, custom_error_message=text)


@dataclass(frozen=True, slots=True)
class Number:
    """Annotation: a finite number from `low` to `high`, or to below `below`."""

    low: float
    high: float | None = None
    below: float | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = core_schema.float_schema(strict=True, ge=self.low, le=self.high, lt=self.below)
        end = f"below {self.below}" if self.high is None else self.high
        return core_schema.custom_error_schema(
            schema, EXPECTED, custom_error_message=f"a number from {self.low} to {end}"
        )


@dataclass(frozen=True, slots=True)
class Rows:
    """Annotation: a list of at least `least` entries. Errors of the entries keep their own place and text."""

    text: str
    least: int = 0

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Callable[[CoreSchema], dict[str, Any]]) -> Any:
        return handler(schema) | ({"minItems": self.least} if self.least else {})

    def _check(self, value: object) -> object:
        if not isinstance(value, list) or len(value) < self.least:
            raise expected(self.text)
        return value


def _known_skill(value: object) -> object:
    """Refuses an unknown skill; names the most similar skill, else all of them."""
    if isinstance(value, str) and value in set(Skill):
        return value
    near = get_close_matches(value, [str(skill) for skill in Skill], n=1) if isinstance(value, str) else []
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(Skill)}"
    raise fault(f"{value!r} is not a known skill; {hint}" if value is not None else f"expected a skill; {hint}")


def _language(value: object) -> object:
    """Refuses unassigned tags as well: nobody could meet them."""
    if isinstance(value, str) and languages.canonical(value) is not None and languages.is_assigned(value):
        return value
    raise expected(languages.EXPECTED)


Text = Annotated[str, Field(min_length=1), Expected("a text")]
Flag = Annotated[bool, Field(strict=True), Expected("true or false")]
Positive = Annotated[int, Whole(1, _MAX_WHOLE)]
SkillName = Annotated[
    str, BeforeValidator(_known_skill), WithJsonSchema({"type": "string", "enum": [str(skill) for skill in Skill]})
]
Skills = Annotated[list[SkillName], Rows("a list of at least one skill", 1)]
LanguageTag = Annotated[str, BeforeValidator(_language)]
Unique = AfterValidator(lambda values: tuple(dict.fromkeys(values)))
"""Annotation: drops repeated entries of a list and keeps the order."""
