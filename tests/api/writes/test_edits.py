"""PATCH of an incident by several operators at once: preconditions, conflicts, null, and the records of refused edits."""

from typing import Any

import pytest

from api.writes import edits
from dispatch.model.commands import ReportIncident, UpdateIncident
from dispatch.model.private_refs import text_ref
from dispatch.model.vocabulary import Outcome
from dispatch.ports import StoreUnavailable
from streams import wire
from streams.clock import rfc3339
from streams.wire import IncidentPrivate
from tests.support.api_fakes import DATA_KEY
from tests.support.api_world import World, code
from tests.support.builders import NOW_MS, incident
from tests.support.edited_incident import EditedIncident, first_reads

AT = rfc3339(NOW_MS)


async def test_edits_of_different_private_fields_are_both_kept(edited: EditedIncident) -> None:
    since = f'"{(await edited.read())["version"]}"'

    answers = [
        await edited.patch({"address": "Абай 2"}, "op-1", since),
        await edited.patch({"caller": {"phone": "+7 702"}}, "op-2", since),
        await edited.patch({"priority": "low"}, "op-3", since),
    ]

    shown = await edited.read()
    assert [answer.status_code for answer in answers] == [202] * 3
    assert (shown["address"], shown["caller"], shown["priority"]) == ("Абай 2", {"phone": "+7 702"}, "low")
    assert shown["description"] == "Үйдің 3-қабатынан түтін"


async def test_a_lost_edit_gets_the_present_values_with_author_and_time(edited: EditedIncident) -> None:
    since = f'"{(await edited.read())["version"]}"'
    await edited.patch({"priority": "low", "address": "Абай 2"}, "op-1", since)
    edited.world.log.audits.clear()

    lost = await edited.patch({"priority": "critical", "address": "Сейфуллин 5", "description": "x"}, "op-2", since)

    assert (lost.status_code, code(lost)) == (412, "version_conflict")
    assert lost.json()["conflicts"] == [
        {"field": "priority", "mine": "critical", "theirs": "low", "by": "op-1", "at": AT},
        {"field": "address", "mine": "Сейфуллин 5", "theirs": "Абай 2", "by": "op-1", "at": AT},
    ]
    shown = await edited.read()
    assert lost.headers["etag"] == f'"{shown["version"]}"'
    assert (shown["priority"], shown["address"], shown["description"]) == ("low", "Абай 2", "Үйдің 3-қабатынан түтін")
    assert [(entry.actor, entry.action) for entry in edited.world.log.audits][:1] == [("op-2", "incident.private.read")]


async def test_a_conflict_separates_what_the_edit_changes_from_what_it_expects(edited: EditedIncident) -> None:
    await edited.patch({"address": "Абай 2"}, "op-1")
    expected = {"address": "Абай 1", "priority": "low", "type": "medical.other"}

    lost = await edited.patch({"address": "Абай 3", "description": "x", "expected": expected}, "op-2")

    priority, address = lost.json()["conflicts"]
    assert lost.json()["detail"] == "changed by another edit: address; another value than expected: priority"
    assert address == {"field": "address", "mine": "Абай 3", "expected": "Абай 1", "theirs": "Абай 2"} | {
        "by": "op-1",
        "at": AT,
    }
    assert ("mine" in priority, priority["expected"], priority["by"]) == (False, "low", "operator-1")


async def test_a_refused_edit_leaves_no_record(edited: EditedIncident) -> None:
    await edited.patch({"address": "Абай 2"}, if_match='"1"')
    before = set(edited.world.redis.sealed)

    await edited.patch({"address": "Сейфуллин 5"}, "op-2", '"1"')

    (refused,) = [one for one in edited.world.decisions.at.values() if one.outcome is Outcome.REFUSED]
    assert set(edited.world.redis.sealed) == before
    assert refused.unused_refs == (text_ref(refused.incident_id, "update", refused.cause.command_id),)


async def test_a_refused_edit_is_refused_again_under_the_same_key(edited: EditedIncident) -> None:
    await edited.patch({"address": "Абай 2"}, if_match='"1"')

    first = await edited.patch({"address": "Сейфуллин 5"}, "op-2", '"1"', key="k")
    sent = len(edited.world.log.messages)
    again = await edited.patch({"address": "Сейфуллин 5"}, "op-2", '"1"', key="k")
    edited.world.redis.keys.clear()
    edited.world.restart()
    elsewhere = await edited.patch({"address": "Сейфуллин 5"}, "op-2", '"1"', key="k")

    assert [answer.status_code for answer in (first, again, elsewhere)] == [412] * 3
    assert first.json() == again.json() == elsewhere.json()
    assert len(edited.world.log.messages) == sent


