"""`komek skills` and the scopes of `komek token tracker`, with a whole Komek."""

import json
from typing import Any

import httpx2
import pytest

from streams import clock
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack


def test_a_verified_skill_is_shown_until_it_is_withdrawn(shared_stack: RunningStack) -> None:
    komek, person = shared_stack, _registered(shared_stack, skills=["doctor", "driver"])

    verified = komek.run(
        "skills", "verify", person, "doctor", "--until", "2027-02-01T00:00:00Z", "--org", "red-crescent"
    )
    assert verified.returncode == 0, verified.stderr
    until(lambda: "doctor" in _shown(komek, person)["verified"])
    known = _shown(komek, person)["verified"]["doctor"]
    assert (known["until"], known["by_organisation"]) == ("2027-02-01T00:00:00.000Z", "red-crescent")
    assert "claimed" in komek.run("skills", "list", person).stdout

    ending = json.loads(komek.run("skills", "list", "--ends-before", "2027-02-02T00:00:00Z", "--json").stdout)
    assert (person, "doctor") in {(one["volunteer_id"], one["skill"]) for one in ending["items"]}

    assert komek.run("skills", "revoke", person, "doctor").returncode == 0
    until(lambda: "doctor" not in _shown(komek, person)["verified"])


def test_a_skill_that_does_not_exist_names_those_that_do(shared_stack: RunningStack) -> None:
    refused = shared_stack.run("skills", "verify", "v-1", "magician")

    assert refused.returncode == 2
    assert "first_aid" in refused.stderr


def test_a_tracker_reports_only_the_ids_that_its_token_names(shared_stack: RunningStack) -> None:
    komek, mine, other = shared_stack, _registered(shared_stack), _registered(shared_stack)
    token = komek.run("token", "tracker", "--id", "t-1", "--for", mine).stdout.strip()
    body = {"locations": [_fix(mine), _fix(other)]}

    def rejected() -> Any:
        answer = httpx2.post(f"{komek.api}/v1/locations", json=body, headers=_headers(token)).json()
        return answer if answer["accepted"] == 1 else None

    assert [one["index"] for one in until(rejected)["rejected"]] == [1]


def _registered(komek: RunningStack, **profile: Any) -> str:
    person = f"v-{clock.fresh_id()}"
    body = {"capabilities": ["field"], "skills": ["first_aid"], "languages": ["kk"], "travel_mode": "car", **profile}
    headers = komek.headers("volunteer", person) | {"Idempotency-Key": clock.fresh_id()}
    assert httpx2.put(f"{komek.api}/v1/volunteers/{person}", json=body, headers=headers).status_code == 200
    until(lambda: httpx2.get(f"{komek.api}/v1/volunteers/{person}", headers=headers).status_code == 200)
    return person


def _shown(komek: RunningStack, person: str) -> Any:
    return httpx2.get(f"{komek.api}/v1/volunteers/{person}", headers=komek.headers("operator")).json()


def _fix(person: str) -> dict[str, object]:
    return {
        "volunteer_id": person,
        "lon": 76.9,
        "lat": 43.2,
        "accuracy_m": 10,
        "recorded_at": clock.rfc3339(clock.now_ms()),
    }


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Idempotency-Key": clock.fresh_id()}
