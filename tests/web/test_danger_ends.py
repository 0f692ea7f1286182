"""A danger from its signal to its end, on a phone and two places of the console: nobody is sent home or forgotten by it."""

import re
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.chromium import Visit, keep_picture
from tests.support.journey import Journey
from tests.support.town import Town
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}


def row(page: Page, incident: str) -> Any:
    return page.locator(f'[role="option"][data-incident="{incident}"]')


def in_state(journey: Journey, incident: str, state: str) -> bool:
    return journey.state_of(incident) == state


def test_a_danger_that_has_ended_leaves_the_parent_and_the_person_is_asked_again(
    visit: Visit, shared_stack: RunningStack
) -> None:
    journey = Journey(visit, shared_stack, "ru", (67.90, 46.30))
    phone = journey.page
    journey.go_on_duty()
    parent = journey.report()
    phone.locator('[data-action="accept"]').click()
    phone.locator('[data-offer][data-state="accepted"]').wait_for()
    desk = visit(**DESK, locale="en-GB").sign_in("operator", "op-danger")
    desk.locator('[data-action="language-en"]').click()
    row(desk, parent).wait_for()

    phone.locator('[data-action="distress"]').click()
    phone.locator('[data-action="distress-confirm"]').click()

    # The operator sees the person's own incident above everything, and the parent says that somebody of it is in danger.
    band = desk.locator(".distress-band")
    band.wait_for()
    (child,) = until(journey.distress)
    expect(band).to_have_attribute("data-alarm", re.compile(f"{child}|{parent}"))
    expect(row(desk, parent).locator(".flag")).to_contain_text(["danger"])
    keep_picture(desk, "console-danger-en")
    desk.keyboard.press("a")
    phone.locator('[data-rescue="seen"]').or_(phone.locator('[data-rescue="received"]')).wait_for()

    # "I'm safe" is told and ends nothing by itself: only an operator knows who else goes there.
    phone.locator('[data-action="check-in"]').click()
    phone.locator('[data-safe="received"]').wait_for()
    assert journey.distress() == [child]
    expect(band).to_contain_text("Said to be safe")
    expect(row(desk, child)).to_contain_text("Said to be safe")
    row(desk, child).click()
    expect(desk.locator(f'[data-detail="{child}"] [data-safe-said]')).to_contain_text("safe")
    keep_picture(desk, "console-danger-safe-en")
    desk.keyboard.press("c")
    desk.keyboard.press("Control+Enter")

    expect(band).to_have_count(0)
    expect(row(desk, child)).to_have_count(0)
    expect(row(desk, parent).locator(".flag", has_text="danger")).to_have_count(0)
    phone.locator('[data-rescue="ended"]').wait_for()
    journey.check("danger-ended")
    phone.locator('[data-action="distress-close"]').click()
    expect(phone.locator('[data-action="distress-open"]')).to_have_count(0)
    # Their own work goes on where it was, and after it they are asked like anybody.
    assert journey.state_of(parent) == "accepted"
    for action, state in (("en-route", "en_route"), ("on-scene", "on_scene"), ("done", "done")):
        phone.locator(f'[data-action="{action}"]').click()
        until(partial(in_state, journey, parent, state))
    phone.locator('[data-action="seen"]').click()
    journey.report()
    phone.locator('[data-action="accept"]').wait_for()


def test_who_goes_to_a_person_in_danger_is_led_to_where_they_are_and_not_to_where_they_were_sent(
    visit: Visit, shared_stack: RunningStack, town: Town
) -> None:
    sent = town.volunteer("sent", north_m=1_500)
    parent = town.report()
    offer = until(lambda: town.live(parent).get(sent))
    town.answer(offer, "accept")
    helper = Journey(visit, shared_stack, "ru", (town.centre.lon + 0.02, town.centre.lat))
    helper.go_on_duty()

    town.answer(offer, "distress", {"text": "нога"})

    helper.page.locator('[data-action="accept"]').click()
    told = helper.page.locator(f'[data-in-danger="{sent}"]')
    told.wait_for()
    there = f"{town.centre.lat + 1_500 / 111_195:.6f}"
    assert there in (told.locator("a", has_text="Google").get_attribute("href") or "")
    helper.check("rescue-work")
    # The operator reads it, too, at the head of the danger.
    child = town.call("GET", f"/v1/offers/{offer['id']}", "volunteer", sent).json()["distress"]["incident_id"]
    desk = visit(**DESK, locale="en-GB").sign_in("operator", "op-rescue")
    row(desk, child).click()
    expect(desk.locator(f'[data-whereabouts="{sent}"]')).to_contain_text("from the place of the incident")
    keep_picture(desk, "console-whereabouts-en")
