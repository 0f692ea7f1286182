"""A console without people and incidents: it says what to do, and brings in the first volunteer."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.chromium import Visit, faults_of, overflows_of
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, "locale": "kk-KZ"}


def test_a_volunteer_who_was_added_logs_in_by_the_link_and_goes_on_duty(
    visit: Visit, shared_stack: RunningStack
) -> None:
    desk = visit(**DESK).sign_in("operator", "op-invites")
    desk.locator('[data-action="open-invite"]').click()
    desk.locator('[data-field="name"]').fill("Айгүл <b>")
    desk.locator('[data-field="languages"] input[value="kk"]').check()
    desk.locator('[data-field="skills"] input[value="first_aid"]').check()
    desk.locator('[data-action="invite"]').click()
    link = desk.locator('[data-field="link"]').input_value()
    volunteer = desk.locator("[data-invited]").get_attribute("data-invited")

    assert re.match(r"v-[a-z0-9]{6}$", volunteer or "")
    phone = visit(**PHONE).open(link.removeprefix(shared_stack.api))
    phone.locator('[data-action="sign-in"]').click()
    duty = phone.locator('[data-action="duty"]')
    duty.click()

    expect(duty).to_have_attribute("aria-checked", "true")


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_form_for_a_volunteer_is_accessible_and_fits(visit: Visit, language: str) -> None:
    page = visit(**DESK, color_scheme="dark" if language == "ru" else "light").sign_in(
        "operator", f"op-form-{language}"
    )
    page.locator(f'[data-action="language-{language}"]').click()
    page.locator('[data-action="open-invite"]').click()
    page.locator("[data-invite]").wait_for()

    assert faults_of(page) == []
    assert [found for found in overflows_of(page) if "invite" in found] == []
    page.keyboard.press("Escape")
    expect(page.locator("[data-invite]")).to_have_count(0)
