"""PATCH with a whole form: unchanged fields, null, and conflicts with edits since the form was read."""

from typing import Any

import pytest

from api.schemas.edits import IncidentValues
from dispatch.model.incident_events import IncidentUpdated
from dispatch.model.vocabulary import Outcome
from dispatch.plans.book import load_builtin
from tests.support.api_world import World, code, fields
from tests.support.edited_incident import EditedIncident, first_reads, form_of


@pytest.mark.parametrize("kind", sorted(load_builtin().plans))
async def test_a_form_that_is_sent_back_as_it_was_shown_changes_nothing(world: World, kind: str) -> None:
    edited = EditedIncident(world)
    await edited.report(type=kind)
    form = await form_of(edited)

    for condition in ({}, {"edit_version": 0}, {"expected": form}):
        answer = await edited.patch(form | condition, "op-2")

        assert answer.status_code == 202, answer.text
        assert [one.outcome for one in edited.world.decisions.at.values()][-1] is Outcome.UNCHANGED


async def test_a_whole_form_with_one_change_does_not_conflict_with_edits_of_other_fields(
    edited: EditedIncident,
) -> None:
    form = await form_of(edited)
    await edited.patch({"priority": "low"}, "op-1", '"1"')

    answer = await edited.patch(form | {"address": "Абай 5", "priority": "low"}, "op-2", '"1"')

    shown = await edited.read()
    (update,) = [one for one in list(edited.world.decisions.at.values())[-1].events if isinstance(one, IncidentUpdated)]
    assert (answer.status_code, update.changed) == (202, ("address",))
    assert (shown["priority"], shown["address"]) == ("low", "Абай 5")


REMOVABLE = ("description", "address", "caller")
NEVER_NULL = ("type", "priority", "requirements")
PLACELESS: dict[str, Any] = {"location": None, "language": ..., "address": ...}


@pytest.mark.parametrize("name", [name for name in IncidentValues.model_fields if name not in NEVER_NULL])
@pytest.mark.parametrize("condition", [{}, {"edit_version": 0}, {"expected": "the form"}])
async def test_null_for_a_field_that_is_null_is_no_change(world: World, name: str, condition: dict[str, Any]) -> None:
    edited = EditedIncident(world)
    await edited.report(**PLACELESS | {"description": ..., "caller": ...})
    condition = {"expected": {name: None}} if "expected" in condition else condition

    alone = await edited.patch({name: None} | condition)
    with_another = await edited.patch({name: None, "priority": "low"} | condition)

    outcomes = [one.outcome for one in edited.world.decisions.at.values()][-2:]
    assert [alone.status_code, with_another.status_code] == [202, 202], with_another.text
    assert outcomes == [Outcome.UNCHANGED, Outcome.APPLIED]
    shown = await edited.read()
    assert (shown.get(name), shown["priority"]) == (None, "low")


@pytest.mark.parametrize("name", [name for name in IncidentValues.model_fields if name not in REMOVABLE])
@pytest.mark.parametrize("condition", [{}, {"edit_version": 0}, {"expected": {"priority": "normal"}}])
async def test_null_for_a_field_with_a_value_is_refused_unless_it_is_removable(
    edited: EditedIncident, name: str, condition: dict[str, Any]
) -> None:
    sent = len(edited.world.log.messages)

    answer = await edited.patch({name: None, "address": "Абай 2"} | condition)

    assert (answer.status_code, fields(answer)) == (422, [name])
    assert answer.json()["errors"][0]["got"] == "null"
    assert len(edited.world.log.messages) == sent


@pytest.mark.parametrize(
    ("name", "value"), [("location", {"type": "Point", "coordinates": [76.9, 43.2]}), ("language", "ru")]
)
@pytest.mark.parametrize("is_decided_meanwhile", [False, True])
async def test_a_null_conflicts_with_an_edit_that_has_set_the_field_since_it_was_read(
    world: World, name: str, value: object, is_decided_meanwhile: bool
) -> None:
    edited = EditedIncident(world)
    await edited.report(**PLACELESS)
    form = await form_of(edited)
    (before,) = world.redis.states.values()
    await edited.patch({name: value}, "op-1")

    for condition in ({"edit_version": 0}, {"expected": {name: None}}):
        if is_decided_meanwhile:
            first_reads(edited, [before] * 2)
        answer = await edited.patch(form | {"address": "Абай 9"} | condition, "op-2")

        (conflict,) = answer.json()["conflicts"]
        assert (answer.status_code, conflict["field"], conflict["mine"]) == (409, name, None)
        assert (conflict["theirs"], conflict["by"]) == (value, "op-1")
    assert (await edited.read())["address"] is None


@pytest.mark.parametrize("is_null", [True, False])
async def test_a_field_set_to_its_present_value_never_conflicts_with_what_is_expected(
    world: World, is_null: bool
) -> None:
    edited = EditedIncident(world)
    await edited.report(**PLACELESS)
    form = await form_of(edited)
    name, other = ("language", "ru") if is_null else ("requirements", [{"capability": "field", "skill": "boat"}])

    answer = await edited.patch({name: form[name], "priority": "low", "expected": {name: other}})

    assert answer.status_code == 202, answer.text
    assert (await edited.read())["priority"] == "low"


async def test_a_null_is_not_accepted_while_redis_is_down(edited: EditedIncident) -> None:
    edited.world.redis.is_down = True
    sent = len(edited.world.log.messages)

    answer = await edited.patch({"language": None, "address": "Абай 2"})

    assert (answer.status_code, code(answer)) == (503, "picture_unavailable")
    assert len(edited.world.log.messages) == sent


async def test_a_requirement_that_omits_a_value_resets_it(edited: EditedIncident) -> None:
    need = {"capability": "field", "skill": "first_aid", "count": 2}
    await edited.patch({"requirements": [need | {"languages": ["kk"]}]})

    await edited.patch({"requirements": [need]})

    assert (await edited.read())["requirements"][0]["languages"] == []


async def test_a_field_set_to_its_present_value_is_neither_conflict_nor_change(edited: EditedIncident) -> None:
    await edited.patch({"address": "Абай 2"}, "op-1", '"1"')

    same = await edited.patch({"address": "Абай 2"}, "op-2", '"1"')

    assert same.status_code == 202
    assert [one.outcome for one in edited.world.decisions.at.values()][-1] is Outcome.UNCHANGED
    outcome = (await edited.world.ask("GET", same.json()["links"]["outcome"])).json()
    assert (outcome["outcome"], outcome["reason"]) == ("unchanged", "nothing_changed")


REQUIRED = {"capability": "digital", "skill": "call_taking", "language": "require"}


@pytest.mark.parametrize(
    ("reported", "edit", "status"),
    [
        ({}, {"requirements": [REQUIRED]}, 422),
        ({}, {"requirements": [{"capability": "field", "skill": "boat"}, REQUIRED]}, 422),
        ({}, {"requirements": [REQUIRED | {"languages": ["kk"]}]}, 202),
        ({}, {"requirements": [REQUIRED], "language": "kk"}, 202),
        ({"language": "kk"}, {"requirements": [REQUIRED]}, 202),
    ],
)
async def test_a_required_language_must_be_stated_somewhere_as_in_a_report(
    world: World, reported: dict[str, Any], edit: dict[str, Any], status: int
) -> None:
    edited = EditedIncident(world)
    await edited.report(**{"language": ...} | reported)

    answer = await edited.patch(edit)

    assert answer.status_code == status, answer.text
    if status == 422:
        assert fields(answer) == [f"requirements[{len(edit['requirements']) - 1}].languages"]
