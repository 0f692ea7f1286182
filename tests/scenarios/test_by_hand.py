"""What operators do by hand, and what machines leave to them, over HTTP on a running Komek."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
import redis

from dispatch.model.private_refs import handover_ref
from streams import clock, redis_keys
from tests.scenarios.test_whole_way import Town
from tests.support.waiting import until
from tests.support.whole_stack import WholeStack

pytestmark = pytest.mark.stack
ON_PHONE = {"on_behalf": {"heard_by": "phone"}}


@pytest.fixture
def town(module_stack: WholeStack) -> Iterator[Town]:
    made = Town(module_stack)
    yield made
    made.http.close()


def order(town: Town, path: str, body: Any = None) -> Any:
    return town.call("POST", path, "operator", "op-1", body)


def refusal(town: Town, answer: Any) -> str:
    """By the answer, or by the outcome of an order that was accepted because Redis did not answer promptly."""
    if answer.status_code != 202:
        return str(answer.json()["code"])
    link = answer.json()["links"]["outcome"]
    return str(until(lambda: town.call("GET", link, "operator", "op-1").json()["reason"]))


def need(**stated: Any) -> list[dict[str, Any]]:
    return [{"capability": "field", "skill": "first_aid", "count": 1, **stated}]


def timeline(town: Town, incident: str) -> Any:
    return town.call("GET", f"/v1/incidents/{incident}/timeline", "operator", "op-1").json()["items"]


def bridges(town: Town, incident: str) -> list[str | None]:
    """Why each bridge over languages was passed over; None for one that was made."""
    events = [event for entry in timeline(town, incident) for event in entry["events"]]
    return [event.get("skipped") for event in events if event.get("action") == "bridge_language"]


def test_nobody_without_the_language_is_asked_while_the_one_who_speaks_it_may_answer(town: Town) -> None:
    kazakh = town.volunteer("kazakh", languages=["kk"], north_m=500)
    russian = town.volunteer("russian", languages=["ru"])
    incident = town.report(language="kk", requirements=need(languages=["kk"], window_s=60))
    offer = until(lambda: town.live(incident).get(kazakh))

    time.sleep(2.0)
    state = town.incident(incident)
    assert town.live(incident).keys() == {kazakh}
    assert state["status"] == "dispatching"
    assert [entry["id"] for entry in state["requirements"]] == ["r1"]

    assert bridges(town, incident) == []
    town.answer(offer, "decline", {"reason": "busy"})
    until(lambda: bridges(town, incident) == ["no_translator"])
    assert [entry["skill"] for entry in town.incident(incident)["requirements"]] == ["first_aid"]
    assert town.live(incident) == {}

    person: dict[str, Any] = {"capabilities": ["digital"], "skills": ["translator"], "languages": ["kk", "ru"]}
    translator = town.volunteer("translator", **person)
    until(lambda: town.live(incident).keys() == {russian, translator})
    assert bridges(town, incident) == ["no_translator", None]


def test_what_a_preview_tells_is_what_the_report_then_does(town: Town) -> None:
    def preview() -> Any:
        return order(town, "/v1/incidents/preview", town.report_body()).json()

    person = town.volunteer("foreseen", north_m=300)
    until(lambda: preview()["needs"][0]["free_near"] == 3)
    assert preview()["similar"] == []
    offers = town.call("GET", f"/v1/volunteers/{person}/offers", "operator", "op-1").json()
    assert offers["items"] == [], "nobody is asked by a look"

    incident = town.report()

    until(lambda: town.live(incident).keys() == {person})
    until(lambda: [one["id"] for one in preview()["similar"]] == [incident])
    assert preview()["needs"][0]["free_near"] == 0


def test_a_person_is_named_phones_and_is_taken_off_again(town: Town) -> None:
    named = town.volunteer("named", skills=["boat"], north_m=300)
    incident = town.report(requirements=need(window_s=120))
    until(lambda: town.incident(incident)["version"] > 0)
    body = {"volunteer_id": named, "requirement_id": "r1", "reason": "knows the place"}

    against = order(town, f"/v1/incidents/{incident}/offers", body)
    forced = order(town, f"/v1/incidents/{incident}/offers", {**body, "force": True})

    assert refusal(town, against) == "rules_against"
    assert against.status_code == 202 or against.json()["rules"] == ["skill"]
    assert forced.status_code == 202, forced.text
    offer = until(lambda: town.live(incident).get(named))
    assert (offer["id"], offer["source"], offer["set_aside"]) == (forced.json()["id"], "operator", ["skill"])
    engaged = order(town, f"/v1/incidents/{incident}/offers", {**body, "force": True})
    assert refusal(town, engaged) == "engaged"

    assert order(town, f"/v1/offers/{offer['id']}/accept", ON_PHONE).status_code == 202
    until(lambda: town.incident(incident)["status"] == "staffed")
    said = [entry for entry in timeline(town, incident) if entry["what"] == "accept_offer"]
    assert [(entry["by"], entry["heard_by"]) for entry in said] == [("op-1", "phone")]

    assert order(town, f"/v1/offers/{offer['id']}/withdraw", {"reason": "needed elsewhere"}).status_code == 202
    until(lambda: not town.live(incident))
    gone = town.incident(incident)["offers"][-1]
    assert (gone["state"], gone["reason"]) == ("stood_down", "operator")
    # Not the last entry: the search for another person may be decided on already.
    withdrawn = [entry["text"] for entry in timeline(town, incident) if entry["what"] == "withdraw_offer"]
    assert withdrawn == ["needed elsewhere"]


def test_what_was_closed_is_opened_again_and_asks_anew(town: Town) -> None:
    helper = town.volunteer("helper")
    incident = town.report()
    offer = until(lambda: town.live(incident).get(helper))
    town.answer(offer, "accept")
    town.answer(offer, "progress", {"state": "on_scene"})
    until(lambda: town.is_at(incident, helper, "on_scene"))
    order(town, f"/v1/incidents/{incident}/close")
    until(lambda: town.incident(incident)["status"] == "closed")
    second = town.volunteer("second")

    assert order(town, f"/v1/incidents/{incident}/reopen", {"reason": "again"}).status_code == 202
    until(lambda: second in town.live(incident))

    state = town.incident(incident)
    assert (state["times"]["closed"], state["times"]["reopened"] is None) == (None, False)
    assert [one["state"] for one in state["offers"] if one["volunteer_id"] == helper] == ["done"]
    assert order(town, f"/v1/incidents/{incident}/reopen").status_code == 409


def test_a_double_click_raises_one_level_and_two_orders_two(town: Town) -> None:
    incident = town.report(type="flood", requirements=None)
    until(lambda: town.incident(incident)["version"] > 0)

    for _ in range(2):
        order(town, f"/v1/incidents/{incident}/escalate", {"level": 1})
    until(lambda: town.incident(incident)["alarm_level"] == 2)
    order(town, f"/v1/incidents/{incident}/escalate")
    until(lambda: town.incident(incident)["alarm_level"] == 3)

    outcomes = [entry["reason"] for entry in timeline(town, incident) if entry["what"] == "escalate_incident"]
    assert outcomes in ([None, "already_escalated", None], [None, None])


def test_a_part_becomes_an_incident_of_its_own_and_takes_its_person_along(town: Town) -> None:
    goes = town.volunteer("goes")
    incident = town.report()
    offer = until(lambda: town.live(incident).get(goes))
    town.answer(offer, "accept")
    until(lambda: town.incident(incident)["status"] == "staffed")
    body = {
        "type": "road.accident",
        "location": {"type": "Point", "coordinates": [town.centre.lon, town.centre.lat + 0.01]},
        "requirements": need(),
        "description": "the second car",
        "offers": [offer["id"]],
    }

    said = town.call("POST", f"/v1/incidents/{incident}/split", "operator", "op-1", body, clock.fresh_id())

    assert said.status_code == 202, said.text
    other = said.json()["id"]
    until(lambda: town.incident(incident)["split_into"] == [other])
    until(lambda: goes in town.live(other))
    made = town.incident(other)
    assert (made["split_from"], made["description"]) == (incident, "the second car")
    left = [(one["state"], one["reason"]) for one in town.incident(incident)["offers"] if one["id"] == offer["id"]]
    assert left == [("stood_down", "split")]


NOTES = "/v1/reports/summary/notes"


class Console(threading.Thread):
    """What the stream of an operator's console tells of hand-over notes, and how long after its request began."""

    def __init__(self, town: Town, operator: str) -> None:
        super().__init__(daemon=True)
        self._url = f"{town.komek.api}/v1/events?view=row"
        self._headers = town.komek.headers("operator", operator)
        self.told: list[list[dict[str, Any]]] = []
        self.is_over = False

    def run(self) -> None:
        with httpx2.stream("GET", self._url, headers=self._headers, timeout=30) as answer:
            for event in httpx2.EventSource(answer):
                if event.event == "handover":
                    self.told.append(json.loads(event.data)["items"])
                if self.is_over:
                    return

    def knows(self, note_id: str) -> dict[str, Any] | None:
        return next((one for one in (self.told[-1] if self.told else []) if one["id"] == note_id), None)


