"""What software suggests on the console, on a whole stack: taken by keys, marked, and gone when it is switched off."""

import re
import signal
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from playwright.sync_api import BrowserContext, Page, Response, Route, expect

from tests.support.assistant_switches import MADE_BY, REPORT, assistant, modes, switch
from tests.support.chromium import Visit, Visitor, faults_of, keep_picture, overflows_of
from tests.support.page_checks import EVERY, faults_in, walk_faults_of
from tests.support.pseudo import speak, teach_pseudo
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack, WholeStack
from tests.web.test_console import DESK, reported, shown
from tests.web.test_report_and_map import open_form

pytestmark = pytest.mark.stack
CHIPS = ".assist"


def begun(visit: Visit, name: str, before: Callable[[BrowserContext], object] = bool, **looks: Any) -> Page:
    visitor: Visitor = visit(**DESK, **looks)
    before(visitor.context)
    page = visitor.sign_in("operator", name)
    open_form(page)
    return page


def is_report(answer: Response) -> bool:
    return answer.request.method == "POST" and answer.url.endswith("/v1/incidents")


@pytest.mark.usefixtures("switches")
def test_a_pasted_report_is_saved_by_four_keys(visit: Visit) -> None:
    page = begun(visit, "op-chips", locale="ru")
    # One key to paste, and three more.
    page.keyboard.insert_text(REPORT)
    page.locator(CHIPS).wait_for()
    # How far it can be relied on stands where it is shown.
    expect(page.locator(f"{CHIPS} [data-verdict]")).not_to_be_empty()
    expect(page.locator('[data-chip][aria-pressed="true"]')).to_have_count(0)
    assert page.locator('[data-field="type"]').input_value() == ""

    page.keyboard.press("Alt+1")
    page.keyboard.press("Alt+4")
    expect(page.locator('[data-field="type"]')).to_have_value("Наводнение")
    expect(page.locator('[data-field="place"]')).to_have_value("Атырау")
    with page.expect_response(is_report) as sent:
        page.keyboard.press("Control+Enter")

    told: Any = sent.value.request.post_data_json
    assert (told["type"], told["description"]) == ("flood", REPORT)
    assert "caller" not in told
    page.locator(f'[data-incident="{sent.value.json()["id"]}"]').wait_for()


@pytest.mark.parametrize("mode", ["on", "off"])
def test_the_same_keys_do_an_intake_with_suggestions_and_without(
    visit: Visit, switches: RunningStack, mode: str
) -> None:
    switch(switches, mode=mode)
    page = begun(visit, f"op-keys-{mode}", locale="ru")
    page.keyboard.insert_text(REPORT)
    page.locator(CHIPS if mode == "on" else '[data-assistant="off"]').wait_for()

    page.keyboard.press("Tab")
    page.keyboard.type("76.9, 43.2")
    page.keyboard.press("Tab")
    page.keyboard.type("навод")
    page.keyboard.press("Enter")
    with page.expect_response(is_report) as sent:
        page.keyboard.press("Control+Enter")

    told: Any = sent.value.request.post_data_json
    assert told["type"] == "flood"


@pytest.mark.usefixtures("switches")
def test_a_suggestion_is_put_back_by_its_key_and_its_words_are_marked_in_the_original(visit: Visit) -> None:
    page = begun(visit, "op-undo", locale="kk")
    page.keyboard.insert_text(REPORT)
    page.locator(CHIPS).wait_for()

    page.keyboard.press("Alt+9")
    expect(page.locator('[data-field="caller_phone"]')).to_have_value("+77015551234")
    page.keyboard.press("Alt+9")
    expect(page.locator('[data-field="caller_phone"]')).to_have_value("")
    page.locator('[data-kind="place"]').first.hover()
    expect(page.locator(".words-behind mark")).to_have_text("Атырау")
    expect(page.locator('[data-field="description"]')).to_have_value(REPORT)
    assert page.locator(f"{MADE_BY} .made-by").first.inner_text().strip() != ""
    assert walk_faults_of(page) == []


def test_what_is_shown_goes_with_the_switch_and_comes_back(visit: Visit, switches: RunningStack) -> None:
    page = begun(visit, "op-switch", locale="ru")
    page.keyboard.insert_text(REPORT)
    page.locator(CHIPS).wait_for()

    switch(switches, "/report", mode="off", language="kk")
    expect(page.locator(CHIPS)).to_have_count(0)
    expect(page.locator('[data-assistant="off"]')).to_be_visible()
    keep_picture(page, "chips-off-ru")
    switch(switches, "/report", mode="on", language="kk")

    page.locator(CHIPS).wait_for()


@pytest.mark.usefixtures("switches")
def test_an_intake_works_without_an_assistant_and_says_so_in_one_line(
    visit: Visit, breakable_stack: WholeStack
) -> None:
    page = begun(visit, "op-without", locale="en")
    breakable_stack.kill("assistant", signal.SIGSTOP)
    try:
        page.keyboard.insert_text(REPORT)
        page.locator('[data-assistant="busy"], [data-assistant="off"]').wait_for()
        assert faults_of(page) == []
        assert overflows_of(page) == []
        keep_picture(page, "chips-away-en")
        page.keyboard.press("Tab")
        page.keyboard.type("47.1, 51.9")
        page.keyboard.press("Tab")
        page.keyboard.type("flo")
        page.keyboard.press("Enter")
        with page.expect_response(is_report) as sent:
            page.keyboard.press("Control+Enter")
        assert sent.value.status == 202
    finally:
        breakable_stack.kill("assistant", signal.SIGCONT)


