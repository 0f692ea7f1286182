"""Answers carry what hints say about them; how good hints have been is shown, and no answer ever waits for it."""

from dataclasses import replace
from typing import Any

import pytest

from api.reads import hint_opinions
from dispatch.assistant.hint_kinds import HintTask, hint_id
from dispatch.assistant.standing import Standing, with_judgement
from dispatch.model.answer_commands import GiveResult
from dispatch.model.private_refs import report_ref
from dispatch.model.vocabulary import Capability, Task
from dispatch.ports import StoreUnavailable
from streams.readers.assistant_modes import own_key
from streams.readers.assistant_standing import WEIGHTS_KEY, standing_key
from streams.wire import Mode, ModeRecord, StandingRecord, WeightsRecord
from tests.api.routes.test_assistant import at_work, store, switch
from tests.dispatch.assistant.judged import judgement
from tests.support.api_world import World
from tests.support.builders import INCIDENT, NOW_MS, incident, requirement

THERE = {"type": "Point", "coordinates": [51.92, 47.11]}
FAR = {"type": "Point", "coordinates": [76.95, 43.24]}
TRANSLATION = "Атырау затопило, в доме осталось 3 человека, телефон 8 701 555 12 34"
FIRST = hint_id(report_ref(INCIDENT), "1", 0)


def ids(count: int = 12) -> list[str]:
    return [hint_id(report_ref(INCIDENT), "1", number) for number in range(count)]


async def result(world: World, task: Task = Task.GEOLOCATE, hidden: bool = False, **body: Any) -> GiveResult:
    held = at_work(task, hidden=hidden)
    store(world, held)
    said = (
        {"outcome": "located", "location": THERE}
        if task is Task.GEOLOCATE
        else {"outcome": "done", "text": TRANSLATION}
    )
    answer = await world.ask("POST", f"/v1/offers/{held.id}/result", said | body, role="volunteer", subject="v-1")
    assert answer.status_code == 202, answer.text
    (command,) = [one for one in world.log.commands if isinstance(one, GiveResult)]
    return command


def judged(world: World, right: int, wrong: int = 0, task: HintTask = HintTask.GEOLOCATE) -> None:
    standing = Standing()
    for number in range(right + wrong):
        standing = with_judgement(standing, judgement(number, number < right))
    record = StandingRecord(task=task, language="kk", version="1", standing=standing, offsets={"0": 9}, at_ms=NOW_MS)
    world.log.assistant_standing.apply(standing_key(task, "kk", "1"), record)


async def entry_of(world: World, task: str = "geolocate", language: str | None = "kk") -> Any:
    shown = (await world.ask("GET", "/v1/assistant")).json()
    (entry,) = [one for one in shown["tasks"] if (one["task"], one["language"]) == (task, language)]
    return entry


async def test_an_answer_says_whether_the_hint_agrees_and_how_good_such_hints_are(world: World) -> None:
    judged(world, 60)

    opinion = (await result(world, hidden=True)).opinion

    assert opinion is not None
    assert (opinion.agrees, opinion.was_shown, opinion.judged, opinion.right) == (True, False, 60, 60)
    assert opinion.lower_bound == pytest.approx(0.9398, abs=1e-3)
    assert opinion.hint_id in ids()


async def test_an_answer_far_from_the_hint_disagrees_and_a_shown_hint_is_said_to_be(world: World) -> None:
    opinion = (await result(world, location=FAR)).opinion

    assert opinion is not None
    assert (opinion.agrees, opinion.was_shown, opinion.judged, opinion.lower_bound) == (False, True, 0, 0.0)


async def test_in_the_shadow_a_hint_has_no_opinion(world: World) -> None:
    await switch(world, "/geolocate", mode="shadow")

    assert (await result(world, hidden=True)).opinion is None


async def test_only_hints_that_were_shown_count_as_used(world: World) -> None:
    command = await result(world, Task.TRANSLATE, assisted_by=[FIRST, "somebody else's", FIRST])

    assert command.assisted_by == (FIRST,)
    assert command.opinion is None


async def test_none_used_is_said_and_nothing_said_is_not(world: World) -> None:
    assert (await result(world, Task.TRANSLATE, assisted_by=[])).assisted_by == ()


@pytest.mark.parametrize(("hidden", "body"), [(False, {}), (True, {"assisted_by": [FIRST]})])
async def test_who_says_nothing_or_saw_nothing_judges_nothing(world: World, hidden: bool, body: dict[str, Any]) -> None:
    assert (await result(world, Task.TRANSLATE, hidden=hidden, **body)).assisted_by is None


@pytest.mark.parametrize("named", [["x"] * 21, ["x" * 65], "x", [7]])
async def test_ids_of_another_form_are_refused(world: World, named: Any) -> None:
    held = at_work(Task.TRANSLATE)
    store(world, held)
    body = {"outcome": "done", "text": "x", "assisted_by": named}

    answer = await world.ask("POST", f"/v1/offers/{held.id}/result", body, role="volunteer", subject="v-1")

    assert answer.status_code == 422


async def test_without_hints_or_redis_an_answer_is_taken_as_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> Any:
        raise StoreUnavailable

    monkeypatch.setattr(hint_opinions, "read_of_description", away)

    command = await result(world, assisted_by=[FIRST])

    assert (command.assisted_by, command.opinion) == (None, None)


