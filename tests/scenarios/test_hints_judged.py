"""People's answers judge the assistant's hints on a whole stack: figures outlive a restart, and send it to the shadow."""

from dataclasses import replace
from typing import Any

import pytest
from kafka import KafkaProducer

from dispatch.assistant.hint_kinds import HintTask
from streams import clock, wire
from streams.assistant.report_reader import words_alone
from streams.topics import HINTS
from streams.wire import JudgementRecord
from tests.dispatch.assistant.judged import judgement
from tests.support.builders import INCIDENT
from tests.support.town import Town
from tests.support.waiting import until
from tests.support.whole_stack import WholeStack

pytestmark = pytest.mark.stack
TEXT = "Атырау қаласында су басты, үйде 3 адам қалды, көмек керек"
ATYRAU = {"type": "Point", "coordinates": [51.92, 47.11]}
NEEDS = [{"capability": "digital", "skill": "geolocation", "count": 1}]
DESK: dict[str, Any] = {"capabilities": ["digital"], "skills": ["geolocation"]}


def entry(town: Town, task: str, language: str = "kk") -> Any:
    shown = town.call("GET", "/v1/assistant", "operator", "op-town").json()
    (found,) = [one for one in shown["tasks"] if (one["task"], one["language"]) == (task, language)]
    return found


def located(town: Town, number: int) -> str:
    """A report whose place somebody finds; returns the incident once hints and answer are there."""
    desk = town.volunteer(f"desk-{number}", **DESK)
    incident = town.report(type="flood", description=TEXT, requirements=NEEDS, language="kk")
    until(lambda: town.call("GET", f"/v1/incidents/{incident}/hints", "operator", "op-town").json()["items"])
    offer = until(lambda: town.live(incident).get(desk))
    town.answer(offer, "accept")
    until(lambda: town.is_at(incident, desk, "accepted"))
    town.answer(offer, "result", {"outcome": "located", "location": ATYRAU})
    return incident


def write_judgements(town: Town, count: int, **stated: Any) -> None:
    """Wrong hints of the reader at work, as the assistant writes what people found out."""
    producer = KafkaProducer(bootstrap_servers=town.komek.kafka, enable_idempotence=False, acks="all")
    for number in range(count):
        made = judgement(number, False, version=words_alone().version, **stated)
        made = replace(made, id=f"{town.tag}-{number}", at_ms=clock.now_ms())
        value = wire.encode(JudgementRecord(incident_id=INCIDENT, judgement=made))
        producer.send(HINTS.name, key=INCIDENT.encode(), value=value)
    producer.flush()
    producer.close()


def test_hints_are_judged_and_their_figures_outlive_the_process(
    breakable_town: Town, breakable_stack: WholeStack
) -> None:
    town, komek = breakable_town, breakable_stack
    # Answers of earlier tests may be judged meanwhile: more than these two may come.
    before = entry(town, "geolocate")

    located(town, 1)

    found = until(lambda: (one := entry(town, "geolocate"))["judged"] > before["judged"] and one)
    assert found["right"] > before["right"]

    komek.restart("assistant")
    located(town, 2)
    again = until(lambda: (one := entry(town, "geolocate"))["judged"] > found["judged"] and one)
    assert again["right"] > found["right"]
    assert again["version"] == found["version"]


def test_hints_that_are_wrong_go_to_the_shadow_by_themselves_and_an_operator_brings_them_back(
    breakable_town: Town,
) -> None:
    town = breakable_town
    write_judgements(town, 60, task=HintTask.TRANSLATE, language="en")

    found = until(lambda: (one := entry(town, "translate", "en"))["mode"] == "shadow" and one)

    assert (found["by"], found["reason"]) == ("assistant", "below_floor")
    assert found["judged"] >= 50
    assert entry(town, "translate", "ru")["mode"] == "on"

    def alarms() -> list[str]:
        shown = town.call("GET", "/v1/status", "operator", "op-town").json()["alarms"]
        return [one["name"] for one in shown]

    until(lambda: "assistant_below_floor" in alarms())
    switched = town.call("PUT", "/v1/assistant/translate", "operator", "op-town", {"mode": "on", "language": "en"})
    assert switched.status_code == 202
    until(lambda: entry(town, "translate", "en")["mode"] == "on")
    until(lambda: "assistant_below_floor" not in alarms())
