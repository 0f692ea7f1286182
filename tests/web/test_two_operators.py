"""Two operators in two browsers: alarms, colleagues, edits and reports, without loss."""

from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.support.chromium import Visit, faults_of, keep_picture
from tests.support.standing_still import standing_still
from tests.support.whole_stack import RunningStack, WholeStack
from tests.web.test_console import DESK, reported, shown
from tests.web.test_report_and_map import fill_by_keys, open_form

pytestmark = pytest.mark.stack


@pytest.fixture
def desks(visit: Visit) -> tuple[Page, Page]:
    first, second = (visit(**DESK, locale="en-GB").sign_in("operator", f"op-desk-{name}") for name in "ab")
    return first, second


def opened(page: Page, incident: str) -> None:
    shown(page, incident).click()
    page.locator(f'[data-detail="{incident}"] .acts').wait_for()


def edit(page: Page, **values: str) -> None:
    """Opens the form by its key and changes these fields."""
    page.keyboard.press("d")
    for field, value in values.items():
        control = page.locator(f'[data-field="edit-{field}"]')
        if field == "priority":
            control.select_option(value)
        else:
            control.fill(value)


def read(stack: RunningStack, incident: str) -> dict[str, Any]:
    answer = httpx2.get(f"{stack.api}/v1/incidents/{incident}", headers=stack.headers("operator"), timeout=60)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def opened_at_both(desks: tuple[Page, Page], stack: RunningStack) -> str:
    """A new incident that both operators have open."""
    incident = reported(stack)
    for page in desks:
        opened(page, incident)
    return incident


def test_what_one_has_heard_is_silent_at_the_other_desk_and_shown_with_who(
    desks: tuple[Page, Page], shared_stack: RunningStack
) -> None:
    one, other = desks
    incident = reported(shared_stack)
    for page in desks:
        page.locator(".alarm-line").wait_for()

    one.keyboard.press("a")

    expect(other.locator(".alarm-line")).to_have_count(0)
    expect(other.locator("[data-only-here]")).to_have_count(0)
    opened(other, incident)
    expect(other.locator(f'[data-heard="severe|{incident}"]')).to_contain_text("-a")


def test_edits_of_different_fields_are_both_kept_and_colleagues_are_shown(
    desks: tuple[Page, Page], shared_stack: RunningStack
) -> None:
    one, other = desks
    incident = opened_at_both(desks, shared_stack)

    edit(one, priority="high")
    edit(other, description="Two people on the roof")
    expect(one.locator("[data-also-here]")).to_contain_text("editing words")
    expect(one.locator('.edited[data-edited-by$="-b"]')).to_have_count(1)
    assert faults_of(one) == []
    one.keyboard.press("Control+Enter")
    expect(one.locator(".edited")).to_have_count(0)
    expect(other.locator('[data-field="edit-priority"]')).to_have_value("high")
    expect(other.locator('[data-field="edit-description"]')).to_have_value("Two people on the roof")
    other.keyboard.press("Control+Enter")
    expect(other.locator(".edited")).to_have_count(0)

    now = read(shared_stack, incident)
    assert (now["priority"], now["description"]) == ("high", "Two people on the roof")


def test_an_edit_that_loses_after_it_was_accepted_takes_nobody_from_what_they_type_and_loses_nothing(
    desks: tuple[Page, Page], breakable_stack: WholeStack
) -> None:
    one, other = desks
    incident = opened_at_both(desks, breakable_stack)
    edit(one, description="Smoke on floor 3")
    edit(other, description="Smoke on floor 4")

    with standing_still(*(breakable_stack.pids[name] for name in ("worker-1", "worker-2"))):
        for page in desks:
            page.keyboard.press("Control+Enter")
            expect(page.locator(".edited")).to_have_count(0)
        other.keyboard.press("Control+k")
        other.keyboard.type("AK-")
    line = other.locator(f'[data-refused="{incident}"]')
    expect(line).to_contain_text("Somebody else has changed the same field.")
    expect(other.locator(".edited")).to_have_count(0)
    expect(other.locator(".orders .sent")).to_have_count(0)
    other.keyboard.type("04")
    expect(other.locator(":focus")).to_have_value("AK-04")
    keep_picture(other, "console-lost-late-en")

    other.keyboard.press("Escape")
    other.keyboard.press("d")
    conflict = other.locator('[data-conflict="description"]')
    expect(conflict.locator("[data-theirs]")).to_have_text("Smoke on floor 3")
    expect(conflict.locator("[data-mine]")).to_have_text("Smoke on floor 4")
    keep_picture(other, "console-conflict-late-en")


