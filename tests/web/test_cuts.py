"""A network that breaks at any moment, a clock that is an hour ahead, a device without space: nothing lost, nothing doubled."""

import random
from functools import partial

import pytest
from playwright.sync_api import Route, expect

from tests.support.chromium import Visit
from tests.support.journey import STEPS, Journey
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
AN_HOUR_AHEAD = """
const Real = Date;
window.Date = class extends Real {
  constructor(...given) { given.length === 0 ? super(Real.now() + 3600000) : super(...given); }
  static now() { return Real.now() + 3600000; }
};
"""
FULL = """
IDBObjectStore.prototype.add = () => { throw new DOMException("full", "QuotaExceededError"); };
"""
JOBS = 2


def test_answers_through_a_breaking_network_arrive_once_each_in_order(visit: Visit, shared_stack: RunningStack) -> None:
    chance = random.Random(20261127)
    journey = Journey(
        visit, shared_stack, "kk", (69.90, 47.40), before=lambda context: context.add_init_script(AN_HOUR_AHEAD)
    )
    page, context = journey.page, journey.visitor.context
    page.locator('[data-action="duty"]').click()
    journey.wait_until_found()
    cut = {"requests": 0, "answers": 0}

    def broken(route: Route) -> None:
        lot = chance.random()
        if lot < 0.3:
            cut["requests"] += 1
            route.abort("connectionreset")
        elif lot < 0.6:
            # The server has it, and the phone does not know.
            cut["answers"] += 1
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    for _ in range(JOBS):
        incident = journey.report()
        page.locator('[data-action="accept"]').wait_for()
        # A clock that is wrong by an hour neither hides the request nor gives it an hour.
        assert page.locator(".countdown b").inner_text().startswith(("0:", "1:", "2:"))
        page.route("**/v1/offers/**", broken)
        for action in ("accept", "en-route", "on-scene", "done"):
            if chance.random() < 0.5:
                context.set_offline(True)
            page.locator(f'[data-action="{action}"]').click()
            if action != "done":
                expect(page.locator("[data-offer]")).to_have_attribute("data-state", STEPS[_index(action)])
            if chance.random() < 0.3:
                page.reload()
            context.set_offline(False)
        until(partial(_is_done, journey, incident), 30)
        page.unroute("**/v1/offers/**")

        assert sorted(journey.steps_of(incident)) == sorted(STEPS)
        expect(page.locator('[data-outbox="saved"], [data-outbox="sent"], [data-outbox="refused"]')).to_have_count(0)
    assert min(cut.values()) > 0


def test_an_answer_that_cannot_be_kept_is_not_said_to_be_given(visit: Visit, shared_stack: RunningStack) -> None:
    journey = Journey(visit, shared_stack, "ru", (70.90, 47.50), before=lambda context: context.add_init_script(FULL))
    page = journey.page
    page.locator('[data-action="duty"]').click()
    journey.wait_until_found()
    incident = journey.report()

    page.locator('[data-action="accept"]').click()

    page.locator('[role="alert"].alarm').wait_for()
    journey.check("storage-full")
    assert page.locator('[data-offer][data-state="offered"]').count() == 1
    assert journey.state_of(incident) == "offered"


def _is_done(journey: Journey, incident: str) -> bool:
    # Playwright cuts requests only while it waits for something of its own.
    journey.page.evaluate("() => true")
    return journey.state_of(incident) == "done"


def _index(action: str) -> int:
    return ("accept", "en-route", "on-scene", "done").index(action)
