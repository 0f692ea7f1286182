"""The form for a new incident and the map, in a real browser: keys alone, one incident, nothing typed is lost."""

import re

import pytest
from playwright.sync_api import Page, Response, Route, expect

from tests.support.chromium import LIVE, Visit, faults_of, keep_picture, overflows_of

pytestmark = pytest.mark.stack
DESK = {"width": 1366, "height": 768}
WORDS = "Өзен тасып, су көшеге кірді"
OTHER_WORDS = "Дала өртеніп жатыр, жел күшті"
LANGUAGES = {"kk": ("тасқ", "light"), "ru": ("навод", "dark"), "en": ("flo", "light")}


def open_form(page: Page) -> None:
    # Keys work once the console is there.
    page.locator('[data-action="new-incident"]').first.wait_for()
    page.keyboard.press("n")
    expect(page.locator('[data-field="description"]')).to_be_focused()


def fill_by_keys(page: Page, type_part: str, place: str, words: str = WORDS) -> None:
    """Words, Tab, place, Tab, a part of the type's name, Enter."""
    page.keyboard.type(words)
    page.keyboard.press("Tab")
    page.keyboard.type(place)
    page.keyboard.press("Tab")
    page.keyboard.type(type_part)
    page.keyboard.press("Enter")


def test_letters_that_are_typed_right_after_the_key_are_the_callers_words(visit: Visit) -> None:
    visitor = visit(viewport=DESK, locale="ru")
    held: list[Route] = []
    form = re.compile(r"/ReportForm[^/]*\.js")
    visitor.context.route(form, lambda route: held.append(route))
    page = visitor.sign_in("operator", "op-report-early")
    page.locator('[data-action="new-incident"]').first.wait_for()
    page.keyboard.press("n")
    page.keyboard.type("Мост череи")
    page.keyboard.press("Backspace")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-early]")).to_be_focused()

    visitor.context.route(form, lambda route: route.continue_())
    for route in held:
        route.continue_()
    expect(page.locator('[data-field="description"]')).to_be_focused()
    page.keyboard.type("з реку")

    expect(page.locator('[data-field="description"]')).to_have_value("Мост через реку")
    expect(page.locator(".report .fault")).to_have_count(0)
    page.locator('[data-action="clear-draft"]').click()


def is_report(answer: Response) -> bool:
    return answer.request.method == "POST" and answer.url.endswith("/v1/incidents")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_incident_is_reported_by_keys_in_every_language(visit: Visit, language: str) -> None:
    part, theme = LANGUAGES[language]
    page = visit(viewport=DESK, locale=language, color_scheme=theme).sign_in("operator", f"op-report-{language}")
    open_form(page)
    fill_by_keys(page, part, "76.95, 43.24")
    expect(page.locator(".report-echo")).to_contain_text("43.24000, 76.95000")
    assert faults_of(page) == []
    assert overflows_of(page) == []
    keep_picture(page, f"report-{language}-{theme}")

    with page.expect_response(is_report) as sent:
        page.keyboard.press("Control+Enter")

    page.locator(f'[data-incident="{sent.value.json()["id"]}"]').wait_for()
    expect(page.locator(".report")).to_have_count(0)


def test_who_would_be_asked_and_a_duplicate_are_seen_and_joined_by_keys(visit: Visit) -> None:
    page = visit(viewport=DESK, locale="ru").sign_in("operator", "op-report-joins")
    open_form(page)
    fill_by_keys(page, "степ", "49.8061 73.1001", OTHER_WORDS)
    with page.expect_response(is_report) as first:
        page.keyboard.press("Control+Enter")
    # Its decision is what makes it similar to others.
    earlier = first.value.json()["id"]
    page.locator(
        f'[data-incident="{earlier}"][data-state="unfilled"], [data-incident="{earlier}"][data-state="dispatching"]'
    ).wait_for()

    expect(page.locator(".report")).to_have_count(0)
    open_form(page)
    fill_by_keys(page, "степ", "49.8065 73.1005", OTHER_WORDS)

    similar = page.locator(f'[data-similar="{earlier}"]')
    similar.wait_for()
    expect(page.locator(".report-needs tbody td").first).to_have_text(re.compile(r"^\d+([–+]\d*)?$"))
    expect(page.locator('[data-field="type"]')).to_be_focused()
    page.keyboard.press("Alt+m")
    expect(similar.locator('[data-action="join-incident"]')).to_have_attribute("aria-pressed", "true")
    assert faults_of(page) == []
    assert overflows_of(page) == []
    keep_picture(page, "report-joins")
    with page.expect_response(is_report) as added:
        page.keyboard.press("Control+Enter")

    assert added.value.status == 202
    page.locator(f'[data-detail="{earlier}"]').wait_for()
    again = added.value.json()["id"]
    # The other report ends in it, and leaves the queue.
    expect(page.locator(f'[data-incident="{again}"]')).to_have_count(0)


def test_a_held_key_reports_one_incident(visit: Visit) -> None:
    page = visit(viewport=DESK).sign_in("operator", "op-report-held")
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    open_form(page)
    fill_by_keys(page, "flood", "43.24 76.95")

    page.keyboard.down("Control")
    for _ in range(20):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    page.keyboard.up("Control")
    expect(page.locator(".report")).to_have_count(0)

    # Besides what was looked up while it was typed, which stores nothing.
    assert [url.rpartition("/v1/")[2] for url in posted if not url.endswith(("/preview", "/assistant/report"))] == [
        "incidents"
    ]


def test_what_was_typed_survives_leaving_and_a_reload(visit: Visit) -> None:
    page = visit(viewport=DESK).sign_in("operator", "op-report-draft")
    open_form(page)
    page.keyboard.type(WORDS)
    page.keyboard.press("Escape")
    expect(page.locator(".report")).to_have_count(0)

    page.reload()
    page.locator(LIVE).wait_for()
    open_form(page)

    expect(page.locator('[data-field="description"]')).to_have_value(WORDS)


def test_what_is_missing_stands_beside_its_field_which_has_the_focus(visit: Visit) -> None:
    page = visit(viewport=DESK, locale="en-GB").sign_in("operator", "op-report-missing")
    open_form(page)
    page.keyboard.press("Control+Enter")

    expect(page.locator('[data-field="place"]')).to_be_focused()
    expect(page.locator(".report .fault")).to_have_count(2)


def test_the_map_is_drawn_from_this_host_and_credits_its_sources(visit: Visit) -> None:
    page = visit(webgl=True, viewport=DESK).sign_in("operator", "op-map")
    state = page.locator('[data-map]:not([data-map="loading"])')
    state.wait_for()
    if state.get_attribute("data-map") == "no-webgl":
        pytest.skip("this browser has no WebGL")

    expect(state).to_have_attribute("data-map", "ready")
    expect(page.locator(".map-credit")).to_contain_text("CC BY")


def test_without_webgl_a_list_takes_the_place_of_the_map(visit: Visit) -> None:
    page = visit(viewport=DESK, locale="en-GB").sign_in("operator", "op-map-none")

    expect(page.locator(".map-says")).to_contain_text("WebGL")
    assert faults_of(page) == []
    keep_picture(page, "map-none")
