"""Answers of volunteers: the commands in the log, and the answers refused before it."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.model.answer_commands import AcceptOffer, DeclineOffer, GiveResult, ReportProgress
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer, TaskResult
from dispatch.model.reasons import DeclineReason
from dispatch.model.vocabulary import Capability, IncidentStatus, OfferState, Task
from tests.support.api_fakes import seal_incident
from tests.support.api_world import World, code, fields
from tests.support.builders import incident, offer, point, requirement

INCIDENT = "i-8320e5-" + "a" * 32
OFFER = "o-8320e5-" + "a" * 32 + "-" + "b" * 16
WORK: dict[str, Any] = {"capability": Capability.DIGITAL, "skill": "verification", "task": Task.VERIFY_REPORT}


def held(state: OfferState = OfferState.OFFERED, **known: Any) -> Offer:
    return offer(state, id=OFFER, volunteer_id="v-1", **known)


def asked(*offers: Offer, **known: Any) -> Incident:
    return incident(id=INCIDENT, offers=offers, area=point(76.945123, 43.238456), **known)


async def answer(world: World, verb: str, body: Any = None, *, subject: str = "v-1") -> Any:
    return await world.ask("POST", f"/v1/offers/{OFFER}/{verb}", body, role="volunteer", subject=subject)


async def test_an_acceptance_reaches_the_zone_inside_the_offer(world: World) -> None:
    world.redis.add(asked(held()))

    said = await answer(world, "accept")

    assert said.status_code == 202
    (command,) = world.log.commands
    assert isinstance(command, AcceptOffer)
    assert (command.incident_id, command.offer_id, command.volunteer_id) == (INCIDENT, OFFER, "v-1")
    assert world.log.messages[0].key == "8320e5"


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("accept", None),
        ("decline", {"reason": "busy"}),
        ("progress", {"state": "en_route"}),
        ("check-in", {}),
        ("result", {"outcome": "confirmed"}),
    ],
)
async def test_answers_are_accepted_while_redis_is_down(world: World, verb: str, body: Any) -> None:
    world.redis.is_down = True

    assert (await answer(world, verb, body)).status_code == 202
    assert len(world.log.commands) == 1


@pytest.mark.parametrize("verb", ["accept", "decline", "check-in"])
async def test_an_unknown_offer_is_not_found(world: World, verb: str) -> None:
    assert code(await answer(world, verb)) == "not_found"
    assert world.log.messages == []


async def test_an_offer_of_somebody_else_cannot_be_answered_or_read(world: World) -> None:
    world.redis.add(asked(held()))

    said = await answer(world, "accept", subject="v-2")
    read = await world.ask("GET", f"/v1/offers/{OFFER}", role="volunteer", subject="v-2")

    assert (said.status_code, code(said), code(read)) == (403, "not_your_offer", "not_your_offer")


async def test_a_late_acceptance_is_accepted_while_a_place_is_open(world: World) -> None:
    world.redis.add(asked(held(OfferState.EXPIRED)))

    assert (await answer(world, "accept")).status_code == 202


@pytest.mark.parametrize(
    ("state", "known"),
    [
        (OfferState.VOID, {}),
        (OfferState.EXPIRED, {"status": IncidentStatus.CLOSED}),
        (OfferState.WITHDRAWN, {"requirements": (requirement(id="r9"),)}),
    ],
)
async def test_an_acceptance_that_cannot_count_is_refused_with_the_state(
    world: World, state: OfferState, known: dict[str, Any]
) -> None:
    world.redis.add(asked(held(state), **known))

    said = await answer(world, "accept")

    assert (said.status_code, code(said), said.json()["state"]) == (409, "offer_ended", state)


async def test_a_decline_carries_its_reason_and_hides_its_text(world: World) -> None:
    world.redis.add(asked(held()))

    await answer(world, "decline", {"reason": "too_far", "text": "иә, 2 сағаттан кейін"})

    (command,) = world.log.commands
    assert isinstance(command, DeclineOffer)
    assert command.reason is DeclineReason.TOO_FAR
    assert command.private_ref in world.log.opened()
    assert "сағат" not in str(command)


async def test_progress_goes_forward_only(world: World) -> None:
    world.redis.add(asked(held(OfferState.ON_SCENE)))

    assert code(await answer(world, "progress", {"state": "en_route"})) == "conflict"
    assert fields(await answer(world, "progress", {"state": "declined"})) == ["state"]
    assert (await answer(world, "progress", {"state": "done"})).status_code == 202
    (command,) = world.log.commands
    assert isinstance(command, ReportProgress)


async def test_progress_before_acceptance_is_a_conflict(world: World) -> None:
    world.redis.add(asked(held()))

    said = await answer(world, "progress", {"state": "en_route"})

    assert (said.status_code, said.json()["state"]) == (409, "offered")


@pytest.mark.parametrize("is_other_process", [False, True])
async def test_stored_answers_of_a_phone_may_follow_its_acceptance_at_once(
    world: World, is_other_process: bool
) -> None:
    world.redis.add(asked(held()))
    assert (await answer(world, "accept")).status_code == 202
    if is_other_process:
        await world.app.state.services.marks.stop()
        world.restart()

    assert (await answer(world, "progress", {"state": "en_route"})).status_code == 202
    assert [type(command) for command in world.log.commands] == [AcceptOffer, ReportProgress]


async def test_a_step_is_checked_again_once_the_answer_before_it_is_decided(world: World) -> None:
    world.redis.add(asked(held()))
    await answer(world, "accept")
    world.redis.decided.add(world.log.commands[0].id)

    assert (await answer(world, "progress", {"state": "en_route"})).status_code == 409
    world.redis.add(asked(held(OfferState.ACCEPTED)))
    assert (await answer(world, "progress", {"state": "en_route"})).status_code == 202


async def test_a_result_that_does_not_fit_the_task_is_refused_whatever_waits(world: World) -> None:
    world.redis.add(asked(held(OfferState.OFFERED, **WORK)))
    await answer(world, "accept")

    place = {"type": "Point", "coordinates": [76, 43]}
    assert (await answer(world, "result", {"outcome": "located", "location": place})).status_code == 422


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"outcome": "confirmed"}, 202, None),
        ({"outcome": "false", "text": "old photo"}, 202, None),
        ({"outcome": "located", "location": {"type": "Point", "coordinates": [76, 43]}}, 422, "outcome"),
        ({"outcome": "located"}, 422, "location"),  # with every task
        ({"outcome": "nonsense"}, 422, "outcome"),
        ({"outcome": "duplicate", "incident_id": "7"}, 422, "incident_id"),
        ({"outcome": "done"}, 422, "text"),
    ],
)
async def test_a_result_must_fit_its_task(world: World, body: dict[str, Any], status: int, field: str | None) -> None:
    world.redis.add(asked(held(OfferState.ACCEPTED, **WORK)))

    said = await answer(world, "result", body)

    assert said.status_code == status
    if field:
        assert fields(said) == [field]
    else:
        (command,) = world.log.commands
        assert isinstance(command, GiveResult)


async def test_the_same_result_again_is_harmless_and_another_is_not(world: World) -> None:
    done = replace(held(OfferState.DONE, **WORK), result=TaskResult(outcome="confirmed", at_ms=1))
    world.redis.add(asked(done))

    assert (await answer(world, "result", {"outcome": "confirmed"})).status_code == 202
    world.redis.decided.add(world.log.commands[0].id)
    assert code(await answer(world, "result", {"outcome": "false"})) == "conflict"


async def test_field_work_has_no_result(world: World) -> None:
    world.redis.add(asked(held(OfferState.ACCEPTED)))

    assert code(await answer(world, "result", {"outcome": "confirmed"})) == "conflict"


async def test_the_place_is_coarse_and_the_caller_hidden_until_acceptance(world: World) -> None:
    seal_incident(world.redis, INCIDENT, description="third floor", address="Абай 1", caller={"phone": "+7"})
    world.redis.add(asked(held()))
    path = f"/v1/offers/{OFFER}"

    before = (await world.ask("GET", path, role="volunteer", subject="v-1")).json()
    listed = (await world.ask("GET", "/v1/volunteers/v-1/offers", role="volunteer", subject="v-1")).json()["items"][0]
    world.redis.add(asked(held(OfferState.ACCEPTED)))
    after = (await world.ask("GET", path, role="volunteer", subject="v-1")).json()

    assert not {"location", "address", "caller", "description"} & (before.keys() | listed.keys())
    assert "76.945123" not in str(before)
    assert "76.945123" not in str(listed)
    assert after["location"]["coordinates"] == [76.945123, 43.238456]
    assert (after["address"], after["caller"], after["description"]) == ("Абай 1", {"phone": "+7"}, "third floor")


async def test_digital_work_asks_its_question_in_the_language_of_the_reader(world: World) -> None:
    world.redis.add(asked(held(**WORK)))

    read = await world.ask(
        "GET", f"/v1/offers/{OFFER}", role="volunteer", subject="v-1", headers={"Accept-Language": "kk-KZ, ru;q=0.8"}
    )

    task = read.json()["task"]
    assert (task["kind"], task["lease_expires_at"]) == ("verify_report", read.json()["expires_at"])
    assert "шын ба" in task["question"]
    assert task["outcomes"] == ["confirmed", "false", "unclear"]


async def test_a_filter_by_state_covers_all_offers_that_are_kept(world: World) -> None:
    newer = [incident(id=f"i-8320e5-{n:032x}", offers=(offer(OfferState.DECLINED, id=f"n-{n}"),)) for n in range(60)]
    older = incident(id=f"i-8320e5-{99:032x}", offers=(offer(OfferState.DONE, id="old"),))
    world.redis.add(*newer, older)

    done = await world.ask("GET", "/v1/volunteers/v-1/offers?state=done", role="volunteer", subject="v-1")
    newest = await world.ask("GET", "/v1/volunteers/v-1/offers", role="volunteer", subject="v-1")

    assert [entry["id"] for entry in done.json()["items"]] == ["old"]
    assert len(newest.json()["items"]) == 50


async def test_offers_are_filtered_by_state(world: World) -> None:
    world.redis.add(asked(held(), replace(held(OfferState.EXPIRED), id=OFFER[:-1] + "c")))

    some = await world.ask("GET", "/v1/volunteers/v-1/offers?state=expired", role="volunteer", subject="v-1")
    bad = await world.ask("GET", "/v1/volunteers/v-1/offers?state=lost", role="volunteer", subject="v-1")

    assert [item["state"] for item in some.json()["items"]] == ["expired"]
    assert fields(bad) == ["state"]
