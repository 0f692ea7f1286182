"""Hours and days of the deployment's time zone, which may change its clocks."""

from datetime import UTC, datetime

import pytest

from dispatch.matching.budget import asleep_unless_heard_ms, quiet_until_ms
from dispatch.model.local_time import ALMATY, last_time_it_was, local_day, local_hour, local_minute
from dispatch.model.vocabulary import Priority
from dispatch.notices.ladder import QuietHours
from dispatch.plans.book import load_builtin


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("zone", "at", "hour", "day"),
    [
        (ALMATY, "2026-11-27T20:30", 1, "2026-11-28"),
        ("Asia/Oral", "2026-11-27T20:30", 1, "2026-11-28"),
        # Before the time zones of Kazakhstan were one: the rule is that of today, whatever the database says.
        (ALMATY, "2020-11-27T20:30", 1, "2020-11-28"),
        ("UTC", "2026-11-27T20:30", 20, "2026-11-27"),
        ("Asia/Tokyo", "2026-11-27T20:30", 5, "2026-11-28"),
        ("Asia/Kathmandu", "2026-11-27T20:30", 2, "2026-11-28"),
        ("America/Anchorage", "2026-11-27T05:30", 20, "2026-11-26"),
        ("Europe/Berlin", "2026-07-01T22:30", 0, "2026-07-02"),
        ("Europe/Berlin", "2026-12-01T22:30", 23, "2026-12-01"),
    ],
)
def test_hour_and_day_are_those_of_the_zone(zone: str, at: str, hour: int, day: str) -> None:
    assert (local_hour(ms(at), zone), local_day(ms(at), zone)) == (hour, day)
    assert local_minute(ms(at), zone) // 60 == hour


@pytest.mark.parametrize(
    ("hour", "now", "began"),
    [
        (23, "2026-03-29T05:00", "2026-03-28T22:00"),
        # The clocks went forward at 01:00 UTC: the night was an hour shorter.
        (7, "2026-03-29T05:00", "2026-03-29T05:00"),
        (7, "2026-03-29T04:59", "2026-03-28T06:00"),
        # And back at 01:00 UTC.
        (7, "2026-10-25T06:00", "2026-10-25T06:00"),
        (7, "2026-10-25T05:59", "2026-10-24T05:00"),
    ],
)
def test_an_hour_began_by_the_clocks_of_its_day(hour: int, now: str, began: str) -> None:
    assert last_time_it_was(hour, ms(now), "Europe/Berlin") == ms(began)


def test_quiet_hours_of_people_are_those_of_the_deployment() -> None:
    quiet = QuietHours(from_min=22 * 60, until_min=7 * 60)
    at_ms = ms("2026-11-27T18:00")  # 23:00 in Almaty, 03:00 in Tokyo, 19:00 in Berlin

    assert [quiet.contains(at_ms, zone) for zone in (ALMATY, "Asia/Tokyo", "Europe/Berlin")] == [True, True, False]


def test_quiet_hours_of_plans_are_those_of_the_deployment() -> None:
    at_ms = ms("2026-11-27T19:00")  # midnight in Almaty, 20:00 in Berlin
    here, there = (load_builtin().in_time_zone(zone).budget for zone in (ALMATY, "Europe/Berlin"))

    assert asleep_unless_heard_ms(Priority.NORMAL, here, at_ms) == ms("2026-11-27T18:00")
    assert asleep_unless_heard_ms(Priority.NORMAL, there, at_ms) is None
    assert quiet_until_ms(here, at_ms) == ms("2026-11-28T02:00")
    assert quiet_until_ms(there, at_ms) == ms("2026-11-28T06:00")
