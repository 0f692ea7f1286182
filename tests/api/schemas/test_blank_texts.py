"""Texts without a visible character, in every request body: null where the text is optional, refused where it is required."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

import api.app  # noqa: F401  # imports every module with a request body
from api.schemas.base import Body
from dispatch.model.commands import ReportIncident, UpdateIncident
from tests.support.api_world import World, fields, report
from tests.support.builders import INCIDENT, ZONE, incident

BLANKS = ["", " ", "\t\r\n", "\u00a0\u2003\u3000", "\u200b\ufeff", "\u2028"]
IDENTIFIERS = {"type", "into", "volunteer_id", "outcome", "incident_id"}
"""Checked against the ids and words that exist."""


def bodies(base: type[Body] = Body) -> Iterator[type[Body]]:
    for found in base.__subclasses__():
        yield found
        yield from bodies(found)


def adapter_of(field: FieldInfo) -> TypeAdapter[Any]:
    annotated: Any = Annotated[field.annotation, None, *field.metadata]
    return TypeAdapter(annotated)


def texts() -> Iterator[tuple[str, str, FieldInfo]]:
    """Every field of a request body that accepts any text."""
    for body in bodies():
        for name, field in body.model_fields.items():
            schema = adapter_of(field).json_schema()
            for option in schema.get("anyOf", [schema]):
                if option.get("type") == "string" and not option.keys() & {"enum", "pattern", "format"}:
                    yield body.__name__, name, field


TEXTS = list(texts())


@pytest.mark.parametrize(
    "field",
    [pytest.param(field, id=f"{body}.{name}") for body, name, field in TEXTS if name not in IDENTIFIERS],
)
@pytest.mark.parametrize("blank", BLANKS)
def test_a_blank_text_counts_as_not_given_or_is_refused(field: FieldInfo, blank: str) -> None:
    adapter = adapter_of(field)

    if field.is_required():
        with pytest.raises(ValidationError):
            adapter.validate_python(blank)
    else:
        assert adapter.validate_python(blank) == field.default


def test_all_kinds_of_texts_are_found() -> None:
    found = {(body, name) for body, name, _ in TEXTS}

    assert {
        ("Note", "text"),
        ("Result", "text"),
        ("IncidentReport", "external_id"),
        ("IncidentPatch", "address"),
        ("CallerOfIncident", "phone"),
        ("Contact", "push"),
        ("RequirementIn", "role"),
    } <= found


@pytest.mark.parametrize("blank", BLANKS)
async def test_a_report_with_blank_texts_is_one_without_texts(world: World, blank: str) -> None:
    caller = {"name": blank, "phone": blank}
    answer = await world.report(description=blank, address=blank, external_id=blank, caller=caller)

    assert answer.status_code == 202, answer.text
    (command,) = world.log.commands
    assert isinstance(command, ReportIncident)
    assert (command.private_ref, command.private_fields, command.external_id) == (None, (), None)


async def test_a_blank_text_in_an_edit_removes_the_text(world: World) -> None:
    world.redis.add(incident())

    answer = await world.ask("PATCH", f"/v1/incidents/{INCIDENT}", {"address": " ", "caller": {"name": ""}})

    assert answer.status_code == 202
    (command,) = world.log.commands
    assert isinstance(command, UpdateIncident)
    assert command.private_fields == ("address", "caller")
    (record,) = world.log.opened().values()
    assert (getattr(record, "address", ""), getattr(record, "caller", "")) == (None, None)


@pytest.mark.parametrize("blank", BLANKS)
async def test_a_blank_note_is_refused_and_a_blank_reason_forces_nothing(world: World, blank: str) -> None:
    world.redis.add(incident())
    assignment = {"volunteer_id": "v-9", "requirement_id": "r1", "force": True, "reason": blank}

    note = await world.ask("POST", f"/v1/incidents/{INCIDENT}/notes", {"text": blank})
    forced = await world.ask("POST", f"/v1/incidents/{INCIDENT}/offers", assignment)

    assert (note.status_code, fields(note)) == (422, ["text"])
    assert (forced.status_code, fields(forced)) == (422, ["reason"])
    assert world.log.messages == []


async def test_repeated_skills_and_languages_count_once(world: World) -> None:
    need = {"capability": "field", "skill": "cpr", "any_of": ["doctor", "cpr", "nurse", "doctor"]}

    answer = await world.report(requirements=[need | {"languages": ["kk", "kaz", "ru", "kk"]}])

    assert answer.status_code == 202
    (command,) = world.log.commands
    assert isinstance(command, ReportIncident)
    assert command.requirements is not None
    (spec,) = command.requirements
    assert (spec.any_of, spec.languages) == (("doctor", "nurse"), ("kk", "ru"))


@pytest.mark.parametrize("field", ["max_distance_m", "max_eta_s"])
async def test_digital_work_has_no_limit_of_distance(world: World, field: str) -> None:
    need = {"capability": "digital", "skill": "verification"}

    refused = await world.ask("POST", "/v1/incidents", report(requirements=[need | {field: 600}]))
    taken = await world.ask("POST", "/v1/incidents", report(requirements=[need | {field: None}]))

    assert (refused.status_code, fields(refused), taken.status_code) == (422, [f"requirements[0].{field}"], 202)


@pytest.mark.parametrize("part", ["offers", "reports"])
async def test_a_split_names_an_id_of_another_incident_also_without_redis(world: World, part: str) -> None:
    other = "c" * 32
    ids = {"offers": [f"o-{ZONE}-{other}-" + "b" * 16, "x"], "reports": [INCIDENT, "x"]}
    world.redis.is_down = True

    answers = [await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", report(**{part: [one]})) for one in ids[part]]

    assert [(answer.status_code, fields(answer)) for answer in answers] == [(422, [f"{part}[0]"])] * 2
