"""Messages from the public in two browsers: one operator takes one into the form and it becomes an incident, the other sees so.
By keys alone."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from streams import clock
from tests.support.chromium import Visit, faults_of, keep_picture, overflows_of
from tests.support.shared_stack import SMS_SECRET, TELEGRAM_SECRET
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
MORE_LOOKS = [pytest.param(*look, marks=pytest.mark.soak) for look in [("ru", "light"), ("en", "dark")]]
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
QUEUE = "/v1/conversations"
TEXT = "Пожар на улице Абая 10 в Алматы, третий этаж, внутри дети"
COUNT = '[data-action="open-messages"]'


@pytest.fixture(autouse=True)
def nothing_left(shared_stack: RunningStack) -> Iterator[None]:
    """What waits would stand in the pages of every other test."""
    yield
    headers = shared_stack.headers("operator", "op-tidy")
    with httpx2.Client(base_url=shared_stack.api, headers=headers, timeout=60) as client:
        for one in client.get(f"{QUEUE}?limit=50").raise_for_status().json()["items"]:
            if one["by"] is not None:
                owner = shared_stack.headers("operator", one["by"])
                client.post(f"{QUEUE}/{one['id']}/give-back", headers=owner).raise_for_status()
            client.post(f"{QUEUE}/{one['id']}/discard", json={"reason": "test"}).raise_for_status()


def wrote(stack: RunningStack, text: str = TEXT, sender: str = "+77059998877", **more: Any) -> None:
    body = {"id": str(clock.fresh_id()), "from": sender, "text": text, **more}
    headers = {"X-Komek-Secret": SMS_SECRET}
    httpx2.post(f"{stack.api}/v1/inbound/sms", json=body, headers=headers, timeout=60).raise_for_status()


def chatted(stack: RunningStack, chat: int, text: str = TEXT) -> None:
    number = clock.now_ms() % 1_000_000_000
    message = {"message_id": number, "chat": {"id": chat, "type": "private"}, "text": text}
    headers = {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET}
    body = {"update_id": number, "message": message}
    httpx2.post(f"{stack.api}/v1/inbound/telegram", json=body, headers=headers, timeout=60).raise_for_status()


def desk(visit: Visit, name: str, language: str = "en", **look: Any) -> Page:
    page = visit(**DESK, locale=language, **look).sign_in("operator", name)
    page.locator(f'[data-action="language-{language}"]').click()
    return page


def test_one_key_takes_a_message_into_the_form_and_the_others_see_so(visit: Visit, shared_stack: RunningStack) -> None:
    first, second = desk(visit, "op-first"), desk(visit, "op-second")
    wrote(shared_stack)
    for page in (first, second):
        expect(page.locator(f"{COUNT} .v")).to_have_text("1")
        page.keyboard.press("9")
        expect(page.locator("[data-conversation] .words")).to_have_text(TEXT)

    first.keyboard.press("n")

    expect(first.locator('[data-field="description"]')).to_have_value(TEXT)
    expect(first.locator('[data-field="caller_phone"]')).to_have_value("+77059998877")
    expect(second.locator("[data-holder]")).to_contain_text("op-first")
    second.keyboard.press("n")
    expect(second.locator("[data-said]")).to_contain_text("op-first")

    # The chips of the assistant, as for a caller's words.
    first.locator('[data-chip][data-kind="type"]').first.wait_for()
    first.locator('[data-chip][data-kind="place"]').first.wait_for()
    first.keyboard.press("Alt+1")
    first.keyboard.press("Alt+4")
    first.keyboard.press("Control+Enter")

    expect(second.locator("[data-conversation]")).to_have_count(0)
    expect(second.locator(f"{COUNT} .v")).to_have_text("0")
    (ended, *_) = httpx2.get(
        f"{shared_stack.api}{QUEUE}?ended=true", headers=shared_stack.headers("operator", "op-3"), timeout=60
    ).json()["items"]
    assert (ended["end"], ended["by"]) == ("incident", "op-first")
    expect(first.locator(f'[data-incident="{ended["incident_id"]}"]').first).to_be_visible()


@pytest.mark.parametrize(("language", "scheme"), [("kk", "dark"), *MORE_LOOKS])
def test_the_list_fits_and_is_worked_by_keys_in_every_language(
    visit: Visit, shared_stack: RunningStack, language: str, scheme: str
) -> None:
    page = desk(visit, f"op-{language}", language, color_scheme=scheme)
    wrote(shared_stack)
    wrote(shared_stack, "Үйімізді су басты " + "көмектесіңіздер " * 90, "+77051112233")
    expect(page.locator(f"{COUNT} .v")).to_have_text("2")

    page.keyboard.press("Control+K")
    page.keyboard.type({"kk": "халықтан", "ru": "сообщения", "en": "messages"}[language])
    page.keyboard.press("Enter")

    entries = page.locator("[data-conversation]")
    expect(entries).to_have_count(2)
    page.keyboard.press("j")
    expect(entries.nth(1)).to_have_attribute("data-marked", "true")
    assert (faults_of(page), overflows_of(page)) == ([], [])
    keep_picture(page, f"console-messages-{language}-{scheme}")

    page.keyboard.press("t")
    expect(page.locator("[data-choice]")).to_have_count(3)
    page.keyboard.press("2")
    expect(page.locator("[data-said]")).to_contain_text("+77051112233")
    page.keyboard.press("x")
    keep_picture(page, f"console-messages-why-{language}-{scheme}")
    page.keyboard.press("1")
    expect(entries).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("[data-messages]")).to_have_count(0)


@pytest.mark.parametrize(("language", "scheme"), [("kk", "light"), *MORE_LOOKS])
def test_the_other_desks_see_who_chooses_a_reply_and_which_one_was_sent(
    visit: Visit, shared_stack: RunningStack, language: str, scheme: str
) -> None:
    first, second = desk(visit, "op-first"), desk(visit, "op-second", language, color_scheme=scheme)
    wrote(shared_stack)
    for page in (first, second):
        expect(page.locator(f"{COUNT} .v")).to_have_text("1")
        page.keyboard.press("9")
        expect(page.locator("[data-conversation] .words")).to_have_text(TEXT)

    first.keyboard.press("t")
    expect(second.locator("[data-answering]")).to_contain_text("op-first")
    expect(first.locator("[data-answering]")).to_have_count(0)
    assert (faults_of(second), overflows_of(second)) == ([], [])
    keep_picture(second, f"console-messages-answering-{language}-{scheme}")
    first.keyboard.press("2")

    expect(second.locator("[data-replied]")).to_contain_text("op-first")
    assert (faults_of(second), overflows_of(second)) == ([], [])
    keep_picture(second, f"console-messages-replied-{language}-{scheme}")
    expect(second.locator("[data-answering]")).to_have_count(0)
    expect(first.locator("[data-replied]")).to_be_visible()


def test_two_chats_are_told_apart_and_each_is_known_again(visit: Visit, shared_stack: RunningStack) -> None:
    page = desk(visit, "op-first")
    chatted(shared_stack, 1001)
    chatted(shared_stack, 1002)
    page.keyboard.press("9")
    senders = page.locator("[data-sender]")
    expect(senders).to_have_count(2)
    first, second = senders.all_inner_texts()
    assert first.startswith("Telegram ")
    assert first != second

    page.keyboard.press("x")
    page.keyboard.press("1")
    expect(senders).to_have_text([second])
    chatted(shared_stack, 1001, "ещё раз")

    expect(senders).to_have_text([second, first])
    page.keyboard.press("d")
    expect(senders.first).to_have_text(first)


def test_what_one_desk_discards_another_finds_and_takes_back(visit: Visit, shared_stack: RunningStack) -> None:
    first, second = desk(visit, "op-first"), desk(visit, "op-second")
    wrote(shared_stack)
    for page in (first, second):
        expect(page.locator(f"{COUNT} .v")).to_have_text("1")
        page.keyboard.press("9")
        expect(page.locator("[data-conversation] .words")).to_have_text(TEXT)
    first.keyboard.press("x")
    first.keyboard.press("3")
    expect(first.locator("[data-conversation]")).to_have_count(0)

    second.keyboard.press("d")
    newest = second.locator("[data-conversation]").first
    expect(newest.locator(".words")).to_have_text(TEXT)
    expect(newest.locator(".why")).to_contain_text("op-first: no emergency")
    second.keyboard.press("u")

    expect(second.locator("[data-said]")).to_contain_text("+77059998877")
    second.keyboard.press("Escape")
    for page in (first, second):
        expect(page.locator('[data-conversation][data-state="waiting"] .words')).to_have_text(TEXT)


@pytest.mark.soak
def test_a_flood_and_what_was_discarded_fit_and_are_read_by_keys_in_every_language(
    visit: Visit, shared_stack: RunningStack
) -> None:
    desks = {
        f"{language}-{scheme}": desk(visit, f"op-{language}", language, color_scheme=scheme)
        for language, scheme in (("kk", "light"), ("ru", "dark"), ("en", "light"))
    }
    wrote(shared_stack)
    for part in range(1, 256):
        text = f"<{part}> көмектесіңіздер, су көтеріліп жатыр "
        if part != 200:
            wrote(shared_stack, text, "+77051112233", reference="r", part=part, parts=255)
    for page in desks.values():
        read_the_flood(page)
    page.keyboard.press("x")
    page.keyboard.press("1")
    for name, page in desks.items():
        expect(page.locator("[data-conversation]")).to_have_count(1)

        page.keyboard.press("d")
        expect(page.locator('[data-conversation][data-state="ended"]').first).to_be_visible()
        for width in (1366, 683, 360):
            page.set_viewport_size({"width": width, "height": 768})
            assert (faults_of(page), overflows_of(page)) == ([], []), (name, width)
            keep_picture(page, f"console-messages-discarded-{name}-{width}")


def read_the_flood(page: Page) -> None:
    """By keys, all of it; it stays marked."""
    expect(page.locator(f"{COUNT} .v")).to_have_text("2")
    page.keyboard.press("9")
    expect(page.locator("[data-conversation]")).to_have_count(2)
    page.keyboard.press("j")
    expect(page.locator("[data-conversation]").nth(1)).to_have_attribute("data-marked", "true")

    page.keyboard.press("Enter")

    words = page.locator('[data-marked="true"] .words')
    expect(words).to_contain_text("<199> көмектесіңіздер, су көтеріліп жатыр […]<201>")
    expect(words).to_contain_text("<255>")
    expect(page.locator('[data-marked="true"]')).to_contain_text("[…]")
    assert (faults_of(page), overflows_of(page)) == ([], [])
