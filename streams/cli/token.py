"""`komek token`: tokens for people, devices and tests."""

import json
from typing import Annotated

import typer

from dispatch.model.ids import is_person_id
from streams import clock, tokens
from streams.cli.context import settings_here
from streams.cli.errors import WRONG_USE, CommandFailed
from streams.tokens import Role


def command(
    role: Annotated[Role, typer.Argument(help="role of the token")],
    id_: Annotated[list[str] | None, typer.Option("--id", help="id in the token; may be repeated")] = None,
    hours: Annotated[float, typer.Option(help="validity in hours", min=0.01, max=24 * 366)] = 12.0,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object per line, with id and role")] = False,
) -> None:
    """Print tokens for a role, one line per --id, signed with the first private key of KOMEK_JWT_KEYS."""
    now_s = clock.now_ms() // 1000
    try:
        keys = tokens.load_keys(settings_here().require_jwt_keys())
        # An id is optional, so that a first try needs none.
        for subject in id_ or [f"{role.value}-1"]:
            # The API would refuse such a token only when it is used.
            _check(subject)
            token = keys.issue(role, subject, now_s=now_s, ttl_s=int(hours * 3600))
            shown = {"id": subject, "role": role.value, "token": token}
            print(json.dumps(shown) if as_json else token)
    except tokens.BadKeys as error:
        raise CommandFailed(str(error), "`komek up` creates a key file in KOMEK_DATA.", WRONG_USE) from error


def _check(subject: str) -> None:
    if not is_person_id(subject):
        raise CommandFailed(
            f"--id {subject!r} is not a valid id",
            "Expected 1 to 128 visible ASCII characters without / | , and :, not . or ..",
            WRONG_USE,
        )
