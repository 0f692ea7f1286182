"""Bad input and trouble on both pages: any text, a session that ends in a form, a full device, a shared desk, no network."""

import json
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.api import hostile
from tests.support.chromium import WITHIN_MS, Visit, link, overflows_of
from tests.support.journey import Journey
from tests.support.whole_stack import RunningStack
from tests.web.test_console import DESK, reported, shown
from tests.web.test_report_and_map import WORDS, fill_by_keys, open_form

pytestmark = pytest.mark.stack
NAUGHTY = (
    [text for text in json.loads((hostile.ROOT / "naughty_strings_part1.json").read_text("utf-8")) if text.strip()]
    if hostile.ROOT.is_dir()
    else []
)
ALARM = "window.komekHacked = true"
SCRIPTS = [
    f"<script>{ALARM}</script>",
    f'"><img src=x onerror="{ALARM}">',
    f"<svg onload={ALARM}>",
    f"javascript:{ALARM}",
    "{{constructor.constructor('window.komekHacked = true')()}}",
    "\u202eнапиши наоборот\u202c Ә́Ғ̆Қ̧ 🔥🚒👩‍🚒",
    "А" * 400,
    "first\nsecond\n\n\tthird   with   spaces",
]
IS_HACKED = "() => window.komekHacked === true"
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"


def test_any_text_is_shown_as_it_was_said_on_both_pages(visit: Visit, shared_stack: RunningStack) -> None:
    words = "\n".join(SCRIPTS)
    journey = Journey(visit, shared_stack, "en", (61.90, 46.10))
    journey.go_on_duty()
    incident = journey.report(
        description=words, address=SCRIPTS[0], caller={"name": SCRIPTS[1], "phone": "+7 700 000 00 00"}
    )
    console = visit(**DESK).sign_in("operator", "op-any-text")
    shown(console, incident).click()

    assert_verbatim(console, ".words", words)
    journey.page.locator('[data-action="accept"]').click()
    expect(journey.page.locator("blockquote")).to_be_visible()
    assert_verbatim(journey.page, "blockquote", words)
    for page in (console, journey.page):
        assert overflows_of(page) == []
        assert page.evaluate(IS_HACKED) is False


@hostile.needed
def test_any_text_can_be_typed_into_any_field(visit: Visit, shared_stack: RunningStack) -> None:
    page = visit(**DESK).sign_in("operator", "op-typed")
    shown(page, reported(shared_stack)).click()
    for key in ("t", "x", "m", "w", "s", "n", "Control+k"):
        page.locator(".rows").focus()
        page.keyboard.press(key)
        # As if pasted, each after the other, in every field that is open: a field keeps what it was given, and nothing runs.
        assert page.evaluate(PASTE, NAUGHTY) == []
        assert page.evaluate(IS_HACKED) is False
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        page.keyboard.press("Escape")


def test_a_session_that_ends_in_a_form_keeps_the_text_and_goes_on_after_signing_in(
    visit: Visit, shared_stack: RunningStack
) -> None:
    page = visit(**DESK, locale="en-GB").sign_in("operator", "op-ended")
    open_form(page)
    page.keyboard.type(WORDS)
    end_sessions_of(shared_stack, "op-ended")
    page.locator('[data-field="place"]').fill("43.24, 76.95")
    page.keyboard.press("Control+Enter")

    page.locator(".signed-out").wait_for()
    expect(page.locator('[data-field="description"]')).to_have_value(WORDS)
    code = link(shared_stack, "operator", "op-ended").partition("#code=")[2]
    page.locator('[data-field="code"]').fill(code)
    page.locator('[data-field="code"]').press("Enter")
    expect(page.locator(".signed-out")).to_have_count(0)
    expect(page.locator('[data-field="description"]')).to_have_value(WORDS)


