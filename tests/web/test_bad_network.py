"""The phone on a bad network, with a wrong clock, an old build: nothing is lost, nothing doubled, nothing claimed."""

from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from tests.support.chromium import LIVE, Visit
from tests.support.journey import STEPS, Journey
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
SLOW_CLOCK = """{ const Real = Date, behind = 3_600_000;
  Date = class extends Real {
    constructor(...given) { given.length === 0 ? super(Real.now() - behind) : super(...given); }
    static now() { return Real.now() - behind; }
  }; }"""
OFFERS = "**/v1/volunteers/*/offers*"
ONLINE = "() => window.dispatchEvent(new Event('online'))"
ACTIONS = ("accept", "en-route", "on-scene", "done")
NEW_BUILD = """async () => {
  const made = await navigator.serviceWorker.register("/v/sw.js?next", { scope: "/v/" });
  const worker = made.installing ?? made.waiting;
  await new Promise((done) => {
    const look = () => worker.state === "installed" && done();
    worker.addEventListener("statechange", look);
    look();
  });
  return [made.active.scriptURL.endsWith("?next"), made.waiting?.scriptURL.endsWith("?next")];
}"""


class Cuts:
    """Cuts the way of answers before or after the server has them, so many times for each answer."""

    def __init__(self, random: Random, each: int) -> None:
        self.random, self.each = random, each
        self.left = 0
        self.done = 0

    def next_answer(self) -> None:
        self.left = self.each

    def __call__(self, route: Route) -> None:
        if self.left == 0:
            route.continue_()
            return
        self.left -= 1
        self.done += 1
        if self.random.random() < 0.5:
            assert fetched(route).ok
        route.abort()


def fetched(route: Route) -> APIResponse:
    """The answer of the server. Playwright does not say by itself that a page of this origin asks."""
    address = urlsplit(route.request.url)
    return route.fetch(headers=route.request.headers | {"Origin": f"{address.scheme}://{address.netloc}"})


@pytest.mark.parametrize(
    ("jobs", "each"),
    [
        pytest.param(1, 5, id="20-cuts"),
        pytest.param(10, 5, id="200-cuts", marks=[pytest.mark.soak, pytest.mark.timeout(900)]),
    ],
)
def test_random_cuts_lose_and_double_nothing_in_two_tabs_with_a_slow_clock(
    visit: Visit, shared_stack: RunningStack, jobs: int, each: int
) -> None:
    journey = Journey(
        visit, shared_stack, "kk", (73.90, 48.60), before=lambda context: context.add_init_script(SLOW_CLOCK)
    )
    visitor = journey.visitor
    cuts = Cuts(Random(7), each)
    visitor.context.route("**/v1/offers/*/*", cuts)
    journey.go_on_duty()
    streams = len([url for url in visitor.asked if "/v1/events" in url])
    tabs = [journey.page, visitor.open("/v/")]
    for tab in tabs:
        tab.locator(LIVE).wait_for()
    assert len([url for url in visitor.asked if "/v1/events" in url]) == streams, "one stream for all tabs"

    for _ in range(jobs):
        work_through(journey, tabs, cuts)
    assert cuts.done == jobs * len(ACTIONS) * each


def work_through(journey: Journey, tabs: list[Page], cuts: Cuts) -> None:
    """One job from the offer to its end, said in one tab or the other, with pages that are closed in between."""
    incident = journey.report()
    for tab in tabs:
        tab.locator('[data-action="accept"]').wait_for()
    # By the server's time, which the phone knows to within the seconds that an answer takes; not by its own, an hour away.
    assert 0 < seconds_left(tabs[0]) <= 120
    for action, state in zip(ACTIONS, STEPS, strict=True):
        say(journey, incident, tabs, cuts, action, state)
    assert journey.steps_of(incident) == list(STEPS)


