"""Hints of software at digital work, on a phone: taken by a tap, marked, and after the answer where work is blind."""

import pytest
from playwright.sync_api import TimeoutError as NotSeen
from playwright.sync_api import expect

from tests.support.assistant_switches import MADE_BY, REPORT, switch
from tests.support.chromium import Visit
from tests.support.journey import Journey
from tests.support.page_checks import EVERY
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack


def test_a_volunteer_sees_where_it_may_be_and_one_tap_fills_the_place(visit: Visit, switches: RunningStack) -> None:
    journey = on_duty(visit, switches, (62.90, 47.10), "geolocation")
    page = journey.page
    incident = taken_with_hints(journey)
    candidate = page.locator('[data-kind="place"]').first
    expect(candidate).to_have_attribute("aria-pressed", "false")
    journey.check("hints-geolocate")

    candidate.click()

    expect(page.locator('[data-field="location"]')).to_have_value("47.106720, 51.913900")
    expect(page.locator("blockquote mark").first).to_have_text("Атырау")
    verdict = page.locator('[data-verdict="right"]').first
    verdict.tap()
    expect(verdict).to_have_attribute("aria-pressed", "true")
    expect(page.locator('.verdict [role="status"]').first).to_have_text("отмечено")
    page.locator('[data-action="show-map"]').click()
    page.locator("[data-map] .suggested-spot").first.wait_for()
    journey.check("hints-geolocate-map")
    switch(switches, "/geolocate", mode="off")
    expect(page.locator("[data-hint]")).to_have_count(0)
    page.locator('[data-action="submit-result"]').click()
    until(lambda: journey.state_of(incident) == "done")


@pytest.mark.parametrize("language", ["kk", *(pytest.param(one, marks=pytest.mark.soak) for one in ("ru", "en"))])
def test_the_other_report_is_chosen_by_what_may_be_known_of_it(
    visit: Visit, shared_stack: RunningStack, language: str
) -> None:
    lon = {"kk": 61.2, "ru": 61.9, "en": 62.6}[language]
    journey = Journey(
        visit, shared_stack, language, (lon, 45.4), skill="coordination", capability="digital", looks=EVERY
    )
    journey.go_on_duty()
    page = journey.page
    first = journey.report(requirements=[{"capability": "field", "skill": "boat", "count": 1}])
    work = {"capability": "digital", "skill": "coordination", "task": "find_duplicates", "count": 1}
    second = journey.report(requirements=[work])
    page.locator('[data-action="accept"]').click()
    page.locator('[data-offer][data-state="accepted"]').wait_for()
    page.locator('.vote:has([value="duplicate"])').click()
    choice = page.locator(f'[data-choice="{first}"]')
    expect(choice).not_to_contain_text(first[-6:])
    choice.click()
    journey.check("find-duplicates")

    page.locator('[data-action="submit-result"]').click()

    found = until(lambda: journey.result_of(second))
    assert (found["outcome"], found["incident_id"]) == ("duplicate", first)


def on_duty(visit: Visit, stack: RunningStack, area: tuple[float, float], skill: str) -> Journey:
    journey = Journey(visit, stack, "ru", area, skill=skill, capability="digital", looks=EVERY)
    journey.page.locator('[data-action="duty"]').click()
    expect(journey.page.locator('[data-action="duty"]')).to_have_attribute("aria-checked", "true")
    return journey


def taken_with_hints(journey: Journey) -> str:
    """An incident whose work was accepted and is not among the share that is done without hints."""
    page = journey.page
    for _ in range(6):
        incident = journey.report(description=REPORT, language="kk")
        page.locator('[data-action="accept"]').click()
        page.locator('[data-offer][data-state="accepted"]').wait_for()
        try:
            page.locator(f"{MADE_BY}, [data-hints]").first.wait_for(timeout=20_000)
        except NotSeen:
            page.locator('[data-action="skip"]').click()
            page.locator('[data-action="duty"]').wait_for()
        else:
            return incident
    raise AssertionError("six pieces of work in a row were done without hints")


def test_who_judges_a_report_answers_first_and_sees_hints_beside_the_answer(
    visit: Visit, switches: RunningStack
) -> None:
    journey = on_duty(visit, switches, (63.90, 47.10), "verification")
    page = journey.page
    taken_with_hints(journey)
    expect(page.locator('[data-hints="follow"]')).to_be_visible()
    expect(page.locator("[data-hint]")).to_have_count(0)
    journey.check("hints-verify-before")

    page.locator("label.vote", has=page.locator('input[value="confirmed"]')).click()
    page.locator('[data-action="submit-result"]').click()

    expect(page.locator('[data-hints="after"] [data-hint]').first).to_be_visible()
    journey.check("hints-verify-after")


@pytest.mark.parametrize("skill", ["translator", "call_taking"])
def test_hints_help_to_translate_and_to_call_back(visit: Visit, switches: RunningStack, skill: str) -> None:
    journey = on_duty(visit, switches, (64.90, 47.10) if skill == "translator" else (65.90, 47.20), skill)
    page = journey.page
    taken_with_hints(journey)

    if skill == "translator":
        page.locator('[data-action="add-hint"]').first.click()
        expect(page.locator('[data-field="text"]')).not_to_have_value("")
    else:
        question = page.locator("[data-question]").first
        question.check()
        expect(question).to_be_checked()
    journey.check(f"hints-{skill}")
