"""At every entrance a person finds what their work needs of an incident, and no more; it ends with the work."""

from typing import Any

import pytest

from dispatch.model.merges import MergeCandidate
from dispatch.model.offers import Offer
from dispatch.model.vocabulary import Capability, IncidentStatus, OfferState, Priority, Task
from tests.support.api_fakes import seal_incident
from tests.support.api_world import World
from tests.support.builders import incident, offer

INCIDENT = "i-8320e5-" + "a" * 32
OFFER, OTHER = ("o-8320e5-" + "a" * 32 + "-" + letter * 16 for letter in "bc")
CALLER = {"name": "name-canary", "phone": "phone-canary"}
CANARIES = {"description": "text", "address": "address", "name": "name", "phone": "phone"}
KEYS = ("location", "description", "address", "caller")


def digital(task: Task | None, state: OfferState = OfferState.ACCEPTED, id_: str = OFFER) -> Offer:
    return offer(state, id=id_, volunteer_id="v-1", capability=Capability.DIGITAL, task=task)


def field(state: OfferState, id_: str = OFFER) -> Offer:
    return offer(state, id=id_, volunteer_id="v-1")


def add(world: World, *offers: Offer, status: IncidentStatus = IncidentStatus.DISPATCHING, **known: Any) -> None:
    state = incident(id=INCIDENT, priority=Priority.LOW, status=status, offers=offers, **known)
    world.redis.add(state)
    seal_incident(world.redis, state.id, description="text-canary", address="address-canary", caller=CALLER)


def seen_in(shown: Any, exact: Any) -> set[str]:
    """Which private fields stand anywhere in a response, and whether the exact place does."""
    text = str(shown)
    return {name for name, part in CANARIES.items() if f"{part}-canary" in text} | (
        {"location"} if str(exact) in text else set()
    )


async def entrances(world: World) -> dict[str, Any]:
    """Everything a person, or an operator on their behalf, can read about the offers and the incident."""
    person: dict[str, Any] = {"role": "volunteer", "subject": "v-1"}
    answers = {
        "offer": await world.ask("GET", f"/v1/offers/{OFFER}", **person),
        "own list": await world.ask("GET", "/v1/volunteers/v-1/offers", **person),
        "operator's list": await world.ask("GET", "/v1/volunteers/v-1/offers"),
        "incident": await world.ask("GET", f"/v1/incidents/{INCIDENT}", **person),
    }
    assert {answer.status_code for answer in answers.values()} == {200}
    return {name: answer.json() for name, answer in answers.items()}


async def seen_everywhere(world: World) -> dict[str, set[str]]:
    exact = incident().area
    assert exact is not None
    found = await entrances(world)
    return {name: seen_in(shown, exact.geometry["coordinates"]) for name, shown in found.items()}


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (field(OfferState.ACCEPTED), {*CANARIES, "location"}),
        (digital(Task.TRANSLATE), {"description"}),
        (digital(Task.CALL_BACK), {"description", "name", "phone"}),
        (digital(Task.VERIFY_REPORT), {"description"}),
        (digital(Task.GEOLOCATE), {"description", "address", "location"}),
        (digital(Task.MAP_DAMAGE), {"location"}),
        (digital(Task.FIND_DUPLICATES), {"description"}),
        (digital(Task.MONITOR_MEDIA), {"description"}),
        (digital(Task.SUMMARISE), {"description"}),
        (digital(None), set()),
    ],
    ids=lambda one: str(one.task or one.capability) if isinstance(one, Offer) else "",
)
async def test_each_work_gives_the_same_at_every_entrance(world: World, held: Offer, expected: set[str]) -> None:
    add(world, held)

    seen = await seen_everywhere(world)

    assert seen == dict.fromkeys(seen, expected)


@pytest.mark.parametrize("task", [None, Task.CALL_BACK, Task.GEOLOCATE])
@pytest.mark.parametrize("state", [one for one in OfferState if not field(one).is_assigned])
async def test_nothing_is_left_after_the_work(world: World, state: OfferState, task: Task | None) -> None:
    add(world, digital(task, state) if task else field(state))

    assert set().union(*(await seen_everywhere(world)).values()) == set()


@pytest.mark.parametrize("status", [IncidentStatus.CLOSED, IncidentStatus.CANCELLED])
async def test_nothing_is_left_after_the_incident(world: World, status: IncidentStatus) -> None:
    add(world, field(OfferState.ON_SCENE), status=status)

    assert set().union(*(await seen_everywhere(world)).values()) == set()


async def test_the_keys_stay_and_are_null_where_the_work_does_not_get_the_field(world: World) -> None:
    add(world, digital(Task.VERIFY_REPORT))

    shown = (await entrances(world))["offer"]

    assert {name: shown[name] for name in KEYS} == dict.fromkeys(KEYS) | {"description": "text-canary"}
    assert {name: shown["task"]["material"][name] for name in KEYS} == {name: shown[name] for name in KEYS}
    assert shown["area"] is not None


async def test_the_incident_shows_what_the_open_offers_give_together(world: World) -> None:
    add(world, field(OfferState.DONE, OTHER), digital(Task.MAP_DAMAGE))

    assert (await seen_everywhere(world))["incident"] == {"location"}

    add(world, field(OfferState.DECLINED, OTHER), digital(Task.CALL_BACK))

    assert (await seen_everywhere(world))["incident"] == {"description", "name", "phone"}


async def test_work_that_needs_no_private_field_opens_no_record(world: World) -> None:
    add(world, digital(Task.MAP_DAMAGE))

    await world.ask("GET", f"/v1/offers/{OFFER}", role="volunteer", subject="v-1")

    assert "incident.private.read" not in {entry.action for entry in world.log.audits}


LIKE = MergeCandidate(incident_id="8320e5-other", score=0.8649, distance_m=342.0, apart_s=745.0, type=1.0)


async def task_of(world: World, held: Offer) -> Any:
    add(world, held, merge_candidates=(LIKE,))
    return (await entrances(world))["offer"]["task"]


async def test_who_looks_for_repeats_is_told_which_reports_may_be_the_same_and_not_what_they_say(world: World) -> None:
    shown = await task_of(world, digital(Task.FIND_DUPLICATES))

    # Rounded: of two exact places of incidents one would follow from the other.
    assert shown["others"] == [
        {"incident_id": LIKE.incident_id, "distance_m": 300, "apart_s": 720, "same_type": True, "likeness": 0.86}
    ]


@pytest.mark.parametrize(
    "held", [digital(Task.FIND_DUPLICATES, OfferState.OFFERED), digital(Task.VERIFY_REPORT)], ids=["asked", "verifies"]
)
async def test_nobody_else_is(world: World, held: Offer) -> None:
    assert (await task_of(world, held))["others"] == []
