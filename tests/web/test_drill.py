"""A drill from the console to the phone, in a real browser: prepared by keys, marked everywhere, ended as what it was."""

from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.support.chromium import Visit, faults_of, keep_picture, overflows_of
from tests.support.journey import Journey
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
AREA = (63.90, 46.30)


def prepare(page: Page) -> None:
    """By the palette, from wherever the operator is."""
    page.keyboard.press("Control+k")
    page.keyboard.type("drill")
    page.keyboard.press("Enter")
    page.locator("form.report .exercise-mark").wait_for(state="attached")
    expect(page.locator('[data-field="type"]')).not_to_have_value("")


def read(stack: RunningStack, incident: str) -> dict[str, Any]:
    answer = httpx2.get(f"{stack.api}/v1/incidents/{incident}", headers=stack.headers("operator"), timeout=60)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def test_an_operator_holds_a_drill_by_keys_and_everybody_sees_that_it_is_one(
    visit: Visit, shared_stack: RunningStack
) -> None:
    journey = Journey(visit, shared_stack, "ru", AREA)
    journey.go_on_duty()
    page = visit(**DESK, locale="en-GB").sign_in("operator", "op-drill")
    page.locator('[data-action="language-en"]').click()

    prepare(page)
    place = page.locator('[data-field="place"]')
    place.fill(f"{AREA[1]} {AREA[0]}")
    place.press("Enter")
    keep_picture(page, "console-drill-form-en")
    assert faults_of(page) == []
    with page.expect_response(
        lambda answer: answer.request.method == "POST" and answer.url.endswith("/v1/incidents")
    ) as sent:
        page.keyboard.press("Control+Enter")
    incident = str(sent.value.json()["id"])

    expect(page.locator(f'[data-detail="{incident}"] [data-exercise]')).to_contain_text("EXERCISE")
    expect(page.locator(f'[data-detail="{incident}"] .exercise-mark')).to_have_count(1)
    row = page.locator(f'[role="option"][data-incident="{incident}"]')
    expect(row.locator(".drill")).to_have_text("EXERCISE")
    assert [*faults_of(page), *overflows_of(page)] == []
    keep_picture(page, "console-drill-detail-en")
    assert read(shared_stack, incident)["exercise"] is True
    # The person is asked, and is told that nobody is in need.
    journey.page.locator('[data-action="accept"]').wait_for()
    expect(journey.page.locator("[data-exercise]")).to_contain_text("Помощь никому не нужна")
    journey.check("offer-of-a-drill")
    page.keyboard.press("b")
    expect(page.locator(f'[data-view="board"] [data-incident="{incident}"]')).to_contain_text("EXERCISE")
    page.keyboard.press("Escape")

    page.keyboard.press("c")
    expect(page.locator('input[value="exercise"]')).to_be_checked()
    page.keyboard.press("Control+Enter")

    until(lambda: read(shared_stack, incident)["status"] == "closed")
    journey.page.locator('[data-action="seen"]').wait_for()


def test_a_drill_never_takes_the_place_of_a_report_that_is_being_typed(visit: Visit) -> None:
    page = visit(**DESK, locale="en-GB").sign_in("operator", "op-drill-busy")
    page.locator('[data-action="language-en"]').click()
    page.keyboard.press("n")
    expect(page.locator('[data-field="description"]')).to_be_focused()
    page.keyboard.type("Smoke on the third floor")
    page.keyboard.press("Escape")

    page.locator('[data-action="open-drill"]').click()

    page.locator('[data-drill="busy"]').wait_for()
    expect(page.locator('[data-field="description"]')).to_have_value("Smoke on the third floor")
    expect(page.locator('[data-field="exercise"]')).not_to_be_checked()
    page.locator('[data-action="clear-draft"]').click()
    expect(page.locator('[data-drill="busy"]')).to_have_count(0)
    page.keyboard.press("Escape")
    page.locator('[data-action="open-drill"]').click()
    expect(page.locator('[data-field="exercise"]')).to_be_checked()
    # A real call again: nothing of the sample is left in the form.
    page.locator('[data-action="clear-draft"]').click()
    expect(page.locator('[data-field="exercise"]')).not_to_be_checked()
    expect(page.locator('[data-field="description"]')).to_have_value("")
