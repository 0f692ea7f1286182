"""`komek status`: how the whole is doing."""

import sys

from streams.cli.board import flat, is_degraded, troubled
from streams.cli.client import ApiOption, JsonOption, TokenOption, access, ask
from streams.cli.errors import DONE, FAILED
from streams.cli.output import print_json, print_table


def command(api: ApiOption = None, token: TokenOption = None, json: JsonOption = False) -> None:
    """Show components, incidents, volunteers, lag and latencies.

    Exit code 1 when something is degraded, 3 when the API does not answer.
    """
    with access(api, token).http(role="monitor") as http:
        status = ask(http, "GET", "/v1/status")
    degraded = is_degraded(status)
    if json:
        print_json(status)
    else:
        wrong = ", ".join(troubled(status)) or "assignment is delayed"
        print(f"! degraded: {wrong}" if degraded else "= working")
        print_table("Status", ("what", "value"), flat(status))
    sys.exit(FAILED if degraded else DONE)
