"""Earlier reports are found again after a restart of the assistant, and by each of several assistants; on a whole stack."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.standing_still import standing_still
from tests.support.town import Town
from tests.support.waiting import until
from tests.support.whole_stack import COMMAND, ENDED_WITHIN_S, WholeStack

pytestmark = pytest.mark.stack
TOLD = "Атырау қаласында су басты, үйде 3 адам қалды, телефон 8 701 555 12 34"
ASKED = "В Атырау затопило дом, внутри 3 человека, тел 87015551234"
ATYRAU = {"type": "Point", "coordinates": [51.92, 47.11]}
AT_ONCE_S = 5.0
"""Less than it takes until the partitions of a process that stands still go to another one."""


def similar(town: Town) -> dict[str, list[str]]:
    """By incident, the reasons; empty also while no assistant answers."""
    answer = town.call("POST", "/v1/assistant/report", "operator", "op-town", {"text": ASKED})
    assert answer.status_code in (200, 503), answer.text
    found = answer.json().get("similar", [])
    return {one["incident_id"]: one["reasons"] for one in found}


def reported(town: Town) -> str:
    """A report that was read."""
    incident = town.report(type="flood", description=TOLD, location=ATYRAU)
    until(lambda: town.call("GET", f"/v1/incidents/{incident}/hints", "operator", "op-town").json()["items"])
    return incident


def cancel(town: Town, incident: str) -> None:
    answer = town.call("POST", f"/v1/incidents/{incident}/cancel", "operator", "op-town", {"reason": "over"})
    assert answer.status_code == 202, answer.text
    until(lambda: town.incident(incident)["status"] == "cancelled")


@contextmanager
def second_assistant(komek: WholeStack) -> Iterator[int]:
    """One more beside the stack's own; the pid, once it reads."""
    log = komek.logs / "assistant-beside.log"
    log.touch(mode=0o600)  # as every file of the folder
    with log.open("wb") as output:
        process = subprocess.Popen([*COMMAND, "assistant"], env=komek.command_environ(), stdout=output, stderr=output)
    try:
        until(lambda: "assistant reads decisions" in komek.log("assistant-beside"))
        yield process.pid
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(ENDED_WITHIN_S)


def test_an_earlier_report_is_found_after_a_restart_until_it_ends(
    breakable_town: Town, breakable_stack: WholeStack
) -> None:
    town, komek = breakable_town, breakable_stack
    incident = reported(town)
    told: Any = until(lambda: similar(town).get(incident))

    komek.restart("assistant")

    # All reasons: also those of the text, which was read by the process that has ended.
    assert {"same_phone", "same_people"} <= set(told)
    until(lambda: similar(town).get(incident) == told)
    cancel(town, incident)
    until(lambda: incident not in similar(town))
    komek.restart("assistant")
    until(lambda: town.call("GET", "/v1/assistant", "operator", "op-town").json()["is_running"] and similar(town) == {})


@pytest.mark.soak
def test_each_of_two_assistants_knows_what_the_other_one_read(
    breakable_town: Town, breakable_stack: WholeStack
) -> None:
    town, komek = breakable_town, breakable_stack
    with second_assistant(komek) as beside:
        incident = reported(town)
        until(lambda: "same_phone" in similar(town).get(incident, ()))

        for pid in (komek.pids["assistant"], beside):
            with standing_still(pid):
                until(lambda: "same_phone" in similar(town).get(incident, ()), AT_ONCE_S)
