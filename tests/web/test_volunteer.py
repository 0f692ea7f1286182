"""The volunteer's page in a real browser, against a whole Komek: asked, on the way, a changed job, no network, danger."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.chromium import Visit
from tests.support.journey import Journey
from tests.support.page_checks import EACH_LANGUAGE, EVERY, Looks
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
# Each journey has an area of its own: nobody of another test is near.


@pytest.mark.parametrize(
    "looks",
    [
        pytest.param(EACH_LANGUAGE, id="each-language"),
        pytest.param(EVERY, id="every-look", marks=pytest.mark.soak),
    ],
)
def test_a_person_is_asked_goes_learns_of_a_change_and_ends_the_work(
    visit: Visit, shared_stack: RunningStack, looks: Looks
) -> None:
    journey = Journey(visit, shared_stack, "kk", (66.90, 48.10), looks)
    page = journey.page
    journey.check("off-duty")

    journey.go_on_duty()
    expect(page.locator('[data-action="duty"]')).to_have_attribute("aria-checked", "true")
    journey.check("quiet")
    incident = journey.report()

    page.locator('[data-action="accept"]').wait_for()
    assert "Abay 7" not in page.inner_text("body"), "the exact address is for those who accept"
    journey.check("offer")
    page.locator('[data-action="accept"]').click()
    page.locator('[data-offer][data-state="accepted"]').wait_for()
    expect(page.locator("body")).to_contain_text("Abay 7")
    page.locator('[data-action="en-route"]').click()
    journey.check("on-the-way")
    until(lambda: journey.state_of(incident) == "en_route")

    journey.patch(incident, {"address": "Abay 70"})
    page.locator('[data-action="confirm"]').wait_for()
    expect(page.locator("body")).to_contain_text("Abay 70")
    expect(page.locator("[data-was] s")).to_have_text("Abay 7")
    journey.check("changed")
    page.locator('[data-action="confirm"]').click()

    page.locator('[data-action="on-scene"]').click()
    until(lambda: journey.state_of(incident) == "on_scene")
    page.locator('[data-action="need-help"]').click()
    page.locator('[data-action="need-help-count"]').first.click()
    expect(page.locator("[data-asked='1']")).to_be_visible()
    journey.check("help-asked")
    page.locator('[data-action="done"]').click()
    until(lambda: journey.state_of(incident) == "done")
    page.locator('[data-thanks="confirmed"]').wait_for()
    journey.check("thanks")
    page.locator('[data-action="seen"]').click()
    page.locator('[data-action="duty"]').wait_for()
    expect(page.locator("[data-week]")).to_contain_text("1\u00a0рет")
    page.locator('[data-action="consents-later"]').click()
    journey.check("quiet-after-work")
    # Nothing of the caller stays on the device after the work.
    until(lambda: "Abay 70" not in str(page.evaluate("() => JSON.stringify(localStorage)")))
    page.goto(f"{shared_stack.api}/v/#history")
    page.locator('[data-offer][data-state="done"]').wait_for()
    journey.check("history")
    page.goto(f"{shared_stack.api}/v/#settings")
    page.locator('[data-action="consent-positions"]').wait_for()
    journey.check("settings")


def test_an_acceptance_without_a_network_is_said_to_be_unconfirmed_and_arrives_once(
    visit: Visit, shared_stack: RunningStack
) -> None:
    journey = Journey(visit, shared_stack, "ru", (69.90, 49.60))
    page = journey.page
    journey.go_on_duty()
    incident = journey.report()
    page.locator('[data-action="accept"]').wait_for()

    journey.visitor.context.set_offline(True)
    expect(page.locator(".lost")).to_contain_text("Нет сети")
    page.locator('[data-action="accept"]').dblclick()
    expect(page.locator('[data-outbox="saved"]')).to_have_count(1)
    expect(page.locator("body")).to_contain_text(re.compile(r"не подтверждено с\s\d\d:\d\d"))
    expect(page.locator('.unconfirmed [data-action="call"]')).to_have_attribute("href", "tel:112")
    journey.check("accepted-offline")
    page.reload()
    page.locator('[data-outbox="saved"]').wait_for()
    assert journey.state_of(incident) == "offered"

    journey.visitor.context.set_offline(False)
    until(lambda: journey.state_of(incident) == "accepted")
    expect(page.locator('[data-offer][data-state="accepted"]')).to_be_visible()
    expect(page.locator("[data-outbox]")).to_have_count(0)


def test_danger_is_sent_by_the_second_tap_alone_and_the_operator_sees_it(
    visit: Visit, shared_stack: RunningStack
) -> None:
    journey = Journey(visit, shared_stack, "kk", (70.90, 50.10))
    page = journey.page
    # On duty, so that the phone knows where it is and says so with the signal.
    journey.go_on_duty()
    page.goto(f"{shared_stack.api}/v/#settings")
    # By keys: each screen begins at its heading, and nothing there can be pressed by mistake.
    page.locator('[data-action="distress"]').press("Enter")
    expect(page.locator("h1")).to_be_focused()
    journey.check("danger-asked")
    page.locator('[data-action="distress-back"]').press("Enter")
    expect(page.locator("h1")).to_be_focused()
    page.locator('[data-action="distress"]').click()
    assert journey.distress() == []

    page.locator('[data-action="distress-confirm"]').click()

    page.locator('[data-outbox="received"]').wait_for()
    journey.check("danger-sent")
    until(lambda: len(journey.distress()) == 1)
    page.locator('[data-action="distress-close"]').click()
    for place in ("settings", "history", "home"):
        page.goto(f"{shared_stack.api}/v/#{place}")
        expect(page.locator('nav [aria-current="page"]')).to_have_attribute("href", f"#{place}")
        expect(page.locator('[data-action="distress-open"]')).to_be_visible()
    expect(page.locator("h1")).to_have_text("Кезекшіліктесіз")
    journey.check("danger-stays")
    page.locator('[data-action="distress-open"]').click()
    expect(page.locator('[data-outbox="received"]')).to_be_visible()
    expect(page.locator('[data-rescue="received"]')).to_be_visible()
    journey.check("danger-news")
    # Without a network what was heard last stays, also after the page was opened anew.
    page.wait_for_function("() => JSON.parse(localStorage['komek-volunteer']).rescue?.distress?.received_at")
    journey.visitor.context.set_offline(True)
    page.reload()
    page.locator('[data-action="distress-open"]').click()
    expect(page.locator('[data-rescue="received"]')).to_be_visible()
    journey.visitor.context.set_offline(False)
