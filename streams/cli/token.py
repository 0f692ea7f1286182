"""`komek token`: tokens for people, devices and tests."""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from dispatch.model.ids import identifies_somebody, is_person_id
from streams import clock, tokens
from streams.api_paths import path_of
from streams.cli.client import Access, ApiOption, TokenOption, access, ask
from streams.cli.context import settings_here
from streams.cli.errors import WRONG_USE, CommandFailed
from streams.cli.output import say
from streams.cli.repeating import repeated
from streams.cli.token_file import write_token
from streams.tokens import Role

ELSEWHERE = (
    "Get tokens from the issuer that holds the private key, or set KOMEK_JWT_KEYS to a JWK Set with a private key."
)


def command(
    role: Annotated[Role, typer.Argument(help="role of the token")],
    id_: Annotated[list[str] | None, typer.Option("--id", help="id in the token; may be repeated")] = None,
    hours: Annotated[
        float, typer.Option(help="validity in hours; at most 24, for volunteer and tracker 744", min=0.01)
    ] = 12.0,
    link: Annotated[
        bool, typer.Option("--link", help="print login links for people instead, valid once and for 10 minutes")
    ] = False,
    speaks_for: Annotated[
        list[str] | None,
        typer.Option(
            "--for", help="tracker: an id it reports, or the beginning of ids with * at its end; may be repeated"
        ),
    ] = None,
    organisation: Annotated[
        str | None,
        typer.Option("--org", help="tracker: reports the people of this organisation; operator: vouches for them"),
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="tracker: reports everybody")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object per line, with id and role")] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="write the token of one id into this file instead, for a process that reads it there"
        ),
    ] = None,
    every: Annotated[
        int | None,
        typer.Option("--every", min=1, max=1_440, help="with --out: a new one every so many minutes, until ended"),
    ] = None,
    api: ApiOption = None,
    token: TokenOption = None,
) -> None:
    """Print tokens for a role, one line per --id, signed with the first private key of KOMEK_JWT_KEYS.

    With --link the running API makes login links; --api and --token are only for these. With --out the file is replaced at once:
    a process that reads it for every request, as `komek cap follow`, needs no restart.
    """
    # An id is optional, so that a first try needs none.
    subjects = id_ or [f"{role.value}-1"]
    if link and (out is not None or every is not None):
        raise CommandFailed("--out and --every are for tokens", "Leave out --link, or these.", WRONG_USE)
    if link:
        _print_links(role, subjects, access(api, token), as_json)
        return
    more = _claims(role, speaks_for or [], organisation, everybody)
    if out is None and every is None:
        _print_tokens(role, subjects, hours, more, as_json)
        return
    if out is None or len(subjects) > 1:
        raise CommandFailed("expected --out FILE, and one --id at most", "komek token --help", WRONG_USE)
    _check_file(role, subjects[0], hours, every)
    once = partial(_write, role, subjects[0], hours, more, out)
    # At each start: the one that is there may have been revoked.
    once()
    if every is not None:
        repeated(once, partial(_since_s, out), every * 60)


def _print_links(role: Role, subjects: Sequence[str], reach: Access, as_json: bool) -> None:
    for subject in subjects:
        _check(subject)
        shown = login_link(reach, role, subject)
        print(json.dumps(shown) if as_json else shown["link"])


def login_link(reach: Access, role: Role, subject: str) -> Mapping[str, Any]:
    """`id`, `role`, `link` and `expires_at` of a new login link.

    Raises:
        CommandFailed: the API does not answer or refuses.
    """
    with reach.http("admin") as http:
        made = ask(http, "POST", path_of("session", "codes"), json={"role": role.value, "id": subject})
    link = f"{reach.pages_url}{made['link']}"
    return {"id": subject, "role": role.value, "link": link, "expires_at": made["expires_at"]}


def _print_tokens(role: Role, subjects: Sequence[str], hours: float, more: Mapping[str, object], as_json: bool) -> None:
    now_s = clock.now_ms() // 1000
    _check_hours(role, hours)
    keys = _signing_keys()
    for subject in subjects:
        # The API would refuse such a token only when it is used.
        _check(subject)
        token = keys.issue(role, subject, now_s=now_s, ttl_s=int(hours * 3600), more=more)
        shown = {"id": subject, "role": role.value, "token": token}
        print(json.dumps(shown) if as_json else token)


