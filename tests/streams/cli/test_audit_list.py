"""`komek audit list`: whose data was seen, and whether that is everybody."""

import json
from collections.abc import Sequence
from typing import Any

from tests.streams.cli.fake_api import serving
from tests.support.cli import komek

SINCE = "2026-11-26T08%3A00%3A00Z"


def entry(subject: str, subjects: Sequence[str] = (), count: int | None = None) -> dict[str, Any]:
    at = "2026-11-26T09:00:00.000Z"
    about = {"subject": subject, "subjects": list(subjects), "count": count}
    return {"at": at, "actor": "op-7", "role": "operator", "action": "incident.read", **about}


def listed(limit: int) -> dict[str, Any]:
    """Two pages: the first names a person twice, the second a list of 203 of which 2 are named."""
    first: dict[str, Any] = {"items": [entry("v-1"), entry("v-1")], "next": "17"}
    second: dict[str, Any] = {"items": [entry("", ["i-1", "v-2"], 203), entry("i-2")], "next": None}
    asked = f"/v1/audit?actor=op-7&since={SINCE}"
    replies = {
        ("GET", f"{asked}&limit={min(limit, 500)}"): (200, first),
        ("GET", f"{asked}&limit={min(limit - 2, 500)}&cursor=17"): (200, second),
    }
    with serving(replies) as api:
        said = komek(
            *("audit", "list", "--actor", "op-7", "--since", "2026-11-26T08:00:00Z", "--limit", str(limit)),
            *("--json", "--api", api.url, "--token", "t"),
        )
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def test_one_command_names_everybody_whose_data_an_actor_saw() -> None:
    found = listed(limit=1_000_000)

    assert found["subjects"] == ["i-1", "i-2", "v-1", "v-2"]
    assert found["complete"] is True
    assert found["unnamed"] == 201


def test_a_list_that_its_limit_cut_off_says_so() -> None:
    found = listed(limit=2)

    assert found["subjects"] == ["v-1"]
    assert found["complete"] is False
