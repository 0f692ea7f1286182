"""The summary of an incident out of its events: for operators, and for whoever sums up."""

from dataclasses import replace
from typing import Any

from dispatch.assistant.card_texts import LANGUAGES
from dispatch.assistant.hint_kinds import summary_hint_id
from dispatch.model.answer_commands import GiveResult
from dispatch.model.vocabulary import OfferState, Task
from streams.store.assistant_calls import AssistantAway
from tests.api.routes.test_assistant import at_work, store, switch, work
from tests.api.routes.test_incident_history import stored
from tests.support.api_world import World, code
from tests.support.builders import INCIDENT, Story, helpers

PATH = f"/v1/incidents/{INCIDENT}/summary"


def told(world: World) -> Story:
    story = Story(people=helpers("v-1", "v-2"))
    story.report()
    story.accept("v-1")
    story.progress("v-1", OfferState.ON_SCENE)
    stored(world, story)
    return story


async def summary(world: World, lang: str = "en") -> Any:
    return await world.ask("GET", f"{PATH}?lang={lang}")


async def test_every_sentence_names_events_that_there_are(world: World) -> None:
    story = told(world)

    found = (await summary(world)).json()

    refs = {f"{one.id}/{number}" for one in story.decisions for number in range(len(one.events))}
    assert (found["made_by"], found["language"], found["complete"]) == ("assistant", "en", True)
    assert [one["code"] for one in found["sentences"]][:1] == ["reported"]
    assert all(one["text"] and one["events"] and set(one["events"]) <= refs for one in found["sentences"])
    assert "v-1" not in str([one["text"] for one in found["sentences"]])
    assert [entry.action for entry in world.log.audits] == ["incident.summary.read"]


async def test_the_same_sentences_are_told_in_three_languages(world: World) -> None:
    told(world)

    answers = [(await summary(world, one)).json()["sentences"] for one in LANGUAGES]

    assert len({str([(one["code"], one["events"]) for one in each]) for each in answers}) == 1
    assert len({str([one["text"] for one in each]) for each in answers}) == len(LANGUAGES)
    by_header = await world.ask("GET", PATH, headers={"Accept-Language": "kk"})
    assert (by_header.json()["language"], by_header.headers["vary"]) == ("kk", "Accept-Language")


async def test_it_needs_no_assistant_that_runs_and_obeys_the_switch(world: World) -> None:
    told(world)
    world.assistant.is_running, world.assistant.trouble = False, AssistantAway()

    before = await summary(world)
    await switch(world, "/summarise", mode="off", language="kk")
    in_kazakh, in_russian = await summary(world, "kk"), await summary(world, "ru")
    await switch(world, "", mode="off")

    assert (before.status_code, in_russian.status_code) == (200, 200)
    assert [(one.status_code, code(one)) for one in (in_kazakh, await summary(world, "ru"))] == [
        (503, "assistant_off")
    ] * 2


async def test_a_summary_whose_beginning_is_not_in_the_log_says_so(world: World) -> None:
    told(world)
    world.redis.places[INCIDENT] = world.redis.places[INCIDENT][1:]

    assert (await summary(world)).json()["complete"] is False


async def test_unknown_incidents_and_languages_have_none(world: World) -> None:
    told(world)

    unknown = await world.ask("GET", f"/v1/incidents/{INCIDENT[:-1]}0/summary")

    assert (unknown.status_code, (await summary(world, "fr")).status_code) == (404, 422)


async def test_whoever_sums_up_sees_it_first_of_the_hints_and_may_say_that_it_was_used(world: World) -> None:
    story = told(world)
    held = at_work(Task.SUMMARISE)
    store(world, held)
    stored_again(world, story, held)

    (first, *_) = (await work(world, held))["hints"]
    sent = {"outcome": "done", "text": first["value"]["ru"], "assisted_by": [first["id"], "h-0"]}
    await world.ask("POST", f"/v1/offers/{held.id}/result", sent, role="volunteer", subject="v-1")

    assert (first["id"], first["kind"], first["made_by"]) == (summary_hint_id(INCIDENT), "summary", "assistant")
    assert set(first["value"]) == {*LANGUAGES, "events"}
    (given,) = [one for one in world.log.commands if isinstance(one, GiveResult)]
    assert (given.assisted_by, given.opinion) == ((first["id"],), None)


async def test_work_without_hints_has_no_summary_and_a_language_that_is_off_is_left_out(world: World) -> None:
    story = told(world)
    held = at_work(Task.SUMMARISE)
    store(world, held)
    stored_again(world, story, held)
    await switch(world, "/summarise", mode="off", language="kk")

    (first, *_) = (await work(world, held))["hints"]
    without = at_work(Task.SUMMARISE, hidden=True)
    stored_again(world, story, without)

    assert set(first["value"]) == {"ru", "en", "events"}
    assert (await work(world, without))["hints"] == []


def stored_again(world: World, story: Story, *offers: Any) -> None:
    """The story in the log, and a state with these offers."""
    world.redis.add(replace(story.incident, offers=offers))