async def test_work_that_no_hint_helps_with_has_no_opinion(world: World) -> None:
    held = at_work(Task.MAP_DAMAGE)
    store(world, held)
    body = {"outcome": "mapped", "location": THERE}

    await world.ask("POST", f"/v1/offers/{held.id}/result", body, role="volunteer", subject="v-1")

    assert [one.opinion for one in world.log.commands if isinstance(one, GiveResult)] == [None]


async def test_figures_are_shown_by_work_and_language(world: World) -> None:
    judged(world, 45, 5)

    entry, other = await entry_of(world), await entry_of(world, language="ru")

    assert (entry["judged"], entry["right"], entry["floor"], entry["version"]) == (50, 45, 0.6, "1")
    assert (entry["verdict"], entry["enough"], other["verdict"]) == ("good", 50, "too_few")
    assert entry["lower_bound"] == pytest.approx(0.7864, abs=1e-3)
    assert entry["calibration_error"] == pytest.approx(0.1)
    assert (other["judged"], other["lower_bound"], other["version"]) == (0, None, None)
    shown = (await world.ask("GET", "/v1/assistant")).json()
    assert (shown["lag"], shown["learnt"], shown["hidden_share"]) == (0, None, 0.15)


@pytest.mark.parametrize(
    ("right", "wrong", "verdict"),
    [(0, 0, "too_few"), (49, 0, "too_few"), (0, 49, "too_few"), (50, 0, "good"), (40, 10, "good"), (25, 25, "poor")],
)
async def test_a_text_that_is_read_says_how_far_that_can_be_relied_on(
    world: World, right: int, wrong: int, verdict: str
) -> None:
    judged(world, right, wrong, HintTask.REPORT)

    answer = await world.ask("POST", "/v1/assistant/report", {"text": "Атырау қаласында су басты, көмек керек"})

    standing = answer.json()["standing"]
    assert (standing["verdict"], standing["judged"]) == (verdict, right + wrong)
    assert (standing["lower_bound"] is None) is (right + wrong == 0)


async def test_what_was_learnt_is_shown(world: World) -> None:
    record = WeightsRecord(
        weights={"smoke": {"storm": 0.5}}, digest="abc", examples=80, held_out=20, before=0.7, after=0.6, at_ms=NOW_MS
    )
    await world.log.send_learnt(WEIGHTS_KEY, record)

    learnt = (await world.ask("GET", "/v1/assistant")).json()["learnt"]

    assert (learnt["digest"], learnt["examples"], learnt["before"], learnt["after"]) == ("abc", 80, 0.7, 0.6)
    world.log.assistant_standing.learn(None)
    assert (await world.ask("GET", "/v1/assistant")).json()["learnt"] is None
    world.lag.last = None
    assert (await world.ask("GET", "/v1/assistant")).json()["lag"] is None


async def test_a_shadow_of_its_own_is_named_until_a_person_switches_it_on(world: World) -> None:
    record = ModeRecord(
        mode=Mode.SHADOW,
        by="assistant",
        at_ms=NOW_MS,
        task=HintTask.GEOLOCATE,
        language="kk",
        reason="below_floor",
    )
    await world.log.send_mode(own_key(HintTask.GEOLOCATE, "kk"), record)

    own = await entry_of(world)
    await switch(world, "/geolocate", mode="on", language="kk")
    again = await entry_of(world)

    assert (own["mode"], own["by"], own["reason"]) == ("shadow", "assistant", "below_floor")
    assert (again["mode"], again["by"], again["reason"]) == ("on", "operator-1", None)


async def test_tasks_are_listed_by_what_a_look_is_worth(world: World) -> None:
    work = requirement(capability=Capability.DIGITAL, skill="geolocation", task=Task.GEOLOCATE)
    other = "i-8320e5-" + "9" * 32
    store(world)
    world.redis.add(
        replace(incident(), requirements=(work,)),
        replace(incident(), id=other, requirements=(work, replace(work, id="r2", task=Task.MAP_DAMAGE))),
    )

    items = (await world.ask("GET", "/v1/tasks?sort=assistant")).json()["items"]
    plain = (await world.ask("GET", "/v1/tasks")).json()["items"]

    # Without hints nothing is known, so a look is worth most there; no hint speaks about damage.
    assert [(one["incident_id"], one["kind"]) for one in items] == [
        (other, "geolocate"),
        (INCIDENT, "geolocate"),
        (other, "map_damage"),
    ]
    assert items[0]["look"]["uncertainty"] == 1.0
    assert items[1]["look"]["worth"] < items[0]["look"]["worth"]
    assert items[2]["look"] is None
    assert {one["look"] is None for one in plain} == {True}


async def test_without_redis_for_hints_every_look_is_worth_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> Any:
        raise StoreUnavailable

    monkeypatch.setattr(hint_opinions, "read_of_description", away)
    work = requirement(capability=Capability.DIGITAL, skill="geolocation", task=Task.GEOLOCATE)
    world.redis.add(replace(incident(), requirements=(work,)), replace(incident(), id="i-8320e5-" + "9" * 32))

    items = (await world.ask("GET", "/v1/tasks?sort=assistant")).json()["items"]

    assert [one["look"]["uncertainty"] for one in items] == [1.0]
