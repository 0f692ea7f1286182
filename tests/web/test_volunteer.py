"""The volunteer's page in a real browser, against a whole Komek: asked, on the way, a changed job, no network, danger."""

import re
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from streams import clock
from tests.support.chromium import Visit, Visitor, faults_of, keep_picture, overflows_of
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 640},
    "is_mobile": True,
    "has_touch": True,
    "permissions": ["geolocation"],
}
# Each journey has an area of its own: nobody of another test is near.
AREAS = {"kk": (66.90, 48.10), "ru": (67.90, 48.60), "en": (68.90, 49.10)}


@pytest.mark.parametrize("language", AREAS)
def test_a_person_is_asked_goes_learns_of_a_change_and_ends_the_work(
    visit: Visit, shared_stack: RunningStack, language: str
) -> None:
    journey = Journey(visit, shared_stack, language)
    page = journey.page
    journey.check("off-duty")

    page.locator('[data-action="duty"]').click()
    expect(page.locator('[data-action="duty"]')).to_have_attribute("aria-checked", "true")
    journey.wait_until_found()
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
    journey.check("changed")
    page.locator('[data-action="confirm"]').click()

    page.locator('[data-action="on-scene"]').click()
    until(lambda: journey.state_of(incident) == "on_scene")
    page.locator('[data-action="done"]').click()
    until(lambda: journey.state_of(incident) == "done")
    page.locator('[data-action="duty"]').wait_for()
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
    page.locator('[data-action="duty"]').click()
    journey.wait_until_found()
    incident = journey.report()
    page.locator('[data-action="accept"]').wait_for()

    journey.visitor.context.set_offline(True)
    page.locator('[data-action="accept"]').dblclick()
    expect(page.locator('[data-outbox="saved"]')).to_have_count(1)
    expect(page.locator("body")).to_contain_text(re.compile("ещё не подтверждено"))
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
    page.goto(f"{shared_stack.api}/v/#settings")
    page.locator('[data-action="distress"]').click()
    journey.check("danger-asked")
    page.locator('[data-action="distress-back"]').click()
    page.locator('[data-action="distress"]').click()
    assert journey.distress() == []

    page.locator('[data-action="distress-confirm"]').click()

    page.locator('[data-outbox="received"]').wait_for()
    journey.check("danger-sent")
    until(lambda: len(journey.distress()) == 1)


class Journey:
    """A registered person with a phone, alone in an area, and the operator's side of it."""

    def __init__(
        self, visit: Visit, stack: RunningStack, language: str, area: tuple[float, float] | None = None
    ) -> None:
        self.stack, self.language = stack, language
        self.lon, self.lat = area or AREAS[language]
        self.id = f"v-{clock.fresh_id()}"
        profile = {"capabilities": ["field"], "skills": ["first_aid"], "languages": ["kk", "ru"], "travel_mode": "car"}
        self._call("PUT", f"/v1/volunteers/{self.id}", profile, role="volunteer")
        place = {"longitude": self.lon, "latitude": self.lat, "accuracy": 20}
        theme = "dark" if language == "ru" else "light"
        self.visitor: Visitor = visit(**PHONE, locale=language, color_scheme=theme, geolocation=place)
        self.page: Page = self.visitor.sign_in("volunteer", self.id)

    def check(self, name: str) -> None:
        """No fault of accessibility, no text that does not fit; a picture where somebody wants one."""
        assert faults_of(self.page) == []
        assert overflows_of(self.page) == []
        keep_picture(self.page, f"volunteer-{name}-{self.language}")

    def wait_until_found(self) -> None:
        """Until the dispatcher knows the place."""
        until(lambda: self._call("GET", f"/v1/volunteers/{self.id}", role="volunteer").get("fix_at"))

    def report(self) -> str:
        needs = [{"capability": "field", "skill": "first_aid", "count": 1}]
        point = {"type": "Point", "coordinates": [self.lon + 0.01, self.lat + 0.01]}
        body = {
            "type": "medical.other",
            "priority": "high",
            "location": point,
            "address": "Abay 7",
            "requirements": needs,
        }
        return str(self._call("POST", "/v1/incidents", body)["id"])

    def patch(self, incident: str, change: dict[str, Any]) -> None:
        self._call("PATCH", f"/v1/incidents/{incident}", change)

    def state_of(self, incident: str) -> str | None:
        """Of this person's offer, as the operator sees it."""
        offers = self._call("GET", f"/v1/incidents/{incident}")["offers"]
        return next((one["state"] for one in offers if one["volunteer_id"] == self.id), None)

    def distress(self) -> list[str]:
        """Open incidents about this person in danger."""
        listed = self._call(
            "GET", "/v1/incidents?type=distress&status=reported,dispatching,staffed,unfilled,in_progress"
        )
        return [one["id"] for one in listed["items"] if one["distress_of"] == self.id]

    def _call(self, method: str, path: str, body: object = None, *, role: str = "operator") -> Any:
        identity = {"volunteer": self.id}.get(role, "op-web")
        headers = self.stack.headers(role, identity) | {"Idempotency-Key": clock.fresh_id()}
        answer = httpx2.request(method, f"{self.stack.api}{path}", json=body, headers=headers, timeout=10)
        answer.raise_for_status()
        return answer.json()
