"""Both pages at every size, with large letters, in long words, by Tab alone and by finger, in all main states."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.support.chromium import Visit
from tests.support.journey import Journey
from tests.support.page_checks import LANGUAGES, large_text, misfits_at, small_targets_of, walk_faults_of
from tests.support.pseudo import speak, teach_pseudo
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack
from tests.web.test_console import DESK, in_danger, reported, shown

pytestmark = pytest.mark.stack
Sizes = list[tuple[int, int]]
ALL_LANGUAGES = ("kk", "ru", "en", "qps")
LONGEST = ("ru", "qps")
"""The longest words of the three languages and the pseudo-language."""
# At 683 a desk of 1366 is shown at 200 %; at 320 a page of 1280 at 400 %, where nothing may scroll sideways (WCAG 1.4.10).
DESKS: Sizes = [(1366, 768), (1240, 768), (1700, 950), (683, 384), (320, 512)]
PHONES: Sizes = [(320, 568), (360, 640), (412, 915)]
TARGET_PX, ANSWER_PX, DESK_TARGET_PX = 48, 68, 24
FORMS = {"assign": "s", "cancel": "x", "palette": "Control+k", "help": "?", "report": "n"}
MORE_FORMS = {"note": "t", "merge": "m", "close": "c", "why": "w"}
TAKES_TAB = {"palette"}
"""Where Tab completes what is typed, and Escape goes back."""


@pytest.mark.parametrize(
    ("sizes", "languages", "forms"),
    [
        pytest.param(DESKS[:1] + DESKS[-1:], LONGEST, FORMS, id="widest-words"),
        pytest.param(DESKS, ALL_LANGUAGES, FORMS | MORE_FORMS, id="every-size", marks=pytest.mark.soak),
    ],
)
def test_the_console_fits_and_is_worked_by_keys(
    visit: Visit, shared_stack: RunningStack, sizes: Sizes, languages: tuple[str, ...], forms: dict[str, str]
) -> None:
    visitor = visit(**DESK, service_workers="block")
    teach_pseudo(visitor.context)
    incidents = [reported(shared_stack, priority=one) for one in ("low", "normal", "high", "critical")]
    page = visitor.sign_in("operator", "op-layouts")
    faults = {"queue": [*misfits_at(page, sizes, languages), *_operable(page, DESK_TARGET_PX)]}
    shown(page, incidents[-1]).click()
    page.locator("[data-detail] .acts").wait_for()
    faults["detail"] = [*misfits_at(page, sizes, languages), *_operable(page, DESK_TARGET_PX)]

    _refuse_late(page, incidents[-1], incidents[-2])
    faults["refused"] = [*misfits_at(page, sizes, languages), *_operable(page, DESK_TARGET_PX)]
    page.locator('[data-action="read-refusal"]').click()

    for name, key in forms.items():
        page.locator(".rows").focus()
        page.keyboard.press(key)
        by_keys = [] if name in TAKES_TAB else _operable(page, DESK_TARGET_PX)
        faults[name] = [*misfits_at(page, sizes, languages), *by_keys]
        page.keyboard.press("Escape")
    in_danger(shared_stack)
    page.locator(".distress-band").wait_for()
    faults["distress"] = [*misfits_at(page, sizes, languages), *_operable(page, DESK_TARGET_PX)]

    assert {name: found for name, found in faults.items() if found} == {}


def test_the_orders_stand_at_the_same_places_in_every_language(visit: Visit, shared_stack: RunningStack) -> None:
    incident = reported(shared_stack)
    page = visit(**DESK).sign_in("operator", "op-orders")
    shown(page, incident).click()
    orders = page.locator("[data-detail] .acts")
    orders.wait_for()

    for language in LANGUAGES:
        speak(page, language)
        across = orders.locator(".btn").evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().y)")
        cut = orders.locator(".clip").evaluate_all(
            "(all) => all.filter((one) => one.scrollWidth > one.clientWidth).length"
        )
        assert [across.count(y) for y in sorted(set(across))] == [2, 3, 3]
        assert cut == 0
    # What is only heard must not make the page longer than its window: a jump to the timeline would scroll it.
    assert page.evaluate("() => document.documentElement.scrollHeight - innerHeight") == 0


@pytest.mark.parametrize(
    ("sizes", "languages"),
    [
        pytest.param(PHONES[:1], LONGEST, id="widest-words"),
        pytest.param(PHONES, ALL_LANGUAGES, id="every-size", marks=pytest.mark.soak),
    ],
)
def test_the_phone_fits_and_is_worked_by_finger_and_keys(
    visit: Visit, shared_stack: RunningStack, sizes: Sizes, languages: tuple[str, ...]
) -> None:
    journey = Journey(visit, shared_stack, "en", (64.90, 47.10), service_workers="block", before=teach_pseudo)
    page, faults = journey.page, {}

    def look(name: str) -> None:
        found = misfits_at(page, sizes, languages)
        with large_text(page):
            found += [f"32 px: {one}" for one in misfits_at(page, PHONES[1:2], languages)]
        faults[name] = [*found, *_operable(page, TARGET_PX)]

    look("off duty")
    journey.go_on_duty()
    incident = journey.report()
    page.locator('[data-action="accept"]').wait_for()
    look("offer")
    faults["answers"] = [
        one
        for one in small_targets_of(page, ANSWER_PX)
        if 'data-action="accept"' in one or 'data-action="decline"' in one
    ]
    page.locator('[data-action="accept"]').click()
    page.locator('[data-offer][data-state="accepted"]').wait_for()
    look("accepted")
    page.locator('[data-action="en-route"]').click()
    until(lambda: journey.state_of(incident) == "en_route")
    journey.patch(incident, {"address": "Abay 70"})
    page.locator('[data-action="confirm"]').wait_for()
    look("changed")
    page.locator('[data-action="confirm"]').click()
    page.locator('[data-action="on-scene"]').wait_for()
    look("on the way")
    page.locator('[data-action="on-scene"]').click()
    page.locator('[data-action="need-help"]').click()
    look("help asked")
    page.locator('[data-action="distress"]').first.click()
    look("danger asked")
    for name in ("history", "settings"):
        page.goto(f"{shared_stack.api}/v/#{name}")
        page.locator("main").wait_for()
        look(name)

    assert {name: found for name, found in faults.items() if found} == {}


def _refuse_late(page: Page, ordered: str, opened: str) -> None:
    """An order about the one incident is refused when the operator has gone on to the other."""
    gone_on: list[str] = []

    def decide(route: Route) -> None:
        told = {"outcome": "refused", "reason": "incident_closed"} if gone_on else {"outcome": None}
        route.fulfill(json=told)

    accepted = {"id": ordered, "links": {"outcome": "/v1/commands/c-late"}}
    page.route("**/v1/incidents/*/notes", lambda route: route.fulfill(status=202, json=accepted))
    page.route("**/v1/commands/**", decide)
    page.keyboard.press("t")
    page.locator('[data-field="note"]').fill("Seen from the tower")
    page.keyboard.press("Control+Enter")
    page.locator(f'[data-detail="{ordered}"] form').wait_for(state="detached")
    shown(page, opened).click()
    gone_on.append(opened)
    page.locator(f'[data-refused="{ordered}"]').wait_for()
    page.unroute_all()
    shown(page, ordered).click()
    page.locator(f'[data-detail="{ordered}"] .acts').wait_for()


def _operable(page: Page, least_px: float) -> list[Any]:
    """Faults of keys and of targets, in one language: they do not depend on words."""
    speak(page, "en")
    return [*small_targets_of(page, least_px), *walk_faults_of(page)]
