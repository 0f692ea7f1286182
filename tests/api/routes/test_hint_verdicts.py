"""Whoever sees a hint says by one touch whether it is right: it judges the assistant and changes nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.assistant.hint_kinds import HintKind, HintTask
from dispatch.assistant.judging import Judgement
from dispatch.model.offers import Offer, TaskResult
from dispatch.model.vocabulary import OfferState, Task
from streams import clock, wire
from streams.topics import HINTS
from streams.wire import JudgementRecord
from tests.api.routes import test_compared_hints as two_reports
from tests.api.routes.test_assistant import at_work, store, switch, work
from tests.support.api_world import World
from tests.support.builders import INCIDENT


async def hints(world: World) -> list[Any]:
    items: list[Any] = (await world.ask("GET", f"/v1/incidents/{INCIDENT}/hints")).json()["items"]
    return items


async def say(world: World, hint_id: str, right: Any = True, role: str = "operator", subject: str | None = None) -> Any:
    path = f"/v1/incidents/{INCIDENT}/hints/{hint_id}/verdict"
    return await world.ask("POST", path, {"right": right}, role=role, subject=subject)


def judged(world: World) -> list[Judgement]:
    records = [wire.decode_hint_record(one.value) for one in world.log.messages if one.topic == HINTS.name]
    return [one.judgement for one in records if isinstance(one, JudgementRecord)]


async def id_of(world: World, kind: str) -> str:
    return next(str(one["id"]) for one in await hints(world) if one["kind"] == kind)


@pytest.mark.parametrize(
    ("kind", "task"),
    [
        ("type", HintTask.REPORT),
        ("place", HintTask.GEOLOCATE),
        ("people", HintTask.TRANSLATE),
        ("phone", HintTask.CALL_BACK),
        ("claims", HintTask.VERIFY_REPORT),
    ],
)
async def test_an_operator_judges_any_hint_of_the_incident(world: World, kind: str, task: HintTask) -> None:
    store(world)

    answer = await say(world, await id_of(world, kind), right=False)

    assert answer.status_code == 202, answer.text
    (found,) = judged(world)
    assert (found.kind, found.task, found.right, found.judges) == (HintKind(kind), task, False, ())
    assert (found.language, found.version, found.was_shown) == ("kk", "1", True)
    assert [one.action for one in world.log.audits if one.subject == INCIDENT][-1] == "incident.hint.judged"


async def test_the_same_verdict_again_and_the_end_of_the_incident_are_one_judgement(world: World) -> None:
    store(world)
    best = await id_of(world, "type")

    await say(world, best)
    await say(world, best, right=False)

    first, again = judged(world)
    assert first.id == again.id


async def test_a_contradiction_between_two_texts_is_judged_by_the_version_that_read_them(world: World) -> None:
    two_reports.store(world)

    await say(world, await id_of(world, "contradiction"))

    (found,) = judged(world)
    assert (found.task, found.version) == (HintTask.VERIFY_REPORT, "1")


def held_in(world: World, task: Task, *, hidden: bool = False) -> Offer:
    held = at_work(task, hidden=hidden)
    store(world, held)
    return held


async def test_a_volunteer_judges_what_they_see_at_their_work_and_answers_for_it(world: World) -> None:
    held = held_in(world, Task.TRANSLATE)
    shown = (await work(world, held))["hints"]

    answer = await say(world, shown[0]["id"], role="volunteer", subject="v-1")

    assert answer.status_code == 202
    (found,) = judged(world)
    assert found.judges == ("v-1",)


async def test_whoever_verified_judges_what_they_see_afterwards(world: World) -> None:
    held = at_work(Task.VERIFY_REPORT)
    store(world, held)
    hint = await id_of(world, "type")
    before = await say(world, hint, role="volunteer", subject="v-1")
    result = TaskResult(outcome="confirmed", at_ms=clock.now_ms() - 1000)
    store(world, replace(held, state=OfferState.DONE, result=result))

    after = await say(world, hint, role="volunteer", subject="v-1")

    assert (before.status_code, after.status_code) == (404, 202)


@pytest.mark.parametrize("hidden", [False, True])
async def test_what_a_volunteer_does_not_see_they_do_not_judge(world: World, hidden: bool) -> None:
    held_in(world, Task.GEOLOCATE, hidden=hidden)
    hint = await id_of(world, "place" if hidden else "people")

    answer = await say(world, hint, role="volunteer", subject="v-1")

    assert answer.status_code == 404
    assert (await say(world, hint, role="volunteer", subject="v-2")).status_code == 404
    assert judged(world) == []


async def test_what_is_switched_off_is_judged_by_no_volunteer(world: World) -> None:
    held_in(world, Task.TRANSLATE)
    hint = await id_of(world, "people")
    await switch(world, "/translate", mode="off")

    assert (await say(world, hint, role="volunteer", subject="v-1")).status_code == 404


async def test_an_unknown_hint_or_incident_is_not_found(world: World) -> None:
    assert (await say(world, "h-1")).status_code == 404
    store(world)
    assert (await say(world, "h-1")).status_code == 404


@pytest.mark.parametrize("right", ["yes", 1, None])
async def test_a_verdict_is_yes_or_no(world: World, right: Any) -> None:
    store(world)

    assert (await say(world, await id_of(world, "type"), right=right)).status_code == 422
