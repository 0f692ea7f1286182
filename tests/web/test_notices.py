"""Notices of a closed page in a real browser: push is switched on, tested, shown, and a tap on it opens exactly its offer.

Headless Chromium has no push service, so `PushManager.subscribe` gives an endpoint of the fake gateway, which decrypts what the
notifier sends; from there the DevTools hand it to the worker, as the browser would.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from dispatch.notices import texts
from dispatch.notices.texts import TextKey
from tests.support.chromium import Visit
from tests.support.fake_gateways import FakePush, served_beside
from tests.support.journey import Journey
from tests.support.shared_stack import PUSH_HOSTS
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
STUB = """(subscription) => {
  const kept = () => localStorage.getItem("push-service");
  const made = (key) => ({
    endpoint: subscription.endpoint,
    options: { applicationServerKey: Uint8Array.from(key.split(","), Number).buffer },
    toJSON: () => ({ ...subscription, expirationTime: null }),
    unsubscribe: async () => { localStorage.removeItem("push-service"); return true; },
  });
  PushManager.prototype.getSubscription = async () => (kept() === null ? null : made(kept()));
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    const key = new Uint8Array(applicationServerKey).join(",");
    localStorage.setItem("push-service", key);
    return made(key);
  };
}"""
SHOWN = """async () =>
  (await (await navigator.serviceWorker.ready).getNotifications()).map(({ body, data }) => ({ body, data }))"""
CLICK = """async (offer) => {
  const shown = await self.registration.getNotifications();
  const notification = shown.find((one) => one.data.offerId === offer);
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}"""


class PushService:
    """The fake push service, and the browser's side of it."""

    def __init__(self, gateway: FakePush) -> None:
        self.gateway = gateway
        self._handed = 0

    def stub(self, path: str = "/send/a") -> str:
        subscription = {"endpoint": f"{self.gateway.url}{path}", "keys": self.gateway.keys()}
        return f"({STUB})({json.dumps(subscription)})"

    def prepare(self, context: BrowserContext) -> None:
        context.grant_permissions(["geolocation", "notifications"])
        context.add_init_script(self.stub())

    def hand_over(self, page: Page) -> dict[str, Any]:
        """Waits for the next push and gives it to the worker of the page."""
        until(lambda: len(self.gateway.sent) > self._handed)
        body: dict[str, Any] = self.gateway.sent[self._handed].body
        self._handed += 1
        self.deliver(page, body)
        return body

    def deliver(self, page: Page, body: dict[str, Any]) -> None:
        devtools = page.context.new_cdp_session(page)
        found: list[str] = []
        devtools.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda told: found.extend(one["registrationId"] for one in told["registrations"]),
        )
        devtools.send("ServiceWorker.enable")
        # Playwright hears events only while it waits for something of its own.
        until(lambda: page.evaluate("() => true") and found != [])
        origin = page.evaluate("() => location.origin")
        pushed = {"origin": origin, "registrationId": found[0], "data": json.dumps(body)}
        devtools.send("ServiceWorker.deliverPushMessage", pushed)
        devtools.detach()

    def deliver_until_shown(self, page: Page, body: dict[str, Any], offer: str) -> None:
        """A worker that is just being started can miss what the protocol of the debugger hands over: a service sends again."""
        for _ in range(3):
            with suppress(AssertionError):
                until(lambda: offer in [one["data"]["offerId"] for one in page.evaluate(SHOWN)], within_s=12)
                return
            self.deliver(page, body)
        raise AssertionError("no notification stands")


@contextmanager
def push_service(stack: RunningStack) -> Iterator[PushService]:
    """On the port to which this stack may send pushes."""
    gateway = FakePush()
    with served_beside(gateway, int(stack.environ[PUSH_HOSTS].rpartition(":")[2])):
        yield PushService(gateway)


