"""For other eyes and ears: forced colours, no motion, and how often a screen reader is interrupted."""

import pytest

from tests.support.chromium import Visit, ask_page, link
from tests.support.journey import Journey
from tests.support.page_checks import heard, listen, walk_faults_of
from tests.support.whole_stack import RunningStack
from tests.web.test_console import DESK, in_danger, reported, shown

pytestmark = pytest.mark.stack
REPORTS = 8
CHANGES_OF = """(selector) => new Promise((done) => {
  let seen = 0, last = document.querySelector(selector).textContent;
  new MutationObserver(() => {
    const now = document.querySelector(selector)?.textContent ?? "";
    if (now !== last && ++seen === 3) done(true);
    last = now;
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
})"""
"""Resolves when the text has changed three times: a band that counts seconds has done so."""


def test_forced_colours_hide_neither_choice_nor_severity_nor_focus_and_nothing_moves(
    visit: Visit, shared_stack: RunningStack
) -> None:
    visitor = visit(**DESK, forced_colors="active", reduced_motion="reduce")
    incidents = [reported(shared_stack, priority=one) for one in ("low", "normal", "high", "critical")]
    page = visitor.sign_in("operator", "op-forced")
    shown(page, incidents[0]).click()
    page.locator("[data-detail] .acts").wait_for()
    in_danger(shared_stack)
    page.locator(".distress-band").wait_for()

    assert ask_page(page, "vanished") == []
    assert ask_page(page, "moving") == []
    assert walk_faults_of(page) == []
    page.keyboard.press("Control+k")
    assert ask_page(page, "vanished") == []


def test_forced_colours_show_what_is_chosen_on_the_phone(visit: Visit, shared_stack: RunningStack) -> None:
    journey = Journey(visit, shared_stack, "en", (63.90, 46.60), forced_colors="active", reduced_motion="reduce")
    # Of each screen a control that only it has: the screens come by and by.
    for name, control in (("home", "duty"), ("settings", "sign-out")):
        journey.page.goto(f"{shared_stack.api}/v/#{name}")
        journey.page.locator(f'[data-action="{control}"]').wait_for()

        assert ask_page(journey.page, "vanished") == []
        assert ask_page(journey.page, "moving") == []
        assert walk_faults_of(journey.page) == []


def test_news_are_said_in_the_digest_alone_and_only_alarms_interrupt(visit: Visit, shared_stack: RunningStack) -> None:
    page = visit(**DESK, locale="en-GB").sign_in("operator", "op-heard")
    # The map says once that it cannot be drawn.
    page.locator(".map-says", has_text="WebGL").wait_for()
    listen(page)

    for number in range(REPORTS):
        # What is said twice alike is no news: the sentences differ.
        kind = ("fire.building", "medical.other")[number // 2 % 2]
        shown(page, reported(shared_stack, priority=("normal", "low")[number % 2], type=kind))
    page.wait_for_function("() => window.komekHeard.length > 0")
    assert heard(page, "assertive") == []
    # How often the digest speaks is a promise of its own (`announcer.test.ts`).
    assert [one["text"] for one in heard(page, "polite") if not one["byDigest"]] == []
    in_danger(shared_stack)
    page.locator(".distress-band .who", has_text="«").wait_for()
    assert heard(page, "assertive") != []

    # The band counts, and is not read again with every second.
    listen(page)
    page.evaluate(CHANGES_OF, ".distress-band")
    assert heard(page, "assertive") == []


def test_a_stream_that_is_silent_is_said_once_however_long_it_counts(visit: Visit, shared_stack: RunningStack) -> None:
    visitor = visit(**DESK)
    visitor.context.route("**/v1/events*", lambda route: route.abort())
    page = visitor.open(link(shared_stack, "operator", "op-silent"))
    page.locator('[data-action="sign-in"]').click()
    page.locator(".banner.stale").wait_for()
    page.locator(".map-says", has_text="WebGL").wait_for()
    listen(page)

    page.evaluate(CHANGES_OF, ".banner.stale")

    assert len(heard(page, "polite")) <= 1
