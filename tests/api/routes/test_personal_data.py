"""Consents with the notice that was shown, and the export of everything stored about a person."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.model.people import AskedLately
from dispatch.notices.rules import NoticeOutcome
from streams.store.reads import OfferOf
from streams.wire import IncidentPrivate, NoticeRecord
from tests.support.api_world import World, code
from tests.support.browser import Browser
from tests.support.builders import incident, offer

PROFILE = {"capabilities": ["field"], "skills": ["first_aid"], "languages": ["kk"], "travel_mode": "foot"}
NOTICE = {"version": "2026-11", "language": "kk"}
FIX = {"lon": 76.945, "lat": 43.238}


async def mine(world: World, method: str, path: str, body: Any = None) -> Any:
    return await world.ask(method, f"/v1/volunteers/v-1{path}", body, role="volunteer", subject="v-1")


async def test_the_notice_that_was_shown_and_the_answers_are_records(world: World) -> None:
    await mine(world, "PUT", "", PROFILE)

    await mine(world, "PUT", "/consents", {"notice": NOTICE, "positions": True, "contact_by_phone": True})
    answer = await mine(
        world, "PUT", "/consents", {"notice": {"version": "2026-12", "language": "ru"}, "positions": False}
    )

    shown = (await mine(world, "GET", "/consents")).json()
    assert shown == answer.json()
    assert shown["now"] == {"positions": False, "contact_by_phone": True}
    assert [(step["notice"], step["language"], step["given"]) for step in shown["steps"]] == [
        ("2026-11", "kk", {"positions": True, "contact_by_phone": True}),
        ("2026-12", "ru", {"positions": False}),
    ]
    assert world.log.messages[-1].key == "consents:v-1"
    assert b"2026-12" not in (world.log.messages[-1].value or b"")  # sealed


async def test_without_the_consent_no_position_is_accepted_until_it_is_given_again(world: World) -> None:
    await mine(world, "PUT", "", PROFILE)

    await mine(world, "PUT", "/consents", {"notice": NOTICE, "positions": False})
    refused = await mine(world, "PUT", "/location", FIX)
    await mine(world, "PUT", "/consents", {"notice": NOTICE, "positions": True})
    accepted = await mine(world, "PUT", "/location", FIX)

    assert (refused.status_code, code(refused)) == (409, "positions_withdrawn")
    assert (accepted.status_code, len(world.log.fixes)) == (202, 1)


async def test_a_number_is_hidden_from_others_by_a_refusal_alone_and_an_operators_change_keeps_it(world: World) -> None:
    await mine(world, "PUT", "", PROFILE | {"contact": {"name": "Aigul", "phone": "+77011234567"}})

    async def number(by: str = "operator") -> str | None:
        shown = await world.ask("GET", "/v1/volunteers/v-1", role=by, subject="v-1" if by == "volunteer" else None)
        return (shown.json()["contact"] or {}).get("phone")

    assert (await mine(world, "GET", "/consents")).json() == {"now": {}, "steps": []}
    assert await number() == "+77011234567"

    await mine(world, "PUT", "/consents", {"notice": NOTICE, "contact_by_phone": False})
    changed = await world.ask("PATCH", "/v1/volunteers/v-1", {"contact": {"name": "Aigul K."}})

    assert changed.json()["contact"] == {"name": "Aigul K."}
    assert await number() is None
    assert await number("volunteer") == "+77011234567"
    await mine(world, "PUT", "/consents", {"notice": NOTICE, "contact_by_phone": True})
    assert await number() == "+77011234567"


async def test_consents_wait_for_redis_because_earlier_answers_must_not_be_lost(world: World) -> None:
    await mine(world, "PUT", "", PROFILE)
    world.redis.is_down = True

    answer = await mine(world, "PUT", "/consents", {"notice": NOTICE, "positions": False})

    assert answer.status_code == 503


@pytest.mark.parametrize("body", [{}, {"notice": {"version": "a b", "language": "kk"}}, {"notice": NOTICE, "x": True}])
async def test_a_consent_names_the_notice_that_was_shown(world: World, body: Any) -> None:
    await mine(world, "PUT", "", PROFILE)

    assert (await mine(world, "PUT", "/consents", body)).status_code == 422


async def test_the_export_has_texts_notices_estimates_and_consents_and_says_what_it_lacks(world: World) -> None:
    await mine(world, "PUT", "", PROFILE)
    await mine(world, "PUT", "/consents", {"notice": NOTICE, "positions": True})
    wrote = replace(offer(), private_ref="incident:x:decline:c-1")
    state = replace(incident(), offers=(wrote,))
    world.redis.add(state)
    _, world.redis.sealed["incident:x:decline:c-1"] = await world.log.send_private(
        "incident:x:decline:c-1", IncidentPrivate(text="My car is broken")
    )
    world.redis.past["v-1"] = AskedLately(accepted=1.5, offers_last_day=2, upheld=3.0, overruled=0.5)
    told = NoticeRecord(
        id="n-1",
        event_id="e-1",
        offer_id=wrote.id,
        incident_id=state.id,
        volunteer_id="v-1",
        kind="offer",
        channel="log",
        outcome=next(iter(NoticeOutcome)),
        attempts=1,
        at_ms=1,
    )
    world.private_log.notices += [told, replace(told, id="n-2", volunteer_id="v-2")]

    await Browser(world).log_in("volunteer", "v-1")
    await Browser(world).log_in("volunteer", "v-2")

    document = (await mine(world, "GET", "/export")).json()

    assert [one["id"] for one in document["offers"]] == [wrote.id]
    assert document["texts"] == {wrote.id: "My car is broken"}
    assert [notice["id"] for notice in document["notices"]] == ["n-1"]
    assert (document["estimates"]["accepted"], document["estimates"]["offers_last_day"]) == (1.5, 2)
    assert document["consents"]["now"] == {"positions": True}
    assert [one["id"] for one in document["sessions"]] == ["v-1"]
    assert document["trust"] == {"upheld": 3.0, "overruled": 0.5}
    assert document["not_included"] == ["earlier_positions", "searches"]
    assert OfferOf(incident=state, offer=wrote) in await world.redis.offers_of("v-1")
