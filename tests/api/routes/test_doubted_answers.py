"""Answers to digital work that something the person had not seen speaks against: kept with the answer, never in its way."""

from dataclasses import replace
from typing import Any

import pytest

from api.reads import hint_opinions
from dispatch.assistant.hint_kinds import HintKind, hint_id
from dispatch.model.answer_commands import GiveResult
from dispatch.model.incidents import Edit
from dispatch.model.offers import HintOpinion
from dispatch.model.private_refs import hints_ref, report_ref
from dispatch.model.vocabulary import IncidentStatus, Task
from dispatch.ports import StoreUnavailable
from streams import wire
from streams.wire import HintPrivate, HintsPrivate, IncidentPrivate
from tests.api.routes import test_compared_hints as two_reports
from tests.api.routes.test_assistant import at_work, store, switch
from tests.support.api_fakes import DATA_KEY
from tests.support.api_world import World
from tests.support.builders import INCIDENT, NOW_MS, incident

SIMILAR = "i-8320e5-" + "9" * 32


async def opinion_of(world: World, task: Task, **body: Any) -> HintOpinion | None:
    held = at_work(task)
    state = world.redis.states[INCIDENT]
    world.redis.add(replace(state, offers=(held,)))
    answer = await world.ask("POST", f"/v1/offers/{held.id}/result", body, role="volunteer", subject="v-1")
    assert answer.status_code == 202, answer.text
    (command,) = [one for one in world.log.commands if isinstance(one, GiveResult)]
    return command.opinion


def similar_read(world: World, probability: float = 0.9) -> str:
    ref = report_ref(INCIDENT)
    hint = HintPrivate(
        id=hint_id(ref, "1", 0),
        kind=HintKind.SIMILAR,
        value={"incident_id": SIMILAR, "likeness": 0.6, "reasons": ["same_place"]},
        spans=(),
        probability=probability,
    )
    made = HintsPrivate(language="kk", model="komek-words", version="1", at_ms=NOW_MS, hints=(hint,))
    key = hints_ref(INCIDENT, ref)
    world.redis.add(incident())
    world.redis.sealed[key] = wire.seal(DATA_KEY, key, IncidentPrivate(text=wire.encode(made).decode()))
    return hint.id


async def test_a_confirmed_report_that_another_one_contradicts_is_doubted(world: World) -> None:
    two_reports.store(world)

    said = await opinion_of(world, Task.VERIFY_REPORT, outcome="confirmed")

    assert said is not None
    assert (said.agrees, said.was_shown) == (False, False)
    items = (await world.ask("GET", f"/v1/incidents/{INCIDENT}/hints")).json()["items"]
    assert said.hint_id in {one["id"] for one in items if one["kind"] == "contradiction"}


async def test_a_report_called_false_that_another_witness_tells_too_is_doubted(world: World) -> None:
    two_reports.store(world, second="Наводнение в Атырау, вода поднялась, затопило дома, 3 человека на крыше")

    said = await opinion_of(world, Task.VERIFY_REPORT, outcome="false")

    assert said is not None
    assert not said.agrees


@pytest.mark.parametrize("outcome", ["confirmed", "false", "unclear"])
async def test_one_report_alone_is_doubted_for_nothing(world: World, outcome: str) -> None:
    store(world)
    state = world.redis.states[INCIDENT]
    world.redis.add(replace(state, type="flood"))

    assert await opinion_of(world, Task.VERIFY_REPORT, outcome=outcome) is None


async def test_another_type_than_the_text_tells_is_doubted_until_a_person_states_it(world: World) -> None:
    store(world)
    state = replace(world.redis.states[INCIDENT], type="medical.cardiac_arrest")
    world.redis.add(state)
    first = await opinion_of(world, Task.VERIFY_REPORT, outcome="confirmed")
    world.log.messages.clear()
    world.redis.add(replace(state, edits={"type": Edit(version=1, by="operator-1", at_ms=NOW_MS)}))

    assert first is not None
    assert await opinion_of(world, Task.VERIFY_REPORT, outcome="confirmed") is None


async def test_no_duplicate_found_where_the_words_surely_tell_of_an_open_incident(world: World) -> None:
    named = similar_read(world)
    world.redis.add(replace(incident(), id=SIMILAR))

    said = await opinion_of(world, Task.FIND_DUPLICATES, outcome="none")

    assert said is not None
    assert (said.hint_id, said.agrees) == (named, False)


@pytest.mark.parametrize(
    "other",
    [
        None,
        {"status": IncidentStatus.CLOSED},
        {"status": IncidentStatus.CLOSED, "merged_into": INCIDENT},
    ],
)
async def test_an_incident_that_is_gone_ended_or_already_in_it_is_no_doubt(
    world: World, other: dict[str, Any] | None
) -> None:
    similar_read(world)
    if other is not None:
        world.redis.add(replace(incident(), id=SIMILAR, **other))

    assert await opinion_of(world, Task.FIND_DUPLICATES, outcome="none") is None


async def test_a_translation_with_another_number_is_doubted_although_its_person_saw_hints(world: World) -> None:
    store(world)

    said = await opinion_of(
        world, Task.TRANSLATE, outcome="done", text="Атырау затопило, в доме 13 человек, 8 701 555 12 34", language="ru"
    )

    assert said is not None
    assert (said.agrees, said.was_shown) == (False, False)


async def test_a_faithful_translation_has_no_opinion(world: World) -> None:
    store(world)

    said = await opinion_of(
        world, Task.TRANSLATE, outcome="done", text="Атырау затопило, в доме 3 человека, 8 701 555 12 34", language="ru"
    )

    assert said is None


@pytest.mark.parametrize("task", [Task.VERIFY_REPORT, Task.TRANSLATE])
async def test_what_is_switched_off_doubts_nobody(world: World, task: Task) -> None:
    two_reports.store(world)
    await switch(world, f"/{task}", mode="shadow")
    said = (
        {"outcome": "confirmed"} if task is Task.VERIFY_REPORT else {"outcome": "done", "text": "12", "language": "ru"}
    )

    assert await opinion_of(world, task, **said) is None


async def test_redis_that_fails_at_the_second_look_takes_nothing_from_the_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> Any:
        raise StoreUnavailable

    two_reports.store(world)
    monkeypatch.setattr(hint_opinions, "held_against", away)

    assert await opinion_of(world, Task.VERIFY_REPORT, outcome="confirmed") is None
