"""The assistant on a whole stack: hints come after a report, go with an erasure, and nothing waits for the process."""

import signal
from typing import Any

import pytest

from tests.support.town import Town
from tests.support.waiting import until
from tests.support.whole_stack import WholeStack

pytestmark = pytest.mark.stack
TEXT = "Атырау қаласында су басты, үйде 3 адам қалды, телефон 8 701 555 12 34"

OTHER_TEXT = "Наводнение в Атырау, в доме осталось 12 человек"


def hints(town: Town, incident: str) -> list[dict[str, Any]]:
    answer = town.call("GET", f"/v1/incidents/{incident}/hints", "operator", "op-town")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def of_kinds(town: Town, incident: str, *wanted: str) -> dict[str, Any]:
    """By kind; empty until all that are wanted are there: the model's come after those of rules."""
    found = {hint["kind"]: hint for hint in hints(town, incident)}
    return found if found.keys() >= set(wanted) else {}


def ask(town: Town) -> Any:
    return town.call("POST", "/v1/assistant/report", "operator", "op-town", {"text": TEXT})


def is_running(town: Town) -> bool:
    return bool(town.call("GET", "/v1/assistant", "operator", "op-town").json()["is_running"])


def test_a_report_gets_hints_and_an_erasure_takes_them(town: Town) -> None:
    incident = town.report(description=TEXT)

    kinds = until(lambda: of_kinds(town, incident, "place", "phone"))

    assert kinds["place"]["value"]["name"]["en"] == "Atyrau"
    assert TEXT[slice(*kinds["phone"]["spans"][0])] == "8 701 555 12 34"
    town.call("POST", f"/v1/incidents/{incident}/cancel", "operator", "op-town", {"reason": "over"})
    until(lambda: town.call("GET", f"/v1/incidents/{incident}", "operator", "op-town").json()["status"] == "cancelled")
    erased = town.call("DELETE", f"/v1/incidents/{incident}/caller", "admin", "admin-1")
    assert erased.status_code == 202, erased.text
    until(lambda: hints(town, incident) == [])


def test_reports_of_one_event_are_held_against_each_other_and_summed_up(town: Town) -> None:
    """From two callers to what an operator reads: nothing of it is kept, so it follows a merge at once."""
    flood: dict[str, Any] = {"type": "flood", "location": {"type": "Point", "coordinates": [51.92, 47.11]}}
    first, second = town.report(description=TEXT, **flood), town.report(description=OTHER_TEXT, **flood)
    until(lambda: hints(town, first) and hints(town, second))

    merged = town.call("POST", f"/v1/incidents/{second}/merge", "operator", "op-town", {"into": first})

    assert merged.status_code == 202, merged.text
    told = until(lambda: [one for one in hints(town, first) if one["kind"] == "contradiction"])
    (count,) = [one for one in told if one["value"]["code"] == "count"]
    assert (count["report_id"], count["value"]["first"], count["value"]["second"]) == (second, "12", "3")
    assert OTHER_TEXT[slice(*count["spans"][0])].startswith("12")
    for language in ("kk", "ru", "en"):
        found = town.call("GET", f"/v1/incidents/{first}/summary?lang={language}", "operator", "op-town").json()
        assert {"reported", "adopted"} <= {one["code"] for one in found["sentences"]}, found
        assert all(one["events"] for one in found["sentences"])


def test_an_edited_description_is_read_anew(town: Town) -> None:
    incident = town.report(description="Бірдеңе болды")
    edit = {"description": TEXT}

    town.call("PATCH", f"/v1/incidents/{incident}", "operator", "op-town", edit)

    until(lambda: any(hint["kind"] == "phone" for hint in hints(town, incident)))


def test_a_pasted_text_is_read_while_the_assistant_runs(town: Town) -> None:
    until(lambda: is_running(town))

    answer = until(lambda: (found := ask(town)).status_code == 200 and found)

    assert answer.json()["types"][0]["value"] == "flood"


@pytest.mark.parametrize("trouble", [signal.SIGKILL, signal.SIGSTOP])
def test_without_the_assistant_everything_goes_on_and_it_catches_up(
    breakable_town: Town, breakable_stack: WholeStack, trouble: signal.Signals
) -> None:
    town, komek = breakable_town, breakable_stack
    near = town.volunteer("near")
    until(lambda: ask(town).status_code == 200)
    pid = komek.kill("assistant", trouble)
    until(lambda: ask(town).status_code == 503)

    incident = town.report(description=TEXT)

    until(lambda: town.live(incident).keys() == {near})
    if trouble is signal.SIGSTOP:
        assert hints(town, incident) == []
        komek.kill("assistant", signal.SIGCONT)
    else:
        komek.await_restart("assistant", pid)
    assert until(lambda: hints(town, incident))


def test_a_switch_stops_everything_and_starts_it_again(breakable_town: Town) -> None:
    town = breakable_town
    until(lambda: ask(town).status_code == 200)

    town.call("PUT", "/v1/assistant", "operator", "op-town", {"mode": "off"})

    try:
        until(lambda: ask(town).status_code == 503 and ask(town).json()["code"] == "assistant_off")
        incident = town.report(description=TEXT)
        until(lambda: town.incident(incident)["version"] > 0)
        assert hints(town, incident) == []
    finally:
        town.call("PUT", "/v1/assistant", "operator", "op-town", {"mode": "on"})
    until(lambda: ask(town).status_code == 200)
