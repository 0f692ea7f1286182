"""Every disclosure has an entry before it is sent; who saw what can be read by admins and by the person."""

from typing import Any

import pytest

from api.http.audit import READS
from dispatch.model.vocabulary import OfferState
from streams.audit.audit_log import AuditUnavailable
from streams.wire import MOST_SUBJECTS
from tests.api.routes.test_assignment import known
from tests.support.api_world import World, code
from tests.support.browser import Browser
from tests.support.builders import INCIDENT, incident, offer, requirement
from tests.support.openapi import openapi

OFFER = "o-8320e5-" + INCIDENT.rsplit("-", 1)[1] + "-" + "b" * 16

DISCLOSE_NOTHING = {
    "/healthz": "a state",
    "/readyz": "a state",
    "/metrics": "numbers without people",
    "/v1/status": "counts and codes; details of alarms are opaque ids of incidents",
    "/v1/incident-types": "the response plans",
    "/v1/reports/summary": "counts and times without ids",
    "/v1/hazards.atom": "areas that are published; no text of a person",
    "/v1/hazards/{incident_id}.cap": "as the feed",
    "/v1/gis": "where the collections are",
    "/v1/gis/api": "the definition of the interface",
    "/v1/gis/conformance": "what is met of a standard",
    "/v1/gis/collections": "names of collections",
    "/v1/gis/collections/{collection_id}": "as the list",
    "/v1/gis/collections/{collection_id}/schema": "names of properties",
    "/v1/gis/collections/{collection_id}/queryables": "names of properties",
    "/v1/places": "names on the map; nothing about incidents or people",
    "/v1/places/towns": "names on the map; nothing about incidents or people",
    "/v1/session": "the caller's own",
    "/v1/session/oidc": "begins a login",
    "/v1/session/oidc/callback": "ends a login; the session that it opens is recorded",
    "/v1/assistant": "switches and figures without people",
    "/v1/deployment": "settings that everybody may see",
    "/v1/offers/{offer_id}": "the caller's own offer; private records are recorded where they are decrypted",
    "/v1/volunteers/{volunteer_id}/warnings": "the caller's own",
    "/v1/volunteers/{volunteer_id}/distress": "the caller's own; of others only how many come",
    "/v1/volunteers/{volunteer_id}/export": "recorded by the route as `volunteer.export`",
    "/v1/incidents/{incident_id}/caller": "recorded by the route as `incident.caller.read`",
    "/v1/incidents/{incident_id}/commands/{command_id}": "the outcome; private values are recorded where they are opened",
}
"""GET routes whose response needs no entry, and why."""


@pytest.fixture
def world() -> World:
    made = World()
    made.redis.add(incident())
    return made


def test_every_read_is_recorded_or_has_a_reason_not_to_be() -> None:
    paths = {path for path, methods in openapi()["paths"].items() if "get" in methods}

    assert paths - READS.keys() - DISCLOSE_NOTHING.keys() == set()
    assert READS.keys() - paths == set()
    assert READS.keys() & DISCLOSE_NOTHING.keys() == set()


async def test_a_list_names_what_it_showed(world: World) -> None:
    for query in ("", "?format=csv"):
        world.log.audits.clear()
        await world.ask("GET", f"/v1/incidents{query}", subject="op-7")

        (entry,) = world.log.audits
        assert (entry.actor, entry.role, entry.action) == ("op-7", "operator", "incidents.list")
        assert (entry.subjects, entry.count) == ((INCIDENT,), 1)
    assert MOST_SUBJECTS == 200


async def test_a_list_of_sessions_names_the_people_and_ones_own_has_no_entry(world: World) -> None:
    for person in ("v-1", "v-2"):
        await Browser(world).log_in("volunteer", person)
    world.log.audits.clear()

    await world.ask("GET", "/v1/sessions", role="volunteer", subject="v-1")
    await world.ask("GET", "/v1/sessions", role="admin", subject="a-1")
    await world.ask("GET", "/v1/sessions?subject=v-3", role="admin", subject="a-1")

    assert [(one.actor, one.action, one.subjects) for one in world.log.audits] == [
        ("a-1", "sessions.list", ("v-1", "v-2")),
        ("a-1", "sessions.list", ("v-3",)),
    ]


async def test_a_live_view_is_recorded_when_it_opens_unless_it_is_ones_own(world: World) -> None:
    world.feed.end_listeners()

    await world.ask("GET", "/v1/events", role="volunteer", subject="v-1")
    await world.ask("GET", "/v1/events", subject="op-7")

    assert [(one.actor, one.action) for one in world.log.audits] == [("op-7", "events.open")]


async def test_why_names_the_person_it_is_about(world: World) -> None:
    await world.ask("GET", f"/v1/incidents/{INCIDENT}/why?volunteer_id=v-9")

    assert [(one.subject, one.subjects) for one in world.log.audits] == [(INCIDENT, ("v-9",))]


@pytest.mark.parametrize("path", ["/v1/incidents", f"/v1/incidents/{INCIDENT}", "/v1/incidents?format=csv"])
async def test_nothing_is_shown_that_cannot_be_recorded(world: World, path: str) -> None:
    world.log.audit_trouble = AuditUnavailable("no disk, no Kafka")

    answer = await world.ask("GET", path)

    assert (answer.status_code, code(answer)) == (503, "audit_unavailable")
    assert INCIDENT not in answer.text
    assert int(answer.headers["retry-after"]) > 0


