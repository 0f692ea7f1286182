"""An impatient person: what they tap or hold twice is said once, although another button has come to the same place."""

import pytest
from playwright.sync_api import Locator, expect

from tests.support.chromium import Visit
from tests.support.journey import Journey
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
TAPS = 6


def tap_quickly(journey: Journey, button: Locator) -> None:
    box = button.bounding_box()
    assert box is not None
    # As the browser counts clicks that follow each other, however slow this machine is.
    journey.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, click_count=TAPS)


def test_quick_taps_accept_and_claim_no_further_step(visit: Visit, shared_stack: RunningStack) -> None:
    journey = Journey(visit, shared_stack, "kk", (58.30, 44.10))
    journey.go_on_duty()
    incident = journey.report()
    accept = journey.page.locator('[data-action="accept"]')
    accept.wait_for()

    tap_quickly(journey, accept)

    until(lambda: journey.state_of(incident) == "accepted")
    step = journey.page.locator('[data-action="en-route"]')
    expect(step).to_be_visible()
    step.focus()
    for _ in range(TAPS):
        journey.page.keyboard.down("Enter")
    journey.page.keyboard.up("Enter")
    until(lambda: journey.state_of(incident) == "en_route")
    expect(journey.page.locator('[data-action="on-scene"]')).to_be_visible()
    assert journey.steps_of(incident) == ["accepted", "en_route"]