def say(journey: Journey, incident: str, tabs: list[Page], cuts: Cuts, action: str, state: str) -> None:
    """One answer; returns when the server has it and no tab holds it any more."""
    cuts.next_answer()
    said_in = tabs[cuts.random.randrange(2)]
    said_in.locator(f'[data-action="{action}"]').click()
    # Before that nothing is claimed, and a page that ends takes the tap with it.
    said_in.locator("[data-outbox]").wait_for()
    if cuts.random.random() < 0.5:
        tabs[cuts.random.randrange(2)].reload()
    until(lambda: hurried(tabs, cuts) and journey.state_of(incident) == state)
    for tab in tabs:
        expect(tab.locator("[data-outbox]")).to_have_count(0)


def hurried(tabs: list[Page], cuts: Cuts) -> bool:
    """The network is back: no pause is waited for. Whether nothing is cut any more."""
    for tab in tabs:
        tab.evaluate(ONLINE)
    return cuts.left == 0


def seconds_left(page: Page) -> int:
    minutes, _, seconds = page.locator(".countdown b").inner_text().rpartition(":")
    return int(minutes or 0) * 60 + int(seconds)


def test_an_offer_that_ended_while_the_phone_was_away_is_told_and_no_work_is_claimed(
    visit: Visit, shared_stack: RunningStack
) -> None:
    journey = Journey(visit, shared_stack, "ru", (74.40, 47.10))
    page = journey.page
    journey.go_on_duty()
    incident = journey.report()
    page.locator('[data-action="accept"]').wait_for()
    journey.visitor.context.set_offline(True)
    page.locator('[data-action="accept"]').click()
    page.locator('[data-outbox="saved"]').wait_for()

    journey.cancel(incident)
    page.context.route(OFFERS, beside_another_end)
    journey.visitor.context.set_offline(False)

    expect(page.locator("[data-offer]")).to_have_count(2)
    journey.check("several-ended")
    page.locator('[data-action="seen"]').click()
    page.locator('[data-outbox="refused"]').wait_for()
    expect(page.locator("[data-offer]")).to_have_count(0)
    expect(page.locator('[data-action="en-route"]')).to_have_count(0)
    assert journey.steps_of(incident) == []


def beside_another_end(route: Route) -> None:
    """The person's offers, as if another had ended in the same way."""
    told = fetched(route)
    body: Any = told.json()
    body["items"] += [one | {"id": f"{one['id']}0"} for one in body["items"]]
    route.fulfill(response=told, json=body)


def test_a_new_build_waits_for_the_next_start_and_the_end_of_a_lease_frees_the_page_with_what_was_typed(
    visit: Visit, shared_stack: RunningStack
) -> None:
    journey = Journey(visit, shared_stack, "en", (74.90, 47.60), skill="geolocation", capability="digital")
    page = journey.page
    page.locator('[data-action="duty"]').click()
    expect(page.locator('[data-action="duty"]')).to_have_attribute("aria-checked", "true")
    journey.report()
    page.locator('[data-action="accept"]').click()
    page.locator("label.vote", has=page.locator('input[value="located"]')).click()
    page.locator('[data-field="location"]').fill("47.61, 74.91")
    page.evaluate("() => { window.isSame = true; }")

    assert page.evaluate(NEW_BUILD) == [False, True]
    assert page.evaluate("() => window.isSame") is True
    expect(page.locator('[data-field="location"]')).to_have_value("47.61, 74.91")

    # With the last page of the old build it goes; the next start is of the new one, with the work as it was left.
    page.close()
    page = journey.page = journey.visitor.open("/v/")
    expect(page.locator('[data-field="location"]')).to_have_value("47.61, 74.91")
    assert page.evaluate("() => navigator.serviceWorker.controller.scriptURL").endswith("?next")

    def over(route: Route) -> None:
        told = fetched(route)
        body: Any = told.json()
        for offer in body["items"]:
            offer["state"] = "expired"
        route.fulfill(response=told, json=body)

    page.context.route(OFFERS, over)
    page.reload()
    page.locator('[data-state="expired"]').wait_for()
    expect(page.locator('[data-state="expired"]')).to_contain_text("47.61, 74.91")
    journey.check("lease-over")
    page.locator('[data-action="seen"]').click()
    page.locator('[data-action="duty"]').wait_for()
