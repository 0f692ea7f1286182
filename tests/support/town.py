"""People and incidents of one test on a running Komek, over HTTP; as a pytest plugin.

def test_somebody_near_is_offered_it(town: Town) -> None:
    near = town.volunteer("near")
    incident = town.report()
    until(lambda: town.live(incident).keys() == {near})

`town` lies on the stack that all share, `breakable_town` on the same one for tests that also ask for `breakable_stack` to kill
or stop its parts.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx2
import pytest
import redis

from streams import clock, redis_keys
from tests.support.places import somewhere
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack, WholeStack

QUIET_MS = 10_000


def made_ms(offer: Any) -> float:
    """When an offer was made, by the clock of the decisions."""
    return datetime.fromisoformat(offer["created_at"]).timestamp() * 1000


class Town:
    """Ids with a prefix of the test's own, at a place of its own."""

    def __init__(self, komek: RunningStack) -> None:
        self.komek = komek
        self.tag = clock.fresh_id()[:8]
        self.centre = somewhere("stack")
        self.http = httpx2.Client(base_url=komek.api, timeout=60, verify=komek.trust)

    def call(self, method: str, path: str, role: str, who: str, body: Any = None, key: str | None = None) -> Any:
        headers = {**self.komek.headers(role, who), "Idempotency-Key": key or clock.fresh_id()}
        return self.http.request(method, path, headers=headers, json=body)

    def volunteer(self, name: str, *, north_m: float = 100, **profile: Any) -> str:
        """On duty, with a fresh position; returns the id."""
        person = f"{self.tag}-{name}"
        body = {
            "capabilities": ["field"],
            "skills": ["first_aid"],
            "languages": ["kk"],
            "travel_mode": "car",
            "on_duty": True,
            **profile,
        }
        # By an operator, who vouches for the skills; then by themselves, a sign of life.
        assert self.call("PUT", f"/v1/volunteers/{person}", "operator", "op-town", body).status_code in (200, 202)
        if body["on_duty"]:
            duty = {"on_duty": True}
            assert self.call("PUT", f"/v1/volunteers/{person}/duty", "volunteer", person, duty).status_code == 202
        place = {"lon": self.centre.lon, "lat": self.centre.lat + north_m / 111_195, "accuracy_m": 10}
        assert self.call("PUT", f"/v1/volunteers/{person}/location", "volunteer", person, place).status_code == 202
        # A position of somebody off duty is not kept.
        if body["on_duty"]:
            until(lambda: self.is_known(person))
        return person

    def is_known(self, person: str) -> bool:
        """Profile and position, each by a topic of its own, have come through the log into the picture."""
        with redis.Redis.from_url(self.komek.redis) as client:
            profile, place = client.hmget(redis_keys.volunteer(person), "v", "x")
            # The position of somebody who is not on duty waits for the duty to begin.
            return profile is not None and (place is not None or bool(client.exists(redis_keys.held_fix(person))))

    def report(self, *, key: str | None = None, **extra: Any) -> str:
        answer = self.report_answer(key=key, **extra)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def report_answer(self, *, key: str | None = None, **extra: Any) -> Any:
        return self.call("POST", "/v1/incidents", "operator", "op-1", self.report_body(**extra), key)

    def report_body(self, **extra: Any) -> dict[str, Any]:
        return {
            "type": "road.accident",
            "location": {"type": "Point", "coordinates": [self.centre.lon, self.centre.lat]},
            "requirements": [{"capability": "field", "skill": "first_aid", "count": 1}],
            **extra,
        }

    def incident(self, incident: str) -> Any:
        answer = self.call("GET", f"/v1/incidents/{incident}", "operator", "op-1")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def live(self, incident: str) -> dict[str, Any]:
        """Live offers by person."""
        states = ("offered", "accepted", "en_route", "on_scene")
        return {o["volunteer_id"]: o for o in self.incident(incident)["offers"] if o["state"] in states}

    def is_at(self, incident: str, person: str, state: str) -> bool:
        return bool(self.live(incident)[person]["state"] == state)

    def next_look_ms(self, incident: str) -> int:
        """When an incident that lacks people looks again by itself; 0 when it does not."""
        decisions = self.call("GET", f"/v1/incidents/{incident}/decisions", "operator", "op-1").json()["items"]
        looks = [fact["at_ms"] for one in decisions for fact in one["events"] if fact["kind"] == "retry_scheduled"]
        return int(looks[-1]) if looks else 0

    def waits_quietly(self, incident: str) -> bool:
        """Its ladder has come to the operator, and its next look is far away: whoever comes earlier was woken."""
        return bool(self.incident(incident)["attention"]) and self.next_look_ms(incident) - clock.now_ms() > QUIET_MS

    def answer(self, offer: Any, what: str, body: Any = None) -> None:
        person = offer["volunteer_id"]
        reply = self.call("POST", f"/v1/offers/{offer['id']}/{what}", "volunteer", person, body)
        assert reply.status_code == 202, reply.text


@pytest.fixture
def town(shared_stack: RunningStack) -> Iterator[Town]:
    made = Town(shared_stack)
    yield made
    made.http.close()


@pytest.fixture
def breakable_town(breakable_stack: WholeStack) -> Iterator[Town]:
    made = Town(breakable_stack)
    yield made
    made.http.close()
