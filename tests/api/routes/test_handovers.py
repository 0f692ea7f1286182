"""Notes of a shift for the next one: written, read, deleted, ended; and what happens when Kafka, Redis or a key is away."""

import json
from typing import Any

import httpx2
import pytest

from api.caller import Caller
from api.process.live_views import Wanted
from api.reads.row_news import RowNews
from api.writes.handovers import HandoverTidy
from dispatch.model.private_refs import handover_ref
from streams import wire
from streams.errors import OutcomeUnknown
from streams.intake.commands import LogOffset
from streams.readers.handovers import KEPT_MS, MOST_NOTES, MOST_READERS, note_key, read_key
from streams.tokens import Role
from streams.topics import HANDOVERS, PRIVATE
from streams.wire import HandoverNote, HandoverRead
from tests.support.api_fakes import FakeLog
from tests.support.api_world import World, code, fields

NOTES = "/v1/reports/summary/notes"
TEXT = "Айгүл Сериковна, Абай 10: ждёт звонка после 06:00"


@pytest.fixture
def world() -> World:
    return World()


async def written(world: World, text: str = TEXT, by: str = "op-1", **more: Any) -> str:
    answer = await world.ask("POST", NOTES, {"text": text, **more}, subject=by)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def listed(world: World, query: str = "", **ask: Any) -> list[dict[str, Any]]:
    answer = await world.ask("GET", NOTES + query, **ask)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_the_next_shift_reads_the_note_and_the_writer_sees_who_has_read_it(world: World) -> None:
    note_id = await written(world)
    (item,) = await listed(world, subject="op-2")
    assert (item["id"], item["by"], item["text"], item["read_by"], item["exercise"]) == (
        note_id,
        "op-1",
        TEXT,
        [],
        False,
    )

    answer = await world.ask("POST", f"{NOTES}/{note_id}/read", key=None, subject="op-2")

    assert (answer.status_code, [one["by"] for one in answer.json()["read_by"]]) == (202, ["op-2"])
    assert [one["by"] for one in (await listed(world, subject="op-1"))[0]["read_by"]] == ["op-2"]


async def test_the_text_is_only_in_private_and_sealed(world: World) -> None:
    note_id = await written(world)

    private, note = world.log.messages
    assert (private.topic, private.key) == (PRIVATE.name, handover_ref(note_id))
    assert (note.topic, note.key) == (HANDOVERS.name, note_key(note_id))
    assert TEXT.encode() not in (private.value or b"") + (note.value or b"")
    opened = world.log.opened()[private.key]
    assert isinstance(opened, wire.IncidentPrivate)
    assert opened.text == TEXT


async def test_a_repeat_writes_one_note_and_another_text_under_the_key_is_refused(world: World) -> None:
    first = await world.ask("POST", NOTES, {"text": TEXT}, key="k-1")
    again = await world.ask("POST", NOTES, {"text": TEXT}, key="k-1")
    other = await world.ask("POST", NOTES, {"text": "другое"}, key="k-1")

    assert again.json() == first.json()
    assert (other.status_code, code(other)) == (422, "idempotency_key_reused")
    assert len(await listed(world)) == 1


async def test_a_repeat_after_a_lost_confirmation_keeps_the_time_and_the_readers(world: World) -> None:
    note_id = str((await world.ask("POST", NOTES, {"text": TEXT}, key="k-1", subject="op-1")).json()["id"])
    await world.ask("POST", f"{NOTES}/{note_id}/read", key=None, subject="op-2")
    (before,) = await listed(world)
    world.redis.keys.clear()
    world.restart()

    await world.ask("POST", NOTES, {"text": TEXT}, key="k-1", subject="op-1")

    assert await listed(world) == [before]


async def test_reading_twice_and_reading_one_s_own_note_change_nothing(world: World) -> None:
    note_id = await written(world)
    for reader in ("op-2", "op-2", "op-1"):
        await world.ask("POST", f"{NOTES}/{note_id}/read", key=None, subject=reader)

    assert [one["by"] for one in (await listed(world))[0]["read_by"]] == ["op-2"]
    assert sum(message.key.startswith("read|") for message in world.log.messages) == 1


@pytest.mark.parametrize(
    ("role", "subject", "status"), [("operator", "op-2", 403), ("operator", "op-1", 204), ("admin", "a-1", 204)]
)
async def test_only_the_writer_and_admins_delete_a_note(world: World, role: str, subject: str, status: int) -> None:
    note_id = await written(world)
    await world.ask("POST", f"{NOTES}/{note_id}/read", key=None, subject="op-3")

    answer = await world.ask("DELETE", f"{NOTES}/{note_id}", role=role, subject=subject, key=None)

    assert answer.status_code == status
    assert len(await listed(world)) == (1 if status == 403 else 0)
    if status == 204:
        # The text first: what breaks off in between never leaves a text behind that nobody finds.
        ended = [(message.topic, message.key) for message in world.log.messages if message.value is None]
        assert ended == [
            (PRIVATE.name, handover_ref(note_id)),
            (HANDOVERS.name, read_key(note_id, "op-3")),
            (HANDOVERS.name, note_key(note_id)),
        ]
        assert handover_ref(note_id) not in world.redis.sealed


