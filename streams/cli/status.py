"""`komek status`: alarms, components and figures of the system."""

import sys
from collections.abc import Mapping
from typing import Any

from dispatch.model.counted import counted
from streams.cli.client import ApiOption, JsonOption, TokenOption, access, ask
from streams.cli.errors import DONE, FAILED
from streams.cli.labels import words
from streams.cli.live_board import alarm_words, alarms_of, flat, is_degraded, troubled
from streams.cli.output import print_json, print_table, say


def command(api: ApiOption = None, token: TokenOption = None, json: JsonOption = False) -> None:
    """Show alarms, components, incidents, volunteers, lag and latencies.

    Exit code 1 when the system is degraded, 3 when the API does not answer. Alarms about the field, such as a shortfall that
    nobody can fill, are shown but do not count.
    """
    # The weakest role that may read the status.
    with access(api, token).http(role="monitor") as http:
        status = ask(http, "GET", "/v1/status")
    degraded = is_degraded(status)
    if json:
        print_json(status)
    else:
        delayed = "assignment is delayed" if status.get("assignment") == "delayed" else "see the alarms"
        wrong = ", ".join(troubled(status)) or delayed
        say(f"! degraded: {wrong}" if degraded else "= working")
        print_alarms(status)
        print_ways(status)
        # Alarms and ways are printed above, in forms of their own.
        rest = {name: value for name, value in status.items() if name not in ("alarms", "channels")}
        print_table("Status", ("what", "value"), flat(rest), empty="")
    # For scripts and health checks.
    sys.exit(FAILED if degraded else DONE)


def print_alarms(status: Mapping[str, Any]) -> None:
    alarms = alarms_of(status)
    if not alarms:
        return
    rows = [
        (
            alarm_words(alarm),
            str(alarm.get("since")),
            "\n".join(map(str, alarm.get("details") or ())),
            str(alarm.get("about")),
        )
        for alarm in alarms
    ]
    print_table(counted(len(alarms), "alarm"), ("alarm", "since", "of", "description"), rows, empty="")


def print_ways(status: Mapping[str, Any]) -> None:
    """How the ways to people do; nothing where none is set up, or with an API of an earlier version."""
    ways = status.get("channels") or ()
    rows = [
        (
            f"{'! ' if way.get('status') == 'failing' else ''}{way.get('way')}",
            words(way.get("status")),
            f"{way.get('taken')} taken, {way.get('failed')} failed",
            words(way.get("code") or ""),
        )
        for way in ways
    ]
    if rows:
        print_table("Ways to people", ("way", "status", "last 5 minutes", "newest failure"), rows, empty="")
