"""What software suggests, on both pages and a whole stack: taken by keys and taps, marked, and gone when it is switched off."""

import signal
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, Response, expect
from playwright.sync_api import TimeoutError as NotSeen

from tests.support.chromium import Visit, Visitor, faults_of, keep_picture, overflows_of
from tests.support.journey import Journey
from tests.support.page_checks import EVERY, faults_in, walk_faults_of
from tests.support.pseudo import speak
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack, WholeStack
from tests.web.test_console import DESK, reported, shown
from tests.web.test_report_and_map import open_form

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]
REPORT = "🌊 Атырау қаласында өзен тасып, су басты, үйде 3 адам қалды, шыға алмай жатыр. Телефон 8 701 555 12 34"
CHIPS = ".assist"
WITHIN_A_SECOND_MS = 1_000
MADE_BY = '[data-made-by="assistant"]'


def switch(stack: RunningStack, path: str = "", **body: Any) -> None:
    answer = httpx2.put(f"{stack.api}/v1/assistant{path}", headers=stack.headers("operator"), json=body, timeout=10)
    assert answer.status_code == 202, answer.text


@pytest.fixture
def switches(shared_stack: RunningStack) -> Iterator[RunningStack]:
    """The stack; afterwards everything is on again."""
    until(lambda: assistant(shared_stack)["is_running"])
    yield shared_stack
    for path in ("", "/report", "/geolocate"):
        switch(shared_stack, path, mode="on")
    for path in ("/report", "/geolocate"):
        switch(shared_stack, path, mode="on", language="kk")


def assistant(stack: RunningStack) -> Any:
    return httpx2.get(f"{stack.api}/v1/assistant", headers=stack.headers("operator"), timeout=10).json()


def begun(visit: Visit, name: str, **looks: Any) -> Page:
    visitor: Visitor = visit(**DESK, **looks)
    page = visitor.without_webgl().sign_in("operator", name)
    open_form(page)
    return page


def is_report(answer: Response) -> bool:
    return answer.request.method == "POST" and answer.url.endswith("/v1/incidents")


def key_of(page: Page, kind: str) -> str:
    shortcut = page.locator(f'[data-kind="{kind}"]').first.get_attribute("aria-keyshortcuts")
    assert shortcut is not None
    return shortcut


@pytest.mark.usefixtures("switches")
def test_a_pasted_report_is_saved_by_four_keys(visit: Visit) -> None:
    page = begun(visit, "op-chips", locale="ru")
    pressed: list[str] = []

    def press(key: str) -> None:
        pressed.append(key)
        page.keyboard.press(key)

    page.keyboard.insert_text(REPORT)
    pressed.append("Control+V")
    page.locator(CHIPS).wait_for()
    expect(page.locator('[data-chip][aria-pressed="true"]')).to_have_count(0)
    assert page.locator('[data-field="type"]').input_value() == ""

    for kind in ("type", "place"):
        press(key_of(page, kind))
    expect(page.locator('[data-field="type"]')).to_have_value("Наводнение")
    expect(page.locator('[data-field="place"]')).to_have_value("Атырау")
    with page.expect_response(is_report) as sent:
        press("Control+Enter")

    assert pressed == ["Control+V", "Alt+1", "Alt+4", "Control+Enter"]
    told: Any = sent.value.request.post_data_json
    assert (told["type"], told["description"]) == ("flood", REPORT)
    assert "caller" not in told
    page.locator(f'[data-incident="{sent.value.json()["id"]}"]').wait_for()


