"""POST /v1/incidents/{id}/split: a part of an incident becomes an incident of its own."""

from typing import Any

import pytest

from dispatch.model.commands import SplitIncident
from dispatch.model.incidents import Incident
from dispatch.model.vocabulary import IncidentStatus, OfferState
from tests.support.api_world import World, code, fields, report
from tests.support.builders import incident, offer
from tests.support.edited_incident import EditedIncident, first_reads

INCIDENT = "i-8320e5-" + "a" * 32
OTHER = "i-8320e5-" + "b" * 32
GONE = "o-8320e5-" + "a" * 32 + "-" + "c" * 16
THIRD = "i-8320e5-" + "c" * 32
OFFER = "o-8320e5-" + "a" * 32 + "-" + "b" * 16


def ended(status: IncidentStatus = IncidentStatus.CLOSED, **known: Any) -> Incident:
    return incident(id=INCIDENT, status=status, **known)


async def test_a_part_becomes_an_incident_of_its_own(world: World) -> None:
    world.redis.add(incident(id=INCIDENT, offers=(offer(id=OFFER),), reports=(OTHER,)))
    body = report(offers=[OFFER], reports=[OTHER], reason="екі апат")

    said = await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", body, key="k-1")
    plain = await world.ask("POST", "/v1/incidents", report(), key="k-2")

    assert said.status_code == 202, said.text
    command = world.log.commands[0]
    assert isinstance(command, SplitIncident)
    made = command.report
    assert (said.json()["id"], said.headers["location"]) == (made.incident_id, f"/v1/incidents/{made.incident_id}")
    assert made.incident_id not in (INCIDENT, plain.json()["id"])
    assert (command.incident_id, command.offers, command.reports) == (INCIDENT, (OFFER,), (OTHER,))
    assert (made.type, made.private_fields, made.text_print is None) == (
        "medical.other",
        ("description", "caller"),
        False,
    )
    sealed = world.log.opened()
    assert made.private_ref is not None
    assert getattr(sealed[made.private_ref], "description", None) == "Үйдің 3-қабатынан түтін"
    assert command.private_ref is not None
    assert getattr(sealed[command.private_ref], "text", None) == "екі апат"
    assert made.private_ref.startswith(f"incident:{made.incident_id}:")
    shown = (await world.ask("GET", f"/v1/incidents/{made.incident_id}")).json()
    assert (shown["status"], shown["version"], shown["split_from"]) == ("reported", 0, INCIDENT)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"offers": ["o-8320e5-x"]}, "offers[0]"),
        ({"reports": [OTHER]}, "reports[0]"),
        ({"type": "dragon"}, "type"),
        ({"location": ...}, "location"),
    ],
)
async def test_a_split_names_what_is_wrong_with_it(world: World, changes: dict[str, Any], field: str) -> None:
    world.redis.add(incident(id=INCIDENT))

    said = await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", report(**changes))

    assert (said.status_code, fields(said)) == (422, [field])
    assert world.log.messages == []


async def test_a_split_takes_no_offer_that_has_ended(world: World) -> None:
    declined = offer(OfferState.DECLINED, id=OFFER)
    world.redis.add(incident(id=INCIDENT, offers=(declined,)))

    said = await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", report(offers=[declined.id]))

    assert (said.status_code, code(said)) == (409, "offer_ended")
    assert world.log.messages == []


async def test_people_whom_another_order_has_split_off_are_not_split_off_again(world: World) -> None:
    gone = offer(OfferState.WITHDRAWN, id=OFFER, reason="split")
    taken = {gone.volunteer_id: OTHER}
    world.redis.add(incident(id=INCIDENT, offers=(gone,), split_into=(OTHER,), moved_by_split=taken))

    said = await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", report(offers=[gone.id]))

    assert (said.status_code, code(said), said.json()["incident_id"]) == (409, "already_split", OTHER)
    assert world.log.messages == []


async def test_a_report_that_another_order_has_split_off_is_not_split_off_again(world: World) -> None:
    world.redis.add(incident(id=INCIDENT, split_into=(THIRD,), moved_by_split={OTHER: THIRD}))

    said = await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", report(reports=[OTHER]))

    assert (said.status_code, code(said), said.json()["incident_id"]) == (409, "already_split", THIRD)
    assert world.log.messages == []


async def test_who_is_left_moves_although_others_are_gone(world: World) -> None:
    declined, live = offer(OfferState.DECLINED, id=OFFER), offer(id=GONE, volunteer_id="two")
    world.redis.add(incident(id=INCIDENT, offers=(declined, live)))

    said = await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", report(offers=[declined.id, live.id]))

    assert said.status_code == 202, said.text
    (command,) = world.log.commands
    assert isinstance(command, SplitIncident)
    assert command.offers == (declined.id, live.id)


async def test_two_orders_for_the_same_people_are_decided_by_the_log_and_the_second_reads_who_has_them(
    world: World,
) -> None:
    """Both are sent before Redis shows the decision on the first."""
    edited = EditedIncident(world)
    before = incident(id=INCIDENT, offers=(offer(id=OFFER), offer(OfferState.DECLINED, id=GONE, volunteer_id="two")))
    world.redis.add(before)
    first = await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", report(offers=[OFFER, GONE]), key="k-1")
    first_reads(edited, [before])

    second = await world.ask(
        "POST", f"/v1/incidents/{INCIDENT}/split", report(offers=[OFFER]), subject="op-2", key="k-2"
    )

    assert (first.status_code, second.status_code) == (202, 202)
    told = [(await world.ask("GET", one.json()["links"]["outcome"])).json() for one in (first, second)]
    assert (told[0]["outcome"], told[0]["not_moved"]) == (
        "applied",
        [{"id": GONE, "volunteer_id": "two", "state": "declined", "into": None}],
    )
    assert (told[1]["outcome"], told[1]["reason"], told[1]["other_incident"]) == (
        "refused",
        "already_split",
        first.json()["id"],
    )


async def test_an_ended_incident_cannot_be_split_and_without_redis_the_dispatcher_decides(world: World) -> None:
    world.redis.add(ended())
    over = await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", report())
    world.redis.is_down = True
    away = await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", report(offers=[OFFER]))

    assert (code(over), away.status_code) == ("incident_ended", 202)


async def test_a_part_of_a_drill_is_a_drill(world: World) -> None:
    world.redis.add(incident(id=INCIDENT, exercise=True))

    await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", report(), key="k-1")

    (command,) = world.log.commands
    assert isinstance(command, SplitIncident)
    assert command.report.exercise
