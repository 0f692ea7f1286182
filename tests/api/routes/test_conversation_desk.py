"""Messages from the public as several operators see them: whole, by sender, answered once, and taken back after a discard."""

import json
from typing import Any

import pytest

from api.process.live_views import Wanted
from api.reads.conversation_pages import MOST_MESSAGES
from api.reads.row_news import RowNews
from api.views.conversation_heads import sender_mark
from dispatch.model.commands import AddNote
from dispatch.model.private_refs import text_ref
from streams import wire
from streams.errors import OutcomeUnknown
from streams.readers.conversation_book import FIRST_LISTED, LAST_LISTED
from tests.api.reads.test_event_stream import OPERATOR
from tests.api.routes.test_offers import INCIDENT, asked, held
from tests.api.routes.test_public_messages import (
    LIST,
    STRANGER,
    TEXT,
    arrived,
    desk,
    detail,
    said,
    step,
    update,
    waiting,
    wrote,
)
from tests.support.api_world import World, code

__all__ = ["desk"]
OTHER = "+77051112233"


async def page(world: World, conversation: str, cursor: str | None = None) -> Any:
    query = "" if cursor is None else f"?cursor={cursor}"
    answer = await world.ask("GET", f"{LIST}/{conversation}/messages{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def pages(world: World, conversation: str) -> list[Any]:
    found = [await page(world, conversation)]
    while found[-1]["next"] is not None:
        found.append(await page(world, conversation, found[-1]["next"]))
    return found


async def written(world: World, count: int, sender: str = STRANGER, first: int = 0) -> None:
    for number in range(first, first + count):
        await arrived(world, id=f"{sender}-{number}", text=f"<{number}>", address=sender)


async def only(world: World, query: str = "") -> Any:
    (item,) = await waiting(world, query)
    return item


async def event(world: World, caller: Any = OPERATOR) -> Any:
    news = RowNews(world.app.state.services, caller, Wanted(is_row=True))
    return json.loads(next(one.data for one in await news() if one.name == "conversations"))


async def test_an_sms_of_255_parts_is_read_whole_wherever_it_stands(desk: World) -> None:
    await written(desk, 60)
    for number in reversed(range(1, 256)):
        await arrived(desk, text=f"{number} ", id=f"p-{number}", reference="r", part=number, parts=255)
    await written(desk, 60, first=60)

    item = await only(desk)
    found = await pages(desk, item["id"])

    assert item["missing_parts"] is None, "the list does not know all of them"
    text = "\n".join(one["text"] for one in found)
    assert text.split("\n") == [
        *(f"<{number}>" for number in range(60)),
        "".join(f"{number} " for number in range(1, 256)),
        *(f"<{number}>" for number in range(60, 120)),
    ]
    assert [one["missing_parts"] for one in found] == [0] * len(found)
    assert [one.action for one in desk.log.audits][-len(found) :] == ["conversation.read"] * len(found)


@pytest.mark.parametrize("count", [1, FIRST_LISTED, FIRST_LISTED + LAST_LISTED, 201, MOST_MESSAGES + 1, 1_000])
async def test_every_message_is_on_one_page_and_no_other_senders(desk: World, count: int) -> None:
    await written(desk, count // 2)
    await written(desk, 3, sender=OTHER)
    await written(desk, count - count // 2, first=count // 2)

    item = next(one for one in await waiting(desk) if one["phone"] == STRANGER)
    found = await pages(desk, item["id"])

    assert [one["text"] for part in found for one in part["messages"]] == [f"<{number}>" for number in range(count)]
    assert [one["first"] for one in found] == [1 + MOST_MESSAGES * number for number in range(len(found))]
    assert {one["count"] for one in found} == {count}


async def test_what_the_sender_wrote_after_the_end_is_not_in_what_was_ended(desk: World) -> None:
    await written(desk, 250)
    item = await only(desk)
    await step(desk, item["id"], "discard", {"reason": "spam"})
    await written(desk, 250, first=250)
    later = await only(desk)
    await step(desk, item["id"], "take-back")

    both = [
        [one["text"] for part in await pages(desk, id_) for one in part["messages"]]
        for id_ in (item["id"], later["id"])
    ]

    assert both == [[f"<{number}>" for number in range(250)], [f"<{number}>" for number in range(250, 500)]]


async def test_a_page_that_was_begun_goes_on_when_the_sender_has_gone_on(desk: World) -> None:
    await written(desk, 200)
    item = await only(desk)
    await written(desk, 10, first=200)

    found = await page(desk, item["id"], "60-0")

    assert [one["text"] for one in found["messages"]] == [f"<{number}>" for number in range(60, 210)]


async def test_long_texts_make_pages_of_their_own(desk: World) -> None:
    for number in range(3):
        await wrote(desk, str(number) * 39_000, id_=f"m-{number}")

    found = await pages(desk, (await only(desk))["id"])

    assert [one["text"][0] for one in found] == ["0", "1", "2"]


@pytest.mark.parametrize("cursor", ["x", "1", "-1-0", "1-" + "9" * 16])
async def test_a_cursor_that_is_none_is_refused(desk: World, cursor: str) -> None:
    await wrote(desk)

    answer = await desk.ask("GET", f"{LIST}/{(await only(desk))['id']}/messages?cursor={cursor}")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


async def test_messages_that_kafka_does_not_give_are_no_empty_page(desk: World) -> None:
    await written(desk, 250)
    item = await only(desk)
    desk.log.trouble = OutcomeUnknown("no answer")

    answer = await desk.ask("GET", f"{LIST}/{item['id']}/messages")

    assert answer.status_code == 503


async def test_how_many_parts_have_not_come_is_said(desk: World) -> None:
    for number in (3, 1, 5):
        await wrote(desk, f"<{number}>", id_=f"p-{number}", reference="r", part=number, parts=9)

    item = await only(desk)

    assert (item["missing_parts"], (await page(desk, item["id"]))["missing_parts"]) == (6, 6)
    assert (await detail(desk, item["id"]))["missing_parts"] == 6


async def test_parts_that_a_list_does_not_show_are_not_said_to_be_missing(desk: World) -> None:
    for number in range(1, 41):
        await wrote(desk, f"<{number}>", id_=f"p-{number}", reference="r", part=number, parts=40)

    item = await only(desk)

    assert (item["is_cut"], item["missing_parts"], item["characters"]) == (True, 0, None)
    assert "[…]" not in item["text"]


async def test_a_list_says_how_long_a_text_is_of_which_it_shows_the_beginning(desk: World) -> None:
    await wrote(desk, "a" * 1_234)

    item = await only(desk)

    assert (item["is_cut"], len(item["text"]), item["characters"]) == (True, 1_000, 1_234)


async def test_a_note_of_a_longer_text_says_how_much_it_leaves_out(desk: World) -> None:
    desk.redis.add(asked(held()))
    await wrote(desk, "a" * 39_015)
    item = await only(desk)

    await desk.ask("POST", f"{LIST}/{item['id']}/attach", {"incident_id": INCIDENT}, subject="op-1")

    (note,) = desk.log.commands
    assert isinstance(note, AddNote)
    private = desk.log.opened()[text_ref(INCIDENT, "note", note.id)]
    assert isinstance(private, wire.IncidentPrivate)
    assert private.text is not None
    kept = private.text.count("a")
    assert private.text.endswith(f" [… +{39_015 - kept}]")
    assert len(private.text) <= 10_000


async def test_a_note_of_a_text_without_a_number_names_its_sender_by_the_mark(desk: World) -> None:
    desk.redis.add(asked(held()))
    await update(desk, {"text": TEXT})
    item = await only(desk)

    await desk.ask("POST", f"{LIST}/{item['id']}/attach", {"incident_id": INCIDENT}, subject="op-1")

    (note,) = desk.log.commands
    private = desk.log.opened()[text_ref(INCIDENT, "note", note.id)]
    assert isinstance(private, wire.IncidentPrivate)
    assert private.text == f"TELEGRAM {item['sender']}: {TEXT}"


async def test_senders_are_told_apart_also_by_telegram_and_after_an_end(desk: World) -> None:
    await update(desk, {"text": TEXT})
    first = await only(desk)
    await step(desk, first["id"], "discard", {"reason": "test"})
    await update(desk, {"message_id": 6, "text": "ещё"})
    await update(desk, {"text": TEXT, "chat": {"id": 78, "type": "private"}})
    await wrote(desk)

    again, other, by_sms = await waiting(desk)

    assert (await only(desk, "?ended=true"))["sender"] == first["sender"] == again["sender"]
    assert len({again["sender"], other["sender"], by_sms["sender"]}) == 3
    assert [one["phone"] for one in (again, other, by_sms)] == [None, None, STRANGER]


def test_marks_of_senders_are_short_and_seldom_alike() -> None:
    marks = {sender_mark(f"{number:064x}") for number in range(1_000)}

    assert len(marks) > 995
    assert all(len(mark) == 6 and set(mark) <= set("AKMT23456789") for mark in marks)


async def test_what_was_discarded_is_listed_with_who_and_why_and_can_be_taken_back(desk: World) -> None:
    await wrote(desk)
    item = await only(desk)
    await step(desk, item["id"], "discard", {"reason": "spam"}, by="op-2")

    ended = await only(desk, "?ended=true&end=discarded")
    assert (ended["by"], ended["reason"], ended["text"]) == ("op-2", "spam", TEXT)
    assert ended["ended_at"] is not None
    answers = [await step(desk, item["id"], "take-back", by="op-1") for _ in range(2)]

    assert [(one.status_code, one.json()["state"], one.json()["by"]) for one in answers] == [(202, "waiting", None)] * 2
    assert (await only(desk))["id"] == item["id"]
    assert await waiting(desk, "?ended=true") == []
    acts = [(one.actor, one.action) for one in desk.log.audits if one.action.startswith("conversation.")]
    assert acts == [("op-2", "conversation.discarded"), ("op-1", "conversation.take_back")]
    assert (await step(desk, item["id"], "discard", {"reason": "known"}, by="op-1")).json()["reason"] == "known"


async def test_a_discard_that_was_taken_back_between_two_looks_is_told_all_the_same(desk: World) -> None:
    """A page that has discarded it shows nothing by then; only the next event makes it read the list again."""
    await written(desk, 1)
    item = await only(desk)
    news = RowNews(desk.app.state.services, OPERATOR, Wanted(is_row=True))
    before = [one.data for one in await news() if one.name == "conversations"]

    await step(desk, item["id"], "discard", {"reason": "spam"}, by="op-2")
    await step(desk, item["id"], "take-back", by="op-1")
    after = [one.data for one in await news() if one.name == "conversations"]

    assert len(after) == 1
    assert json.loads(after[0])["items"] == json.loads(before[0])["items"]


async def test_what_became_an_incident_is_not_taken_back(desk: World) -> None:
    desk.redis.add(asked(held()))
    await wrote(desk)
    item = await only(desk)
    await desk.ask("POST", f"{LIST}/{item['id']}/attach", {"incident_id": INCIDENT}, subject="op-1")

    answer = await step(desk, item["id"], "take-back")

    assert (answer.status_code, code(answer), answer.json()["incident_id"]) == (409, "conflict", INCIDENT)
    assert await waiting(desk) == []
    assert await waiting(desk, "?ended=true&end=discarded") == []


async def test_the_kind_of_an_end_is_asked_for_among_those_that_have_ended(desk: World) -> None:
    alone = await desk.ask("GET", f"{LIST}?end=discarded")
    wrong = await desk.ask("GET", f"{LIST}?ended=true&end=lost")

    assert [(one.status_code, one.json()["errors"][0]["field"]) for one in (alone, wrong)] == [(422, "end")] * 2


async def test_every_desk_sees_who_has_answered_what(desk: World) -> None:
    await wrote(desk)
    item = await only(desk)

    await step(desk, item["id"], "reply", {"text": "where"}, by="op-2")

    (head,) = (await event(desk))["items"]
    shown = (await only(desk))["reply"]
    assert head["reply"] == shown
    assert (shown["text"], shown["by"]) == ("where", "op-2")


async def test_a_reply_that_went_is_not_refused_for_its_mark(desk: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lost(*_: Any) -> None:
        raise OutcomeUnknown("no answer")

    await wrote(desk)
    item = await only(desk)
    monkeypatch.setattr(desk.log, "write", lost)

    answer = await step(desk, item["id"], "reply", {"text": "where"})

    assert answer.status_code == 202
    assert said(desk) == ["public_received", "public_where"]


async def test_every_desk_but_the_own_sees_who_chooses_an_answer(desk: World) -> None:
    await wrote(desk)
    item = await only(desk)
    path = f"{LIST}/{item['id']}/presence"

    answers = [
        await desk.ask("PUT", path, {"doing": doing}, key=None, subject=by)
        for by, doing in (("op-2", "editing"), (OPERATOR.id, "reading"))
    ]

    assert [one.status_code for one in answers] == [204, 204]
    assert (await event(desk))["here"] == [{"conversation_id": item["id"], "label": "op-2", "doing": "editing"}]
    assert [one for one in desk.log.audits if "presence" in one.action] == []


async def test_while_redis_is_down_nobody_is_shown_at_a_message_and_nothing_fails(desk: World) -> None:
    await wrote(desk)
    item = await only(desk)
    desk.here.is_down = True

    answer = await desk.ask("PUT", f"{LIST}/{item['id']}/presence", {"doing": "editing"}, key=None)

    assert (answer.status_code, (await event(desk))["here"]) == (204, [])
