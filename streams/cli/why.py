"""`komek why`: an answer in a sentence to why somebody was asked, or not, or why an incident stands as it does."""

from typing import Annotated

import typer

from streams.api_paths import path_of
from streams.cli.client import ApiOption, JsonOption, TokenOption, access, ask
from streams.cli.output import print_json


def command(
    incident_id: Annotated[str, typer.Argument(help="The incident.")],
    volunteer_id: Annotated[str | None, typer.Argument(help="A volunteer; left out: the incident itself.")] = None,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Say why an incident stands as it does, or why a volunteer was asked, passed over or left out."""
    wanted = {} if volunteer_id is None else {"volunteer_id": volunteer_id}
    with access(api, token).http() as http:
        answer = ask(http, "GET", path_of("incidents", incident_id, "why"), params=wanted)
    if json:
        print_json(answer)
    else:
        print(answer["text"])