def test_a_hand_over_note_reaches_an_open_console_its_reader_the_writer_and_its_end_takes_the_text(town: Town) -> None:
    leaving, coming = f"{town.tag}-leaving", f"{town.tag}-coming"
    consoles = [Console(town, leaving), Console(town, coming)]
    for console in consoles:
        console.start()
    until(lambda: all(console.told for console in consoles))

    key = clock.fresh_id()
    made = [town.call("POST", NOTES, "operator", leaving, {"text": "Айгүл күтеді"}, key) for _ in range(2)]
    note_id = str(made[0].json()["id"])
    assert [one.status_code for one in made] == [202, 202]
    assert made[1].json() == made[0].json()
    note = until(lambda: consoles[1].knows(note_id))
    assert (note["by"], note["read_by"], "text" in note) == (leaving, [], False)
    (shown,) = [one for one in town.call("GET", NOTES, "operator", coming).json()["items"] if one["id"] == note_id]
    assert shown["text"] == "Айгүл күтеді"

    assert town.call("POST", f"{NOTES}/{note_id}/read", "operator", coming).status_code == 202
    until(lambda: (consoles[0].knows(note_id) or {}).get("read_by"))
    assert town.call("DELETE", f"{NOTES}/{note_id}", "operator", coming).status_code == 403
    with redis.Redis.from_url(town.komek.redis) as client:
        assert client.exists(redis_keys.private(handover_ref(note_id)))
        assert town.call("DELETE", f"{NOTES}/{note_id}", "operator", leaving).status_code == 204
        # What remains is the offset that keeps an older record from coming back.
        assert bytes(client.get(redis_keys.private(handover_ref(note_id)))).endswith(b"|")
    until(lambda: all(console.knows(note_id) is None for console in consoles))
    for console in consoles:
        console.is_over = True
        console.join(10)
