"""One recorded town for the tests of replays; nobody changes it."""

import asyncio

import pytest

from dispatch.plans.book import PlanBook, load_builtin
from streams.policy_replay.replay import ReplaySettings
from tests.support.recorded_town import HOUR_MS, RecordedTown, Topics


@pytest.fixture(scope="session")
def recorded() -> Topics:
    return asyncio.run(RecordedTown(people=30, reports=6, lasts_ms=2 * HOUR_MS).record())


@pytest.fixture(scope="session")
def in_force() -> PlanBook:
    return load_builtin()


@pytest.fixture
def playing() -> ReplaySettings:
    return ReplaySettings(seed=1, time_zone="Asia/Almaty", position_ttl_s=3600)
