"""Job changes over HTTP: shown to the person and the operator, confirmed by the person, named without values in events."""

import json
from dataclasses import replace
from typing import Any

import pytest

from api.reads.event_encoding import data_of, name_of
from dispatch.model.answer_commands import ConfirmChanges
from dispatch.model.incidents import Attention, Hazard
from dispatch.model.offers import Confirmed, JobChange, Unconfirmed
from dispatch.model.vocabulary import ConfirmationState, OfferState
from dispatch.notices.rules import NoticeOutcome
from streams.readers.feed_records import FeedRecord
from streams.topics import NOTICES, OFFERS
from streams.wire import NoticeRecord
from tests.api.routes.test_offers import INCIDENT, answer, asked, held
from tests.support.api_world import World, code, fields
from tests.support.builders import NOW_MS, incident, offer_step

OPEN = Unconfirmed(
    changes=(
        JobChange(fields=("location", "address"), version=4, at_ms=NOW_MS),
        JobChange(fields=("address", "priority"), version=6, at_ms=NOW_MS + 9_000),
    ),
    state=ConfirmationState.REMINDED,
    due_ms=NOW_MS + 60_000,
)
SHOWN = {
    "fields": ["location", "address", "priority"],
    "since": "2025-11-24T16:00:00.000Z",
    "version": 6,
    "state": "reminded",
    "due_at": "2025-11-24T16:01:00.000Z",
}


def on_the_way(**known: Any) -> Any:
    return held(OfferState.EN_ROUTE, accepted_ms=NOW_MS, **{"unconfirmed": OPEN} | known)


async def test_a_confirmation_reaches_the_log_once_for_each_key(world: World) -> None:
    world.redis.add(asked(on_the_way(), version=7))
    path = f"/v1/offers/{on_the_way().id}/confirm"

    first, again = [
        await world.ask("POST", path, {"version": 6}, role="volunteer", subject="v-1", key="k") for _ in range(2)
    ]

    assert (first.status_code, again.status_code, again.json()) == (202, 202, first.json())
    (command,) = world.log.commands
    assert isinstance(command, ConfirmChanges)
    assert (command.offer_id, command.volunteer_id, command.version) == (on_the_way().id, "v-1", 6)


@pytest.mark.parametrize("body", [{}, {"version": 0}, {"version": "6"}, {"version": 6.0}, {"version": 1, "x": 1}, None])
async def test_a_confirmation_of_nothing_names_the_field(world: World, body: Any) -> None:
    world.redis.add(asked(on_the_way(), version=7))

    refused = await answer(world, "confirm", body)

    assert refused.status_code in (400, 422)
    if isinstance(body, dict) and "version" not in body:
        assert fields(refused) == ["version"]
    assert world.log.commands == []


async def test_a_version_that_is_not_decided_cannot_be_confirmed(world: World) -> None:
    world.redis.add(asked(on_the_way(), version=7))

    refused = await answer(world, "confirm", {"version": 8})

    assert (refused.status_code, code(refused), refused.json()["version"]) == (409, "conflict", 7)


async def test_changes_can_be_confirmed_only_by_their_person(world: World) -> None:
    world.redis.add(asked(on_the_way(), version=7))
    path = f"/v1/offers/{on_the_way().id}/confirm"

    refused = await world.ask("POST", path, {"version": 6}, role="volunteer", subject="v-2")

    assert (refused.status_code, code(refused)) == (403, "not_your_offer")


@pytest.mark.parametrize("is_down", [True, False])
async def test_a_confirmation_is_accepted_while_redis_is_down_and_without_open_changes(
    world: World, is_down: bool
) -> None:
    world.redis.add(asked(on_the_way(unconfirmed=None), version=7))
    world.redis.is_down = is_down

    assert (await answer(world, "confirm", {"version": 6})).status_code == 202