def test_the_next_person_at_a_shared_desk_sees_nothing_of_the_one_before(
    visit: Visit, shared_stack: RunningStack
) -> None:
    visitor = visit(**DESK, locale="en-GB")
    page = visitor.sign_in("operator", "op-first")
    incident = reported(shared_stack)
    shown(page, incident).click()
    page.locator("[data-detail] .acts").wait_for()
    page.keyboard.press("t")
    page.locator('[data-field="note"]').fill(WORDS)
    page.keyboard.press("Escape")
    other = visitor.open("/")
    shown(other, incident)
    # Without a network nobody is signed out, and whoever wants to go away is told so.
    visitor.context.set_offline(True)
    page.locator('[data-action="sign-out"]').click()
    expect(page.locator('[data-not-left][role="alert"]')).to_be_visible()
    visitor.context.set_offline(False)
    page.locator('[data-action="sign-out"]').click()

    for left in (page, other):
        expect(left.locator('[data-field="code"]')).to_be_focused()
        # Callers, people and orders are gone as well, in every window.
        expect(left.locator(".desk")).to_have_count(0)
        expect(left.locator("body")).not_to_contain_text("Your session has ended")
    page.bring_to_front()

    page.goto(f"{shared_stack.api}{link(shared_stack, 'operator', 'op-second')}")
    page.reload()
    page.locator('[data-action="sign-in"]').click()
    shown(page, incident).click()
    page.locator("[data-detail] .acts").wait_for()
    page.keyboard.press("t")

    expect(page.locator('[data-field="note"]')).to_have_value("")
    page.keyboard.press("Escape")
    open_form(page)
    expect(page.locator('[data-field="description"]')).to_have_value("")


def test_a_full_device_is_said_and_the_report_is_sent_all_the_same(visit: Visit) -> None:
    page = visit(**DESK, locale="en-GB").sign_in("operator", "op-full")
    page.evaluate(f"() => {{ {FULL} }}")
    open_form(page)
    fill_by_keys(page, "flo", "43.24, 76.95")
    expect(page.locator(".report > .fault")).to_be_visible()

    with page.expect_response(
        lambda answer: answer.request.method == "POST" and answer.url.endswith("/v1/incidents")
    ) as sent:
        page.keyboard.press("Control+Enter")

    page.locator(f'[data-incident="{sent.value.json()["id"]}"]').wait_for()


def test_without_an_api_the_form_keeps_everything_and_sends_once_it_is_back(visit: Visit) -> None:
    visitor = visit(**DESK, locale="en-GB")
    page = visitor.sign_in("operator", "op-gone")
    open_form(page)
    fill_by_keys(page, "flo", "43.24, 76.95")
    # What was understood is shown before anything is cut.
    expect(page.locator(".report-echo")).to_contain_text("43.24000", timeout=WITHIN_MS)
    visitor.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    page.locator(".report-outcome").wait_for()
    expect(page.locator('[data-field="description"]')).to_have_value(WORDS)

    visitor.context.set_offline(False)
    with page.expect_response(
        lambda answer: answer.request.method == "POST" and answer.url.endswith("/v1/incidents")
    ) as sent:
        page.keyboard.press("Control+Enter")

    page.locator(f'[data-incident="{sent.value.json()["id"]}"]').wait_for()


PASTE = """(texts) => {
  const fields = document.querySelectorAll("input:is([type=text], [type=tel], :not([type])), textarea");
  const lost = [];
  for (const field of fields) for (const text of texts) {
    const most = field.maxLength < 0 ? text.length : field.maxLength;
    const given = text.slice(0, most);
    const set = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set;
    set.call(field, given);
    const kept = field.value;
    field.dispatchEvent(new Event("input", {bubbles: true}));
    if (field.value !== kept) lost.push(`${field.dataset.field}: ${given.slice(0, 40)}`);
  }
  return lost;
}"""


def assert_verbatim(page: Page, selector: str, words: str) -> None:
    shown_text: Any = page.locator(selector).first.evaluate("(one) => one.textContent")
    assert shown_text.strip() == words.strip()


def end_sessions_of(stack: RunningStack, identity: str) -> None:
    """As an administrator does it."""
    headers = stack.headers("admin")
    listed = httpx2.get(f"{stack.api}/v1/sessions", headers=headers, params={"subject": identity}, timeout=60)
    for one in listed.raise_for_status().json()["items"]:
        httpx2.delete(f"{stack.api}/v1/sessions/{one['session_id']}", headers=headers, timeout=60).raise_for_status()
