"""Orders of operators: reopen, withdraw, answer on behalf of a person, escalate, assign, split."""

from typing import Any

import httpx2
import pytest

from dispatch.model.answer_commands import AcceptOffer, AnswerCommand
from dispatch.model.commands import AssignVolunteer, EscalateIncident, ReopenIncident, SplitIncident, WithdrawOffer
from dispatch.model.ids import offer_id
from dispatch.model.incidents import Incident
from dispatch.model.people import AskedLately
from dispatch.model.vocabulary import HeardBy, IncidentStatus, OfferState
from streams import clock
from streams.store.reads import VolunteerView
from tests.support.api_world import World, code, fields, report
from tests.support.builders import candidate, incident, offer, presence_of

INCIDENT = "i-8320e5-" + "a" * 32
OTHER = "i-8320e5-" + "b" * 32
OFFER = "o-8320e5-" + "a" * 32 + "-" + "b" * 16
ON_PHONE = {"on_behalf": {"heard_by": "phone"}}
ANSWERS: list[tuple[str, dict[str, Any], OfferState]] = [
    ("accept", {}, OfferState.OFFERED),
    ("decline", {"reason": "busy"}, OfferState.OFFERED),
    ("progress", {"state": "en_route"}, OfferState.ACCEPTED),
    ("check-in", {}, OfferState.ON_SCENE),
    ("confirm", {"version": 1}, OfferState.ACCEPTED),
    ("need-help", {"count": 2}, OfferState.ON_SCENE),
    ("distress", {}, OfferState.ON_SCENE),
]


def ended(status: IncidentStatus = IncidentStatus.CLOSED, **known: Any) -> Incident:
    return incident(id=INCIDENT, status=status, **known)


@pytest.mark.parametrize("status", [IncidentStatus.CLOSED, IncidentStatus.CANCELLED])
async def test_an_ended_incident_is_reopened_with_its_reason_kept_private(world: World, status: IncidentStatus) -> None:
    world.redis.add(ended(status))

    said = await world.ask("POST", f"/v1/incidents/{INCIDENT}/reopen", {"reason": "it burns again"})

    assert (said.status_code, said.json()["id"], said.json()["status"]) == (202, INCIDENT, "accepted")
    (command,) = world.log.commands
    assert isinstance(command, ReopenIncident)
    assert (command.incident_id, command.by) == (INCIDENT, "operator-1")
    assert command.private_ref is not None
    private = world.log.opened()[command.private_ref]
    assert getattr(private, "text", None) == "it burns again"


async def test_an_open_or_merged_incident_cannot_be_reopened(world: World) -> None:
    world.redis.add(ended(IncidentStatus.DISPATCHING))
    is_open = await world.ask("POST", f"/v1/incidents/{INCIDENT}/reopen")
    world.redis.add(ended(merged_into=OTHER))
    merged = await world.ask("POST", f"/v1/incidents/{INCIDENT}/reopen")

    assert (is_open.status_code, code(is_open), is_open.json()["state"]) == (409, "conflict", "dispatching")
    assert (merged.status_code, merged.json()["state"], merged.json()["merged_into"]) == (409, "merged", OTHER)
    assert world.log.messages == []


async def test_volunteers_cannot_reopen(world: World) -> None:
    world.redis.add(ended())

    said = await world.ask("POST", f"/v1/incidents/{INCIDENT}/reopen", role="volunteer")

    assert (said.status_code, code(said)) == (403, "forbidden")


async def test_an_order_to_reopen_is_accepted_while_redis_is_down(world: World) -> None:
    world.redis.is_down = True

    assert (await world.ask("POST", f"/v1/incidents/{INCIDENT}/reopen")).status_code == 202


def asked(state: OfferState = OfferState.OFFERED, **known: Any) -> Incident:
    return incident(id=INCIDENT, offers=(offer(state, id=OFFER, volunteer_id="v-1", accepted_ms=1, **known),))


async def say(world: World, verb: str, body: Any, **more: Any) -> httpx2.Response:
    return await world.ask("POST", f"/v1/offers/{OFFER}/{verb}", body, **more)


@pytest.mark.parametrize(("verb", "body", "state"), ANSWERS)
async def test_an_operator_enters_the_answer_of_a_person(
    world: World, verb: str, body: dict[str, Any], state: OfferState
) -> None:
    world.redis.add(asked(state))

    said = await say(world, verb, body | ON_PHONE)

    assert (said.status_code, said.json()["status"]) == (202, "received"), said.text
    (command,) = world.log.commands
    assert isinstance(command, AnswerCommand)
    assert (command.by, command.volunteer_id, command.heard_by) == ("operator-1", "v-1", HeardBy.PHONE)
    assert [(entry.action, entry.subject) for entry in world.log.audits] == [("offer.on_behalf.phone", OFFER)]


