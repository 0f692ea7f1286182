"""Web Push, Telegram and SMS against gateways on loopback that also fail."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dispatch.notices.ladder import ChannelKind
from dispatch.notices.texts import SMS_PART
from streams.local.keys import ensure_vapid_key
from streams.notices.apprise_gateway import AT_ONCE, AppriseGateway
from streams.notices.gateways import DeliveryFailed, Message, Refused
from streams.notices.push_hosts import is_accepted
from streams.notices.telegram import Telegram
from streams.notices.web_push import APPLE, MOST_BYTES, WebPush, payload
from streams.settings import Settings
from streams.wire import ChannelPrivate
from tests.support.fake_gateways import FakeGateway, FakePush, FakeTelegram, claims_of, served
from tests.support.waiting import eventually

MESSAGE = Message(
    title="Komek",
    body="Көмек керек: алғашқы көмек, ~2 км. Жауап беруге 89 с.",
    short="Көмек: алғашқы көмек, ~2 км, 89 с. 1=барамын 0=жоқ",
    notice_id="0195d6f0-0000-5000-8000-000000000000",
    link="https://komek.kz/v/#offer=o-832581-0123456789abcdef0123456789abcdef-0123456789abcdef",
    ttl_s=89,
    is_urgent=True,
    topic="0123456789abcdef0123456789abcdef",
    buttons=("Ашу",),
)
CHAT = ChannelPrivate(id="c-1", kind=ChannelKind.TELEGRAM, label="x", added_ms=1, verified_ms=1, address="42")
PHONE = replace(CHAT, kind=ChannelKind.SMS, address="+77011234567")


@pytest.fixture
async def push() -> AsyncIterator[FakePush]:
    gateway = FakePush()
    async with served(gateway):
        yield gateway


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    gateway = FakeTelegram()
    async with served(gateway):
        yield gateway


@pytest.fixture
async def sms() -> AsyncIterator[FakeGateway]:
    gateway = FakeGateway()
    async with served(gateway):
        yield gateway


async def pushed(push: FakePush, folder: Path, message: Message = MESSAGE, **settings: Any) -> None:
    key = ensure_vapid_key(folder / "vapid-key.pem")
    stated: dict[str, Any] = {"vapid_subject": "mailto:duty@komek.kz", "push_hosts": (push.host,)} | settings
    sender = WebPush(Settings(vapid_key=key, **stated))
    try:
        await sender.send(message, push.channel())
    finally:
        await sender.close()


async def told(telegram: FakeTelegram, message: Message = MESSAGE) -> None:
    sender = Telegram(Settings(telegram_token="1:secret", telegram_bot="komek_bot", telegram_api=telegram.url))
    try:
        await sender.send(message, CHAT)
    finally:
        await sender.close()


async def test_a_push_is_readable_by_its_browser_alone_and_says_how_long_it_is_worth_keeping(
    push: FakePush, tmp_path: Path
) -> None:
    await pushed(push, tmp_path)

    (sent,) = push.sent
    assert sent.body["web_push"] == 8030
    assert sent.body["notification"]["body"] == MESSAGE.body
    assert sent.body["notification"]["navigate"] == MESSAGE.link
    assert {name: sent.headers[name] for name in ("TTL", "Urgency", "Topic")} == {
        "TTL": "89",
        "Urgency": "high",
        "Topic": MESSAGE.topic,
    }
    assert (claims_of(sent)["sub"], claims_of(sent)["aud"]) == ("mailto:duty@komek.kz", push.url)


@pytest.mark.parametrize(("status", "is_gone"), [(404, True), (410, True), (403, False), (401, False), (413, False)])
async def test_a_push_that_is_refused_for_good_is_not_repeated(
    push: FakePush, tmp_path: Path, status: int, is_gone: bool
) -> None:
    push.statuses.append(status)

    with pytest.raises(Refused) as raised:
        await pushed(push, tmp_path)

    assert (raised.value.code, raised.value.is_gone) == (f"http_{status}", is_gone)


async def test_a_busy_push_service_is_asked_again_when_it_says(push: FakePush, tmp_path: Path) -> None:
    push.statuses.extend([429, 503])
    push.hint_s = 7

    with pytest.raises(DeliveryFailed) as busy:
        await pushed(push, tmp_path)
    with pytest.raises(DeliveryFailed) as broken:
        await pushed(push, tmp_path)

    assert (busy.value.after_s, busy.value.code, broken.value.code) == (7.0, "http_429", "http_503")


async def test_a_redirect_of_a_push_service_is_not_followed(push: FakePush, tmp_path: Path) -> None:
    push.statuses.append(307)

    with pytest.raises(DeliveryFailed):
        await pushed(push, tmp_path)

    assert len(push.sent) == 1


async def test_an_endpoint_that_is_not_allowed_any_more_gets_nothing(push: FakePush, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="endpoint_not_allowed"):
        await pushed(push, tmp_path, push_hosts=())

    assert push.sent == []


async def test_without_a_real_subject_nothing_is_sent_to_apple(tmp_path: Path) -> None:
    push = FakePush()
    push.url = f"https://web.{APPLE}"

    with pytest.raises(Refused, match="no_vapid_subject"):
        await pushed(push, tmp_path, vapid_subject=None)


def test_a_payload_is_at_most_400_bytes_and_keeps_its_link() -> None:
    long = payload(replace(MESSAGE, body="Қ" * 1000), PHONE.id)

    assert len(payload(MESSAGE, PHONE.id).encode()) <= MOST_BYTES
    assert len(long.encode()) <= MOST_BYTES
    assert str(MESSAGE.link) in long


async def test_telegram_gets_the_text_and_a_button_that_opens_the_offer(telegram: FakeTelegram) -> None:
    await told(telegram)

    (sent,) = telegram.sent
    assert sent.path == "/bot1:secret/sendMessage"
    assert (sent.body["chat_id"], sent.body["text"]) == ("42", MESSAGE.body)
    assert sent.body["reply_markup"] == {"inline_keyboard": [[{"text": "Ашу", "url": MESSAGE.link}]]}


async def test_telegram_that_has_too_much_to_do_names_the_seconds(telegram: FakeTelegram) -> None:
    telegram.statuses.append(429)
    telegram.hint_s = 33

    with pytest.raises(DeliveryFailed) as raised:
        await told(telegram)

    assert raised.value.after_s == 33.0


@pytest.mark.parametrize(("status", "is_gone"), [(403, True), (400, True), (401, False)])
async def test_a_blocked_bot_ends_the_chat_and_a_wrong_token_does_not(
    telegram: FakeTelegram, status: int, is_gone: bool
) -> None:
    telegram.statuses.append(status)

    with pytest.raises(Refused) as raised:
        await told(telegram)

    assert raised.value.is_gone is is_gone
    assert "secret" not in str(raised.value)


async def test_no_error_of_telegram_contains_the_token() -> None:
    sender = Telegram(Settings(telegram_token="1:secret", telegram_bot="b", telegram_api="http://127.0.0.1:9"))

    with pytest.raises(DeliveryFailed) as raised:
        await sender.send(MESSAGE, CHAT)
    await sender.close()

    assert "secret" not in repr(raised.value)
    assert raised.value.__cause__ is None


async def test_an_sms_goes_to_the_deployers_gateway_in_one_part(sms: FakeGateway) -> None:
    url = f"json://{sms.host}/send?:to={{to}}"

    await AppriseGateway(ChannelKind.SMS, url).send(MESSAGE, PHONE)

    assert len(sms.sent) == 1
    assert "701" in sms.sent[0].body
    assert len(MESSAGE.short) <= SMS_PART


async def test_an_sms_gateway_that_fails_is_asked_again(sms: FakeGateway) -> None:
    sms.statuses.append(500)

    with pytest.raises(DeliveryFailed, match="gateway_refused"):
        await AppriseGateway(ChannelKind.SMS, f"json://{sms.host}/send?:to={{to}}").send(MESSAGE, PHONE)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_of_an_sms_gateway_is_a_failure_and_leads_nowhere(sms: FakeGateway, status: int) -> None:
    elsewhere = FakeGateway()
    async with served(elsewhere):
        sms.statuses.append(status)
        sms.location = f"{elsewhere.url}/login"

        with pytest.raises(DeliveryFailed, match="gateway_refused"):
            await AppriseGateway(ChannelKind.SMS, f"form://{sms.host}/send/{{to}}").send(MESSAGE, PHONE)

    assert (len(sms.sent), elsewhere.sent) == (1, [])


async def test_a_mail_server_that_hangs_holds_up_no_sms(sms: FakeGateway) -> None:
    hanging = FakeGateway(delay_s=2)
    async with served(hanging):
        mail = AppriseGateway(ChannelKind.EMAIL, f"json://{hanging.host}/mail")
        phones = AppriseGateway(ChannelKind.SMS, f"json://{sms.host}/send")
        letters = [asyncio.ensure_future(mail.send(MESSAGE, PHONE)) for _ in range(AT_ONCE + 1)]
        await eventually(lambda: len(hanging.sent) == AT_ONCE)

        await phones.send(MESSAGE, PHONE)

        assert not any(letter.done() for letter in letters)
        await asyncio.gather(*letters)


@pytest.mark.parametrize(
    ("endpoint", "accepted"),
    [
        ("https://fcm.googleapis.com/fcm/send/x", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/x", True),
        ("https://web.push.apple.com/x", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=x", True),
        ("https://push.komek.kz/x", True),  # named by the deployer
        ("http://127.0.0.1:8080/x", True),
        ("http://127.0.0.1/x", False),
        ("http://push.komek.kz/x", False),
        ("https://fcm.googleapis.com.evil.kz/x", False),
        ("https://[::1]/x", False),
        ("https://fcm.googleapis.com:99999/x", False),
        ("", False),
    ],
)
def test_which_endpoints_are_accepted(endpoint: str, accepted: bool) -> None:
    assert is_accepted(endpoint, ("push.komek.kz", "127.0.0.1:8080")) is accepted
