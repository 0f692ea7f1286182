"""A device without space: the open page sends what it could not keep, and says that it must stay open until then."""

import pytest

from tests.support.chromium import Visit
from tests.support.journey import Journey
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack
FULL = """
IDBObjectStore.prototype.add = () => { throw new DOMException("full", "QuotaExceededError"); };
"""
ANSWERS = "**/v1/offers/*/accept"


def test_an_answer_that_cannot_be_kept_is_sent_by_the_open_page(visit: Visit, shared_stack: RunningStack) -> None:
    journey = Journey(visit, shared_stack, "ru", (70.90, 47.50), before=lambda context: context.add_init_script(FULL))
    page = journey.page
    journey.go_on_duty()
    incident = journey.report()
    accept = page.locator('[data-action="accept"]')
    accept.wait_for()
    page.context.route(ANSWERS, lambda route: route.abort())

    accept.click()

    page.locator('[role="alert"].alarm').wait_for()
    journey.check("storage-full")
    assert journey.state_of(incident) == "offered"
    page.context.unroute(ANSWERS)
    until(lambda: journey.state_of(incident) == "accepted")
    page.locator('[role="alert"].alarm').wait_for(state="detached")
