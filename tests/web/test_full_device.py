"""A device without space: an answer that cannot be kept is not said to be given."""

import pytest

from tests.support.chromium import Visit
from tests.support.journey import Journey
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
FULL = """
IDBObjectStore.prototype.add = () => { throw new DOMException("full", "QuotaExceededError"); };
"""


def test_an_answer_that_cannot_be_kept_is_not_said_to_be_given(visit: Visit, shared_stack: RunningStack) -> None:
    journey = Journey(visit, shared_stack, "ru", (70.90, 47.50), before=lambda context: context.add_init_script(FULL))
    page = journey.page
    page.locator('[data-action="duty"]').click()
    journey.wait_until_found()
    incident = journey.report()

    page.locator('[data-action="accept"]').click()

    page.locator('[role="alert"].alarm').wait_for()
    journey.check("storage-full")
    assert page.locator('[data-offer][data-state="offered"]').count() == 1
    assert journey.state_of(incident) == "offered"