@pytest.mark.parametrize(
    ("expected", "conflicts"),
    [
        ({"priority": "high"}, []),
        ({"priority": "low"}, ["priority"]),
        ({"type": "medical.other", "language": "kk"}, []),
        ({"language": None}, ["language"]),
        ({"location": {"type": "Point", "coordinates": [76.945, 43.238]}}, []),
        ({"location": {"type": "Point", "coordinates": [76.945, 43.239]}}, ["location"]),
        ({"location": None}, ["location"]),
        ({"address": "Абай 1"}, []),
        ({"address": None, "caller": None}, ["address", "caller"]),
        ({"caller": {"name": "Айгүл", "phone": "+7 701 000 00 00"}}, []),
        ({"description": "Үйдің 3-қабатынан түтін"}, []),
        ({"requirements": [{"capability": "field", "skill": "first_aid"}]}, []),  # only stated fields are compared
        ({"requirements": [{"capability": "field", "skill": "first_aid", "count": 9}]}, ["requirements"]),
        ({"requirements": []}, ["requirements"]),
        ({"requirements": [{"capability": "field", "skill": "boat"}]}, ["requirements"]),
    ],
)
async def test_values_that_are_expected_are_compared_field_by_field(
    edited: EditedIncident, monkeypatch: pytest.MonkeyPatch, expected: dict[str, Any], conflicts: list[str]
) -> None:
    monkeypatch.setattr(edits, "SEEN_WITHIN_S", 0.0)
    await edited.patch(
        {"requirements": [{"capability": "field", "skill": "first_aid", "count": 2}], "priority": "high"}
    )

    answer = await edited.patch({"type": "flood", "expected": expected}, "op-2")

    assert answer.status_code == (409 if conflicts else 202)
    assert [entry["field"] for entry in answer.json().get("conflicts", [])] == conflicts
    if conflicts:
        assert code(answer) == "edit_conflict"
        told = answer.json()["conflicts"][0]
        assert (told["expected"], "mine" in told) == (expected[conflicts[0]], False)
        assert answer.json()["detail"] == f"another value than expected: {', '.join(conflicts)}"


async def test_an_expected_value_whose_decision_is_not_applied_yet_is_waited_for(edited: EditedIncident) -> None:
    (before,) = edited.world.redis.states.values()
    await edited.patch({"priority": "low"})
    after = edited.world.redis.states[before.id]
    first_reads(edited, [before] * 3)

    answer = await edited.patch({"priority": "critical", "expected": {"priority": "low"}})

    assert (answer.status_code, after.priority) == (202, "low")


async def test_an_edit_version_is_a_precondition_that_offers_do_not_break(edited: EditedIncident) -> None:
    assert (await edited.read())["edit_version"] == 0
    await edited.patch({"address": "Абай 2"})
    seen = await edited.read()

    fresh = await edited.patch({"address": "Абай 3", "edit_version": seen["edit_version"]}, "op-2")
    stale = await edited.patch({"address": "Абай 4", "edit_version": seen["edit_version"]}, "op-3")
    other = await edited.patch({"priority": "low", "edit_version": seen["edit_version"]}, "op-3")

    assert (seen["edit_version"], seen["version"]) == (2, 2)
    assert [answer.status_code for answer in (fresh, stale, other)] == [202, 409, 202]
    assert stale.json()["conflicts"][0] | {"at": AT} == {
        "field": "address",
        "mine": "Абай 4",
        "theirs": "Абай 3",
        "by": "op-2",
        "at": AT,
    }


@pytest.mark.parametrize("name", ["description", "address", "caller"])
async def test_null_removes_one_private_field_and_nothing_else(edited: EditedIncident, name: str) -> None:
    before = await edited.read()

    await edited.patch({name: None})

    after = await edited.read()
    private = ("description", "address", "caller")
    assert {key: after[key] for key in private} == {key: before[key] for key in private} | {name: None}


async def test_removing_a_field_that_has_no_value_changes_nothing(world: World) -> None:
    edited = EditedIncident(world)
    await edited.report(address=..., caller=...)

    await edited.patch({"address": None})

    assert [one.outcome for one in world.decisions.at.values()][-1] is Outcome.UNCHANGED


