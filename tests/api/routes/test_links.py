"""A link leads to what it names, whatever characters the id has."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dispatch.model.ids import is_person_id
from streams.api_paths import path_of
from tests.support.api_world import World, code

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
    }  # a client takes the dots for a way up
    assert fixes.json() == {"accepted": 0, "rejected": [{"index": 0, "code": "bad_volunteer_id"}]}


def _encoded(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def test_the_document_says_which_ids_there_can_be(world: World) -> None:
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


_BY_HAND = re.compile(r"""f["'][^"'\n]*/v1/[^"'\n]*\{""")


def test_no_path_is_put_together_by_hand() -> None:
    """An f-string with `/v1/…{id}` forgets the encoding; `api_paths.path_of` does not."""
    allowed = {"streams/worker/travel_router.py"}  # the path of another service
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in SOURCES
        for line in path.read_text(encoding="utf-8").splitlines()
        if _BY_HAND.search(line) and str(path.relative_to(ROOT)) not in allowed
    ]

    assert found == []
    assert _BY_HAND.search('x = f"/v1/incidents/{incident_id}"')