def _check_file(role: Role, subject: str, hours: float, every: int | None) -> None:
    """What would be wrong each time is found now."""
    _check_hours(role, hours)
    if every is not None and every * 60 > hours * 1800:
        raise CommandFailed(
            f"--every {every} leaves no time to try again before a token of {hours:g} h ends",
            f"Give --every {max(1, int(hours * 30))} or less.",
            WRONG_USE,
        )
    _check(subject)


def _write(role: Role, subject: str, hours: float, more: Mapping[str, object], out: Path) -> None:
    # The keys of now: they may have been rotated since the last time.
    now_s = clock.now_ms() // 1000
    write_token(out, _signing_keys().issue(role, subject, now_s=now_s, ttl_s=int(hours * 3600), more=more))
    say(f"{out}: a token of {subject}, role {role}, until {clock.rfc3339((now_s + int(hours * 3600)) * 1000)}")


def _since_s(path: Path) -> float:
    """Age of the file; infinite if there is none."""
    try:
        return clock.now_ms() / 1000 - path.stat().st_mtime
    except OSError:
        return math.inf


def _claims(role: Role, speaks_for: list[str], organisation: str | None, everybody: bool) -> dict[str, object]:
    """The claims `speaks_for` and `org`."""
    if (speaks_for or everybody) and role is not Role.TRACKER:
        raise CommandFailed("--for and --all are for trackers", "Leave them out, or use the role tracker.", WRONG_USE)
    if organisation is not None and role not in (Role.TRACKER, Role.OPERATOR):
        raise CommandFailed("--org is for trackers and operators", "Leave it out.", WRONG_USE)
    if everybody and (speaks_for or organisation):
        raise CommandFailed("--all covers everybody already", "Leave out --for and --org, or --all.", WRONG_USE)
    for pattern in speaks_for:
        _check(pattern.removesuffix("*"), "--for")
    if organisation is not None:
        _check(organisation, "--org")
    if len(speaks_for) > tokens.MOST_SPOKEN_FOR:
        cure = "Use beginnings of ids with *, --org, or several tokens."
        raise CommandFailed(f"--for was given more than {tokens.MOST_SPOKEN_FOR} times", cure, WRONG_USE)
    named: object = tokens.EVERYBODY if everybody else speaks_for
    return ({"speaks_for": named} if named else {}) | ({"org": organisation} if organisation else {})


def _signing_keys() -> tokens.TokenKeys:
    try:
        keys = tokens.load_keys(settings_here().require_jwt_keys())
    except tokens.BadKeys as error:
        raise CommandFailed(str(error), "`komek up` creates a key file in KOMEK_DATA.", WRONG_USE) from error
    if not keys.can_sign:
        raise CommandFailed("KOMEK_JWT_KEYS holds only public keys: tokens cannot be signed here", ELSEWHERE, WRONG_USE)
    for warning in keys.warnings:
        # Not on stdout, which scripts read as tokens.
        print(f"warning: {warning}", file=sys.stderr)
    return keys


def _check_hours(role: Role, hours: float) -> None:
    most = tokens.MAX_LIFETIME_S[role] / 3600
    # NaN fails every comparison.
    if not hours <= most:
        raise CommandFailed(
            f"--hours {hours:g} is too long for the role {role}: the API accepts at most {most:g}",
            f"Give --hours {most:g} or less, and issue a new token before it expires.",
            WRONG_USE,
        )


def _check(subject: str, option: str = "--id") -> None:
    if not is_person_id(subject):
        raise CommandFailed(
            f"{option} {subject!r} is not a valid id",
            "Expected 1 to 128 visible ASCII characters without / | , and :, not . or ..",
            WRONG_USE,
        )
    # A warning and no refusal: people who were registered with such an id before must be able to log in.
    if (known_by := identifies_somebody(subject)) is not None:
        print(
            f"warning: the id looks like {known_by}; ids occur in logs and links in clear, choose an opaque one",
            file=sys.stderr,
        )
