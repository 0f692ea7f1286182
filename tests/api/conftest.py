from collections.abc import AsyncIterator

import pytest

from tests.support.api_world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """An API over fakes."""
    made = World()
    yield made
    await made.client.aclose()
