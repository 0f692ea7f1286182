"""A warning in CAP on a whole Komek: it declares a hazard area, an update moves it, a cancellation ends it; by files, and by a
feed whose follower is killed in between."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from dispatch.cap.messages import Alert
from dispatch.cap.reading import contents_of
from tests.support.alert_feed import AlertFeed
from tests.support.cap_alerts import alert, area, reference
from tests.support.town import Town
from tests.support.waiting import until
from tests.support.whole_stack import COMMAND, RunningStack

pytestmark = pytest.mark.stack

WARNING = {"event": "Су тасқыны", "headline": "Су тасқыны қаупі", "language": "kk"}
MOVED = "43.30,76.80 43.40,76.80 43.40,76.95 43.30,76.95 43.30,76.80"


def incident(komek: RunningStack, incident_id: str) -> dict[str, Any]:
    address = f"{komek.api}/v1/incidents/{incident_id}"
    return dict(httpx2.get(address, headers=komek.headers("operator"), timeout=60).json())


def south_of(state: dict[str, Any]) -> float:
    return float(min(lat for _, lat in state["location"]["coordinates"][0]))


def imported(komek: RunningStack, file: Path, text: str) -> dict[str, Any]:
    file.write_text(text, encoding="utf-8")
    done = komek.run("cap", "import", str(file), "--apply", "--ledger", str(file.with_name("ledger")), "--json")
    assert done.returncode == 0, done.stderr
    (item,) = json.loads(done.stdout)["items"]
    return dict(item)


def test_a_warning_is_a_hazard_area_until_it_is_cancelled(shared_stack: RunningStack, tmp_path: Path) -> None:
    komek, file = shared_stack, tmp_path / "warning.cap"

    reported = imported(komek, file, alert("KZ-1", **WARNING))
    incident_id = reported["incident_id"]
    state = until(lambda: (now := incident(komek, incident_id)).get("version", 0) > 0 and now)
    assert (reported["step"], state["type"], state["hazard"] is not None) == ("report", "flood", True)
    assert [(one["capability"], one["count"]) for one in state["requirements"]] == [("digital", 1)]

    again = imported(komek, file, alert("KZ-1", **WARNING))
    assert (again["step"], again["reason"]) == ("ignore", "seen_before")

    sent = {"sent": "2026-11-22T09:00:00+05:00", "references": reference()}
    moved = imported(komek, file, alert("KZ-2", message_type="Update", areas=area(MOVED), **sent, **WARNING))
    assert (moved["step"], moved["incident_id"]) == ("edit", incident_id)
    assert until(lambda: south_of(incident(komek, incident_id)) == 43.3)
    assert incident(komek, incident_id)["hazard"] is not None

    over = {"sent": "2026-11-22T10:00:00+05:00", "references": reference("KZ-2", sent["sent"])}
    ended = imported(komek, file, alert("KZ-3", message_type="Cancel", infos="", **over))
    assert (ended["step"], ended["incident_id"]) == ("close", incident_id)
    assert until(lambda: incident(komek, incident_id)["status"] == "closed")


@contextmanager
def follower(komek: RunningStack, url: str, ledger: Path) -> Iterator["subprocess.Popen[bytes]"]:
    options = ["--private", "--every", "10", "--ledger", str(ledger)]
    with ledger.with_suffix(".log").open("ab") as output:
        process = subprocess.Popen(
            [*COMMAND, "cap", "follow", url, *options], env=komek.command_environ(), stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_feed_is_followed_though_its_follower_is_killed(shared_stack: RunningStack, tmp_path: Path) -> None:
    komek, page, ledger = shared_stack, AlertFeed(), tmp_path / "followed"

    def found() -> list[dict[str, Any]]:
        answer = httpx2.get(f"{komek.api}/v1/incidents?type=flood", headers=komek.headers("operator"), timeout=60)
        areas = [one for one in answer.json()["items"] if (one["location"] or {}).get("type") == "Polygon"]
        return [one for one in areas if south_of(one) in (44.0, 44.1)]

    def at(lat: float) -> str:
        ring = [(lat, 75.0), (lat + 0.1, 75.0), (lat + 0.1, 75.1), (lat, 75.1), (lat, 75.0)]
        return area(" ".join(f"{one:.2f},{other:.2f}" for one, other in ring))

    sent = "2026-11-22T09:00:00+05:00"
    with page.served() as url:
        page.text = alert("KZ-F1", areas=at(44.0), **WARNING)
        with follower(komek, url, ledger) as process:
            (reported,) = until(lambda: found() or None)
            # Read, carried out and entered: the next request finds it unchanged.
            until(lambda: page.unchanged)
            process.kill()
        page.text = alert(
            "KZ-F2", message_type="Update", areas=at(44.1), sent=sent, references=reference("KZ-F1"), **WARNING
        )
        with follower(komek, url, ledger) as process:
            assert until(lambda: south_of(incident(komek, reported["id"])) == 44.1)
            process.terminate()
            assert process.wait(20) == 0
        page.text = alert(
            "KZ-F3",
            message_type="Cancel",
            infos="",
            sent="2026-11-22T10:00:00+05:00",
            references=reference("KZ-F2", sent),
        )
        with follower(komek, url, ledger):
            assert until(lambda: incident(komek, reported["id"])["status"] == "closed")


def test_an_area_of_our_own_is_warned_of_until_it_ends(town: Town) -> None:
    """From the log of a whole stack: what the unit tests read from a list of decisions."""
    komek = town.komek
    reader = httpx2.Client(base_url=komek.api, headers=komek.headers("monitor"), timeout=60)

    def square(lat: float) -> dict[str, Any]:
        lon = town.centre.lon
        ring = [[lon, lat], [lon + 0.02, lat], [lon + 0.02, lat + 0.02], [lon, lat + 0.02], [lon, lat]]
        return {"type": "Polygon", "coordinates": [ring]}

    def newest(kind: str) -> Alert | None:
        answer = reader.get(f"/v1/hazards/{incident_id}.cap")
        if answer.status_code == 404:
            return None
        (found,) = contents_of(answer.content).alerts
        return found if found.message_type == kind else None

    incident_id = town.report(type="flood", location=square(town.centre.lat))
    first: Alert = until(lambda: newest("Alert"))
    assert f"/v1/hazards/{incident_id}.cap" in contents_of(reader.get("/v1/hazards.atom").content).links

    moved = {"location": square(town.centre.lat + 0.01)}
    assert town.call("PATCH", f"/v1/incidents/{incident_id}", "operator", "op-town", moved).status_code == 202
    second: Alert = until(lambda: newest("Update"))
    assert second.references == (first.name,)

    assert town.call("POST", f"/v1/incidents/{incident_id}/close", "operator", "op-town").status_code == 202
    last: Alert = until(lambda: newest("Cancel"))
    assert last.references == (first.name, second.name)
    assert {info.language for info in last.infos} == {"kk", "ru", "en"}
    reader.close()
