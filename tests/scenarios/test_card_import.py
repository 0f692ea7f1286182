"""A 112 card on a whole Komek: reported, changed, read by another system as an EIDO, ended; its caller is in clear nowhere."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
import redis

from dispatch.cards import card_table
from dispatch.cards.card_reading import card_of
from dispatch.cards.received_card import CardState
from tests.support.card_samples import national
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
CALLER = [{"FIO": "Айгүл Қартова", "contactPhone": ["8(701)555-44-33"]}]


def imported(
    komek: RunningStack, folder: Path, *cards: dict[str, Any], code: int = 0, apply: bool = True, ledger: str = "ledger"
) -> list[dict[str, Any]]:
    file = folder / "cards.json"
    file.write_text(json.dumps(cards, ensure_ascii=False), encoding="utf-8")
    options = ["--apply"] if apply else []
    done = komek.run("card", "import", str(file), *options, "--ledger", str(folder / ledger), "--json")
    assert done.returncode == code, done.stderr + done.stdout
    return list(json.loads(done.stdout)["items"])


def test_a_card_is_an_incident_until_its_source_ends_it(shared_stack: RunningStack, tmp_path: Path) -> None:
    komek = shared_stack
    reader = httpx2.Client(base_url=komek.api, headers=komek.headers("operator"), timeout=60)
    card: dict[str, Any] = {
        "cardNumber": "card-scenario-1",
        "complainant": CALLER,
        "eventType": [{"typeName": "Қатты боран"}],
    }

    def shown() -> dict[str, Any]:
        return dict(reader.get(f"/v1/incidents/{incident_id}").json())

    (planned,) = imported(komek, tmp_path, national(**card), apply=False)
    found = reader.get("/v1/search?q=112-card-scenario-1").json()["items"]
    assert (planned["step"], [one for one in found if one["type"] == "incident"]) == ("report", [])

    other = national(cardNumber="card-scenario-2", eventType=[{"id": "777"}])
    reported, refused = imported(komek, tmp_path, national(**card), other, code=1)
    assert (reported["rule"], refused["reason"]) == ("storm", "unknown_code 777")
    incident_id = reported["incident_id"]
    state = until(lambda: (now := shown()).get("version", 0) > 0 and now)
    assert (state["type"], state["external_id"]) == ("storm", "112-card-scenario-1")
    assert state["caller"] == {"name": "Айгүл Қартова", "phone": "+77015554433"}
    with redis.Redis.from_url(komek.redis) as client:
        held = [client.dump(key) or b"" for key in client.scan_iter(f"*{incident_id}*")]
    assert held
    assert not any("Қартова".encode() in value or b"7015554433" in value for value in held)

    moved = {"addressGeoLatitude": 43.31, "addressGeoLongitude": 76.95}
    (edited,) = imported(komek, tmp_path, national(**card, stamp="2026-11-28T01:05:00+05:00", eventAddress=moved))
    assert (edited["step"], edited["reason"], edited["incident_id"]) == ("edit", "changed location", incident_id)
    assert until(lambda: shown()["location"]["coordinates"] == [76.95, 43.31])

    # Another machine, which knows nothing of it, finds the incident by the key of its report.
    newest = national(**card, stamp="2026-11-28T01:05:00+05:00", eventAddress=moved)
    (adopted,) = imported(komek, tmp_path, newest, ledger="other")
    assert (adopted["step"], adopted["incident_id"]) == ("edit", incident_id)

    read = card_of(reader.get(f"/v1/incidents/{incident_id}/eido").json(), card_table.load(None))
    assert (read.caller_phone, read.state) == ("+77015554433", CardState.OPEN)

    closed = {"stamp": "2026-11-28T01:09:00+05:00", "status": {"statusName": "Работы завершены"}}
    (ended,) = imported(komek, tmp_path, national(**card, **closed))
    assert ended["step"] == "close"
    assert until(lambda: shown()["status"] == "closed")
    (repeated,) = imported(komek, tmp_path, national(**card, **closed))
    assert repeated["reason"] == "seen_before"
    reader.close()
