"""The whole way as operators and volunteers see it: over HTTP, on a running Komek with real Kafka, Redis and workers."""

from functools import partial

import pytest

from streams import clock
from tests.support.town import Town, made_ms, town
from tests.support.waiting import until
from tests.support.whole_stack import WholeStack

__all__ = ["Town", "town", "until"]
pytestmark = pytest.mark.stack


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
    until(lambda: town.waits_quietly(second))
    look_ms = town.next_look_ms(second)
    assert not town.live(second)

    town.call("POST", f"/v1/incidents/{first}/cancel", "operator", "op-1", {})

    offer = until(lambda: town.live(second).get(person))
    assert made_ms(offer) < look_ms
    assert not town.live(first)


def test_a_person_who_comes_on_duty_is_offered_what_waits(town: Town) -> None:
    person = town.volunteer("late", on_duty=False)
    incident = town.report()
    until(lambda: town.waits_quietly(incident))
    look_ms = town.next_look_ms(incident)

    town.call("PUT", f"/v1/volunteers/{person}/duty", "volunteer", person, {"on_duty": True})

    offer = until(lambda: town.live(incident).get(person))
    assert made_ms(offer) < look_ms


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


def test_work_goes_on_when_a_worker_is_killed(breakable_stack: WholeStack, breakable_town: Town) -> None:
    town = breakable_town
    person = town.volunteer("near")
    breakable_stack.kill("worker-1")
    incident = town.report()

    until(lambda: town.live(incident).keys() == {person})


def test_intake_answers_while_redis_is_away_and_all_is_decided_after(
    breakable_stack: WholeStack, breakable_town: Town
) -> None:
    town = breakable_town
    person = town.volunteer("near")
    breakable_stack.kill("redis")
    incident = town.report()

    until(lambda: redis_knows(town, incident, person))


def redis_knows(town: Town, incident: str, person: str) -> bool:
    answer = town.call("GET", f"/v1/incidents/{incident}", "operator", "op-1")
    if answer.status_code != 200:
        return False
    return any(offer["volunteer_id"] == person for offer in answer.json()["offers"])