def test_without_a_suggestion_taken_an_intake_needs_the_keys_that_it_always_needed(
    visit: Visit, switches: RunningStack
) -> None:
    counts = []
    for mode in ("on", "off"):
        switch(switches, mode=mode)
        page = begun(visit, f"op-keys-{mode}", locale="ru")
        page.keyboard.insert_text(REPORT)
        if mode == "on":
            page.locator(CHIPS).wait_for()
        keys = ["Tab", *"76.9, 43.2", "Tab", *"навод", "Enter", "Control+Enter"]
        with page.expect_response(is_report) as sent:
            for key in keys:
                page.keyboard.press(key) if len(key) > 1 else page.keyboard.type(key)
        told: Any = sent.value.request.post_data_json
        assert told["type"] == "flood"
        counts.append(len(keys))
    assert counts[0] == counts[1]


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
    page.mouse.move(5, 5)
    assert walk_faults_of(page) == []


def test_what_is_shown_goes_within_a_second_of_the_switch_and_comes_back(visit: Visit, switches: RunningStack) -> None:
    page = begun(visit, "op-switch", locale="ru")
    page.keyboard.insert_text(REPORT)
    page.locator(CHIPS).wait_for()

    switch(switches, "/report", mode="off", language="kk")
    expect(page.locator(CHIPS)).to_have_count(0, timeout=WITHIN_A_SECOND_MS)
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
    page = begun(visit, "op-looks", locale="ru")
    page.keyboard.insert_text(REPORT)
    page.locator(CHIPS).wait_for()
    page.keyboard.press("Alt+1")
    page.locator(CHIPS).scroll_into_view_if_needed()
    assert faults_in(page, EVERY, picture="chips") == []
    speak(page, "en")
    for width in (683, 320):  # 200 % zoom of 1366, and the narrowest
        page.set_viewport_size({"width": width, "height": 768})
        assert overflows_of(page) == [], width
        keep_picture(page, f"chips-{width}")
    page.set_viewport_size({"width": 1366, "height": 768})
    page.emulate_media(forced_colors="active")
    keep_picture(page, "chips-forced")
    assert faults_of(page) == []


def test_hints_of_an_incident_are_a_quiet_line_until_somebody_opens_it(visit: Visit, switches: RunningStack) -> None:
    incident = reported(switches, description=REPORT, language="kk")
    page = visit(**DESK, locale="ru").without_webgl().sign_in("operator", "op-hints")
    shown(page, incident).click()
    page.locator('[data-action="hints"]').wait_for()
    expect(page.locator("[data-hint]")).to_have_count(0)
    until(
        lambda: httpx2.get(
            f"{switches.api}/v1/incidents/{incident}/hints", headers=switches.headers("operator")
        ).json()["items"]
    )

    page.keyboard.press("l")
    place = page.locator('[data-hint][data-kind="place"]').first
    place.focus()

    expect(page.locator(f"{MADE_BY} .original mark").first).to_have_text("Атырау")
    assert faults_in(page, EVERY, picture="detail-hints") == []
    page.locator('[data-action="show-place"]').first.click()
    switch(switches, mode="shadow")
    expect(page.locator('[data-hint][data-mode="shadow"]').first).to_be_visible()
    keep_picture(page, "detail-hints-shadow")


def test_switches_are_set_by_keys_and_tell_who_set_them(visit: Visit, switches: RunningStack) -> None:
    page = visit(**DESK, locale="ru").without_webgl().sign_in("operator", "op-switches")
    page.locator('[data-action="new-incident"]').first.wait_for()
    page.keyboard.press("p")
    page.locator('[data-running="true"]').wait_for()

    page.locator('[data-switch="geolocate kk"]').select_option("shadow")

    expect(page.locator('td:has([data-switch="geolocate kk"]) .why')).to_contain_text("op-switches")
    until(
        lambda: (
            [
                one["mode"]
                for one in assistant(switches)["tasks"]
                if (one["task"], one["language"]) == ("geolocate", "kk")
            ]
            == ["shadow"]
        )
    )
    assert faults_in(page, EVERY, picture="assistant-switches") == []
    page.locator('[data-mode="off"]').click()
    expect(page.locator('[data-switch="report *"]')).to_have_value("off")
    page.locator('[data-mode="on"]').click()
    expect(page.locator('[data-switch="report *"]')).to_have_value("on")
    page.locator('[data-switch="geolocate kk"]').select_option("on")
    expect(page.locator('[data-switch="geolocate kk"]')).to_have_value("on")