def test_edits_of_the_same_fields_show_both_values_and_the_second_person_chooses_by_keys(
    desks: tuple[Page, Page], shared_stack: RunningStack
) -> None:
    one, other = desks
    incident = opened_at_both(desks, shared_stack)
    edit(one, description="Smoke on floor 3", address="Abay 3")
    edit(other, description="Smoke on floor 4", address="Abay 4")

    one.keyboard.press("Control+Enter")
    expect(one.locator(".edited")).to_have_count(0)
    expect(other.locator('[data-field="edit-description"]')).to_have_value("Smoke on floor 4")
    other.keyboard.press("Control+Enter")
    conflict = other.locator('[data-conflict="description"]')
    expect(conflict.locator("[data-theirs]")).to_have_text("Smoke on floor 3")
    expect(conflict.locator("[data-mine]")).to_have_text("Smoke on floor 4")
    expect(conflict).to_contain_text("-a")
    assert faults_of(other) == []
    keep_picture(other, "console-conflict-en")
    # Each choice takes its buttons away: the focus goes to the next one, then to what sends the edit.
    choices = other.locator("[data-conflict]")
    expect(choices).to_have_count(2)
    first = choices.first.get_attribute("data-conflict")
    keep = choices.first.locator('[data-choice="mine"]')
    # Where the edit lost after it was accepted, its form came by itself and has the focus beside the buttons.
    expect(keep.and_(other.locator(":focus")).or_(other.locator("[data-conflict]:focus"))).to_be_visible()
    if other.locator("[data-conflict]:focus").count():
        other.keyboard.press("Tab")
    expect(keep).to_be_focused()
    other.keyboard.press("Enter")
    expect(choices).to_have_count(1)
    expect(choices.locator('[data-choice="mine"]')).to_be_focused()
    other.keyboard.press("Tab")
    expect(choices.locator('[data-choice="theirs"]')).to_be_focused()
    other.keyboard.press("Enter")
    expect(choices).to_have_count(0)
    expect(other.locator(".is-edit [type=submit]")).to_be_focused()
    other.keyboard.press("Enter")
    expect(other.locator(".edited")).to_have_count(0)

    now = read(shared_stack, incident)
    mine, theirs = (
        {"description": "Smoke on floor 4", "address": "Abay 4"},
        {"description": "Smoke on floor 3", "address": "Abay 3"},
    )
    assert {name: now[name] for name in mine} == {name: (mine if name == first else theirs)[name] for name in mine}


def test_notes_of_both_appear_and_two_forms_are_two_incidents(
    desks: tuple[Page, Page], shared_stack: RunningStack
) -> None:
    opened_at_both(desks, shared_stack)
    for page, text in zip(desks, ("seen from the east", "seen from the west"), strict=True):
        page.keyboard.press("t")
        page.keyboard.type(text)
        page.keyboard.press("Control+Enter")
    for page in desks:
        expect(page.locator(".timeline")).to_contain_text("seen from the east")
        expect(page.locator(".timeline")).to_contain_text("seen from the west")

    made = set[str]()
    for page in desks:
        open_form(page)
        fill_by_keys(page, "flood", "48.3 62.1")
    for page in desks:
        with page.expect_response(
            lambda answer: answer.request.method == "POST" and answer.url.endswith("/v1/incidents")
        ) as sent:
            page.keyboard.press("Control+Enter")
        made.add(sent.value.json()["id"])

    assert len(made) == 2


def test_a_close_is_taken_back_by_one_key(visit: Visit, shared_stack: RunningStack) -> None:
    page = visit(**DESK, locale="en-GB").sign_in("operator", "op-undo")
    incident = reported(shared_stack)
    opened(page, incident)
    page.keyboard.press("c")
    page.keyboard.press("Control+Enter")
    page.locator('[data-action="undo"]').wait_for()

    page.keyboard.press("u")

    expect(page.locator(".sent")).to_have_text("Opened again")
    shown(page, incident)
