"""One phone, one after the other: a volunteer with an answer that waits, an operator, another volunteer, and the first again."""

import pytest
from playwright.sync_api import Page, Route, expect

from streams import clock
from tests.support.chromium import LIVE, Visit, link
from tests.support.journey import Journey
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
ANSWERS = "**/v1/offers/*/accept"


def sign_in(journey: Journey, page: Page, identity: str) -> None:
    page.goto("about:blank")  # a link to the same page would change the fragment only
    page.goto(f"{journey.stack.api}{link(journey.stack, 'volunteer', identity)}")
    page.locator('[data-action="sign-in"]').click()
    page.locator(LIVE).wait_for()


def test_what_one_person_sees_and_says_is_never_anothers(visit: Visit, shared_stack: RunningStack) -> None:
    journey = Journey(visit, shared_stack, "ru", (68.90, 47.10))
    page, visitor = journey.page, journey.visitor
    tried: list[str] = []

    def cut(route: Route) -> None:
        tried.append(route.request.url)
        route.abort()

    journey.go_on_duty()
    incident = journey.report()
    visitor.context.route(ANSWERS, cut)
    page.locator('[data-action="accept"]').click()
    page.locator('[data-outbox="sent"]').wait_for()

    # An operator signs in at the console of the same browser.
    desk = visitor.sign_in("operator", "op-same-browser")
    whose = page.locator('[data-session="operator"]')
    whose.wait_for()
    expect(whose).to_contain_text("op-same-browser")
    expect(whose.locator('[data-waiting="1"]')).to_be_visible()
    journey.check("others-session")
    shows_nothing_of(journey, page)
    page.locator('[data-action="sign-out"]').click()
    page.locator('article.first [data-waiting="1"]').wait_for()
    journey.check("signed-out-answers-wait")
    desk.locator('[data-action="sign-in"]').wait_for()

    # Another volunteer signs in.
    sign_in(journey, page, f"v-{clock.fresh_id()}")
    so_far = len(tried)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    page.reload()
    page.locator(LIVE).wait_for()
    shows_nothing_of(journey, page)
    assert (journey.state_of(incident), len(tried)) == ("offered", so_far)

    # The first comes back: the answer leaves now, too late, and that is said.
    page.goto(f"{shared_stack.api}/v/#settings")
    page.locator('[data-action="sign-out"]').click()
    page.locator('article.first [data-waiting="1"]').wait_for()
    visitor.context.unroute(ANSWERS)
    journey.cancel(incident)
    sign_in(journey, page, journey.id)
    page.locator('[data-outbox="refused"]').or_(page.locator('[data-action="seen"]')).first.wait_for()
    if page.locator('[data-action="seen"]').is_visible():
        page.locator('[data-action="seen"]').click()
    page.locator('[data-outbox="refused"]').wait_for()
    journey.check("answer-too-late")
    assert journey.steps_of(incident) == []


def shows_nothing_of(journey: Journey, page: Page) -> None:
    expect(page.locator("[data-offer]")).to_have_count(0)
    expect(page.locator("[data-outbox]")).to_have_count(0)
    until(lambda: journey.id not in str(page.evaluate("() => JSON.stringify(localStorage)")))
