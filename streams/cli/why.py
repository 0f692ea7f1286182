"""`komek why`: explains in one sentence why a volunteer was asked or not, or the state of an incident."""

from typing import Annotated

import typer

from streams.api_paths import path_of
from streams.cli.client import ApiOption, JsonOption, TokenOption, access, ask, incident_named
from streams.cli.output import print_json, say


def command(
    incident_id: Annotated[str, typer.Argument(help="The incident: its id, or its number on the pages.")],
    volunteer_id: Annotated[str | None, typer.Argument(help="A volunteer. Default: explain the incident.")] = None,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Explain the state of an incident, or why a volunteer was asked, not chosen or excluded."""
    wanted = {} if volunteer_id is None else {"volunteer_id": volunteer_id}
    with access(api, token).http() as http:
        answer = ask(http, "GET", path_of("incidents", incident_named(http, incident_id), "why"), params=wanted)
    if json:
        print_json(answer)
    else:
        say(answer["text"])
