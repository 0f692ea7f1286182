"""What is still to be asked about an incident: in the words of the phrasebook, and nothing that somebody has told already."""

from dataclasses import replace
from typing import Any

from dispatch.assistant.phrasebook import Speaker, built_in_phrasebook
from dispatch.model.offers import TaskResult
from dispatch.model.private_refs import report_ref
from dispatch.model.vocabulary import Task
from streams import wire
from streams.wire import IncidentPrivate
from tests.api.routes.test_assistant import ask, at_work, work
from tests.api.routes.test_compared_hints import OTHER, seal, store
from tests.support.api_fakes import DATA_KEY
from tests.support.api_world import World
from tests.support.builders import INCIDENT, NOW_MS

ANSWER = f"{report_ref(INCIDENT)}:text:c-1"


def asked(task: dict[str, Any]) -> list[str]:
    found = [one for one in task["hints"] if one["kind"] == "missing"]
    return [question["fact"] for one in found for question in one["value"]["questions"]]


async def questions(world: World, *offers: Any) -> list[str]:
    held = at_work(Task.CALL_BACK)
    store(world, held, *offers)
    return asked(await work(world, held))


def answered(text: str, world: World) -> Any:
    seal(world, INCIDENT, ANSWER, text)
    done = at_work(Task.CALL_BACK, result=TaskResult(outcome="reached", at_ms=NOW_MS, private_ref=ANSWER))
    return replace(done, id=f"{done.id[:-1]}f", volunteer_id="v-2")


async def test_questions_are_phrases_of_the_book_in_three_languages(world: World) -> None:
    held = at_work(Task.CALL_BACK)
    store(world, held)

    (hint,) = [one for one in (await work(world, held))["hints"] if one["kind"] == "missing"]

    book = {one.code: one for one in built_in_phrasebook().phrases}
    assert hint["value"]["facts"] == [one["fact"] for one in hint["value"]["questions"]]
    for one in hint["value"]["questions"]:
        phrase = book[one["code"]]
        assert (one["kk"], one["ru"], one["en"]) == (phrase.kk, phrase.ru, phrase.en)
        assert (phrase.says, one["ru"][-1] in "?.") == (Speaker.DISPATCHER, True)


async def test_what_an_earlier_call_told_is_not_asked_again(world: World) -> None:
    before = await questions(world)

    after = await questions(world, answered("Вода по колено и поднимается, выйти не могут", world))

    assert "water_level" in before
    assert "water_level" not in after
    assert set(after) < set(before)


async def test_what_a_merged_report_or_a_field_tells_is_not_asked(world: World) -> None:
    before = await questions(world)
    seal(world, OTHER, report_ref(OTHER), "Су тізеден келеді, шыға алмай жатыр")
    stored = IncidentPrivate(
        description="Атырау қаласында су басты", address="Абай 10", caller={"phone": "+77015551234"}
    )
    held = at_work(Task.CALL_BACK)
    store(world, held, second="Су тізеден келеді")
    world.redis.sealed[report_ref(INCIDENT)] = wire.seal(DATA_KEY, report_ref(INCIDENT), stored)

    after = asked(await work(world, held))

    assert {"exact_place", "phone"} <= set(before)
    assert not {"place", "exact_place", "phone", "water_level"} & set(after)


async def test_an_operator_sees_the_open_questions_once_and_not_at_each_answer(world: World) -> None:
    store(world, answered("Перезвонил: там пожар", world))

    items = (await world.ask("GET", f"/v1/incidents/{INCIDENT}/hints")).json()["items"]

    assert [one["source"] for one in items if one["kind"] == "missing"] == ["description"]


async def test_a_text_that_is_pasted_gets_its_questions_from_the_book(world: World) -> None:
    read = (await ask(world, "Атырау қаласында су басты")).json()

    assert [one["fact"] for one in read["questions"]] == read["missing"] != []
    assert all({"kk", "ru", "en"} < set(one) for one in read["questions"])


def test_every_question_of_the_book_asks_or_tells_to_say() -> None:
    """Advice is not shown: nobody who knows the field has checked it."""
    for phrase in built_in_phrasebook().phrases:
        if phrase.fact is not None:
            assert phrase.says is Speaker.DISPATCHER
            assert phrase.en.endswith("?") or phrase.en.startswith("Give me"), phrase.code
