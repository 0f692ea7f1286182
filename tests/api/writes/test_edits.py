"""PATCH of an incident by several operators at once: preconditions, conflicts, null, and the records of refused edits."""

from typing import Any

import httpx2
import pytest

from api.schemas.edits import IncidentValues
from api.schemas.reports import RequirementIn
from api.writes import edits
from dispatch.decide import decide
from dispatch.model.commands import Command, ReportIncident, UpdateIncident
from dispatch.model.incident_events import IncidentUpdated
from dispatch.model.incidents import Incident
from dispatch.model.people import Found
from dispatch.model.private_refs import text_ref
from dispatch.model.vocabulary import Outcome
from dispatch.plans.book import load_builtin
from dispatch.ports import StoreTrouble
from dispatch.state.lifecycle import fold
from streams import wire
from streams.clock import rfc3339
from streams.wire import IncidentPrivate
from tests.support.api_fakes import DATA_KEY
from tests.support.api_world import World, code, fields
from tests.support.builders import NOW_MS, incident, plans, view

AT = rfc3339(NOW_MS)


class Desk:
    """One incident, and a worker that decides its commands at once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.path = ""
        world.log.worker = self.decide

    async def report(self, **stated: Any) -> None:
        answer = await self.world.report(**({"address": "Абай 1", "language": "kk"} | stated))
        self.path = answer.json()["links"]["self"]
        await self.settled()

    def decide(self, command: Command) -> None:
        redis, offset = self.world.redis, len(self.world.decisions.at)
        if command.id in redis.decision_places:
            return
        state = redis.states.get(command.incident_id)
        decision = decide(view(state, command, offset=offset), command, plans(), lambda _: Found())
        self.world.decisions.at[3, offset] = decision
        redis.decision_places[command.id] = (3, offset)
        redis.places.setdefault(command.incident_id, []).append((3, offset))
        if after := fold(state, decision):
            redis.add(after)
        for ref in decision.unused_refs:
            redis.sealed.pop(ref, None)
            redis.private_offsets[ref] = 10**9

    async def patch(
        self, body: dict[str, Any], by: str = "op-1", if_match: str | None = None, key: str = ""
    ) -> httpx2.Response:
        headers = {"If-Match": if_match} if if_match is not None else {}
        answer = await self.world.ask("PATCH", self.path, body, subject=by, headers=headers, key=key)
        await self.settled()
        return answer

    async def read(self) -> dict[str, Any]:
        shown: dict[str, Any] = (await self.world.ask("GET", self.path)).json()
        return shown

    async def settled(self) -> None:
        """Waits for the background writes to Redis."""
        for task in list(self.world.app.state.services.marks._tasks):
            await task


@pytest.fixture
async def desk(world: World) -> Desk:
    made = Desk(world)
    await made.report()
    return made


async def test_edits_of_different_private_fields_are_both_kept(desk: Desk) -> None:
    since = f'"{(await desk.read())["version"]}"'

    answers = [
        await desk.patch({"address": "Абай 2"}, "op-1", since),
        await desk.patch({"caller": {"phone": "+7 702"}}, "op-2", since),
        await desk.patch({"priority": "low"}, "op-3", since),
    ]

    shown = await desk.read()
    assert [answer.status_code for answer in answers] == [202] * 3
    assert (shown["address"], shown["caller"], shown["priority"]) == ("Абай 2", {"phone": "+7 702"}, "low")
    assert shown["description"] == "Үйдің 3-қабатынан түтін"


async def test_a_lost_edit_gets_the_present_values_with_author_and_time(desk: Desk) -> None:
    since = f'"{(await desk.read())["version"]}"'
    await desk.patch({"priority": "low", "address": "Абай 2"}, "op-1", since)
    desk.world.log.audits.clear()

    lost = await desk.patch({"priority": "critical", "address": "Сейфуллин 5", "description": "x"}, "op-2", since)

    assert (lost.status_code, code(lost)) == (412, "version_conflict")
    assert lost.json()["conflicts"] == [
        {"field": "priority", "mine": "critical", "theirs": "low", "by": "op-1", "at": AT},
        {"field": "address", "mine": "Сейфуллин 5", "theirs": "Абай 2", "by": "op-1", "at": AT},
    ]
    shown = await desk.read()
    assert lost.headers["etag"] == f'"{shown["version"]}"'
    assert (shown["priority"], shown["address"], shown["description"]) == ("low", "Абай 2", "Үйдің 3-қабатынан түтін")
    assert [(entry.actor, entry.action) for entry in desk.world.log.audits][:1] == [("op-2", "incident.private.read")]


async def test_a_conflict_separates_what_the_edit_changes_from_what_it_expects(desk: Desk) -> None:
    await desk.patch({"address": "Абай 2"}, "op-1")
    expected = {"address": "Абай 1", "priority": "low", "type": "medical.other"}

    lost = await desk.patch({"address": "Абай 3", "description": "x", "expected": expected}, "op-2")

    priority, address = lost.json()["conflicts"]
    assert lost.json()["detail"] == "changed by another edit: address; another value than expected: priority"
    assert address == {"field": "address", "mine": "Абай 3", "expected": "Абай 1", "theirs": "Абай 2"} | {
        "by": "op-1",
        "at": AT,
    }
    assert ("mine" in priority, priority["expected"], priority["by"]) == (False, "low", "operator-1")


async def form_of(desk: Desk) -> dict[str, Any]:
    """Every editable field as the incident shows it."""
    shown = await desk.read()
    form = {name: shown.get(name) for name in IncidentValues.model_fields}
    form["requirements"] = [
        {name: value for name, value in entry.items() if name in RequirementIn.model_fields}
        for entry in shown["requirements"]
    ]
    return form


@pytest.mark.parametrize("kind", sorted(load_builtin().plans))
async def test_a_form_that_is_sent_back_as_it_was_shown_changes_nothing(world: World, kind: str) -> None:
    desk = Desk(world)
    await desk.report(type=kind)
    form = await form_of(desk)

    for condition in ({}, {"edit_version": 0}, {"expected": form}):
        answer = await desk.patch(form | condition, "op-2")

        assert answer.status_code == 202, answer.text
        assert [one.outcome for one in desk.world.decisions.at.values()][-1] is Outcome.UNCHANGED


async def test_a_requirement_that_omits_a_value_resets_it(desk: Desk) -> None:
    need = {"capability": "field", "skill": "first_aid", "count": 2}
    await desk.patch({"requirements": [need | {"languages": ["kk"]}]})

    await desk.patch({"requirements": [need]})

    assert (await desk.read())["requirements"][0]["languages"] == []


async def test_a_whole_form_with_one_change_does_not_conflict_with_edits_of_other_fields(desk: Desk) -> None:
    form = await form_of(desk)
    await desk.patch({"priority": "low"}, "op-1", '"1"')

    answer = await desk.patch(form | {"address": "Абай 5", "priority": "low"}, "op-2", '"1"')

    shown = await desk.read()
    (edited,) = [one for one in list(desk.world.decisions.at.values())[-1].events if isinstance(one, IncidentUpdated)]
    assert (answer.status_code, edited.changed) == (202, ("address",))
    assert (shown["priority"], shown["address"]) == ("low", "Абай 5")


async def test_a_refused_edit_leaves_no_record(desk: Desk) -> None:
    await desk.patch({"address": "Абай 2"}, if_match='"1"')
    before = set(desk.world.redis.sealed)

    await desk.patch({"address": "Сейфуллин 5"}, "op-2", '"1"')

    (refused,) = [one for one in desk.world.decisions.at.values() if one.outcome is Outcome.REFUSED]
    assert set(desk.world.redis.sealed) == before
    assert refused.unused_refs == (text_ref(refused.incident_id, "update", refused.cause.command_id),)


async def test_a_refused_edit_is_refused_again_under_the_same_key(desk: Desk) -> None:
    await desk.patch({"address": "Абай 2"}, if_match='"1"')

    first = await desk.patch({"address": "Сейфуллин 5"}, "op-2", '"1"', key="k")
    sent = len(desk.world.log.messages)
    again = await desk.patch({"address": "Сейфуллин 5"}, "op-2", '"1"', key="k")
    desk.world.redis.keys.clear()
    desk.world.restart()
    elsewhere = await desk.patch({"address": "Сейфуллин 5"}, "op-2", '"1"', key="k")

    assert [answer.status_code for answer in (first, again, elsewhere)] == [412] * 3
    assert first.json() == again.json() == elsewhere.json()
    assert len(desk.world.log.messages) == sent


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
    desk: Desk, monkeypatch: pytest.MonkeyPatch, expected: dict[str, Any], conflicts: list[str]
) -> None:
    monkeypatch.setattr(edits, "SEEN_WITHIN_S", 0.0)
    await desk.patch({"requirements": [{"capability": "field", "skill": "first_aid", "count": 2}], "priority": "high"})

    answer = await desk.patch({"type": "flood", "expected": expected}, "op-2")

    assert answer.status_code == (409 if conflicts else 202)
    assert [entry["field"] for entry in answer.json().get("conflicts", [])] == conflicts
    if conflicts:
        assert code(answer) == "edit_conflict"
        told = answer.json()["conflicts"][0]
        assert (told["expected"], "mine" in told) == (expected[conflicts[0]], False)
        assert answer.json()["detail"] == f"another value than expected: {', '.join(conflicts)}"


def first_reads(desk: Desk, states: list[Incident]) -> None:
    """The next reads of an incident from Redis give these older states, because decisions are not applied yet."""
    stale, read = iter(states), desk.world.redis.incident

    async def late(incident_id: str) -> Incident | None:
        return next(stale, None) or await read(incident_id)

    desk.world.redis.incident = late  # type: ignore[method-assign]


async def test_an_expected_value_whose_decision_is_not_applied_yet_is_waited_for(desk: Desk) -> None:
    (before,) = desk.world.redis.states.values()
    await desk.patch({"priority": "low"})
    after = desk.world.redis.states[before.id]
    first_reads(desk, [before] * 3)

    answer = await desk.patch({"priority": "critical", "expected": {"priority": "low"}})

    assert (answer.status_code, after.priority) == (202, "low")


async def test_an_edit_version_is_a_precondition_that_offers_do_not_break(desk: Desk) -> None:
    assert (await desk.read())["edit_version"] == 0
    await desk.patch({"address": "Абай 2"})
    seen = await desk.read()

    fresh = await desk.patch({"address": "Абай 3", "edit_version": seen["edit_version"]}, "op-2")
    stale = await desk.patch({"address": "Абай 4", "edit_version": seen["edit_version"]}, "op-3")
    other = await desk.patch({"priority": "low", "edit_version": seen["edit_version"]}, "op-3")

    assert (seen["edit_version"], seen["version"]) == (2, 2)
    assert [answer.status_code for answer in (fresh, stale, other)] == [202, 409, 202]
    assert stale.json()["conflicts"][0] | {"at": AT} == {
        "field": "address",
        "mine": "Абай 4",
        "theirs": "Абай 3",
        "by": "op-2",
        "at": AT,
    }


async def test_a_field_set_to_its_present_value_is_neither_conflict_nor_change(desk: Desk) -> None:
    await desk.patch({"address": "Абай 2"}, "op-1", '"1"')

    same = await desk.patch({"address": "Абай 2"}, "op-2", '"1"')

    assert same.status_code == 202
    assert [one.outcome for one in desk.world.decisions.at.values()][-1] is Outcome.UNCHANGED
    outcome = (await desk.world.ask("GET", same.json()["links"]["outcome"])).json()
    assert (outcome["outcome"], outcome["reason"]) == ("unchanged", "nothing_changed")


@pytest.mark.parametrize("name", ["description", "address", "caller"])
async def test_null_removes_one_private_field_and_nothing_else(desk: Desk, name: str) -> None:
    before = await desk.read()

    await desk.patch({name: None})

    after = await desk.read()
    private = ("description", "address", "caller")
    assert {key: after[key] for key in private} == {key: before[key] for key in private} | {name: None}


async def test_removing_a_field_that_has_no_value_changes_nothing(world: World) -> None:
    desk = Desk(world)
    await desk.report(address=..., caller=...)

    await desk.patch({"address": None})

    assert [one.outcome for one in world.decisions.at.values()][-1] is Outcome.UNCHANGED


REMOVABLE = ("description", "address", "caller")
NEVER_NULL = ("type", "priority", "requirements")
PLACELESS: dict[str, Any] = {"location": None, "language": ..., "address": ...}


@pytest.mark.parametrize("name", [name for name in IncidentValues.model_fields if name not in NEVER_NULL])
@pytest.mark.parametrize("condition", [{}, {"edit_version": 0}, {"expected": "the form"}])
async def test_null_for_a_field_that_is_null_is_no_change(world: World, name: str, condition: dict[str, Any]) -> None:
    desk = Desk(world)
    await desk.report(**PLACELESS | {"description": ..., "caller": ...})
    condition = {"expected": {name: None}} if "expected" in condition else condition

    alone = await desk.patch({name: None} | condition)
    with_another = await desk.patch({name: None, "priority": "low"} | condition)

    outcomes = [one.outcome for one in desk.world.decisions.at.values()][-2:]
    assert [alone.status_code, with_another.status_code] == [202, 202], with_another.text
    assert outcomes == [Outcome.UNCHANGED, Outcome.APPLIED]
    shown = await desk.read()
    assert (shown.get(name), shown["priority"]) == (None, "low")


@pytest.mark.parametrize("name", [name for name in IncidentValues.model_fields if name not in REMOVABLE])
@pytest.mark.parametrize("condition", [{}, {"edit_version": 0}, {"expected": {"priority": "normal"}}])
async def test_null_for_a_field_with_a_value_is_refused_unless_it_is_removable(
    desk: Desk, name: str, condition: dict[str, Any]
) -> None:
    sent = len(desk.world.log.messages)

    answer = await desk.patch({name: None, "address": "Абай 2"} | condition)

    assert (answer.status_code, fields(answer)) == (422, [name])
    assert answer.json()["errors"][0]["got"] == "null"
    assert len(desk.world.log.messages) == sent


@pytest.mark.parametrize(
    ("name", "value"), [("location", {"type": "Point", "coordinates": [76.9, 43.2]}), ("language", "ru")]
)
@pytest.mark.parametrize("is_decided_meanwhile", [False, True])
async def test_a_null_conflicts_with_an_edit_that_has_set_the_field_since_it_was_read(
    world: World, name: str, value: object, is_decided_meanwhile: bool
) -> None:
    desk = Desk(world)
    await desk.report(**PLACELESS)
    form = await form_of(desk)
    (before,) = world.redis.states.values()
    await desk.patch({name: value}, "op-1")

    for condition in ({"edit_version": 0}, {"expected": {name: None}}):
        if is_decided_meanwhile:
            first_reads(desk, [before] * 2)
        answer = await desk.patch(form | {"address": "Абай 9"} | condition, "op-2")

        (conflict,) = answer.json()["conflicts"]
        assert (answer.status_code, conflict["field"], conflict["mine"]) == (409, name, None)
        assert (conflict["theirs"], conflict["by"]) == (value, "op-1")
    assert (await desk.read())["address"] is None


@pytest.mark.parametrize("is_null", [True, False])
async def test_a_field_set_to_its_present_value_never_conflicts_with_what_is_expected(
    world: World, is_null: bool
) -> None:
    desk = Desk(world)
    await desk.report(**PLACELESS)
    form = await form_of(desk)
    name, other = ("language", "ru") if is_null else ("requirements", [{"capability": "field", "skill": "boat"}])

    answer = await desk.patch({name: form[name], "priority": "low", "expected": {name: other}})

    assert answer.status_code == 202, answer.text
    assert (await desk.read())["priority"] == "low"


async def test_a_null_is_not_accepted_while_redis_is_down(desk: Desk) -> None:
    desk.world.redis.is_down = True
    sent = len(desk.world.log.messages)

    answer = await desk.patch({"language": None, "address": "Абай 2"})

    assert (answer.status_code, code(answer)) == (503, "picture_unavailable")
    assert len(desk.world.log.messages) == sent


async def test_without_a_decision_in_time_the_outcome_can_be_read_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edits, "DECIDED_WITHIN_S", 0.05)
    await desk.patch({"address": "Абай 2"}, "op-1", '"1"')
    desk.world.log.worker = None

    answer = await desk.patch({"address": "Сейфуллин 5"}, "op-2", '"1"', key="k")
    link = answer.json()["links"]["outcome"]
    pending = (await desk.world.ask("GET", link)).json()
    (command,) = desk.world.log.commands[-1:]
    desk.decide(command)
    decided = (await desk.world.ask("GET", link)).json()
    again = await desk.patch({"address": "Сейфуллин 5"}, "op-2", '"1"', key="k")

    assert (answer.status_code, pending["outcome"]) == (202, "pending")
    assert (decided["outcome"], decided["reason"]) == ("refused", "version_conflict")
    assert decided["conflicts"] == [{"field": "address", "theirs": "Абай 2", "by": "op-1", "at": AT}]
    assert (again.status_code, again.content) == (202, answer.content)
    items = (await desk.world.ask("GET", f"{desk.path}/timeline")).json()["items"]
    assert (items[-1]["outcome"], items[-1]["conflicts"], items[-1]["by"]) == ("refused", ["address"], "op-2")


async def test_a_conditional_edit_of_an_incident_that_has_just_ended_gets_409(desk: Desk) -> None:
    original = desk.world.redis.incident

    async def still_open(incident_id: str) -> Any:
        desk.world.redis.incident = original  # type: ignore[method-assign]
        state = await original(incident_id)
        await desk.world.ask("POST", f"{desk.path}/close")
        return state

    desk.world.redis.incident = still_open  # type: ignore[method-assign]

    answer = await desk.patch({"priority": "low"}, if_match='"1"')

    assert (answer.status_code, code(answer), answer.json()["state"]) == (409, "incident_ended", "closed")


async def test_while_redis_is_down_an_edit_is_accepted_and_decided_by_the_worker(desk: Desk) -> None:
    desk.world.log.worker = None
    desk.world.redis.is_down = True

    blind = await desk.patch({"address": "Абай 2", "priority": "low"}, if_match='"1"')
    expecting = await desk.patch({"priority": "low", "expected": {"priority": "high"}})

    assert (blind.status_code, expecting.status_code) == (202, 503)
    (command,) = desk.world.log.commands[-1:]
    assert isinstance(command, UpdateIncident)
    assert (command.expected_version, command.private_fields, command.same_as) == (1, ("address",), {})


async def test_before_the_first_decision_an_edit_is_compared_with_the_report(world: World) -> None:
    desk = Desk(world)
    world.log.worker = None
    await desk.report()

    await desk.patch({"address": "Абай 1", "priority": "low", "expected": {"caller": {"name": "Айгүл"}}})

    report, command = world.log.commands
    assert isinstance(report, ReportIncident)
    assert isinstance(command, UpdateIncident)
    assert (command.same_as, command.expected_edits) == ({"address": report.private_ref}, {"caller": -1})


async def test_an_incident_of_an_older_log_keeps_its_private_fields(world: World) -> None:
    """Its private record has the reference `incident:<id>`, and no decision names it."""
    desk, state = Desk(world), incident()
    ref = f"incident:{state.id}"
    world.redis.add(state)
    world.redis.sealed[ref] = wire.seal(DATA_KEY, ref, IncidentPrivate(description="d", address="a"))
    desk.path = f"/v1/incidents/{state.id}"

    await desk.patch({"address": "b"})

    shown = await desk.read()
    assert (shown["description"], shown["address"], shown["caller"]) == ("d", "b", None)


async def test_a_private_field_whose_record_is_not_in_redis_counts_as_changed(desk: Desk) -> None:
    desk.world.redis.sealed.clear()

    await desk.patch({"address": "Абай 1"})

    (command,) = desk.world.log.commands[-1:]
    assert isinstance(command, UpdateIncident)
    assert command.same_as == {}


async def test_an_outcome_is_found_only_under_its_own_incident(desk: Desk) -> None:
    first = await desk.patch({"priority": "low"})
    link = first.json()["links"]["outcome"]
    other = (await desk.world.report()).json()["links"]["self"]

    applied = await desk.world.ask("GET", link)
    strange = await desk.world.ask("GET", f"{other}/commands/{link.rsplit('/', 1)[1]}")
    unknown = await desk.world.ask("GET", f"/v1/incidents/i-8320e5-{'0' * 32}/commands/x")

    assert (applied.json()["outcome"], applied.json()["version"]) == ("applied", 2)
    assert (code(strange), code(unknown)) == ("not_found", "not_found")


@pytest.mark.parametrize("body", [{}, {"expected": {"priority": "low"}}, {"edit_version": 1}])
async def test_a_precondition_alone_changes_nothing_and_is_refused(desk: Desk, body: dict[str, Any]) -> None:
    assert (await desk.patch(body)).status_code == 422


async def test_redis_failing_while_the_decision_is_awaited_gives_202(desk: Desk) -> None:
    async def away(*_: object) -> None:
        raise StoreTrouble("down")

    desk.world.redis.decision_place = away  # type: ignore[assignment, method-assign]

    assert (await desk.patch({"priority": "low"}, if_match='"1"')).status_code == 202