def test_a_volunteer_sees_where_it_may_be_and_one_tap_fills_the_place(visit: Visit, switches: RunningStack) -> None:
    journey = Journey(visit, switches, "ru", (62.90, 47.10), skill="geolocation", capability="digital", looks=EVERY)
    page = journey.page
    page.locator('[data-action="duty"]').click()
    expect(page.locator('[data-action="duty"]')).to_have_attribute("aria-checked", "true")
    incident = taken_with_hints(journey)
    candidate = page.locator('[data-kind="place"]').first
    expect(candidate).to_have_attribute("aria-pressed", "false")
    journey.check("hints-geolocate")

    candidate.click()

    expect(page.locator('[data-field="location"]')).to_have_value("47.106720, 51.913900")
    expect(page.locator("blockquote mark").first).to_have_text("Атырау")
    page.locator('[data-action="show-map"]').click()
    page.locator("[data-map] .suggested-spot").first.wait_for()
    journey.check("hints-geolocate-map")
    switch(switches, "/geolocate", mode="off")
    expect(page.locator("[data-hint]")).to_have_count(0, timeout=WITHIN_A_SECOND_MS)
    page.locator('[data-action="submit-result"]').click()
    until(lambda: journey.state_of(incident) == "done")


def taken_with_hints(journey: Journey) -> str:
    """An incident whose work was accepted and is not among the share that is done without hints."""
    page = journey.page
    for _ in range(6):
        incident = journey.report(description=REPORT, language="kk")
        page.locator('[data-action="accept"]').click()
        page.locator('[data-offer][data-state="accepted"]').wait_for()
        if seen(page):
            return incident
        page.locator('[data-action="skip"]').click()
        page.locator('[data-action="duty"]').wait_for()
    raise AssertionError("six pieces of work in a row were done without hints")


def seen(page: Page) -> bool:
    try:
        page.locator(f"{MADE_BY}, [data-hints]").first.wait_for(timeout=6_000)
    except NotSeen:
        return False
    return True


def test_who_judges_a_report_answers_first_and_sees_hints_beside_the_answer(
    visit: Visit, switches: RunningStack
) -> None:
    journey = Journey(visit, switches, "ru", (63.90, 47.10), skill="verification", capability="digital", looks=EVERY)
    page = journey.page
    page.locator('[data-action="duty"]').click()
    expect(page.locator('[data-action="duty"]')).to_have_attribute("aria-checked", "true")
    taken_with_hints(journey)
    expect(page.locator('[data-hints="follow"]')).to_be_visible()
    expect(page.locator("[data-hint]")).to_have_count(0)
    journey.check("hints-verify-before")

    page.locator('input[value="confirmed"]').click(force=True)
    page.locator('[data-action="submit-result"]').click()

    expect(page.locator('[data-hints="after"] [data-hint]').first).to_be_visible()
    journey.check("hints-verify-after")


@pytest.mark.parametrize("skill", ["translator", "call_taking"])
def test_hints_help_to_translate_and_to_call_back(visit: Visit, switches: RunningStack, skill: str) -> None:
    area = {"translator": (64.90, 47.10), "call_taking": (65.90, 47.20)}[skill]
    journey = Journey(visit, switches, "ru", area, skill=skill, capability="digital", looks=EVERY)
    page = journey.page
    page.locator('[data-action="duty"]').click()
    expect(page.locator('[data-action="duty"]')).to_have_attribute("aria-checked", "true")
    taken_with_hints(journey)

    if skill == "translator":
        page.locator('[data-action="add-hint"]').first.click()
        expect(page.locator('[data-field="text"]')).not_to_have_value("")
    else:
        question = page.locator("[data-question]").first
        question.check()
        expect(question).to_be_checked()
    journey.check(f"hints-{skill}")
