"""Digital work that steers the field, and reports that belong together, over HTTP on a running Komek."""

from typing import Any

import pytest

from tests.support.town import Town
from tests.support.waiting import until

pytestmark = pytest.mark.stack
DIGITAL: dict[str, Any] = {"capabilities": ["digital"], "skills": ["verification"]}


def operator(town: Town, incident: str, what: str, body: Any = None) -> None:
    answer = town.call("POST", f"/v1/incidents/{incident}/{what}", "operator", "op-1", body)
    assert answer.status_code == 202, answer.text


def test_two_who_agree_that_it_is_false_send_nobody_home_until_an_operator_says_so(town: Town) -> None:
    near = town.volunteer("near")
    desk = {town.volunteer(name, **DIGITAL) for name in ("one", "two", "three")}
    incident = town.report(
        requirements=[
            {"capability": "field", "skill": "first_aid"},
            {"capability": "digital", "skill": "verification", "answers_wanted": 3, "agree": 2},
        ]
    )
    offers = until(lambda: (live := town.live(incident)).keys() == {near, *desk} and live)
    for offer in offers.values():
        town.answer(offer, "accept")
    until(lambda: town.incident(incident)["status"] == "staffed")
    first, second, third = sorted(desk)

    town.answer(offers[first], "result", {"outcome": "false"})
    until(lambda: town.incident(incident)["offers"] and first not in town.live(incident))
    assert near in town.live(incident)
    town.answer(offers[second], "result", {"outcome": "false"})

    (proposal,) = until(lambda: town.incident(incident)["proposals"])
    assert (proposal["kind"], len(proposal["said"])) == ("false", 2)
    assert {"priority", "engaged"} <= set(proposal["because"])
    assert near in town.live(incident)
    assert "reported_false" in [entry["reason"] for entry in town.incident(incident)["attention"]]
    why = town.call("GET", f"/v1/incidents/{incident}/why", "operator", "op-1").json()["text"]
    assert f"accept or reject {proposal['id']}" in why

    operator(town, incident, f"proposals/{proposal['id']}/accept")

    closed = until(lambda: (seen := town.incident(incident))["status"] == "closed" and seen)
    ended = {offer["volunteer_id"]: (offer["state"], offer["reason"]) for offer in closed["offers"]}
    assert closed["certainty"] == "false"
    assert ended[near] == ("stood_down", "false_report")
    assert ended[third] == ("stood_down", "agreed")


def test_a_translation_reaches_who_is_on_the_way(town: Town) -> None:
    near = town.volunteer("near")
    desk = town.volunteer("desk", capabilities=["digital"], skills=["translator"], languages=["uz", "kk"])
    incident = town.report(
        requirements=[
            {"capability": "field", "skill": "first_aid"},
            {"capability": "digital", "skill": "translator", "languages": ["uz"], "lease_s": 300},
        ]
    )
    offers = until(lambda: (live := town.live(incident)).keys() == {near, desk} and live)
    for offer in offers.values():
        town.answer(offer, "accept")
    leased = until(lambda: (held := town.live(incident)[desk])["lease_expires_at"] and held)
    town.answer(offers[desk], "check-in")
    until(lambda: town.live(incident)[desk]["lease_expires_at"] > leased["lease_expires_at"])

    town.answer(offers[desk], "result", {"outcome": "done", "text": "үшінші қабат", "language": "kk"})

    def material() -> Any:
        return town.call("GET", f"/v1/offers/{offers[near]['id']}", "volunteer", near).json()["material"]

    (entry,) = until(material)
    assert (entry["kind"], entry["text"], entry["language"]) == ("translate", "үшінші қабат", "kk")


def test_a_second_report_is_proposed_merged_and_taken_apart_again(town: Town) -> None:
    town.volunteer("near")
    first = town.report(description="Пожар в квартире на третьем этаже, дым из окон")
    until(lambda: town.live(first))
    second = town.report(description="Горит квартира на третьем этаже, из окон дым")
    proposed = until(lambda: town.incident(second)["merge_candidates"])
    assert [entry["incident_id"] for entry in proposed] == [first]
    assert town.incident(second)["merged_into"] is None

    operator(town, second, "merge", {"into": first})
    until(lambda: town.incident(second)["merged_into"] == first)
    until(lambda: town.incident(first)["reports"] == [second])
    late = town.call("POST", f"/v1/incidents/{second}/escalate", "operator", "op-1", {})
    assert (late.status_code, late.json()["merged_into"]) == (409, first)

    operator(town, second, "unmerge")
    until(lambda: town.incident(second)["status"] in ("dispatching", "unfilled"))
    until(lambda: town.incident(first)["reports"] == [])


def test_answers_that_others_bear_out_or_set_aside_count_among_people_who_may_all_be_asked(town: Town) -> None:
    able: dict[str, Any] = {"capabilities": ["digital"], "skills": ["media_monitoring"]}
    right, also_right, wrong = sorted(town.volunteer(name, **able) for name in ("one", "two", "three"))
    work = {"capability": "digital", "skill": "media_monitoring", "task": "verify_report"}
    first = town.report(requirements=[{**work, "answers_wanted": 3, "agree": 2}])
    offers = until(lambda: (live := town.live(first)).keys() == {right, also_right, wrong} and live)
    for offer in offers.values():
        town.answer(offer, "accept")
    until(lambda: town.incident(first)["status"] == "staffed")
    for person, outcome in ((wrong, "false"), (right, "confirmed"), (also_right, "confirmed")):
        town.answer(offers[person], "result", {"outcome": outcome})
        until(lambda gone=person: gone not in town.live(first))  # type: ignore[misc]
    assert town.incident(first)["certainty"] == "confirmed"

    second = town.report(requirements=[work])
    until(lambda: wrong in town.live(second))

    decided = town.call("GET", f"/v1/incidents/{second}/decisions", "operator", "op-1").json()["items"][0]
    terms = {one["volunteer_id"]: one["terms"] for one in decided["why"]["requirements"][0]["chosen"]}
    assert terms[wrong]["trust"] > 0 > terms[right]["trust"]
    assert "trust" not in town.call("GET", f"/v1/offers/{offers[wrong]['id']}", "volunteer", wrong).text