@pytest.mark.parametrize("note_id", ["x", "0" * 64, "%00", "..%2f", "Қ"])
@pytest.mark.parametrize(("method", "path"), [("POST", "/read"), ("DELETE", "")])
async def test_an_unknown_id_names_nothing(world: World, note_id: str, method: str, path: str) -> None:
    answer = await world.ask(method, f"{NOTES}/{note_id}{path}", key=None)

    assert answer.status_code in (404, 405)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \u200b\n"}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"text": 1}, "text"),
        ({"text": "x", "exercise": "yes"}, "exercise"),
        ({"text": "x", "by": "op-9"}, "by"),
    ],
)
async def test_a_wrong_body_is_refused_with_the_field(world: World, body: dict[str, Any], field: str) -> None:
    answer = await world.ask("POST", NOTES, body)

    assert (answer.status_code, fields(answer)) == (422, [field])
    assert world.log.messages == []


@pytest.mark.parametrize("cursor", ["x", "-", "1", "1-", "9" * 16 + "-a", "1-A", "%00", "1-a%0a"])
async def test_a_wrong_cursor_is_refused(world: World, cursor: str) -> None:
    answer = await world.ask("GET", f"{NOTES}?cursor={cursor}")

    assert (answer.status_code, fields(answer)) == (422, ["cursor"])


async def test_pages_show_each_note_once_newest_first_also_when_one_is_deleted_between(world: World) -> None:
    ids = [await written(world, f"note {number}") for number in range(7)]
    newest_first = [item["id"] for item in await listed(world)]
    assert sorted(newest_first) == sorted(ids)

    first = (await world.ask("GET", f"{NOTES}?limit=3")).json()
    await world.ask("DELETE", f"{NOTES}/{first['items'][-1]['id']}", role="admin", key=None)
    second = (await world.ask("GET", f"{NOTES}?limit=3&cursor={first['next']}")).json()
    third = (await world.ask("GET", f"{NOTES}?limit=3&cursor={second['next']}")).json()

    shown = [item["id"] for page in (first, second, third) for item in page["items"]]
    assert shown == newest_first
    assert third["next"] is None


async def test_notes_about_drills_can_be_listed_apart(world: World) -> None:
    drill, real = await written(world, exercise=True), await written(world)

    assert [item["id"] for item in await listed(world, "?exercise=true")] == [drill]
    assert [item["id"] for item in await listed(world, "?exercise=false")] == [real]
    assert len(await listed(world)) == 2


async def test_everything_is_in_the_audit_log_and_a_list_names_its_notes(world: World) -> None:
    note_id = await written(world)
    await world.ask("POST", f"{NOTES}/{note_id}/read", key=None, subject="op-2")
    await listed(world, subject="op-2")
    await world.ask("DELETE", f"{NOTES}/{note_id}", key=None, subject="op-1")

    entries = [(one.actor, one.action, one.subject or one.subjects) for one in world.log.audits]
    assert entries == [
        ("op-1", "handover.write", note_id),
        ("op-2", "handover.read", note_id),
        ("op-2", "handover.list", (note_id,)),
        ("op-1", "handover.delete", note_id),
    ]


async def test_without_kafka_nothing_is_told_as_done(world: World) -> None:
    note_id = await written(world)
    world.log.trouble = OutcomeUnknown("no confirmation")

    answers = [
        await world.ask("POST", NOTES, {"text": "x"}),
        await world.ask("POST", f"{NOTES}/{note_id}/read", key=None, subject="op-2"),
        await world.ask("DELETE", f"{NOTES}/{note_id}", key=None, subject="op-1"),
    ]

    assert [(one.status_code, code(one)) for one in answers] == [(503, "unknown_outcome")] * 3
    assert [(item["id"], item["text"], item["read_by"]) for item in await listed(world)] == [(note_id, TEXT, [])]


class TextOnly(FakeLog):
    """Kafka goes away between the text and the note."""

    async def send_in_order(self, messages: Any, confirmed: Any = None) -> list[LogOffset]:
        if messages[0].topic != PRIVATE.name:
            return await super().send_in_order(messages, confirmed)
        await super().send_in_order(messages[:1], confirmed)
        if len(messages) > 1:
            raise OutcomeUnknown("no confirmation")
        return [LogOffset(0, len(self.messages))]


async def test_a_note_whose_confirmation_is_lost_is_not_listed_and_the_repeat_completes_it(world: World) -> None:
    whole, broken = world.log, TextOnly()
    world.log = broken
    world.restart()
    answer = await world.ask("POST", NOTES, {"text": TEXT}, key="k-1")
    assert (code(answer), await listed(world)) == ("unknown_outcome", [])
    world.log = whole
    world.restart()

    assert (await world.ask("POST", NOTES, {"text": TEXT}, key="k-1")).status_code == 202
    assert [item["text"] for item in await listed(world)] == [TEXT]