@pytest.mark.usefixtures("switches")
def test_suggestions_are_readable_in_every_language_theme_and_width(visit: Visit) -> None:
    page = begun(visit, "op-looks", teach_pseudo, locale="ru", service_workers="block")
    page.keyboard.insert_text(REPORT)
    page.locator(CHIPS).wait_for()
    page.keyboard.press("Alt+1")
    page.locator(CHIPS).scroll_into_view_if_needed()
    assert faults_in(page, EVERY, picture="chips") == []
    speak(page, "qps")
    assert overflows_of(page) == []
    keep_picture(page, "chips-pseudo")
    speak(page, "en")
    for width in (683, 320):  # 200 % zoom of 1366, and the narrowest
        page.set_viewport_size({"width": width, "height": 768})
        assert overflows_of(page) == [], width
        keep_picture(page, f"chips-{width}")
    page.set_viewport_size({"width": 1366, "height": 768})
    page.emulate_media(forced_colors="active")
    keep_picture(page, "chips-forced")
    assert faults_of(page) == []


HEARD = "Су көтерілді, 7 адам шатырда"
RECOGNISED = {
    "made_by": "assistant",
    "text": HEARD,
    "language": {"value": "kk", "probability": 0.98},
    "model": "ears",
    "took_ms": 900.0,
}


def as_if_set(page: Page, stack: RunningStack) -> None:
    """As where the deployer has set a model: none runs here."""

    def told(route: Route) -> None:
        route.fulfill(json={**assistant(stack), "media": ["transcription", "picture"]})

    page.route(re.compile(r"/v1/assistant$"), told)
    page.route("**/v1/assistant/transcription", lambda route: route.fulfill(json=RECOGNISED))


def test_words_of_a_recording_are_marked_and_saved_only_once_they_are_compared(
    visit: Visit, switches: RunningStack
) -> None:
    page = visit(**DESK, locale="ru", service_workers="block").sign_in("operator", "op-heard")
    as_if_set(page, switches)
    open_form(page)
    page.locator("[data-media]").wait_for()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Alt+e")
    chooser.value.set_files({"name": "voice.ogg", "mimeType": "audio/ogg", "buffer": b"OggS"})

    expect(page.locator('[data-field="description"]')).to_have_value(HEARD)
    heard = page.locator(".report-heard")
    expect(heard).to_contain_text("записано программой")
    keep_picture(page, "heard-ru")
    # Suggestions have their words in it.
    expect(page.locator(f"{CHIPS} q").first).not_to_be_empty()
    assert faults_in(page, EVERY, picture="heard") == []
    page.locator('[data-field="place"]').fill("47.1, 51.9")
    page.locator('[data-field="type"]').fill("навод")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.locator('[data-field="description"]')).to_be_focused()
    expect(page.locator('[data-field="description"]')).to_have_attribute("aria-invalid", "true")

    page.keyboard.press("Alt+w")
    expect(heard).to_have_count(0)
    with page.expect_response(is_report) as sent:
        page.keyboard.press("Control+Enter")

    told: Any = sent.value.request.post_data_json
    assert told["description"] == HEARD


def test_hints_of_an_incident_are_a_quiet_line_until_somebody_opens_it(visit: Visit, switches: RunningStack) -> None:
    incident = reported(switches, description=REPORT, language="kk")
    page = visit(**DESK, locale="ru").sign_in("operator", "op-hints")
    shown(page, incident).click()
    page.locator('[data-action="hints"]').wait_for()
    expect(page.locator("[data-hint]")).to_have_count(0)
    until(
        lambda: httpx2.get(
            f"{switches.api}/v1/incidents/{incident}/hints", headers=switches.headers("operator")
        ).json()["items"]
    )

    page.keyboard.press("l")
    expect(page.locator(f'{MADE_BY} [data-sentence="reported"]')).to_contain_text("сообщено")
    expect(page.locator('[data-hint][data-kind="missing"]')).to_contain_text("?")
    place = page.locator('[data-hint][data-kind="place"]').first
    place.focus()

    expect(page.locator(f"{MADE_BY} .original mark").first).to_have_text("Атырау")
    # On the line itself one key says whether it is right.
    page.keyboard.press("1")
    expect(place.locator('[data-verdict="right"]')).to_have_attribute("aria-pressed", "true")
    expect(place.locator('.verdict [role="status"]')).to_have_text("отмечено")
    assert faults_in(page, EVERY, picture="detail-hints") == []
    page.locator('[data-action="show-place"]').first.click()
    switch(switches, mode="shadow")
    expect(page.locator('[data-hint][data-mode="shadow"]').first).to_be_visible()
    keep_picture(page, "detail-hints-shadow")


def test_switches_are_set_by_keys_and_tell_who_set_them(visit: Visit, switches: RunningStack) -> None:
    page = visit(**DESK, locale="ru").sign_in("operator", "op-switches")
    page.locator('[data-action="new-incident"]').first.wait_for()
    page.keyboard.press("p")
    page.locator('[data-running="true"]').wait_for()

    page.locator('[data-switch="geolocate kk"]').select_option("shadow")

    expect(page.locator('td:has([data-switch="geolocate kk"]) .why')).to_contain_text("op-switches")
    until(lambda: ("geolocate", "kk", "shadow") in modes(switches))
    assert faults_in(page, EVERY, picture="assistant-switches") == []
    page.locator('[data-mode="off"]').click()
    expect(page.locator('[data-switch="report *"]')).to_have_value("off")
    page.locator('[data-mode="on"]').click()
    expect(page.locator('[data-switch="report *"]')).to_have_value("on")