@pytest.mark.parametrize(("verb", "body", "state"), ANSWERS)
async def test_only_operators_answer_on_behalf_of_a_person(
    world: World, verb: str, body: dict[str, Any], state: OfferState
) -> None:
    world.redis.add(asked(state))

    operator = await say(world, verb, body)
    volunteer = await say(world, verb, body | ON_PHONE, role="volunteer", subject="v-1")
    another = await say(world, verb, body, role="volunteer", subject="v-2")
    monitor = await say(world, verb, body | ON_PHONE, role="monitor")

    assert [code(one) for one in (operator, volunteer, another, monitor)] == [
        "forbidden",
        "forbidden",
        "not_your_offer",
        "forbidden",
    ]
    assert world.log.messages == []


async def test_on_behalf_requires_heard_by(world: World) -> None:
    world.redis.add(asked())

    said = await say(world, "accept", {"on_behalf": {"heard_by": "dream"}})

    assert (said.status_code, fields(said)) == (422, ["on_behalf.heard_by"])


async def test_an_answer_on_behalf_is_accepted_while_redis_is_down(world: World) -> None:
    world.redis.is_down = True

    said = await say(world, "accept", {"on_behalf": {"heard_by": "radio"}})

    assert said.status_code == 202
    (command,) = world.log.commands
    assert isinstance(command, AcceptOffer)
    assert (command.volunteer_id, command.heard_by) == ("", HeardBy.RADIO)


async def test_an_offer_is_withdrawn_with_its_reason_kept_private(world: World) -> None:
    world.redis.add(asked(OfferState.ACCEPTED))

    said = await say(world, "withdraw", {"reason": "сұралды", "replace": False})

    assert (said.status_code, said.json()["id"], said.json()["links"]["incident"]) == (
        202,
        OFFER,
        f"/v1/incidents/{INCIDENT}",
    )
    (command,) = world.log.commands
    assert isinstance(command, WithdrawOffer)
    assert (command.offer_id, command.replace, command.by) == (OFFER, False, "operator-1")
    assert [getattr(one, "text", None) for one in world.log.opened().values()] == ["сұралды"]


async def test_an_ended_or_unknown_offer_cannot_be_withdrawn(world: World) -> None:
    world.redis.add(asked(OfferState.DECLINED))
    ended = await say(world, "withdraw", None)
    world.redis.add(incident(id=INCIDENT))
    unknown = await say(world, "withdraw", None)
    volunteer = await say(world, "withdraw", None, role="volunteer", subject="v-1")

    assert (code(ended), ended.json()["state"], code(unknown), code(volunteer)) == (
        "offer_ended",
        "declined",
        "not_found",
        "forbidden",
    )
    assert world.log.messages == []


async def test_an_order_to_escalate_states_its_level(world: World) -> None:
    world.redis.add(incident(id=INCIDENT, alarm_level=2))

    plain = await world.ask("POST", f"/v1/incidents/{INCIDENT}/escalate")
    stated = await world.ask("POST", f"/v1/incidents/{INCIDENT}/escalate", {"level": 2, "reason": "x"})
    late = await world.ask("POST", f"/v1/incidents/{INCIDENT}/escalate", {"level": 1})
    early = await world.ask("POST", f"/v1/incidents/{INCIDENT}/escalate", {"level": 3})

    assert [one.status_code for one in (plain, stated, late, early)] == [202, 202, 409, 409]
    assert (code(late), late.json()["alarm_level"]) == ("already_escalated", 2)
    assert (code(early), early.json()["alarm_level"]) == ("conflict", 2)
    levels = [command.level for command in world.log.commands if isinstance(command, EscalateIncident)]
    assert levels == [2, 2]


@pytest.mark.parametrize(
    ("path", "body"), [("close", {}), ("escalate", {}), ("notes", {"text": "x"}), ("attention", {"reason": "unfilled"})]
)
async def test_an_operator_can_follow_every_order_to_its_outcome(world: World, path: str, body: dict[str, str]) -> None:
    world.redis.add(incident(id=INCIDENT))

    answer = await world.ask("POST", f"/v1/incidents/{INCIDENT}/{path}", body)

    (command,) = world.log.commands
    assert answer.json()["links"]["outcome"] == f"/v1/incidents/{INCIDENT}/commands/{command.id}"


async def test_without_redis_an_order_to_escalate_is_accepted_as_stated(world: World) -> None:
    world.redis.is_down = True

    for body in ({"level": 3}, None):
        assert (await world.ask("POST", f"/v1/incidents/{INCIDENT}/escalate", body)).status_code == 202

    assert [getattr(command, "level", 0) for command in world.log.commands] == [3, None]


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

    said = await assign(world, force=True)

    assert (said.status_code, code(said)) == (409, wrong)
    assert said.json().get("incident_id") == present.get("incident_id")
    assert world.log.messages == []


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


async def test_an_ended_incident_cannot_be_split_and_without_redis_the_dispatcher_decides(world: World) -> None:
    world.redis.add(ended())
    over = await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", report())
    world.redis.is_down = True
    away = await world.ask("POST", f"/v1/incidents/{INCIDENT}/split", report(offers=[OFFER]))

    assert (code(over), away.status_code) == ("incident_ended", 202)
