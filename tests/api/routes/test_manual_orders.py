"""Orders of operators: reopen, withdraw, answer on behalf of a person, escalate."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from dispatch.incidents.reopening import WITHIN_S
from dispatch.model.answer_commands import AcceptOffer, AnswerCommand
from dispatch.model.commands import (
    CancelIncident,
    CloseIncident,
    EscalateIncident,
    RemindPerson,
    ReopenIncident,
    WithdrawOffer,
)
from dispatch.model.incidents import Incident
from dispatch.model.reasons import EndCode
from dispatch.model.vocabulary import HeardBy, IncidentStatus, OfferState
from streams import clock
from tests.support.api_world import World, code, fields
from tests.support.builders import incident, offer

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


async def test_an_incident_that_ended_more_than_a_day_ago_is_reported_anew(world: World) -> None:
    long_ago = clock.now_ms() - WITHIN_S * 1000 - 60_000
    world.redis.add(ended(times=replace(incident().times, closed_ms=long_ago)))

    said = await world.ask("POST", f"/v1/incidents/{INCIDENT}/reopen")

    assert (said.status_code, code(said)) == (409, "ended_too_long_ago")


@pytest.mark.parametrize("verb", ["cancel", "close"])
async def test_an_end_states_a_code_beside_the_free_text(world: World, verb: str) -> None:
    world.redis.add(incident(id=INCIDENT))

    said = await world.ask("POST", f"/v1/incidents/{INCIDENT}/{verb}", {"code": "false_call", "reason": "балалар"})
    wrong = await world.ask("POST", f"/v1/incidents/{INCIDENT}/{verb}", {"code": "boring"})

    assert (said.status_code, wrong.status_code, fields(wrong)) == (202, 422, ["code"])
    (command,) = world.log.commands
    assert isinstance(command, CancelIncident | CloseIncident)
    assert command.code is EndCode.FALSE_CALL


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
    assert [(entry.action, entry.subject, entry.subjects) for entry in world.log.audits] == [
        ("offer.on_behalf.phone", OFFER, ("v-1",))
    ]


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


async def test_a_person_is_reminded_but_not_twice_in_a_row(world: World) -> None:
    world.redis.add(asked(created_ms=1))
    said = await say(world, "remind", {"reason": "жауап жоқ"})
    world.redis.add(asked(created_ms=1, reminded_ms=clock.now_ms()))
    again = await say(world, "remind", None)
    world.redis.add(asked(OfferState.DECLINED))
    ended_one = await say(world, "remind", None)

    assert (said.status_code, code(again), code(ended_one)) == (202, "reminded_lately", "offer_ended")
    (command,) = world.log.commands
    assert isinstance(command, RemindPerson)
    assert (command.offer_id, command.by) == (OFFER, "operator-1")


async def test_an_answer_carries_the_time_at_which_it_was_tapped(world: World) -> None:
    world.redis.add(asked())

    said = await say(world, "accept", {"at": "2026-11-22T08:00:00Z"}, role="volunteer", subject="v-1")

    assert said.status_code == 202
    (command,) = world.log.commands
    assert isinstance(command, AcceptOffer)
    assert command.said_ms == 1_795_334_400_000


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