async def test_without_a_decision_in_time_the_outcome_can_be_read_later(
    edited: EditedIncident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edits, "DECIDED_WITHIN_S", 0.05)
    await edited.patch({"address": "Абай 2"}, "op-1", '"1"')
    edited.world.log.worker = None

    answer = await edited.patch({"address": "Сейфуллин 5"}, "op-2", '"1"', key="k")
    link = answer.json()["links"]["outcome"]
    pending = (await edited.world.ask("GET", link)).json()
    (command,) = edited.world.log.commands[-1:]
    edited.decide(command)
    decided = (await edited.world.ask("GET", link)).json()
    again = await edited.patch({"address": "Сейфуллин 5"}, "op-2", '"1"', key="k")

    assert (answer.status_code, pending["outcome"]) == (202, "pending")
    assert (decided["outcome"], decided["reason"]) == ("refused", "version_conflict")
    assert decided["conflicts"] == [{"field": "address", "theirs": "Абай 2", "by": "op-1", "at": AT}]
    assert (again.status_code, again.content) == (202, answer.content)
    items = (await edited.world.ask("GET", f"{edited.path}/timeline")).json()["items"]
    assert (items[-1]["outcome"], items[-1]["conflicts"], items[-1]["by"]) == ("refused", ["address"], "op-2")


async def test_a_conditional_edit_of_an_incident_that_has_just_ended_gets_409(edited: EditedIncident) -> None:
    original = edited.world.redis.incident

    async def still_open(incident_id: str) -> Any:
        edited.world.redis.incident = original  # type: ignore[method-assign]
        state = await original(incident_id)
        await edited.world.ask("POST", f"{edited.path}/close")
        return state

    edited.world.redis.incident = still_open  # type: ignore[method-assign]

    answer = await edited.patch({"priority": "low"}, if_match='"1"')

    assert (answer.status_code, code(answer), answer.json()["state"]) == (409, "incident_ended", "closed")


async def test_while_redis_is_down_an_edit_is_accepted_and_decided_by_the_worker(edited: EditedIncident) -> None:
    edited.world.log.worker = None
    edited.world.redis.is_down = True

    blind = await edited.patch({"address": "Абай 2", "priority": "low"}, if_match='"1"')
    expecting = await edited.patch({"priority": "low", "expected": {"priority": "high"}})

    assert (blind.status_code, expecting.status_code) == (202, 503)
    (command,) = edited.world.log.commands[-1:]
    assert isinstance(command, UpdateIncident)
    assert (command.expected_version, command.private_fields, command.same_as) == (1, ("address",), {})


async def test_before_the_first_decision_an_edit_is_compared_with_the_report(world: World) -> None:
    edited = EditedIncident(world)
    world.log.worker = None
    await edited.report()

    await edited.patch({"address": "Абай 1", "priority": "low", "expected": {"caller": {"name": "Айгүл"}}})

    report, command = world.log.commands
    assert isinstance(report, ReportIncident)
    assert isinstance(command, UpdateIncident)
    assert (command.same_as, command.expected_edits) == ({"address": report.private_ref}, {"caller": -1})


async def test_an_incident_of_an_older_log_keeps_its_private_fields(world: World) -> None:
    """Its private record has the reference `incident:<id>`, and no decision names it."""
    edited, state = EditedIncident(world), incident()
    ref = f"incident:{state.id}"
    world.redis.add(state)
    world.redis.sealed[ref] = wire.seal(DATA_KEY, ref, IncidentPrivate(description="d", address="a"))
    edited.path = f"/v1/incidents/{state.id}"

    await edited.patch({"address": "b"})

    shown = await edited.read()
    assert (shown["description"], shown["address"], shown["caller"]) == ("d", "b", None)


async def test_a_private_field_whose_record_is_not_in_redis_counts_as_changed(edited: EditedIncident) -> None:
    edited.world.redis.sealed.clear()

    await edited.patch({"address": "Абай 1"})

    (command,) = edited.world.log.commands[-1:]
    assert isinstance(command, UpdateIncident)
    assert command.same_as == {}


async def test_an_outcome_is_found_only_under_its_own_incident(edited: EditedIncident) -> None:
    first = await edited.patch({"priority": "low"})
    link = first.json()["links"]["outcome"]
    other = (await edited.world.report()).json()["links"]["self"]

    applied = await edited.world.ask("GET", link)
    strange = await edited.world.ask("GET", f"{other}/commands/{link.rsplit('/', 1)[1]}")
    unknown = await edited.world.ask("GET", f"/v1/incidents/i-8320e5-{'0' * 32}/commands/x")

    assert (applied.json()["outcome"], applied.json()["version"]) == ("applied", 2)
    assert (code(strange), code(unknown)) == ("not_found", "not_found")


@pytest.mark.parametrize("body", [{}, {"expected": {"priority": "low"}}, {"edit_version": 1}])
async def test_a_precondition_alone_changes_nothing_and_is_refused(
    edited: EditedIncident, body: dict[str, Any]
) -> None:
    assert (await edited.patch(body)).status_code == 422


async def test_redis_failing_while_the_decision_is_awaited_gives_202(edited: EditedIncident) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("down")

    edited.world.redis.decision_place = away  # type: ignore[assignment, method-assign]

    assert (await edited.patch({"priority": "low"}, if_match='"1"')).status_code == 202
