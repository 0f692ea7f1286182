"""The operator's console in a real browser: by keys alone, three states of trust, no focus lost."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from streams import clock
from tests.support.chromium import Visit, faults_of
from tests.support.page_checks import EACH_LANGUAGE, EVERY, Looks, faults_in
from tests.support.town import Town
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
LOOKS = [
    pytest.param(EACH_LANGUAGE, id="each-language"),
    pytest.param(EVERY, id="every-look", marks=pytest.mark.soak),
]
WORDS = "Үйдің 3-қабатынан түтін <b>&amp;"
COUNT_SOUNDS = """
window.komekSounds = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.komekSounds += 1; return start.apply(this, when); };
"""


def reported(stack: RunningStack, **more: Any) -> str:
    """Reports an incident where nobody is near. Returns its id."""
    place = {"type": "Point", "coordinates": [62.1, 48.3]}
    body = {"type": "fire.building", "priority": "critical", "location": place, "description": WORDS, "language": "kk"}
    headers = stack.headers("operator") | {"Idempotency-Key": clock.fresh_id()}
    made = httpx2.post(f"{stack.api}/v1/incidents", headers=headers, json=body | more, timeout=60)
    made.raise_for_status()
    return str(made.json()["id"])


def in_danger(stack: RunningStack) -> Callable[[], None]:
    """Somebody with a long name reports distress, in words that do not fit into a line. Returns what reports it again."""
    person = f"v-{clock.fresh_id()}"

    def send(method: str, path: str, body: dict[str, Any]) -> None:
        headers = stack.headers("volunteer", person) | {"Idempotency-Key": clock.fresh_id()}
        httpx2.request(method, f"{stack.api}{path}", headers=headers, json=body, timeout=60).raise_for_status()

    def press() -> None:
        note = "Мен қақпаның жанындамын, " * 6
        send("POST", f"/v1/volunteers/{person}/distress", {"at": clock.rfc3339(clock.now_ms()), "note": note})

    send("PUT", f"/v1/volunteers/{person}", {"capabilities": ["field"], "skills": ["first_aid"], "languages": ["kk"]})
    press()
    return press


def shown(page: Page, incident_id: str) -> Any:
    row = page.locator(f'[data-incident="{incident_id}"]')
    row.wait_for()
    return row


def test_a_new_report_appears_by_itself_and_is_worked_by_keys_alone(visit: Visit, shared_stack: RunningStack) -> None:
    page = visit(**DESK, locale="en-GB").sign_in("operator", "op-keys")
    incident = reported(shared_stack)
    row = shown(page, incident)
    expect(row).to_have_attribute("data-state", re.compile("reported|dispatching|unfilled"))

    page.keyboard.press("Control+k")
    page.keyboard.type(incident)
    page.keyboard.press("Enter")
    expect(row).to_have_attribute("aria-selected", "true")
    expect(page.locator(".words")).to_have_text(WORDS)

    page.keyboard.press("t")
    page.keyboard.type("Seen from the tower")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".timeline")).to_contain_text("Seen from the tower")
    # An order about the row under the cursor needs no Enter before it.
    page.keyboard.press("Escape")
    expect(page.locator("[data-detail]")).to_have_count(0)
    page.keyboard.press("x")
    expect(page.locator(f'[data-detail="{incident}"] form')).to_be_visible()
    page.keyboard.press("Control+Enter")

    expect(row).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("[data-detail]")).to_have_count(0)


def test_whatever_is_opened_and_closed_by_keys_leaves_the_focus_in_the_queue(
    visit: Visit, shared_stack: RunningStack
) -> None:
    page = visit(**DESK, locale="en-GB").sign_in("operator", "op-goes-back")
    row = shown(page, reported(shared_stack))
    queue = page.locator(".rows")
    # Also after signing in: whoever hears the page is at its queue, and Tab goes on from there.
    expect(queue).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("[data-detail] .scroll")).to_be_focused()
    queue.focus()

    opened = {"n": ".report", "g": "[data-tasks]", "b": '[data-view="board"]', "v": '[data-view="shift"]'} | {
        "h": '[data-view="archive"]',
        "p": '[data-view="assistant"]',
        "?": "[data-help]",
        "/": ".palette",
        "t": "form.form",
    }
    for key, what in opened.items():
        page.keyboard.press(key)
        page.locator(what).wait_for()
        expect(queue).not_to_be_focused()
        page.keyboard.press("Escape")
        page.locator(what).wait_for(state="detached")
        expect(queue).to_be_focused()
    # In words, without figures that run while they are read out.
    expect(row).to_have_accessible_name(
        re.compile(r"critical, Building fire, .*\d of \d people, \d asked, since \d\d:\d\d")
    )


def test_a_note_is_kept_over_a_reload(visit: Visit, shared_stack: RunningStack) -> None:
    page = visit(**DESK).sign_in("operator", "op-draft")
    incident = reported(shared_stack)
    shown(page, incident).click()
    page.locator('[data-detail] [aria-keyshortcuts="t"]').click()
    page.locator('[data-field="note"]').fill(WORDS)

    page.reload()
    shown(page, incident).click()
    page.locator('[data-detail] [aria-keyshortcuts="t"]').click()

    expect(page.locator('[data-field="note"]')).to_have_value(WORDS)


def test_what_arrives_takes_neither_the_focus_nor_the_text(visit: Visit, shared_stack: RunningStack) -> None:
    page = visit(**DESK).sign_in("operator", "op-focus")
    shown(page, reported(shared_stack)).click()
    page.locator('[data-detail] [aria-keyshortcuts="t"]').click()
    field = page.locator('[data-field="note"]')
    field.fill("half a sentence")

    shown(page, reported(shared_stack))

    expect(field).to_be_focused()
    expect(field).to_have_value("half a sentence")


@pytest.mark.parametrize("looks", LOOKS)
def test_the_main_states_are_accessible(visit: Visit, shared_stack: RunningStack, looks: Looks) -> None:
    page = visit(**DESK).sign_in("operator", "op-axe")
    incident = reported(shared_stack)
    shown(page, incident).click()
    page.locator("[data-detail] .acts").wait_for()

    for name, key in {"open": "", "assign": "s", "cancel": "x", "palette": "Control+k", "help": "?"}.items():
        if key:
            page.keyboard.press(key)
        assert faults_in(page, looks, picture=f"console-{name}") == []
        if key:
            page.keyboard.press("Escape")


def test_a_person_is_assigned_by_a_line_of_the_palette_and_a_reason(visit: Visit, town: Town) -> None:
    page = visit(**DESK, locale="en-GB").sign_in("operator", "op-line")
    # Without the skill: nobody asks them, and the operator knows better.
    person = town.volunteer("near", skills=["driver"])
    incident = town.report()
    shown(page, incident)

    page.keyboard.press("Control+k")
    page.keyboard.type(f"{incident} {person}")
    page.keyboard.press("Enter")
    expect(page.locator(f'[data-detail="{incident}"] form.form')).to_be_visible()
    page.keyboard.press("Control+Enter")
    reason = page.locator('[data-field="reason"]')
    reason.wait_for()
    assert faults_of(page) == []
    reason.fill("Is beside the house")
    page.keyboard.press("Control+Enter")

    page.locator(f'[data-detail="{incident}"] [data-offer][data-state="offered"]').wait_for()
    assert town.live(incident).keys() == {person}


def test_who_signals_danger_again_sounds_again_at_their_row(visit: Visit, shared_stack: RunningStack) -> None:
    visitor = visit(**DESK, locale="en-GB")
    visitor.context.add_init_script(COUNT_SOUNDS)
    page = visitor.sign_in("operator", "op-again")
    page.locator('[data-action="arm-sound"]').click()
    press = in_danger(shared_stack)
    band = page.locator(".distress-band")
    band.wait_for()
    row = page.locator(f'[data-incident="{band.get_attribute("data-alarm")}"]')
    expect(row).to_have_class(re.compile(r"\bdistress\b"))
    page.keyboard.press("a")
    expect(band).to_have_class(re.compile("is-heard"))
    sounds = page.evaluate("() => window.komekSounds")
    assert sounds > 0

    def is_heard_no_more() -> bool:
        """After one more press; one within seconds of the last is the same signal."""
        press()
        with suppress(AssertionError):
            expect(band).not_to_have_class(re.compile("is-heard"), timeout=2_000)
            return True
        return False

    until(is_heard_no_more)
    page.wait_for_function("(before) => window.komekSounds > before", arg=sounds)
    expect(row).to_have_class(re.compile(r"\bdistress\b"))
    page.keyboard.press("o")
    expect(row).to_have_attribute("aria-selected", "true")
