"""A one-offer link in a real browser that nobody has logged in: the offer, the answer, and nothing else."""

import json
from typing import Any

import httpx2
import pytest
import redis
from playwright.sync_api import expect

from streams import redis_keys, wire
from streams import settings as all_settings
from streams.ring import LiveRing
from tests.support.chromium import Visit
from tests.support.journey import PHONE, Journey
from tests.support.town import Town
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack


def test_a_person_without_a_session_answers_one_offer_by_its_link(visit: Visit, shared_stack: RunningStack) -> None:
    journey = Journey(visit, shared_stack, "kk", (71.90, 50.60))
    journey.go_on_duty()
    incident = journey.report()
    journey.page.locator('[data-action="accept"]').wait_for()
    offer = journey.offer_of(incident)
    token = sent_link(shared_stack, journey.id, offer)
    # What a preview of the link does: it fetches the page, with whatever method; the token stays in the fragment.
    for method in ("GET", "HEAD"):
        assert httpx2.request(method, f"{shared_stack.api}/v/", timeout=60).status_code == 200

    phone = visit(**PHONE, locale="kk")
    page = phone.open(f"/v/#o={token}")
    page.locator(f'[data-link="open"] [data-offer="{offer}"]').wait_for()
    assert (journey.state_of(incident), stored(page)) == ("offered", None)
    journey.page, own = page, journey.page
    journey.check("link-offer")
    page.locator('[data-action="accept"]').click()

    until(lambda: journey.state_of(incident) == "accepted")
    page.locator('[data-offer][data-state="accepted"]').wait_for()
    expect(page.locator("body")).to_contain_text("Abay 7")
    journey.check("link-at-work")
    assert journey.ways_of(incident) == ["link"]
    page.locator('[data-action="en-route"]').click()
    until(lambda: journey.state_of(incident) == "en_route")
    # Its own app, logged in, goes on with the same work.
    own.locator('[data-offer][data-state="en_route"]').wait_for()
    # Nothing of the work stays on a phone that nobody has logged in, and no other route was asked.
    assert stored(page) is None
    routes = {url.removeprefix(shared_stack.api) for url in phone.asked if "/v1/" in url}
    assert {route.split("?")[0] for route in routes} <= {
        "/v1/session",
        "/v1/deployment",
        "/v1/session/renew",
        f"/v1/offers/{offer}",
        f"/v1/offers/{offer}/accept",
        f"/v1/offers/{offer}/progress",
    }


def test_whoever_looks_at_a_link_for_the_person_answers_nothing_and_has_seen_nothing(
    visit: Visit, shared_stack: RunningStack, town: Town
) -> None:
    person = town.volunteer("asked")
    incident = town.report()
    offer = until(lambda: town.live(incident).get(person))
    token = sent_link(shared_stack, person, offer["id"])
    api = shared_stack.api
    # A preview fetches the page; a scanner sends the token along, asks by every method, and lastly opens it with its scripts.
    for method in ("GET", "HEAD", "OPTIONS"):
        httpx2.request(method, f"{api}/v/?utm=preview", timeout=60)
        for path in (f"/v1/offers/{offer['id']}", "/v1/session", f"/v1/offers/{offer['id']}/accept"):
            httpx2.request(method, f"{api}{path}", headers={"Authorization": f"Offer-Link {token}"}, timeout=60)
    page = visit(**PHONE, locale="kk").open(f"/v/#o={token}")
    page.locator('[data-link="open"] [data-action="accept"]').wait_for()
    page.reload()
    page.locator('[data-link="open"] [data-action="accept"]').wait_for()

    after = next(one for one in town.incident(incident)["offers"] if one["id"] == offer["id"])
    assert after["state"] == "offered"
    assert [one["outcome"] for one in after["reach"] or [] if one["outcome"] in ("seen", "delivered")] == []
    # The link is not spent by it.
    page.locator('[data-action="accept"]').click()
    until(lambda: town.is_at(incident, person, "accepted"))


def test_a_link_that_opens_nothing_says_so_and_offers_the_login(visit: Visit) -> None:
    page = visit(**PHONE, locale="ru").open("/v/#o=0000000000")

    page.locator('[data-link="ended"] [data-action="sign-in"]').wait_for()


def sent_link(stack: RunningStack, volunteer_id: str, offer_id: str) -> str:
    """The token of the offer, as the notifier makes it known before it sends a message."""
    settings = all_settings.load(stack.command_environ())
    ring = LiveRing.of(settings).now
    token = wire.offer_tokens(ring, offer_id)[0]

    name = redis_keys.offer_link(wire.token_names(ring, token)[0])
    with redis.Redis.from_url(stack.redis) as client:
        client.set(name, f"{volunteer_id}|{offer_id}")
    return token


def stored(page: Any) -> Any:
    """What the page keeps of offers and sessions on the device."""
    return json.loads(page.evaluate("() => localStorage.getItem('komek-volunteer')") or "null")
