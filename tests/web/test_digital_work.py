"""Digital work on the phone in a real browser: a place by words, numbers and a map, an area, a call back."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.chromium import Visit
from tests.support.journey import Journey
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack


def begun(journey: Journey, **report: object) -> str:
    """On duty, asked and accepted; the incident."""
    page = journey.page
    page.locator('[data-action="duty"]').click()
    expect(page.locator('[data-action="duty"]')).to_have_attribute("aria-checked", "true")
    incident = journey.report(**report)
    page.locator('[data-action="accept"]').click()
    page.locator('[data-offer][data-state="accepted"]').wait_for()
    return incident


def tap(page: Page, share_x: float, share_y: float) -> None:
    box = page.locator("[data-map]").bounding_box()
    assert box is not None
    page.locator("[data-map]").click(position={"x": box["width"] * share_x, "y": box["height"] * share_y})


def test_a_place_is_found_by_words_or_a_pin_and_the_keyboard_suffices(visit: Visit, shared_stack: RunningStack) -> None:
    journey = Journey(visit, shared_stack, "ru", (66.90, 47.10), skill="geolocation", capability="digital")
    page = journey.page
    incident = begun(journey)
    page.locator("label.vote", has=page.locator('input[value="located"]')).click()
    expect(page.locator('input[value="located"]')).to_be_checked()
    page.locator('[data-action="submit-result"]').click()
    page.locator('[role="alert"].fault').wait_for()
    field = page.locator('[data-field="location"]')

    field.fill("в Жезды")
    field.press("Enter")
    page.locator("[data-place]").first.wait_for()
    journey.check("digital-found")
    page.locator("[data-place]").first.click()
    by_words = field.input_value()
    page.locator('[data-action="show-map"]').click()
    page.locator("[data-map] .leaflet-interactive, [data-map] path").first.wait_for()
    journey.check("digital-map")
    tap(page, 0.3, 0.3)
    until(lambda: field.input_value() != by_words)
    by_tap = field.input_value()
    page.locator("[data-map]").focus()
    page.keyboard.press("Enter")
    until(lambda: field.input_value() != by_tap)
    page.locator('[data-action="submit-result"]').click()

    until(lambda: journey.state_of(incident) == "done")
    told = journey.result_of(incident)
    assert told is not None
    assert told["location"]["type"] == "Point"


def test_an_area_is_drawn_by_taps_and_its_text_says_the_same(visit: Visit, shared_stack: RunningStack) -> None:
    journey = Journey(visit, shared_stack, "kk", (67.90, 47.20), skill="mapping", capability="digital")
    page = journey.page
    incident = begun(journey)
    page.locator('[data-action="show-map"]').click()
    for x, y in ((0.3, 0.3), (0.7, 0.3), (0.5, 0.7)):
        tap(page, x, y)
    lines = page.locator('textarea[data-field="location"]')
    until(lambda: len(lines.input_value().splitlines()) == 3)
    journey.check("digital-area")
    page.locator('[data-action="pin-undo"]').click()
    page.locator('[data-action="submit-result"]').click()
    page.locator('[role="alert"].fault').wait_for()
    page.locator('[data-field="place-search"]').fill("47.25, 67.95")
    page.locator('[data-action="find-place"]').click()
    page.locator('[data-action="submit-result"]').click()

    until(lambda: journey.state_of(incident) == "done")
    told = journey.result_of(incident)
    assert told is not None
    (ring,) = told["location"]["coordinates"]
    assert (told["location"]["type"], len(ring), [67.95, 47.25] in ring) == ("Polygon", 4, True)


def test_who_is_to_be_called_back_stands_as_a_link_after_acceptance_alone(
    visit: Visit, shared_stack: RunningStack
) -> None:
    journey = Journey(visit, shared_stack, "en", (68.90, 47.30), skill="call_taking", capability="digital")
    page = journey.page
    page.locator('[data-action="duty"]').click()
    caller = {"name": "Aru", "phone": "+77015550101"}
    journey.report(caller=caller, description="Line broke off")
    page.locator('[data-action="accept"]').wait_for()
    assert "5550101" not in page.content()

    page.locator('[data-action="accept"]').click()

    expect(page.locator('a[href="tel:+77015550101"]')).to_be_visible()
    expect(page.locator('[data-lease="held"]')).to_be_visible()
    journey.check("digital-call-back")
