from collections.abc import AsyncIterator

import pytest

from tests.support.api_world import World
from tests.support.edited_incident import EditedIncident


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """An API over fakes."""
    made = World()
    yield made
    await made.client.aclose()


@pytest.fixture
async def edited(world: World) -> EditedIncident:
    """A reported and decided incident of `world`."""
    made = EditedIncident(world)
    await made.report()
    return made