async def test_what_was_done_stands_although_it_cannot_be_recorded(world: World) -> None:
    world.log.audit_trouble = AuditUnavailable("no disk, no Kafka")

    answer = await world.ask("DELETE", "/v1/volunteers/v-9", role="admin", key=None)

    assert answer.status_code == 202


async def test_admins_read_the_log_and_the_read_is_in_it(world: World) -> None:
    await world.ask("GET", f"/v1/incidents/{INCIDENT}", subject="op-7")

    shown = (await world.ask("GET", f"/v1/audit?subject={INCIDENT}", role="admin", subject="a-1")).json()

    assert [(one["actor"], one["action"]) for one in shown["items"]][-1] == ("op-7", "incident.read")
    assert (world.log.audits[-1].actor, world.log.audits[-1].action) == ("a-1", "audit.read")
    for role in ("operator", "volunteer", "monitor", "tracker"):
        assert (await world.ask("GET", "/v1/audit", role=role)).status_code == 403


async def test_a_person_sees_who_saw_their_data_and_nobody_elses(world: World) -> None:
    await world.ask("GET", "/v1/volunteers/v-9/offers", subject="op-7")
    await world.ask("GET", "/v1/volunteers/v-8/offers", subject="op-7")

    own = (await world.ask("GET", "/v1/volunteers/v-9/audit", role="volunteer", subject="v-9")).json()["items"]
    refused = await world.ask("GET", "/v1/volunteers/v-9/audit", role="volunteer", subject="v-8")

    assert [(one["actor"], one["role"], one["action"]) for one in own] == [
        ("op-7", "operator", "volunteer.offers.read")
    ]
    assert refused.status_code == 403


async def test_orders_that_name_people_are_recorded_with_them_once_they_are_in_the_log(world: World) -> None:
    held = offer(OfferState.OFFERED, id=OFFER, volunteer_id="v-1")
    world.redis.add(incident(requirements=(requirement(id="r1", count=2),), offers=(held,)))
    known(world, "first_aid")
    part = {"type": "flood", "location": {"type": "Point", "coordinates": [76.9, 43.2]}, "offers": [OFFER]}
    orders: list[tuple[str, dict[str, Any]]] = [
        (
            f"/v1/incidents/{INCIDENT}/offers",
            {"volunteer_id": "v-9", "requirement_id": "r1", "force": True, "reason": "near"},
        ),
        (f"/v1/offers/{OFFER}/remind", {}),
        (f"/v1/offers/{OFFER}/withdraw", {}),
        (f"/v1/offers/{OFFER}/accept", {"on_behalf": {"heard_by": "phone"}}),
        (f"/v1/incidents/{INCIDENT}/split", part),
    ]
    world.log.audits.clear()

    for number, (path, body) in enumerate(orders):
        for _ in range(2):  # the repeat is no second order
            answer = await world.ask("POST", path, body, subject="op-7", key=f"order-{number}")
            assert answer.status_code == 202, answer.text

    assert [(one.actor, one.action, one.subjects) for one in world.log.audits] == [
        ("op-7", "offer.assign", ("v-9",)),
        ("op-7", "offer.remind", ("v-1",)),
        ("op-7", "offer.withdraw", ("v-1",)),
        ("op-7", "offer.on_behalf.phone", ("v-1",)),
        ("op-7", "incident.split", ("v-1",)),
    ]
    own = (await world.ask("GET", "/v1/volunteers/v-1/audit", role="volunteer", subject="v-1")).json()["items"]
    assert {one["action"] for one in own} == {
        "offer.remind",
        "offer.withdraw",
        "offer.on_behalf.phone",
        "incident.split",
    }


async def test_without_redis_an_order_is_recorded_with_the_people_that_the_request_names(world: World) -> None:
    selected = {"volunteer_id": "v-9", "requirement_id": "r1"}
    world.redis.is_down = True

    await world.ask("POST", f"/v1/incidents/{INCIDENT}/offers", selected, subject="op-7")
    await world.ask("POST", f"/v1/offers/{OFFER}/withdraw", {}, subject="op-7")
    await world.ask("POST", f"/v1/offers/{OFFER}/accept", {"on_behalf": {"heard_by": "radio"}}, subject="op-7")

    # Whose offer it is, only the state knows.
    assert [(one.action, one.subject == OFFER, one.subjects) for one in world.log.audits] == [
        ("offer.assign", False, ("v-9",)),
        ("offer.withdraw", True, ()),
        ("offer.on_behalf.radio", True, ()),
    ]


async def test_an_order_that_is_refused_leaves_no_entry_of_an_order(world: World) -> None:
    world.redis.add(incident(offers=(offer(OfferState.EXPIRED, id=OFFER, volunteer_id="v-1"),)))
    world.log.audits.clear()

    assert (await world.ask("POST", f"/v1/offers/{OFFER}/withdraw", {})).status_code == 409

    assert world.log.audits == []


async def test_pages_continue(world: World) -> None:
    for _ in range(5):
        await world.ask("GET", f"/v1/incidents/{INCIDENT}", subject="op-7")
    path, seen = f"/v1/audit?subject={INCIDENT}&action=incident&limit=2", 0

    page = (await world.ask("GET", path, role="admin")).json()
    seen += len(page["items"])
    while page["next"] is not None:
        page = (await world.ask("GET", f"{path}&cursor={page['next']}", role="admin")).json()
        seen += len(page["items"])

    assert seen == 5
