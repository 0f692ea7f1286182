"""Alarms on the board and in `komek status`: in words, with what they are about; those of the field are no trouble of Komek's."""

from typing import Any

import pytest

from streams.cli import status as status_command
from streams.cli.live_board import is_degraded
from tests.streams.cli.test_board import printed, shown


def alarm(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "severity": "critical",
        "concern": "system",
        "about": "what it says",
        "since": "2025-11-24T16:00:00.000Z",
        "count": 2,
        "details": ["i-1", "i-2"],
        **changes,
    }


def test_the_board_has_a_line_for_alarms_when_there_are_any() -> None:
    alarms = [alarm("ladder_ended", concern="field"), alarm("timers_late", severity="warning", count=0)]

    picture = printed(shown(status={"assignment": "normal", "alarms": alarms}))

    assert "ALARMS  !! ladder_ended (2)   ! timers_late" in picture
    assert "ALARMS" not in printed(shown(status={"assignment": "normal", "alarms": []}))


def test_a_shortfall_that_nobody_can_end_is_no_trouble_of_komek_s() -> None:
    assert not is_degraded({"alarms": [alarm("ladder_ended", concern="field")]})
    assert is_degraded({"alarms": [alarm("worker_stuck")]})


def test_the_board_says_that_it_is_degraded_when_only_an_alarm_does() -> None:
    assert "DEGRADED: see the alarms" in printed(shown(status={"alarms": [alarm("worker_stuck")]}))


def test_the_status_lists_what_each_alarm_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    status_command.print_alarms({"alarms": [alarm("undecided")]})
    status_command.print_alarms({})

    said = capsys.readouterr().out
    assert said.startswith("1 alarm ")
    assert all(word in said for word in ("!! undecided (2)", "2025-11-24T16:00:00.000Z", "i-1", "i-2", "what it says"))
