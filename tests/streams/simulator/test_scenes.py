"""The script of the demo is consistent: whoever has a part exists and is near, and the API takes every word of it."""

import asyncio
from typing import Any

import pytest

from api.schemas.answers import Result
from api.schemas.edits import IncidentPatch
from api.schemas.orders import Ending, Escalation, Merge, Reason
from api.schemas.reports import IncidentReport
from dispatch.model.geo import distance_m
from dispatch.model.places import Place
from dispatch.model.vocabulary import Capability
from dispatch.plans.book import load_builtin
from streams.api_client import Api
from streams.simulator.answers import Kind
from streams.simulator.director import ELSEWHERE, SILENT, Director
from streams.simulator.scenarios import scenario_named, scenarios
from streams.simulator.scenes import CHILD, FIRST, Scene, SceneReport, cast, scenes
from tests.streams.simulator.fake_api import FakeApi
from tests.support.waiting import eventually

NEAR_M = 1_500
BODIES: dict[str, Any] = {
    "edit": IncidentPatch,
    "close": Ending,
    "escalate": Escalation,
    "merge": Merge,
    "accept_proposal": Reason,
}
REPORTS = [pytest.param(report, id=f"{scene.name}-{report.name}") for scene in scenes() for report in scene.reports]


def token(role: str, identity: str) -> str:
    return f"{role}:{identity}"


def scene_named(name: str) -> Scene:
    return next(scene for scene in scenes() if scene.name == name)


@pytest.mark.parametrize("report", REPORTS)
def test_each_report_is_one_that_the_api_takes_and_a_plan_knows(report: SceneReport) -> None:
    read = IncidentReport.model_validate(report.body)

    assert load_builtin().plan(read.type).requirements
    assert read.language in ("kk", "ru", "en")


def test_callers_speak_all_three_languages() -> None:
    assert {report.body["language"] for scene in scenes() for report in scene.reports} == {"kk", "ru", "en"}


def test_each_order_and_result_is_one_that_the_api_takes() -> None:
    for scene in scenes():
        names = {report.name for report in scene.reports} | {CHILD}
        for order in scene.orders:
            BODIES[order.do].model_validate(order.body)
            assert order.to in names
        for part in scene.parts:
            assert part.at in names
            if part.result is not None:
                Result.model_validate(part.result)


def test_everybody_of_the_cast_has_one_part() -> None:
    parts = [part.who for scene in scenes() for part in scene.parts]

    assert sorted(parts) == sorted(person.id for person in cast())


def test_people_of_the_field_live_so_near_that_they_can_arrive_at_a_possible_speed() -> None:
    homes = {person.id: person for person in cast()}
    for scene in scenes():
        location = scene.reports[0].body["location"]
        for person in (homes[part.who] for part in scene.parts):
            if person.capabilities == (Capability.FIELD,):
                lon, lat = location["coordinates"] if location["type"] == "Point" else location["coordinates"][0][0]
                assert distance_m(person.home, Place(lon=lon, lat=lat)) < NEAR_M, person.id


def test_the_phone_numbers_of_callers_and_cast_are_in_no_network() -> None:
    callers = {report.body["caller"]["phone"] for scene in scenes() for report in scene.reports}

    assert all(phone.startswith("+7000") for phone in callers | {person.phone for person in cast()})


def test_another_city_has_no_scenes() -> None:
    assert scenarios()["demo"].scenes == scenes()
    assert scenario_named("demo", {"city": "astana"}).scenes == ()


async def test_in_a_scene_its_cast_answers_as_written_and_everybody_else_leaves_it_to_them() -> None:
    fake = FakeApi(offers_each=0)
    # A scene in which nothing happens after its report, so that it does not end.
    waiting = scene_named("search")
    async with Api("http://fake", token, transport=fake.transport, retry_for_s=5.0) as api:
        director = Director(api, [waiting], run="r", pace=1_000.0)
        playing = asyncio.create_task(director.play())
        try:
            await eventually(lambda: len(fake.incidents) == 1)
            incident = next(iter(fake.incidents))

            assert await director.part_of("v-nurzhan", incident) == waiting.part("v-nurzhan", FIRST)
            assert await director.part_of("v-1", incident) == SILENT
            assert await director.part_of("v-nurzhan", "i-other") == ELSEWHERE
            assert await director.part_of("v-1", "i-other") is None
        finally:
            playing.cancel()
    assert SILENT.answer is Kind.SILENCE
