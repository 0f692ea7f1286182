"""Links lead to the resource that they name, whatever characters the id has."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from dispatch.model.ids import is_person_id
from dispatch.model.vocabulary import Capability, IncidentStatus, OfferState, Task, TravelMode
from streams import clock
from streams.api_paths import path_of
from streams.store.volunteer_view import VolunteerView
from tests.api.seeded_world import CONVERSATION, PROPOSAL, add_conversation, proposal
from tests.support.api_contract import documented_routes
from tests.support.api_world import World, code, report
from tests.support.builders import INCIDENT, ZONE, candidate, incident, offer, presence_of, requirement

ROOT = Path(__file__).parents[3]
SOURCES = sorted(path for package in ("streams", "api") for path in (ROOT / package).rglob("*.py"))
ODD = [
    "team#4",
    "what?",
    "100%",
    "a%2Fb",
    "%41",
    "a&b=c",
    "a;b",
    "a\\b",
    '"quoted"',
    "~._-",
    "...",
    "a+b",
    "[x]",
    "!$'()*@",
]
OTHER, ENDED, MERGED = (f"i-{ZONE}-" + letter * 32 for letter in "cde")
IN_DISTRESS = INCIDENT[:-1] + "d"
OFFER = f"o-{ZONE}-{INCIDENT.rsplit('-', 1)[1]}-" + "b" * 16
VIEW = VolunteerView(
    id="v-1",
    capabilities=(),
    skills=(),
    languages=(),
    travel_mode=TravelMode.CAR,
    max_distance_m=None,
    on_duty=True,
    offset=0,
    incident_id=None,
)
PROFILE = {"capabilities": ["field"], "skills": ["cpr"], "languages": ["kk"]}


@pytest.mark.parametrize("person", ODD)
async def test_the_links_of_a_person_lead_to_that_person(world: World, person: str) -> None:
    put = await world.ask("PUT", path_of("volunteers", person), PROFILE, role="volunteer", subject=person)
    assert (put.status_code, put.json()["id"]) == (200, person)

    answer = await world.ask(
        "PUT", path_of("volunteers", person, "duty"), {"on_duty": True}, role="volunteer", subject=person
    )
    links = answer.json()["links"]

    for link in links.values():
        parts = urlsplit(link)
        assert (parts.query, parts.fragment, parts.path) == ("", "", link)
        assert link.isascii()
        assert (await world.ask("GET", link, role="volunteer", subject=person)).status_code == 200
    assert (await world.ask("GET", links["self"], role="volunteer", subject=person)).json()["id"] == person


@pytest.mark.parametrize("person", [".", "..", "a b", "a,b", "a|b", "a:b", "Айгүл", "é", "a\x7f", "a" * 129])
async def test_ids_that_cannot_stand_in_a_path_or_a_key_are_refused(world: World, person: str) -> None:
    assert not is_person_id(person)

    put = await world.ask("PUT", "/v1/volunteers/" + _encoded(person), PROFILE)
    fix = {"volunteer_id": person, "lon": 76.9, "lat": 43.2}
    fixes = await world.ask("POST", "/v1/locations", {"locations": [fix]}, role="tracker")

    assert (put.status_code, code(put)) in {
        (422, "invalid"),
        (404, "not_found"),
    }  # clients resolve `.` and `..` as path segments (RFC 3986 §5.2.4)
    assert fixes.json() == {"accepted": 0, "rejected": [{"index": 0, "code": "bad_volunteer_id"}]}


def _encoded(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def test_the_document_states_the_pattern_of_ids(world: World) -> None:
    document = world.app.openapi()
    parameters = document["paths"]["/v1/volunteers/{volunteer_id}"]["get"]["parameters"]
    stated = next(entry["schema"] for entry in parameters if entry["name"] == "volunteer_id")
    of_fix = document["components"]["schemas"]["LocationOf"]["properties"]["volunteer_id"]

    for schema in (stated, of_fix):
        assert schema["not"] == {"enum": [".", ".."]}
        for person in [*ODD, "a/b", "a b", "a,b", "a|b", "a:b", "Айгүл", "", "a" * 129]:
            assert bool(re.search(schema["pattern"], person)) is is_person_id(person), person


async def test_location_and_self_of_an_order_are_the_same(world: World) -> None:
    answer = await world.report()

    assert answer.headers["location"] == answer.json()["links"]["self"] == path_of("incidents", answer.json()["id"])


LINKED: list[tuple[str, str, dict[str, Any] | None, OfferState, tuple[str, ...]]] = [
    ("POST", "/v1/incidents", report(), OfferState.OFFERED, ("operator",)),
    ("PATCH", f"/v1/incidents/{INCIDENT}", {"priority": "low"}, OfferState.OFFERED, ("operator",)),
    *(
        ("POST", f"/v1/incidents/{INCIDENT}/{verb}", body, OfferState.OFFERED, ("operator",))
        for verb, body in (
            ("cancel", None),
            ("close", None),
            ("escalate", None),
            ("offers", {"volunteer_id": "v-9", "requirement_id": "r1", "force": True, "reason": "r"}),
            ("merge", {"into": OTHER}),
            ("split", report()),
            ("attention", {"reason": "unfilled"}),
            (f"proposals/{PROPOSAL}/accept", None),
            (f"proposals/{PROPOSAL}/reject", None),
            ("notes", {"text": "t"}),
        )
    ),
    ("POST", f"/v1/incidents/{ENDED}/reopen", None, OfferState.OFFERED, ("operator",)),
    ("POST", f"/v1/incidents/{MERGED}/unmerge", None, OfferState.OFFERED, ("operator",)),
    ("POST", f"/v1/offers/{OFFER}/accept", {}, OfferState.OFFERED, ("operator", "volunteer")),
    ("POST", f"/v1/offers/{OFFER}/decline", {}, OfferState.OFFERED, ("operator", "volunteer")),
    ("POST", f"/v1/offers/{OFFER}/progress", {"state": "on_scene"}, OfferState.ACCEPTED, ("operator", "volunteer")),
    ("POST", f"/v1/offers/{OFFER}/check-in", {}, OfferState.ON_SCENE, ("operator", "volunteer")),
    ("POST", f"/v1/offers/{OFFER}/confirm", {"version": 1}, OfferState.ACCEPTED, ("operator", "volunteer")),
    ("POST", f"/v1/offers/{OFFER}/distress", {}, OfferState.ON_SCENE, ("operator", "volunteer")),
    ("POST", f"/v1/offers/{OFFER}/need-help", {}, OfferState.ON_SCENE, ("operator", "volunteer")),
    ("POST", f"/v1/offers/{OFFER}/result", {"outcome": "unclear"}, OfferState.ACCEPTED, ("operator", "volunteer")),
    ("POST", f"/v1/offers/{OFFER}/withdraw", None, OfferState.OFFERED, ("operator",)),
    ("POST", f"/v1/offers/{OFFER}/remind", None, OfferState.OFFERED, ("operator",)),
    ("POST", "/v1/reports/summary/notes", {"text": "x"}, OfferState.OFFERED, ("operator", "admin")),
    ("POST", f"/v1/conversations/{CONVERSATION}/attach", {"incident_id": INCIDENT}, OfferState.OFFERED, ("operator",)),
    ("PUT", "/v1/volunteers/volunteer-1/duty", {"on_duty": True}, OfferState.OFFERED, ("volunteer",)),
    ("PUT", "/v1/volunteers/volunteer-1/location", {"lon": 76.9, "lat": 43.2}, OfferState.OFFERED, ("volunteer",)),
    ("POST", "/v1/volunteers/volunteer-1/distress", None, OfferState.OFFERED, ("volunteer",)),
    ("POST", "/v1/volunteers/volunteer-1/distress/safe", {}, OfferState.OFFERED, ("operator", "volunteer")),
    (
        "DELETE",
        "/v1/volunteers/volunteer-1/skills/boat/verification",
        None,
        OfferState.OFFERED,
        ("operator", "admin"),
    ),
    ("DELETE", "/v1/volunteers/volunteer-1", None, OfferState.OFFERED, ("volunteer", "admin")),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "state", "role"),
    [(method, path, body, state, role) for method, path, body, state, roles in LINKED for role in roles],
)
async def test_each_link_of_a_202_may_be_read_by_the_role_that_got_it(
    world: World, method: str, path: str, body: dict[str, Any] | None, state: OfferState, role: str
) -> None:
    work = {"capability": Capability.DIGITAL, "task": Task.VERIFY_REPORT} if path.endswith("result") else {}
    held = offer(state, id=OFFER, volunteer_id="volunteer-1", accepted_ms=1, **work)
    for known in (
        incident(offers=(held,), requirements=(requirement(count=3),), proposals=(proposal(),)),
        incident(id=OTHER),
        incident(id=ENDED, status=IncidentStatus.CLOSED),
        incident(id=MERGED, status=IncidentStatus.CLOSED, merged_into=OTHER),
        incident(id=IN_DISTRESS, type="distress", distress_of="volunteer-1"),
    ):
        world.redis.add(known)
    add_conversation(world)
    person = candidate("v-9")
    world.redis.present["v-9"] = presence_of(person, fix_at_ms=clock.now_ms())
    world.redis.volunteers["v-9"] = replace(VIEW, id="v-9")
    await world.ask("PUT", "/v1/volunteers/volunteer-1", PROFILE, role="volunteer")
    is_answer = path.startswith(("/v1/offers/", "/v1/volunteers/volunteer-1/distress"))
    if role == "operator" and is_answer and not path.endswith(("withdraw", "remind")):
        body = (body or {}) | {"on_behalf": {"heard_by": "phone"}}

    answer = await world.ask(method, path, body, role=role)

    assert answer.status_code == 202, answer.text
    is_order = role == "operator" and (
        path.endswith("/safe") or not path.startswith(("/v1/volunteers/", "/v1/reports/"))
    )
    assert ("outcome" in answer.json()["links"]) is is_order
    for name, link in answer.json()["links"].items():
        read = await world.ask("GET", link, role=role)
        # 404: erased, or a command that no worker of this test decides
        assert read.status_code in ((200, 404) if method == "DELETE" else (200,)), (name, link, read.text)


WITHOUT_LINKS = {
    "/v1/incidents/{incident_id}/hints/{hint_id}/verdict",
    "/v1/volunteers/{volunteer_id}/test-notice",
    "/v1/locations",
    "/v1/incidents/{incident_id}/caller",
    "/v1/alarms/{name}/{ref}/ack",
    "/v1/alarms/{name}/{ref}/shelve",
    "/v1/assistant",
    "/v1/assistant/{task}",
    "/v1/reports/summary/notes/{note_id}/read",
    "/v1/conversations/{conversation_id}/take",
    "/v1/conversations/{conversation_id}/give-back",
    "/v1/conversations/{conversation_id}/discard",
    "/v1/conversations/{conversation_id}/reply",
    "/v1/conversations/{conversation_id}/take-back",
}
"""Their answer says all there is to know."""


def test_the_list_of_202s_is_complete() -> None:
    known = {(method, path) for method, path, *_ in LINKED}
    for route in documented_routes():
        if route.status_code == 202 and route.path not in WITHOUT_LINKS:
            method = next(iter(route.methods or ()))
            assert any(one == method and route.path_regex.match(path) for one, path in known), route.path


_BY_HAND = re.compile(r"""f["'][^"'\n]*/v1/[^"'\n]*\{""")


def test_no_path_is_put_together_by_hand() -> None:
    """An f-string with `/v1/…{id}` forgets the encoding; `api_paths.path_of` does not."""
    allowed = {"streams/worker/router_engines.py"}  # the path of another service
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in SOURCES
        for line in path.read_text(encoding="utf-8").splitlines()
        if _BY_HAND.search(line) and str(path.relative_to(ROOT)) not in allowed
    ]

    assert found == []
    assert _BY_HAND.search('x = f"/v1/incidents/{incident_id}"')
