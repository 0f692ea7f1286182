"""POST /v1/incidents/{id}/offers: an operator selects a person for a requirement."""

from typing import Any

import httpx2
import pytest

from dispatch.model.commands import AssignVolunteer
from dispatch.model.ids import offer_id
from dispatch.model.people import AskedLately
from dispatch.model.vocabulary import OfferState
from dispatch.notices.rules import NoticeOutcome
from streams import clock
from streams.store.reach import Told
from streams.store.volunteer_view import VolunteerView
from tests.api.routes.test_channels import browser
from tests.support.api_world import World, code, fields
from tests.support.builders import candidate, incident, offer, presence_of

INCIDENT = "i-8320e5-" + "a" * 32
OTHER = "i-8320e5-" + "b" * 32


def known(
    world: World, *skills: str, distance_m: float = 500.0, incident_id: str | None = None, **present: Any
) -> None:
    """The volunteer `v-9`, by default on duty with a fresh fix."""
    person = candidate("v-9", *skills, distance_m=distance_m)
    world.redis.present["v-9"] = presence_of(person, **({"fix_at_ms": clock.now_ms()} | present))
    world.redis.volunteers["v-9"] = VolunteerView(
        id="v-9",
        capabilities=(),
        skills=(),
        languages=(),
        travel_mode=person.travel_mode,
        max_distance_m=None,
        on_duty=True,
        offset=0,
        incident_id=incident_id,
    )


async def assign(world: World, **more: Any) -> httpx2.Response:
    body = {"volunteer_id": "v-9", "requirement_id": "r1", "reason": "тіл біледі"} | more
    return await world.ask("POST", f"/v1/incidents/{INCIDENT}/offers", body)


async def test_the_response_to_an_assignment_has_the_id_of_the_offer(world: World) -> None:
    world.redis.add(incident(id=INCIDENT))
    known(world)

    said = await assign(world)

    assert said.status_code == 202, said.text
    (command,) = world.log.commands
    assert isinstance(command, AssignVolunteer)
    assert (command.volunteer_id, command.requirement_id, command.force, command.by) == (
        "v-9",
        "r1",
        False,
        "operator-1",
    )
    made = offer_id(INCIDENT, command.id, "r1", "v-9")
    assert (said.json()["id"], said.headers["location"]) == (made, f"/v1/incidents/{INCIDENT}")
    assert [getattr(one, "text", None) for one in world.log.opened().values()] == ["тіл біледі"]


async def test_a_repeated_assignment_is_answered_as_before_and_a_second_one_is_engaged(world: World) -> None:
    world.redis.add(incident(id=INCIDENT))
    known(world)
    body = {"volunteer_id": "v-9", "requirement_id": "r1"}
    path = f"/v1/incidents/{INCIDENT}/offers"

    first = await world.ask("POST", path, body, key="k-1")
    undecided = await world.ask("POST", path, body, key="k-2")
    made = first.json()["id"]
    world.redis.add(incident(id=INCIDENT, offers=(offer(id=made, volunteer_id="v-9"),)))
    known(world, incident_id=INCIDENT)
    again = await world.ask("POST", path, body, key="k-1")
    world.redis.keys.clear()
    world.restart()
    forgotten = await world.ask("POST", path, body, key="k-1")
    second = await world.ask("POST", path, body, key="k-3")

    assert [one.status_code for one in (first, undecided, again, forgotten)] == [202] * 4
    assert first.json() == again.json() == forgotten.json()
    assert (second.status_code, code(second)) == (409, "engaged")


@pytest.mark.parametrize(
    ("present", "wrong"),
    [
        ({"on_duty": False}, "off_duty"),
        ({"incident_id": OTHER}, "engaged"),
    ],
)
async def test_a_person_off_duty_or_engaged_cannot_be_assigned(
    world: World, present: dict[str, Any], wrong: str
) -> None:
    world.redis.add(incident(id=INCIDENT))
    known(world, **present)

    said = await assign(world)

    assert (said.status_code, code(said)) == (409, wrong)
    assert said.json().get("incident_id") == present.get("incident_id")
    assert world.log.messages == []


async def test_a_forced_order_asks_somebody_off_duty_and_nobody_who_is_engaged(world: World) -> None:
    world.redis.add(incident(id=INCIDENT))
    known(world, on_duty=False)
    off_duty = await assign(world, force=True)
    known(world, incident_id=OTHER)
    engaged = await assign(world, force=True)

    assert (off_duty.status_code, engaged.status_code, code(engaged)) == (202, 409, "engaged")


async def test_an_unknown_person_or_a_filled_requirement_cannot_be_assigned(world: World) -> None:
    world.redis.add(incident(id=INCIDENT))
    nobody = await assign(world)
    known(world)
    world.redis.add(incident(id=INCIDENT, offers=(offer(OfferState.ACCEPTED),)))
    filled = await assign(world)
    world.redis.add(incident(id=INCIDENT, offers=(offer(volunteer_id="v-9"),)))
    twice = await assign(world)

    assert [code(one) for one in (nobody, filled, twice)] == ["unknown_volunteer", "filled", "engaged"]
    assert world.log.messages == []


async def test_soft_rules_against_the_person_are_named_and_overridden_with_a_reason(world: World) -> None:
    world.redis.add(incident(id=INCIDENT))
    known(world, "boat", distance_m=90_000.0)
    world.redis.past["v-9"] = AskedLately(worked_ms=clock.now_ms() - 60_000)

    told = await assign(world)
    without = await assign(world, force=True, reason=None)
    forced = await assign(world, force=True)

    assert (told.status_code, code(told), told.json()["rules"]) == (
        409,
        "rules_against",
        ["skill", "too_far", "resting"],
    )
    assert (without.status_code, fields(without)) == (422, ["reason"])
    assert forced.status_code == 202
    assert [getattr(command, "force", None) for command in world.log.commands] == [True]


async def test_an_unknown_requirement_is_refused_with_the_known_ones(world: World) -> None:
    world.redis.add(incident(id=INCIDENT))
    known(world)

    said = await assign(world, requirement_id="r9")
    odd = await assign(world, volunteer_id="a/b")

    assert (said.status_code, fields(said), "r1" in said.json()["detail"]) == (422, ["requirement_id"], True)
    assert (odd.status_code, fields(odd)) == (422, ["volunteer_id"])


async def test_while_redis_is_down_the_dispatcher_checks_an_assignment(world: World) -> None:
    world.redis.is_down = True

    assert (await assign(world)).status_code == 202


async def test_a_person_whose_every_device_is_gone_is_unreachable_unless_forced(world: World) -> None:
    world.redis.add(incident(id=INCIDENT))
    known(world)
    profile = {"capabilities": ["field"], "skills": ["first_aid"], "languages": ["kk"], "travel_mode": "foot"}
    await world.ask("PUT", "/v1/volunteers/v-9", profile, role="volunteer", subject="v-9")
    made = await world.ask("POST", "/v1/volunteers/v-9/channels", browser(), role="volunteer", subject="v-9")
    gone = Told(
        volunteer_id="v-9",
        kind="webpush",
        outcome=NoticeOutcome.FAILED,
        at_ms=clock.now_ms() + 1,
        device=made.json()["id"],
        code="http_410",
        is_gone=True,
    )

    reachable = await assign(world)
    await world.reach.put(gone)
    refused = await assign(world)
    forced = await assign(world, force=True)

    assert [one.status_code for one in (reachable, refused, forced)] == [202, 409, 202]
    assert code(refused) == "unreachable"