def test_a_push_is_switched_on_tested_shown_and_opens_its_offer(visit: Visit, shared_stack: RunningStack) -> None:
    with push_service(shared_stack) as service:
        journey = Journey(visit, shared_stack, "kk", (71.90, 50.60), before=service.prepare)
        page = journey.page
        expect(page.locator('a[data-push="off"]')).to_be_visible()
        page.goto(f"{shared_stack.api}/v/#notices")
        journey.check("notices-off")
        page.locator('[data-action="push-on"]').click()
        page.locator('section[data-push="on"]').wait_for()
        page.locator('[data-action="test-notice"]').click()
        tested = service.hand_over(page)
        page.locator('[data-test="shown"]').wait_for()
        assert tested["notification"]["data"]["channel"] == page.locator("[data-channel]").get_attribute("data-channel")
        journey.check("notices-tested")

        page.goto(f"{shared_stack.api}/v/#home")
        journey.go_on_duty()
        incident = journey.report()
        page.locator('[data-action="accept"]').wait_for()
        page.goto(f"{shared_stack.api}/v/#history")
        pushed = service.hand_over(page)
        offer = pushed["notification"]["navigate"].partition("#offer=")[2]
        service.deliver_until_shown(page, pushed, offer)
        until(lambda: journey.reach_of(incident).get("webpush") == "delivered")
        page.context.service_workers[0].evaluate(CLICK, offer)
        page.wait_for_url(f"**/v/#offer={offer}")
        expect(page.locator(f'[data-offer="{offer}"] [data-action="accept"]')).to_be_visible()
        until(lambda: journey.reach_of(incident).get("app") == "seen")

        # At the next start the browser has another subscription: it is registered without a question.
        journey.visitor.context.add_init_script(service.stub("/send/b"))
        page.reload()
        until(
            lambda: page.evaluate("() => JSON.parse(localStorage.getItem('komek-push')).endpoint").endswith("/send/b")
        )
        until(lambda: journey.devices() == ["/send/b"])
        page.locator('[data-action="decline"]').click()
        page.locator('[data-action="duty"]').wait_for()

        # A flood where the person is: a page that is closed learns of it too.
        half = 0.005
        corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
        ring = [[journey.lon + east, journey.lat + north] for east, north in corners]
        flood = journey.report(type="flood", location={"type": "Polygon", "coordinates": [ring]})
        warned = service.hand_over(page)["notification"]
        assert warned["body"] == texts.text(TextKey.HAZARD_WARNED, "kk")
        page.locator('[data-action="warning-understood"]').click()
        journey.cancel(flood)
        page.goto(f"{shared_stack.api}/v/#settings")
        page.locator('[data-action="sign-out"]').click()
        page.locator('article.first [data-action="language-kk"]').wait_for()
        assert page.evaluate("() => [localStorage.getItem('komek-push'), localStorage.getItem('push-service')]") == [
            None,
            None,
        ]
        until(lambda: journey.devices() == [])


@pytest.mark.parametrize(
    ("language", "state", "script"),
    [
        ("ru", "blocked", "Object.defineProperty(Notification, 'permission', { get: () => 'denied' })"),
        (
            "en",
            "not-installed",
            "delete window.PushManager; Object.defineProperty(navigator, 'standalone', { get: () => false })",
        ),
        ("kk", "impossible", "delete window.PushManager"),
    ],
)
def test_a_device_without_push_says_why_and_what_to_do(
    visit: Visit, shared_stack: RunningStack, language: str, state: str, script: str
) -> None:
    journey = Journey(
        visit, shared_stack, language, (72.40, 51.10), before=lambda context: context.add_init_script(script)
    )

    expect(journey.page.locator(f'a[data-push="{state}"]')).to_be_visible()
    journey.page.goto(f"{shared_stack.api}/v/#notices")
    journey.page.locator(f'section[data-push="{state}"]').wait_for()

    journey.check(f"notices-{state}")
    assert journey.page.locator('[data-action="push-on"]').count() == 0