async def test_without_redis_notes_are_taken_and_only_their_texts_wait(world: World) -> None:
    world.redis.is_down = True
    note_id = await written(world)
    answer = await world.ask("GET", NOTES)
    assert (answer.status_code, code(answer)) == (503, "picture_unavailable")
    assert (await world.ask("POST", f"{NOTES}/{note_id}/read", key=None, subject="op-2")).status_code == 202
    assert (await world.ask("DELETE", f"{NOTES}/{note_id}", key=None, subject="op-1")).status_code == 204


async def test_a_text_under_a_lost_key_is_said_to_be_unreadable(world: World) -> None:
    note_id = await written(world)
    world.redis.sealed[handover_ref(note_id)] = wire.seal(
        bytes(32), handover_ref(note_id), wire.IncidentPrivate(text="x")
    )

    (item,) = await listed(world)

    assert (item["text"], item["unreadable"]) == (None, True)


async def test_a_note_ends_after_a_week_with_its_text_and_its_readers(world: World) -> None:
    note_id = await written(world)
    await world.ask("POST", f"{NOTES}/{note_id}/read", key=None, subject="op-2")
    tidy = HandoverTidy(world.handover_book, world.log, world.redis)
    await tidy.tidy()
    assert len(await listed(world)) == 1

    world.ahead_ms = KEPT_MS + 1000
    assert await listed(world) == []
    assert (await world.ask("POST", f"{NOTES}/{note_id}/read", key=None)).status_code == 404
    await tidy.tidy()
    await tidy.tidy()

    ended = [message.key for message in world.log.messages if message.value is None]
    assert ended == [handover_ref(note_id), read_key(note_id, "op-2"), note_key(note_id)]
    assert handover_ref(note_id) not in world.redis.sealed


async def test_who_is_erased_leaves_no_note_and_no_sign_of_reading(world: World) -> None:
    own, other = await written(world, by="v-1"), await written(world, by="op-2")
    await world.ask("POST", f"{NOTES}/{other}/read", key=None, subject="v-1")

    await world.ask("DELETE", "/v1/volunteers/v-1", role="admin", key=None)

    assert [(item["id"], item["read_by"]) for item in await listed(world)] == [(other, [])]
    assert world.log.opened()[handover_ref(own)] is None


async def test_there_is_an_end_to_notes_and_readers(world: World) -> None:
    now_ms = world.now_ms()
    for number in range(MOST_NOTES):
        note = HandoverNote(id=f"{number}", by="op-1", at_ms=now_ms, until_ms=now_ms + 60_000)
        world.handover_book.apply(note_key(note.id), note)
    for number in range(MOST_READERS):
        world.handover_book.apply(
            read_key("1", f"r-{number}"), HandoverRead(note_id="1", by=f"r-{number}", at_ms=now_ms)
        )

    answers = [await world.ask("POST", NOTES, {"text": "x"}), await world.ask("POST", f"{NOTES}/1/read", key=None)]

    assert [(one.status_code, code(one)) for one in answers] == [(503, "overloaded")] * 2
    assert world.log.messages == []


def told(news: list[Any]) -> list[dict[str, Any]]:
    return [json.loads(item.data) for item in news if item.name == "handover"]


async def test_an_open_page_is_told_of_notes_without_their_texts(world: World) -> None:
    def view(role: Role) -> RowNews:
        services = world.app.state.services
        return RowNews(services, Caller("op-2", role), Wanted(is_row=True))

    operator, monitor = view(Role.OPERATOR), view(Role.MONITOR)
    assert told(await operator()) == [{"items": []}]
    assert told(await operator()) == []

    note_id = await written(world)
    (event,) = told(await operator())
    assert [item["id"] for item in event["items"]] == [note_id]
    assert TEXT not in json.dumps(event, ensure_ascii=False)

    await world.ask("POST", f"{NOTES}/{note_id}/read", key=None, subject="op-2")
    assert [one["by"] for one in told(await operator())[0]["items"][0]["read_by"]] == ["op-2"]
    await world.ask("DELETE", f"{NOTES}/{note_id}", key=None, subject="op-1")
    assert told(await operator()) == [{"items": []}]
    assert told(await monitor()) == []


@pytest.mark.parametrize("role", ["monitor", "volunteer", "tracker"])
async def test_notes_are_for_operators_and_admins(world: World, role: str) -> None:
    note_id = await written(world)

    answers: list[httpx2.Response] = [
        await world.ask("GET", NOTES, role=role),
        await world.ask("POST", NOTES, {"text": "x"}, role=role),
        await world.ask("POST", f"{NOTES}/{note_id}/read", role=role, key=None),
        await world.ask("DELETE", f"{NOTES}/{note_id}", role=role, key=None),
    ]

    assert [one.status_code for one in answers] == [403] * 4
