"""A whole playing against an API in memory: people register, incidents happen, offers are followed to their end."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from streams.api_client import OPERATOR, Api, ApiUnavailable
from streams.simulator.run import RunProgress, http_transport, play
from streams.simulator.scenarios import Scenario
from tests.streams.simulator.fake_api import FakeApi
from tests.support.waiting import eventually

QUICK = Scenario(
    name="quick",
    volunteers=30,
    city="almaty",
    rate=600.0,
    minutes=0.02,
    seed=4,
    duty_share=1.0,
    accept=0.7,
    answer_speed=2000.0,
    work_speed=5000.0,
)


def token(role: str, identity: str) -> str:
    return f"{role}:{identity}"


@pytest.fixture
async def fake() -> AsyncIterator[FakeApi]:
    fake = FakeApi()
    yield fake
    fake.end_streams()


async def played(fake: FakeApi, scenario: Scenario) -> RunProgress:
    async with Api("http://fake", token, transport=fake.transport, retry_for_s=5.0) as api:
        progress = RunProgress(scenario=scenario, api=api)
        await play(progress, run="r", transport=http_transport(api, "r"))
        return progress


async def test_everybody_registers_and_every_offer_comes_to_an_end(fake: FakeApi) -> None:
    progress = await played(fake, QUICK)

    tally = progress.api.tally
    assert len(fake.volunteers) == 30
    assert tally["reports accepted"] == len(fake.incidents) == 12
    assert {offer["state"] for offer in fake.offers.values()} <= {"offered", "declined", "done"}
    assert tally["done"] + tally["results"] == sum(offer["state"] == "done" for offer in fake.offers.values()) > 0
    assert fake.positions


async def test_each_volunteer_answers_with_a_token_of_their_own(fake: FakeApi) -> None:
    await played(fake, QUICK)

    answered = {offer["volunteer_id"] for offer in fake.offers.values() if offer["state"] != "offered"}
    assert {f"volunteer:{name}" for name in answered} <= fake.callers


async def test_finished_incidents_are_closed(fake: FakeApi) -> None:
    progress = await played(fake, replace(QUICK, accept=1.0))

    assert progress.api.tally["closed"] > 0
    assert "closed" in {incident["status"] for incident in fake.incidents.values()}


async def test_people_left_for_you_are_not_answered_for(fake: FakeApi) -> None:
    await played(fake, replace(QUICK, yours=30))

    assert {offer["state"] for offer in fake.offers.values()} == {"offered"}


async def test_lost_answers_and_refusals_for_a_while_make_no_second_incident(fake: FakeApi) -> None:
    fake.says_503, fake.forgets_answers = 3, 5

    progress = await played(fake, QUICK)

    keys = [incident["key"] for incident in fake.incidents.values()]
    assert progress.api.tally["repeats"] >= 8
    assert len(keys) == len(set(keys)) == progress.api.tally["reports accepted"]


async def test_an_api_that_comes_back_finds_everybody_at_work_again(fake: FakeApi) -> None:
    scenario = replace(QUICK, minutes=0.0, rate=300.0)
    async with Api("http://fake", token, transport=fake.transport, retry_for_s=30.0) as api:
        progress = RunProgress(scenario=scenario, api=api)
        playing = asyncio.create_task(play(progress, run="r", transport=http_transport(api, "r")))
        await eventually(lambda: len(fake.incidents) > 3)

        fake.is_away = True
        fake.end_streams()
        await asyncio.sleep(0.3)
        fake.is_away = False
        known = len(fake.incidents)
        await eventually(lambda: len(fake.incidents) > known + 3 and len(fake.streams) > 0)

        playing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await playing
    assert progress.stage == "ended"


async def test_work_that_was_begun_before_is_taken_up_again(fake: FakeApi) -> None:
    """A simulation that starts anew finds people en route from the one before; they must come free some day."""
    await played(fake, replace(QUICK, yours=30))
    for offer in fake.offers.values():
        offer["state"] = "en_route"

    await played(fake, replace(QUICK, rate=0.0))

    assert {offer["state"] for offer in fake.offers.values()} <= {"on_scene", "done", "en_route"}
    assert "done" in {offer["state"] for offer in fake.offers.values()}


async def test_an_offer_taken_back_is_put_down(fake: FakeApi) -> None:
    scenario = replace(QUICK, answer_speed=0.01, minutes=0.0)
    async with Api("http://fake", token, transport=fake.transport) as api:
        progress = RunProgress(scenario=scenario, api=api)
        playing = asyncio.create_task(play(progress, run="r", transport=http_transport(api, "r")))
        await eventually(lambda: bool(progress.volunteers and progress.volunteers.at_work and fake.streams))

        for offer_id in list(fake.offers):
            fake.move(offer_id, "withdrawn")
        silent = sum(1 for offer in fake.offers.values() if offer["state"] == "withdrawn")

        assert silent
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
    assert not [offer for offer in fake.offers.values() if offer["state"] == "accepted"]


async def test_an_api_that_never_answers_is_given_up(fake: FakeApi) -> None:
    fake.is_away = True

    async with Api("http://fake", token, transport=fake.transport, retry_for_s=0.1) as api:
        with pytest.raises(ApiUnavailable, match="no connection"):
            await api.write("POST", "/v1/incidents", OPERATOR, key="k", body={})


async def test_a_silent_person_hears_of_the_same_offer_again_and_stays_silent(fake: FakeApi) -> None:
    progress = await played(fake, replace(QUICK, accept=0.0, decline=0.0))

    assert fake.offers
    assert progress.api.tally["silent"] == progress.api.tally["offers seen"] == len(fake.offers)


async def test_what_the_operator_learns_is_told_to_those_on_their_way_who_confirm_it(fake: FakeApi) -> None:
    progress = await played(fake, replace(QUICK, accept=1.0, work_speed=600.0, corrected=1.0))

    assert fake.corrections
    assert all(body["description"] for body in fake.corrections.values())
    assert fake.confirmed
    assert {version for _, version in fake.confirmed} == {5}
    assert len(set(fake.confirmed)) == len(fake.confirmed) == progress.api.tally["changes confirmed"]
