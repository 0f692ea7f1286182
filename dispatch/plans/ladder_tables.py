"""Escalation ladders of a plan file, named under `[ladders]` or written in a requirement."""

from itertools import pairwise
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from dispatch.model.vocabulary import StepAction
from dispatch.plans.file_table import Table
from dispatch.plans.ladders import MAX_AT_S, MAX_FACTOR, MAX_LEVEL, Ladder, Step
from dispatch.plans.value_types import Expected, Number, Rows, Whole, fault, faults, one_of

_OWNERS = {"factor": StepAction.WIDER_RING, "level": StepAction.ALARM_LEVEL, "partner": StepAction.PARTNER}
"""The only ladder step for which each of these settings has an effect."""


def _known_ladder(name: str, info: ValidationInfo) -> str:
    known = (info.context or {}).get("ladders", ())
    if name not in known:
        raise fault(f"{name!r} is not a ladder of these plans; known are {', '.join(known) or 'none'}")
    return name


LadderName = Annotated[str, Field(min_length=1), Expected("the name of a ladder"), AfterValidator(_known_ladder)]


class StepTable(Table):
    """A step of an escalation ladder."""

    expected: ClassVar[str] = 'a table like { at_s = 60, step = "wider_ring" }'

    step: Annotated[StepAction, one_of(StepAction)] = Field(description="What is tried.")
    at_s: Annotated[int, Whole(0, MAX_AT_S, f"whole seconds since the report, up to {MAX_AT_S}")] = Field(
        description="Seconds since the report, or since a place became open again."
    )
    factor: Annotated[int, Whole(2, MAX_FACTOR)] = Field(
        default=2, description="`wider_ring`: factor of the search radius."
    )
    level: Annotated[int, Whole(2, MAX_LEVEL)] = Field(default=2, description="`alarm_level`: the level to raise to.")
    partner: str = Field(default="", description="`partner`: name of the organisation to ask.", validate_default=True)

    @field_validator(*_OWNERS, mode="before")
    @classmethod
    def _has_effect(cls, value: object, info: ValidationInfo) -> object:
        owner, action = _OWNERS[info.field_name or ""], info.data.get("step")
        if info.field_name == "partner" and action == owner and not (isinstance(value, str) and value):
            raise fault("expected the name of the organisation to ask")
        if action not in (owner, None) and value != "":
            raise fault(f"only for {owner}")
        return value

    def build(self) -> Step:
        stated = self.stated()
        return Step(action=stated.pop("step"), **stated)


def _in_order(steps: list[StepTable]) -> list[StepTable]:
    """Times never decrease; `end` is the last step and no other."""
    found: list[tuple[int, str, str]] = [
        (number, "at_s", f"expected {before.at_s} or later, the time of the step before")
        for number, (before, step) in enumerate(pairwise(steps), 1)
        if step.at_s < before.at_s
    ]
    found += [
        (number, "step", "no step may follow end; move it to the end of the list")
        for number, step in enumerate(steps[:-1])
        if step.step == StepAction.END
    ]
    if found:
        raise faults(((number, key), text) for number, key, text in found)
    if steps[-1].step != StepAction.END:
        raise fault('the ladder has no end; add { at_s = …, step = "end" } as its last step')
    return steps


class LadderTable(Table):
    """An escalation ladder: what is tried next for a requirement that is not met, and when."""

    expected: ClassVar[str] = "a table with steps, or a list of steps"

    steps: Annotated[list[StepTable], Rows("at least one step", 1), AfterValidator(_in_order)] = Field(
        description="The steps in the order of their times; the last one is `end`."
    )
    target_s: Annotated[int, Whole(1, MAX_AT_S, f"whole seconds from 1 to {MAX_AT_S}")] = Field(
        default=300, description="Service level: seconds since the report by which the requirement should be staffed."
    )
    least_chance: Annotated[float, Number(0, below=1)] = Field(
        default=0.5,
        description="A step is taken early when the probability to be staffed by `target_s` falls below this.",
    )

    @model_validator(mode="before")
    @classmethod
    def _bare_list(cls, data: Any) -> Any:
        return {"steps": data} if isinstance(data, list) else data

    def build(self, name: str) -> Ladder:
        steps = tuple(step.build() for step in self.steps)
        return Ladder(name=name, **(self.stated() | {"steps": steps}))


class _OrList:
    """Annotation: adds the bare list of steps to the JSON Schema of a ladder."""

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        table = handler(schema)
        return {"anyOf": [table, handler.resolve_ref_schema(table)["properties"]["steps"]]}


LadderForm = Annotated[LadderTable, _OrList()]
