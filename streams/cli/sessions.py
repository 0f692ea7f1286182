"""`komek sessions`: who is logged in, and how to end it."""

from collections.abc import Iterator
from typing import Annotated, Any

import httpx2
import typer

from dispatch.model.counted import counted
from streams.api_paths import path_of
from streams.cli.client import ApiOption, JsonOption, TokenOption, access, ask
from streams.cli.errors import WRONG_USE, CommandFailed
from streams.cli.output import print_json, print_table
from streams.tokens import Role

app = typer.Typer(help="List and end sessions; revoke tokens, people and roles.", no_args_is_help=True)
PAGE = 200


@app.command("list")
def list_sessions(
    subject: Annotated[str | None, typer.Option("--subject", help="Only sessions of this person.")] = None,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """List the sessions that are valid now, the oldest first."""
    with access(api, token).http("admin") as http:
        items = list(_sessions(http, subject))
    if json:
        print_json(items)
        return
    names = ("session_id", "id", "role", "opened_at", "renewed_at", "method", "issued_by")
    rows = [tuple(str(one[name] or "") for name in names) for one in items]
    print_table(
        counted(len(items), "session"),
        ("session", "person", "role", "since", "renewed", "login", "link made by"),
        rows,
        empty="no sessions"
        + (f" of {subject}" if subject else "")
        + "; `komek token ROLE --id ID --link` makes a login link",
    )


@app.command("end")
def end_session(
    session_id: Annotated[str, typer.Argument(help="The session, as `komek sessions list` shows it.")],
    api: ApiOption = None,
    token: TokenOption = None,
) -> None:
    """End one session, with its live views, within two seconds in every API process."""
    with access(api, token).http("admin") as http:
        # A revocation of an id that nobody has is stored like any other, and leaves the right session open.
        if all(one["session_id"] != session_id for one in _sessions(http)):
            raise CommandFailed(
                f"there is no session {session_id} that is valid now",
                "`komek sessions list` shows them; `komek sessions revoke --subject ID` ends all of a person.",
            )
    _revoke({"session": session_id}, api, token)


@app.command("revoke")
def revoke(
    subject: Annotated[str | None, typer.Option("--subject", help="Everything issued to this id before now.")] = None,
    role: Annotated[Role | None, typer.Option("--role", help="Everything issued to this role before now.")] = None,
    stolen: Annotated[str | None, typer.Option("--revoke-token", help="This one token.")] = None,
    jti: Annotated[str | None, typer.Option("--jti", help="The token with this jti.")] = None,
    api: ApiOption = None,
    token: TokenOption = None,
) -> None:
    """Revoke a token, or all tokens and sessions of a person or role that were issued before now."""
    given = {"subject": subject, "role": role.value if role else None, "token": stolen, "jti": jti}
    named = {name: value for name, value in given.items() if value is not None}
    if len(named) != 1:
        raise CommandFailed(
            "expected one of --subject, --role, --revoke-token and --jti", "komek sessions revoke --help", WRONG_USE
        )
    _revoke(named, api, token)


def _sessions(http: httpx2.Client, subject: str | None = None) -> Iterator[dict[str, Any]]:
    wanted: dict[str, str | int] = {"limit": PAGE, **({"subject": subject} if subject else {})}
    while True:
        page = ask(http, "GET", path_of("sessions"), params=wanted)
        yield from page["items"]
        if not page["next"]:
            return
        wanted["cursor"] = page["next"]


def _revoke(named: dict[str, str], api: str | None, token: str | None) -> None:
    with access(api, token).http("admin") as http:
        done = ask(http, "POST", path_of("revocations"), json=named)
    print(f"revoked: {done['revoked']}, at {done['at']}")
