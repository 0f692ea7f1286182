"""A shift hands over in two browsers: one writes, the other is told, reads and says so, the first sees it. By keys alone."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from streams import clock
from tests.support.chromium import Visit, faults_of, keep_picture, link, overflows_of
from tests.support.whole_stack import RunningStack
from tests.web.test_trouble import end_sessions_of

pytestmark = pytest.mark.stack
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
NOTES = "/v1/reports/summary/notes"
TEXT = "Абай 10, 3-қабат: Айгүл 06:00-ден кейін қоңырау күтеді.\n<b>AK-041</b> остаётся открытым."


@pytest.fixture(autouse=True)
def nothing_left(shared_stack: RunningStack) -> Iterator[None]:
    """The line of an unread note would stand in the pages of every other test."""
    yield
    headers = shared_stack.headers("admin")
    with httpx2.Client(base_url=shared_stack.api, headers=headers, timeout=60) as client:
        for one in client.get(f"{NOTES}?limit=100").raise_for_status().json()["items"]:
            client.delete(f"{NOTES}/{one['id']}").raise_for_status()


def desk(visit: Visit, name: str) -> Page:
    page = visit(**DESK, locale="en-GB").sign_in("operator", name)
    page.locator('[data-action="language-en"]').click()
    return page


def type_note(page: Page, text: str) -> None:
    page.keyboard.press("v")
    # The page of the shift is loaded when it is opened first; its keys work from then on.
    page.locator('[data-view="shift"] .handovers').wait_for()
    page.keyboard.press("t")
    expect(page.locator('[data-field="handover"]')).to_be_focused()
    page.keyboard.insert_text(text)
    expect(page.locator('[data-field="handover"]')).to_have_value(text)


def write(page: Page, text: str) -> None:
    type_note(page, text)
    page.keyboard.press("Control+Enter")
    expect(page.locator('[data-field="handover"]')).to_have_value("")


def left(stack: RunningStack, text: str, **more: Any) -> str:
    headers = stack.headers("operator", "op-before") | {"Idempotency-Key": clock.fresh_id()}
    made = httpx2.post(f"{stack.api}{NOTES}", headers=headers, json={"text": text, **more}, timeout=60)
    return str(made.raise_for_status().json()["id"])


def test_the_next_operator_is_told_reads_the_note_and_the_writer_sees_it(visit: Visit) -> None:
    leaving, coming = desk(visit, "op-leaving"), desk(visit, "op-coming")

    write(leaving, TEXT)

    line = coming.locator(".banner.handover")
    expect(line).to_contain_text("op-leaving")
    # The writer knows the note, and nobody else's desk is told its text.
    expect(leaving.locator(".banner.handover")).to_have_count(0)
    expect(line).not_to_contain_text("Айгүл")
    assert faults_of(coming) == []
    keep_picture(coming, "console-handover-line-en")

    coming.keyboard.press("v")
    note = coming.locator("[data-handover][data-unread=true]")
    expect(note.locator(".words")).to_have_text(TEXT)
    expect(line).to_have_count(0)
    assert (faults_of(coming), overflows_of(coming)) == ([], [])
    keep_picture(coming, "console-handover-note-en")
    coming.keyboard.press("y")

    expect(coming.locator('[data-handover][data-unread="false"] [data-readers]')).to_contain_text("op-coming")
    expect(leaving.locator("[data-readers]")).to_contain_text("op-coming")
    coming.keyboard.press("Escape")
    expect(line).to_have_count(0)

    leaving.locator('[data-action="handover-delete"]').press("Enter")
    leaving.locator('[data-action="handover-delete-sure"]').press("Enter")
    expect(leaving.locator("li[data-handover]")).to_have_count(0)


def test_the_text_survives_a_reload_and_a_session_that_ends_in_the_middle(
    visit: Visit, shared_stack: RunningStack
) -> None:
    page = desk(visit, "op-typing")
    type_note(page, "половина записки")
    page.reload()
    field = page.locator('[data-field="handover"]')
    expect(field).to_have_value("половина записки")

    end_sessions_of(shared_stack, "op-typing")
    field.press("Control+Enter")
    page.locator(".signed-out").wait_for()
    expect(field).to_have_value("половина записки")
    page.locator('[data-field="code"]').fill(link(shared_stack, "operator", "op-typing").partition("#code=")[2])
    page.locator('[data-field="code"]').press("Enter")
    expect(page.locator(".signed-out")).to_have_count(0)
    field.press("Control+Enter")

    expect(field).to_have_value("")
    expect(page.locator("li[data-handover]")).to_have_count(1)


@pytest.mark.parametrize("language", ["kk", *(pytest.param(one, marks=pytest.mark.soak) for one in ("ru", "en"))])
def test_the_page_of_the_shift_fits_in_every_language(visit: Visit, shared_stack: RunningStack, language: str) -> None:
    left(shared_stack, TEXT)
    left(shared_stack, "x" * 300, exercise=True)
    page = visit(**DESK, locale=language, color_scheme="dark").sign_in("operator", f"op-{language}")
    page.locator(f'[data-action="language-{language}"]').click()
    expect(page.locator(".banner.handover")).to_contain_text("op-before")
    keep_picture(page, f"console-handover-line-{language}")

    page.keyboard.press("v")

    expect(page.locator("li[data-handover]")).to_have_count(2)
    assert (faults_of(page), overflows_of(page)) == ([], [])
    keep_picture(page, f"console-handover-{language}")
