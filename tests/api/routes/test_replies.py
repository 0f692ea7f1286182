"""Replies by SMS and Telegram: a clear yes or no answers the offer, everything else is kept for the operator."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.model.answer_commands import AcceptOffer, DeclineOffer
from dispatch.model.commands import AddNote
from dispatch.model.private_refs import text_ref
from dispatch.model.vocabulary import AnswerWay, OfferState
from dispatch.notices.texts import TextKey
from streams import clock, wire
from streams.notices.requests import REPLY
from streams.wire import NoticeRecord
from tests.api.routes.test_channels import PHONE, mine, registered, sent_code, stored
from tests.api.routes.test_inbound import TELEGRAM
from tests.api.routes.test_offers import INCIDENT, OFFER, asked, held
from tests.support.api_world import World

SECRET = "the-secret-of-the-gateway"
LATER = 2**42


@pytest.fixture
async def connected(world: World) -> World:
    """v-1 has a verified number and chat, and an open offer was sent to both."""
    world.settings = replace(world.settings, telegram_bot="komek_bot", telegram_secret=SECRET, sms_secret=SECRET)
    world.restart()
    await registered(world)
    number = (await mine(world, "POST", "", PHONE)).json()["id"]
    await mine(world, "POST", f"/{number}/verify", {"code": sent_code(world)})
    link = (await mine(world, "POST", "", TELEGRAM)).json()["link"]
    await telegram(world, f"/start {link.rpartition('=')[2]}")
    await offered(world)
    return world


async def offered(world: World, offer: Any = None) -> None:
    world.redis.add(asked(offer or held(expires_ms=LATER)))
    for address in ("sms:+77011234567", "telegram:42"):
        await world.reach.await_reply(wire.address_names(world.ring.now, REPLY, address)[0], "v-1", OFFER)


async def sms(world: World, text: str, *, id_: str = "m-1", sender: str = "+77011234567", secret: str = SECRET) -> Any:
    body = {"id": id_, "from": sender, "text": text}
    headers = {"X-Komek-Secret": secret}
    return await world.ask("POST", "/v1/inbound/sms", body, role=None, key=None, headers=headers)


async def telegram(world: World, text: str, *, id_: int = 1, at_ms: int | None = None) -> Any:
    date = (clock.now_ms() if at_ms is None else at_ms) // 1000
    message = {"message_id": id_, "date": date, "chat": {"id": 42, "type": "private"}, "text": text}
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    update = {"update_id": id_, "message": message}
    return await world.ask("POST", "/v1/inbound/telegram", update, role=None, key=None, headers=headers)


def told(world: World) -> list[str]:
    return [one.kind for one in replies(world)]


def replies(world: World) -> list[NoticeRecord]:
    return [one for one in world.log.notices if one.kind.startswith("reply_")]


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("1", AcceptOffer, "reply_accepted"),
        ("Иә, барамын", AcceptOffer, "reply_accepted"),
        ("0", DeclineOffer, "reply_declined"),
        ("Нет, спасибо", DeclineOffer, "reply_declined"),
    ],
)
async def test_a_clear_word_by_sms_is_the_answer(connected: World, text: str, kind: type, said: str) -> None:
    answer = await sms(connected, text)

    (command,) = connected.log.commands
    assert answer.status_code == 204
    assert isinstance(command, kind)
    assert isinstance(command, AcceptOffer | DeclineOffer)
    assert (command.offer_id, command.volunteer_id, command.by, command.way) == (OFFER, "v-1", "v-1", AnswerWay.SMS)
    assert told(connected) == [said]


async def test_a_clear_word_by_telegram_is_the_answer(connected: World) -> None:
    await telegram(connected, "еду", id_=2)

    (command,) = connected.log.commands
    assert isinstance(command, AcceptOffer)
    assert command.way is AnswerWay.TELEGRAM
    # Its outcome goes to the chat alone.
    assert [one.device for one in replies(connected)] == [stored(connected).channels[1].id]


@pytest.mark.parametrize("sender", ["77011234567", "87011234567", "+7 701 123-45-67"])
async def test_a_number_is_recognised_as_gateways_write_it(connected: World, sender: str) -> None:
    await sms(connected, "1", sender=sender)

    assert len(connected.log.commands) == 1


@pytest.mark.parametrize("text", ["да нет", "может быть", "1 0", "я не знаю", "1?", "иду, но без машины и через час"])
async def test_what_is_not_clear_is_kept_sealed_and_never_an_answer(connected: World, text: str) -> None:
    await sms(connected, text)

    (note,) = connected.log.commands
    assert isinstance(note, AddNote)
    assert (note.by, note.way) == ("v-1", AnswerWay.SMS)
    assert note.private_ref == text_ref(INCIDENT, "note", note.id)
    # Two bytes stand in any ciphertext now and then.
    assert len(text.encode()) < 4 or not any(
        text.encode() in (message.value or b"") for message in connected.log.messages
    )
    assert told(connected) == ["reply_unclear"]


@pytest.mark.parametrize("text", ["0", "нет", "1", "на месте"])
async def test_words_of_somebody_under_way_are_kept_and_change_nothing(connected: World, text: str) -> None:
    await offered(connected, held(OfferState.EN_ROUTE, expires_ms=LATER))

    await sms(connected, text)

    assert [type(one) for one in connected.log.commands] == [AddNote]
    assert told(connected) == ["reply_kept"]


@pytest.mark.parametrize("text", ["SOS", "я ранен", "Маған көмек керек", "help me"])
@pytest.mark.parametrize("state", [OfferState.OFFERED, OfferState.EN_ROUTE])
async def test_a_cry_for_help_is_kept_and_its_writer_is_told_to_call_and_not_to_choose_a_digit(
    connected: World, text: str, state: OfferState
) -> None:
    await offered(connected, held(state, expires_ms=LATER))

    await sms(connected, text)

    assert [type(one) for one in connected.log.commands] == [AddNote]
    assert told(connected) == ["reply_distress"]


@pytest.mark.parametrize("state", [OfferState.EXPIRED, OfferState.WITHDRAWN, OfferState.OFFERED])
async def test_a_yes_after_the_deadline_accepts_nothing_and_says_so(connected: World, state: OfferState) -> None:
    await offered(connected, held(state, expires_ms=1))

    await sms(connected, "1")

    assert [type(one) for one in connected.log.commands] == [AddNote]
    assert told(connected) == ["reply_late"]


async def test_the_same_message_again_changes_nothing(connected: World) -> None:
    for _ in range(3):
        assert (await sms(connected, "1")).status_code == 204
        assert (await telegram(connected, "нет?", id_=9)).status_code == 204

    assert [type(one) for one in connected.log.commands] == [AcceptOffer, AddNote]
    assert told(connected) == ["reply_accepted", "reply_unclear"]


async def test_a_message_that_is_older_than_the_offer_does_not_answer_it(connected: World) -> None:
    await offered(connected, held(expires_ms=LATER, created_ms=clock.now_ms()))

    await telegram(connected, "1", id_=3, at_ms=clock.now_ms() - 60_000)

    assert [type(one) for one in connected.log.commands] == [AddNote]
    assert told(connected) == ["reply_unclear"]


async def test_strangers_and_removed_numbers_are_not_heard(connected: World) -> None:
    stranger = await sms(connected, "1", sender="+77019999999")
    service = await sms(connected, "1", sender="Beeline")
    await mine(connected, "DELETE", f"/{stored(connected).channels[0].id}")
    removed = await sms(connected, "1")

    assert [one.status_code for one in (stranger, service, removed)] == [204, 204, 204]
    assert connected.log.commands == []
    assert told(connected) == []


async def test_the_offer_of_somebody_else_is_not_answered(connected: World) -> None:
    await offered(connected, replace(held(expires_ms=LATER), volunteer_id="v-2"))

    await sms(connected, "1")

    assert connected.log.commands == []


async def test_without_the_secret_no_message_is_read(connected: World) -> None:
    wrong = await sms(connected, "1", secret="guessed")
    connected.settings = replace(connected.settings, sms_secret=None)
    connected.restart()
    unset = await sms(connected, "1", secret="")

    assert (wrong.status_code, unset.status_code) == (401, 401)
    assert connected.log.commands == []


async def test_a_message_that_cannot_be_taken_is_repeated_and_then_counts_once(connected: World) -> None:
    connected.redis.is_down = True
    down = await sms(connected, "1")
    connected.redis.is_down = False
    again = await sms(connected, "1")

    assert (down.status_code, again.status_code) == (503, 204)
    assert [type(one) for one in connected.log.commands] == [AcceptOffer]


async def test_two_machines_that_answer_each_other_come_to_an_end(connected: World) -> None:
    for number in range(30):
        await sms(connected, "I am driving", id_=f"m-{number}")
    clear = await sms(connected, "1", id_="m-clear")

    assert told(connected) == [TextKey.REPLY_UNCLEAR] * 10 + [TextKey.REPLY_ACCEPTED]
    assert clear.status_code == 204
