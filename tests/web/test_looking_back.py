"""Finding and looking back in a real browser: numbers, the palette's search, the pages for what has ended, and paper."""

from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from streams import clock
from tests.support.chromium import Visit, faults_of, keep_picture
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
LONELY = {"type": "Point", "coordinates": [62.3, 48.5]}


def reported(stack: RunningStack, **more: Any) -> dict[str, Any]:
    """Reports an incident and waits for its number. Returns it as it is read."""
    body = {"type": "flood", "priority": "low", "location": LONELY, "description": "Су басты"}
    made = post(stack, "/v1/incidents", body | more)
    known: dict[str, Any] = until(lambda: numbered(stack, str(made["id"])))
    return known


def numbered(stack: RunningStack, incident_id: str) -> dict[str, Any] | None:
    answer = httpx2.get(f"{stack.api}/v1/incidents/{incident_id}", headers=stack.headers("operator"), timeout=60)
    found: dict[str, Any] = answer.json()
    return found if answer.status_code == 200 and found["call_number"] else None


def post(stack: RunningStack, path: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = stack.headers("operator") | {"Idempotency-Key": clock.fresh_id()}
    made = httpx2.post(f"{stack.api}{path}", headers=headers, json=body, timeout=60)
    made.raise_for_status()
    answer: dict[str, Any] = made.json()
    return answer


def closed(stack: RunningStack, **more: Any) -> dict[str, Any]:
    known = reported(stack, **more)
    post(stack, f"/v1/incidents/{known['id']}/close", {"code": "resolved"})

    def ended() -> dict[str, Any] | None:
        found = numbered(stack, known["id"])
        return found if found and found["status"] == "closed" else None

    found: dict[str, Any] = until(ended)
    return found


def command(page: Page, text: str) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type(text)


def test_an_ended_incident_is_found_by_its_number_in_cyrillic_and_opened_again(
    visit: Visit, shared_stack: RunningStack
) -> None:
    known = closed(shared_stack)
    page = visit(**DESK, locale="ru").sign_in("operator", "op-find")
    page.locator('[data-action="language-ru"]').click()

    command(page, known["call_number"].lower().translate(str.maketrans("akmt", "акмт")))
    page.locator("#option-0", has_text=known["call_number"]).wait_for()
    page.keyboard.press("Enter")
    # What became of it comes first; the incident itself is one step back.
    expect(page.locator('[data-view="report"]')).to_contain_text(known["call_number"])
    page.keyboard.press("Escape")
    expect(page.locator(f'[data-detail="{known["id"]}"]')).to_contain_text(known["call_number"])
    page.keyboard.press("r")
    # The letter asks, and the form has the focus.
    expect(page.locator('[data-field="reason"]')).to_be_focused()
    page.keyboard.press("Enter")

    page.locator(f'[role="option"][data-incident="{known["id"]}"]').wait_for()


def test_an_ended_incident_is_found_by_the_number_of_its_card_in_another_system(
    visit: Visit, shared_stack: RunningStack
) -> None:
    card = f"112-{clock.fresh_id()[:8]}"
    known = closed(shared_stack, external_id=card)
    page = visit(**DESK).sign_in("operator", "op-card")

    command(page, card)
    page.locator("#option-0", has_text=known["call_number"]).wait_for()
    page.keyboard.press("Enter")

    expect(page.locator('[data-view="report"]')).to_contain_text(known["call_number"])


def test_a_place_leads_to_what_is_open_near_it(visit: Visit, shared_stack: RunningStack) -> None:
    near = reported(shared_stack, location={"type": "Point", "coordinates": [77.2408, 43.3035]}, type="welfare.check")
    page = visit(**DESK, locale="en-GB").sign_in("operator", "op-place")
    page.locator('[data-action="language-en"]').click()

    command(page, "Talgar")

    options = page.locator("#palette-options")
    options.get_by_text("Talgar").first.wait_for()
    options.get_by_text(near["call_number"]).wait_for()


def test_the_report_of_an_ended_incident_has_an_address_and_can_be_taken_away(
    visit: Visit, shared_stack: RunningStack
) -> None:
    known = closed(shared_stack)
    page = visit(**DESK, locale="en-GB", accept_downloads=True).sign_in("operator", "op-report")
    page.locator('[data-action="language-en"]').click()

    page.goto(f"{shared_stack.api}/#report={known['id']}")
    paper = page.locator('[data-view="report"]')
    expect(paper).to_contain_text(known["call_number"])
    expect(paper.locator(".figures dd")).to_have_count(5)
    expect(paper).to_contain_text("close")
    with page.expect_download() as download:
        page.locator('[data-action="export-csv"]').click()
    assert download.value.suggested_filename == f"{known['call_number']}.csv"
    page.keyboard.press("Escape")

    expect(paper).to_have_count(0)
    assert "#" not in page.url


def test_the_archive_shows_what_has_ended_and_opens_it_again(visit: Visit, shared_stack: RunningStack) -> None:
    known = closed(shared_stack)
    page = visit(**DESK).sign_in("operator", "op-archive")

    page.keyboard.press("h")
    row = page.locator(f'[data-view="archive"] [data-incident="{known["id"]}"]')
    expect(row).to_have_attribute("data-state", "closed")
    row.locator('[data-action="reopen"]').click()

    page.locator(f'[role="option"][data-incident="{known["id"]}"]').wait_for()
    expect(row.locator('[data-action="reopen"]')).to_have_count(0)


def test_the_board_on_paper_is_black_on_white_and_nothing_else(visit: Visit, shared_stack: RunningStack) -> None:
    known = reported(shared_stack)
    page = visit(**DESK, color_scheme="dark").sign_in("operator", "op-print")
    page.keyboard.press("b")
    row = page.locator(f'[data-view="board"] [data-incident="{known["id"]}"]')
    expect(row).to_contain_text(known["call_number"])

    page.emulate_media(media="print")

    keep_picture(page, "console-board-print")
    for hidden in (".head", ".foot", ".queue", ".paper-acts"):
        expect(page.locator(hidden).first).to_be_hidden()
    assert row.evaluate("(of) => [getComputedStyle(of).color, getComputedStyle(document.body).backgroundColor]") == [
        "rgb(0, 0, 0)",
        "rgb(255, 255, 255)",
    ]


def test_no_order_is_given_to_an_incident_that_is_not_seen(visit: Visit, shared_stack: RunningStack) -> None:
    known = reported(shared_stack)
    page = visit(**DESK).sign_in("operator", "op-unseen")
    page.locator(f'[data-incident="{known["id"]}"]').click()
    page.locator("[data-detail] .acts").wait_for()
    page.keyboard.press("b")
    page.locator('[data-view="board"]').wait_for()

    page.keyboard.press("e")
    page.keyboard.press("x")
    page.keyboard.press("Escape")

    expect(page.locator("[data-detail] .acts")).to_be_visible()
    after = numbered(shared_stack, known["id"])
    assert after is not None
    assert after["alarm_level"] == known["alarm_level"]


@pytest.mark.parametrize(
    ("language", "theme"),
    [("kk", "light"), *(pytest.param(*look, marks=pytest.mark.soak) for look in (("ru", "dark"), ("en", "light")))],
)
def test_the_pages_are_accessible_and_fit(visit: Visit, shared_stack: RunningStack, language: str, theme: str) -> None:
    known = closed(shared_stack)
    reported(shared_stack)
    page = visit(**DESK, color_scheme=theme).sign_in("operator", f"op-back-{language}")
    page.locator(f'[data-action="language-{language}"]').click()

    for name, key in {"board": "b", "shift": "v", "archive": "h"}.items():
        page.keyboard.press(key)
        page.locator(f'[data-view="{name}"] table').first.wait_for()
        keep_picture(page, f"console-{name}-{language}-{theme}")
        assert faults_of(page) == [], name
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), name
        page.keyboard.press("Escape")
    page.goto(f"{shared_stack.api}/#report={known['id']}")
    page.locator('[data-view="report"] .figures').wait_for()
    assert faults_of(page) == []