async def test_the_person_and_the_operator_see_unconfirmed_changes(world: World) -> None:
    offer = on_the_way(confirmed=Confirmed(version=2, at_ms=NOW_MS))
    missed = Attention(
        reason="change_unconfirmed", requirement_id="r1", since_ms=NOW_MS, detail=offer.id, offer_id=offer.id
    )
    world.redis.add(asked(offer, version=7, attention=(missed,)))

    own = (await world.ask("GET", f"/v1/offers/{offer.id}", role="volunteer", subject="v-1")).json()
    listed = (await world.ask("GET", "/v1/volunteers/v-1/offers", role="volunteer", subject="v-1")).json()
    seen = (await world.ask("GET", f"/v1/incidents/{INCIDENT}")).json()

    confirmed = {"version": 2, "at": "2025-11-24T16:00:00.000Z"}
    assert (own["to_confirm"], own["confirmed"]) == (SHOWN, confirmed)
    assert listed["items"][0]["to_confirm"] == SHOWN
    assert (seen["offers"][0]["to_confirm"], seen["offers"][0]["confirmed"]) == (SHOWN, confirmed)
    assert (seen["attention"][0]["reason"], seen["attention"][0]["offer_id"]) == ("change_unconfirmed", offer.id)


async def test_no_unconfirmed_change_is_shown_as_null(world: World) -> None:
    offer = on_the_way(unconfirmed=None)
    world.redis.add(asked(offer))

    own = (await world.ask("GET", f"/v1/offers/{offer.id}", role="volunteer", subject="v-1")).json()

    assert (own["to_confirm"], own["confirmed"]) == (None, None)


def test_live_events_name_fields_and_never_values() -> None:
    step = offer_step(state=OfferState.EN_ROUTE, epoch=6, notice="changed", changes=("location", "address"))
    record = NoticeRecord(
        id="n-1",
        event_id="e",
        offer_id="o-1",
        incident_id="i-1",
        volunteer_id="v-1",
        kind="changed",
        channel="sse",
        outcome=NoticeOutcome.SENT,
        attempts=1,
        at_ms=1,
        version=6,
        changes=("location", "address"),
    )

    offer, notice = FeedRecord(OFFERS.name, 0, 0, step), FeedRecord(NOTICES.name, 0, 0, record)

    assert (name_of(offer), name_of(notice)) == ("offer", "notice")
    shown = json.loads(data_of(offer))
    assert (shown["state"], shown["notice"], shown["changes"], shown["version"]) == (
        "en_route",
        "changed",
        ["location", "address"],
        6,
    )
    said = json.loads(data_of(notice))
    assert (said["kind"], said["offer_id"], said["changes"], said["version"]) == (
        "changed",
        "o-1",
        ["location", "address"],
        6,
    )
    ended = json.loads(data_of(notice._replace(record=replace(record, kind="stood_down", reason="not_needed"))))
    assert (ended["kind"], ended["reason"]) == ("stood_down", "not_needed")


async def test_a_hazard_on_the_way_is_shown_with_its_area_to_the_person_and_by_id_to_operators(
    world: World,
) -> None:
    other = INCIDENT[:-1] + "e"
    offer = on_the_way(hazards_on_way={other: 3})
    world.redis.add(asked(offer))
    world.redis.add(incident(id=other, type="flood", hazard=Hazard(equipped=("boat",), since=3)))

    own = (await world.ask("GET", f"/v1/offers/{offer.id}", role="volunteer", subject="v-1")).json()
    listed = (await world.ask("GET", "/v1/volunteers/v-1/offers", role="volunteer", subject="v-1")).json()
    seen = (await world.ask("GET", f"/v1/incidents/{INCIDENT}")).json()

    (ground,) = own["grounds_on_way"]
    assert (ground["incident_id"], ground["type"], ground["state"]) == (other, "flood", "active")
    assert listed["items"][0]["grounds_on_way"] == [ground]
    assert own["hazards_on_way"] == seen["offers"][0]["hazards_on_way"] == [other]
