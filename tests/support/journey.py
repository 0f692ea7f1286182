"""A person with a phone and the operator's side of what happens to them, on the shared stack in a real browser."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx2
from playwright.sync_api import BrowserContext, Page

from streams import clock
from tests.support.chromium import Visit, Visitor
from tests.support.page_checks import EACH_LANGUAGE, Looks, faults_in
from tests.support.pseudo import speak
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

STEPS = ("accepted", "en_route", "on_scene", "done")
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 640},
    "is_mobile": True,
    "has_touch": True,
    "permissions": ["geolocation"],
}


class Journey:
    """A registered person with a phone, alone in an area (`area`: longitude, latitude). `looks`: in which `check` looks
    at the page. `before`: what the context needs before a page is opened. `options`: of the browser's context."""

    def __init__(
        self,
        visit: Visit,
        stack: RunningStack,
        language: str,
        area: tuple[float, float],
        looks: Looks = EACH_LANGUAGE,
        *,
        before: Callable[[BrowserContext], object] = lambda _: None,
        skill: str = "first_aid",
        capability: str = "field",
        **options: Any,
    ) -> None:
        self.stack, self.language, self.looks = stack, language, looks
        self.lon, self.lat = area
        self.skill, self.capability = skill, capability
        self.id = f"v-{clock.fresh_id()}"
        can = {"capabilities": [capability], "skills": [skill]}
        profile = {**can, "languages": ["kk", "ru"], "travel_mode": "car"}
        self._call("PUT", f"/v1/volunteers/{self.id}", profile, role="volunteer")
        place = {"longitude": self.lon, "latitude": self.lat, "accuracy": 20}
        theme = "dark" if language == "ru" else "light"
        self.visitor: Visitor = visit(**PHONE, locale=language, color_scheme=theme, geolocation=place, **options)
        before(self.visitor.context)
        self.page: Page = self.visitor.sign_in("volunteer", self.id)

    def check(self, name: str) -> None:
        """No fault of accessibility in any look, no text that does not fit; pictures where somebody wants them."""
        faults = faults_in(self.page, self.looks, picture=f"volunteer-{name}")
        assert faults == [], faults
        speak(self.page, self.language)

    def go_on_duty(self) -> None:
        """By the switch on the page; returns when the dispatcher knows the place."""
        self.page.locator('[data-action="duty"]').click()
        until(lambda: self._call("GET", f"/v1/volunteers/{self.id}", role="volunteer").get("fix_at"))

    def report(self, **more: Any) -> str:
        needs = [{"capability": self.capability, "skill": self.skill, "count": 1}]
        point = {"type": "Point", "coordinates": [self.lon + 0.01, self.lat + 0.01]}
        body = {
            "type": "medical.other",
            "priority": "high",
            "location": point,
            "address": "Abay 7",
            "requirements": needs,
        }
        return str(self._call("POST", "/v1/incidents", body | more)["id"])

    def patch(self, incident: str, change: dict[str, Any]) -> None:
        self._call("PATCH", f"/v1/incidents/{incident}", change)

    def cancel(self, incident: str) -> None:
        self._call("POST", f"/v1/incidents/{incident}/cancel", {})

    def state_of(self, incident: str) -> str | None:
        """Of this person's offer, as the operator sees it."""
        offers = self._call("GET", f"/v1/incidents/{incident}")["offers"]
        return next((one["state"] for one in offers if one["volunteer_id"] == self.id), None)

    def offer_of(self, incident: str) -> str:
        offers = self._call("GET", f"/v1/incidents/{incident}")["offers"]
        return next(str(one["id"]) for one in offers if one["volunteer_id"] == self.id)

    def ways_of(self, incident: str) -> list[str]:
        """How the person's answers came, if not from the app, by the timeline."""
        entries = self._call("GET", f"/v1/incidents/{incident}/timeline")["items"]
        return [one["way"] for one in entries if one["by"] == self.id and one["way"]]

    def steps_of(self, incident: str) -> list[str]:
        """The states that this person's offer went through after it was made, each as often as it was decided."""
        entries = self._call("GET", f"/v1/incidents/{incident}/timeline")["items"]
        events = [event for entry in entries for event in entry["events"] if event.get("volunteer_id") == self.id]
        return [event["state"] for event in events if event.get("state") in STEPS]

    def result_of(self, incident: str) -> dict[str, Any] | None:
        """Of this person's digital work."""
        offers = self._call("GET", f"/v1/incidents/{incident}")["offers"]
        return next((one["result"] for one in offers if one["volunteer_id"] == self.id), None)

    def reach_of(self, incident: str) -> dict[str, str]:
        """What became of the notices of this person's offer, by way, as the operator sees it."""
        offers = self._call("GET", f"/v1/incidents/{incident}")["offers"]
        own = next(one for one in offers if one["volunteer_id"] == self.id)
        return {one["way"]: one["outcome"] for one in own["reach"] or []}

    def devices(self) -> list[str]:
        """The paths of the addresses to which the person's pushes go."""
        listed = self._call("GET", f"/v1/volunteers/{self.id}/export", role="volunteer")["channels"]["items"]
        return [urlsplit(one["target"]).path for one in listed]

    def distress(self) -> list[str]:
        """Open incidents about this person in danger."""
        listed = self._call(
            "GET", "/v1/incidents?type=distress&status=reported,dispatching,staffed,unfilled,in_progress"
        )
        return [one["id"] for one in listed["items"] if one["distress_of"] == self.id]

    def _call(self, method: str, path: str, body: object = None, *, role: str = "operator") -> Any:
        identity = {"volunteer": self.id}.get(role, "op-web")
        headers = self.stack.headers(role, identity) | {"Idempotency-Key": clock.fresh_id()}
        answer = httpx2.request(method, f"{self.stack.api}{path}", json=body, headers=headers, timeout=60)
        answer.raise_for_status()
        return answer.json()
