"""An open page on a phone in a real browser: it rings after a gesture, and tells of the hazard zone that the person is in."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.support.chromium import LIVE, Visit
from tests.support.journey import Journey
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
LISTEN = """
window.rung = {tones: 0, shaken: 0};
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...given) {
  if (this.context.state === "running") window.rung.tones += 1;
  return start.apply(this, given);
};
const shake = navigator.vibrate.bind(navigator);
Navigator.prototype.vibrate = (pattern) => {
  window.rung.shaken += 1;
  return shake(pattern);
};
"""


def listening(context: BrowserContext) -> None:
    context.add_init_script(LISTEN)


def rung(journey: Journey) -> dict[str, int]:
    found: dict[str, int] = journey.page.evaluate("() => window.rung")
    return found


def around(journey: Journey, half: float = 0.004) -> dict[str, Any]:
    lon, lat = journey.lon, journey.lat
    corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
    return {"type": "Polygon", "coordinates": [[[lon + x, lat + y] for x, y in corners]]}


def test_a_request_rings_and_shakes_until_the_page_is_touched(visit: Visit, shared_stack: RunningStack) -> None:
    journey = Journey(visit, shared_stack, "kk", (64.90, 46.90), before=listening)
    page = journey.page
    journey.go_on_duty()
    page.reload()
    page.locator(LIVE).wait_for()
    # After a reload the browser waits for a gesture, and the page says so.
    waits = page.locator('[data-sound="waiting"]')
    waits.wait_for()
    page.locator('[data-action="consents-later"]').click()
    expect(waits).to_have_count(0)

    journey.report()
    page.locator('[data-action="accept"]').wait_for()
    until(lambda: rung(journey)["tones"] >= 6)
    assert rung(journey)["shaken"] >= 1
    # Again, for whoever is in the next room.
    until(lambda: rung(journey)["tones"] >= 12)
    page.locator("h1").click()
    heard = rung(journey)
    page.wait_for_timeout(9_000)
    assert rung(journey) == heard


def test_who_stands_in_a_hazard_zone_is_told_on_every_screen_until_it_ends(
    visit: Visit, shared_stack: RunningStack
) -> None:
    journey = Journey(visit, shared_stack, "ru", (65.90, 46.90), before=listening)
    page = journey.page
    journey.go_on_duty()
    page.locator('[data-action="consents-later"]').click()
    boats = [{"capability": "field", "skill": "boat", "count": 1}]

    flood = journey.report(type="flood", location=around(journey), requirements=boats)

    line = page.locator(f'[data-warning="{flood}"]')
    expect(line).to_have_attribute("role", "alert")
    until(lambda: rung(journey)["tones"] >= 2)
    journey.check("hazard-zone")
    # Also where the page is opened without a network.
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    until(lambda: flood in str(page.evaluate("() => localStorage['komek-volunteer']")))
    journey.visitor.context.set_offline(True)
    page.reload()
    line.wait_for()
    journey.visitor.context.set_offline(False)
    page.locator(LIVE).wait_for()
    page.locator('[data-action="warning-understood"]').click()
    for place in ("settings", "history", "home"):
        page.goto(f"{shared_stack.api}/v/#{place}")
        expect(line).to_have_attribute("role", "status")

    journey.cancel(flood)

    expect(line).to_have_attribute("data-state", "ended")
    journey.check("hazard-zone-ended")
    page.locator('[data-action="warning-understood"]').click()
    expect(line).to_have_count(0)
