"""The whole way as operators and volunteers see it: over HTTP, on a running Komek with real Kafka, Redis and workers."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx2
import pytest
import redis

from streams import clock
from tests.desk import somewhere
from tests.whole_stack import WholeStack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]
WITHIN_S = 40.0


class Town:
    """People and incidents of one test, at a place of its own."""

    def __init__(self, komek: WholeStack) -> None:
        self.komek = komek
        self.tag = clock.fresh_id()[:8]
        self.centre = somewhere()
        self.http = httpx2.Client(base_url=komek.api, timeout=10)

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
        assert self.call("PUT", f"/v1/volunteers/{person}", "volunteer", person, body).status_code in (200, 202)
        place = {"lon": self.centre.lon, "lat": self.centre.lat + north_m / 111_195, "accuracy_m": 10}
        assert self.call("PUT", f"/v1/volunteers/{person}/location", "volunteer", person, place).status_code == 202
        until(lambda: self.knows_place_of(person))
        return person

    def knows_place_of(self, person: str) -> bool:
        """The position has come through the log into the picture."""
        with redis.Redis.from_url(self.komek.redis) as client:
            return bool(client.hexists(f"komek:vol:{person}", "x"))

    def report(self, *, key: str | None = None, **extra: Any) -> str:
        answer = self.report_answer(key=key, **extra)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def report_answer(self, *, key: str | None = None, **extra: Any) -> Any:
        body = {
            "type": "road.accident",
            "location": {"type": "Point", "coordinates": [self.centre.lon, self.centre.lat]},
            "requirements": [{"capability": "field", "skill": "first_aid", "count": 1}],
            **extra,
        }
        return self.call("POST", "/v1/incidents", "operator", "op-1", body, key)

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

    def answer(self, offer: Any, what: str, body: Any = None) -> None:
        person = offer["volunteer_id"]
        reply = self.call("POST", f"/v1/offers/{offer['id']}/{what}", "volunteer", person, body)
        assert reply.status_code == 202, reply.text


@pytest.fixture
def town(module_stack: WholeStack) -> Iterator[Town]:
    made = Town(module_stack)
    yield made
    made.http.close()


def until(condition: Callable[[], Any], within_s: float = WITHIN_S) -> Any:
    """The first answer that is true; fails after a while."""
    deadline = time.monotonic() + within_s
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def test_report_offer_accept_on_scene_closed(town: Town) -> None:
    near, far = town.volunteer("near"), town.volunteer("far", north_m=900)
    incident = town.report()
    offers = until(lambda: (live := town.live(incident)).keys() == {near, far} and live)

    town.answer(offers[near], "accept")
    until(lambda: town.incident(incident)["status"] == "staffed")
    assert town.live(incident).keys() == {near}
    for state in ("en_route", "on_scene"):
        town.answer(offers[near], "progress", {"state": state})
        until(partial(town.is_at, incident, near, state))
    assert town.incident(incident)["status"] == "in_progress"
    town.call("POST", f"/v1/incidents/{incident}/close", "operator", "op-1", {})
    closed = until(lambda: (seen := town.incident(incident))["status"] == "closed" and seen)

    assert {offer["volunteer_id"]: offer["state"] for offer in closed["offers"]} == {near: "done", far: "withdrawn"}
    times = closed["times"]
    order = [times[name] for name in ("logged", "decided", "first_offer", "first_accept", "staffed", "closed")]
    assert order == sorted(order)
    timeline = town.call("GET", f"/v1/incidents/{incident}/timeline", "operator", "op-1")
    decisions = town.call("GET", f"/v1/incidents/{incident}/decisions", "operator", "op-1")
    assert timeline.status_code == decisions.status_code == 200


def test_a_decline_is_replaced_by_somebody_else(town: Town) -> None:
    people = [town.volunteer(f"v{place:02}", north_m=20 * place) for place in range(12)]
    incident = town.report()
    offers = until(lambda: town.live(incident))
    first = people[0]
    assert offers.keys() == set(people[: len(offers)])

    town.answer(offers[first], "decline", {"reason": "busy", "text": "жұмыстамын"})

    live = until(lambda: first not in (now := town.live(incident)) and len(now) == len(offers) and now)
    assert live.keys() == set(people[1 : len(offers) + 1])
    until(lambda: "жұмыстамын" in town.call("GET", f"/v1/incidents/{incident}/timeline", "operator", "op-1").text)


def test_silence_ends_in_expiry_and_a_new_search(town: Town) -> None:
    person = town.volunteer("silent")
    incident = town.report(requirements=[{"capability": "field", "skill": "first_aid", "count": 1, "window_s": 5}])
    until(lambda: town.live(incident).keys() == {person})

    seen = until(lambda: (now := town.incident(incident))["status"] == "unfilled" and now)

    assert [offer["state"] for offer in seen["offers"]] == ["expired"]
    assert seen["requirements"][0]["shortfall"] == 1


def test_two_incidents_compete_for_one_person_and_the_loser_gets_them_when_free(town: Town) -> None:
    person = town.volunteer("only")
    first = town.report()
    until(lambda: town.live(first).keys() == {person})
    second = town.report()
    until(lambda: town.incident(second)["status"] == "unfilled")
    assert not town.live(second)

    town.call("POST", f"/v1/incidents/{first}/cancel", "operator", "op-1", {})

    until(lambda: town.live(second).keys() == {person}, 5)
    assert not town.live(first)


def test_a_person_who_comes_on_duty_is_offered_what_waits(town: Town) -> None:
    person = town.volunteer("late", on_duty=False)
    incident = town.report()
    until(lambda: town.incident(incident)["status"] == "unfilled")

    town.call("PUT", f"/v1/volunteers/{person}/duty", "volunteer", person, {"on_duty": True})

    until(lambda: town.live(incident).keys() == {person}, 5)


def test_a_repeated_post_is_one_incident_and_another_body_is_refused(town: Town) -> None:
    key = clock.fresh_id()
    first, again = town.report(key=key), town.report(key=key)
    other = town.report_answer(key=key, type="flood")

    assert first == again
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"


def test_digital_work_goes_to_skill_and_language_wherever_they_are(town: Town) -> None:
    town.volunteer("ru", capabilities=["digital"], skills=["translator"], languages=["ru"], north_m=10)
    far = town.volunteer("tr", capabilities=["digital"], skills=["translator"], languages=["tr"], north_m=900_000)
    incident = town.report(
        location=None,
        type="information",
        requirements=[{"capability": "digital", "skill": "translator", "count": 1, "languages": ["tr"]}],
    )
    offers = until(lambda: (live := town.live(incident)).keys() == {far} and live)
    town.answer(offers[far], "accept")
    until(lambda: town.incident(incident)["status"] == "staffed")

    town.answer(offers[far], "result", {"outcome": "done", "text": "мәтін"})

    until(lambda: town.incident(incident)["offers"][0]["state"] == "done")


def test_the_caller_is_shown_only_after_acceptance(town: Town) -> None:
    person = town.volunteer("near")
    secret = "Абай даңғылы 150, пәтер 12"
    incident = town.report(address=secret, caller={"name": "Айгүл", "phone": "+77010000000"})
    offer = until(lambda: town.live(incident).get(person))

    before = town.call("GET", f"/v1/offers/{offer['id']}", "volunteer", person)
    assert secret not in before.text
    town.answer(offer, "accept")
    until(lambda: town.live(incident)[person]["state"] == "accepted")
    after = town.call("GET", f"/v1/offers/{offer['id']}", "volunteer", person)

    assert after.json()["address"] == secret
    assert after.json()["caller"]["name"] == "Айгүл"


def test_work_goes_on_when_a_worker_is_killed(town: Town) -> None:
    person = town.volunteer("near")
    town.komek.kill("worker-1")
    incident = town.report()

    until(lambda: town.live(incident).keys() == {person}, 15)


def test_intake_answers_while_redis_is_away_and_all_is_decided_after(town: Town) -> None:
    person = town.volunteer("near")
    town.komek.kill("redis")
    began = time.monotonic()
    incident = town.report()
    assert time.monotonic() - began < 2

    until(lambda: redis_knows(town, incident, person), 30)


def redis_knows(town: Town, incident: str, person: str) -> bool:
    answer = town.call("GET", f"/v1/incidents/{incident}", "operator", "op-1")
    if answer.status_code != 200:
        return False
    return any(offer["volunteer_id"] == person for offer in answer.json()["offers"])
