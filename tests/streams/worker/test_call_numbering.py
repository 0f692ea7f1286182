"""Call numbers begin anew with the day of the deployment's time zone, by the time at which the log has the report."""

from types import SimpleNamespace

import pytest

from api.process.plans_in_force import PlansInForce
from dispatch.model.local_time import ALMATY
from dispatch.plans.book import load_builtin
from streams.store.call_numbers import days_before
from streams.worker.call_numbering import series_for

AT_MS = 1_795_809_600_000  # 2026-11-27T20:00Z


@pytest.mark.parametrize(
    ("zone", "day"), [(ALMATY, "2026-11-28"), ("Europe/Berlin", "2026-11-27"), ("UTC", "2026-11-27")]
)
def test_a_series_and_its_search_have_the_same_day(zone: str, day: str) -> None:
    record = SimpleNamespace(timestamp=AT_MS, partition=0, topic="", offset=0, key=None, value=None)

    assert series_for(record, zone).day == day
    assert days_before(AT_MS, zone)[0] == day


def test_plans_that_are_applied_later_keep_the_hours_of_the_deployment() -> None:
    held = PlansInForce(load_builtin(), "Asia/Tokyo")
    held.put(load_builtin())

    assert held.book.budget.time_zone == "Asia/Tokyo"
    assert PlansInForce(load_builtin()).book.budget.time_zone == ALMATY
