"""Alarms in GET /v1/status: active ones with start and ids, and those that cannot be evaluated at the moment."""

from streams.monitoring.alarm_board import Alarm, AlarmSnapshot
from streams.monitoring.alarms import Concern, Severity
from tests.support.api_world import World

STANDING = Alarm(
    name="ladder_ended",
    severity=Severity.CRITICAL,
    concern=Concern.FIELD,
    about="nothing is left to try",
    since_ms=1_764_000_000_000,
    count=1,
    details=("i-8320e5-1",),
)


async def test_the_status_names_alarms_with_ids(world: World) -> None:
    world.alarms.last = AlarmSnapshot(alarms=(STANDING,), unknown=("timers_late",))

    told = (await world.ask("GET", "/v1/status", role="monitor")).json()

    assert told["alarms"] == [
        {
            "name": "ladder_ended",
            "severity": "critical",
            "concern": "field",
            "about": "nothing is left to try",
            "since": "2025-11-24T16:00:00.000Z",
            "count": 1,
            "details": ["i-8320e5-1"],
        }
    ]
    assert told["alarms_unknown"] == ["timers_late"]


async def test_without_alarms_the_lists_are_empty(world: World) -> None:
    told = (await world.ask("GET", "/v1/status")).json()

    assert (told["alarms"], told["alarms_unknown"]) == ([], [])
