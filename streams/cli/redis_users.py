"""`komek redis users`: the users of Redis with the rights that each component needs."""

import hashlib
import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from dispatch.model.plain_reason import plain_reason
from streams import private_file
from streams.cli.errors import CommandFailed
from streams.cli.output import print_json, print_table
from streams.local.keys import OWNER_ONLY_FOLDER
from streams.private_file import OWNER_ONLY
from streams.store.redis_users import acl_file, users

app = typer.Typer(no_args_is_help=True, help="Print the users of Redis and their rights.")


@app.callback()
def redis() -> None:
    """Print the users of Redis and their rights."""


@app.command("users")
def print_users(
    passwords: Annotated[
        Path | None,
        typer.Option(
            help="Folder with a file for the password of each user; a missing file is made with a random one."
        ),
    ] = None,
    table: Annotated[bool, typer.Option("--table", help="Show what each user is for instead of the file.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the file for `aclfile` in redis.conf. It contains the SHA-256 of each password, or a placeholder for it."""
    if json:
        print_json([{"user": name, "about": about, "rule": rule} for name, about, rule in users()])
    elif table:
        _print_table()
    else:
        print(acl_file(_hashes(passwords) if passwords else {}), end="")


def _print_table() -> None:
    print_table("users of Redis", ("user", "what for", "keys and commands"), list(users()), empty="")


def _hashes(folder: Path) -> dict[str, str]:
    try:
        folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        return {name: hashlib.sha256(_password(folder / name).encode()).hexdigest() for name, _, _ in users()}
    except (OSError, UnicodeDecodeError) as error:
        where = getattr(error, "filename", None) or folder
        raise CommandFailed(
            f"{where} cannot be used: {plain_reason(error)}", "Name another folder, or correct its rights."
        ) from error


def _password(file: Path) -> str:
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w") as made:
            made.write(secrets.token_urlsafe(32) + "\n")
    return private_file.read_text(file)
