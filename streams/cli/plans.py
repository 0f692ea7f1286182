"""`komek plans`: check a file of response plans, and put it into force while everything runs."""

from pathlib import Path
from typing import Annotated

import typer

from dispatch.plans import book as response_plans
from dispatch.plans.book import BadPlans, PlanBook
from streams.cli.context import broker_trouble_told, settings_here
from streams.cli.errors import CommandFailed
from streams.cli.output import print_json
from streams.readers import plans

app = typer.Typer(help="Check response plans and put them into force.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="The plans, a TOML file like dispatch/plans/builtin.toml.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CURE = "Correct the lines above; dispatch/plans/builtin.toml shows a good file."


@app.command()
def check(file: File, json: Json = False) -> None:
    """Say what is wrong with a file, with line and cure. Needs nothing that runs."""
    try:
        book = response_plans.load(file)
    except BadPlans as error:
        if json:
            print_json({"file": str(file), "good": False, "faults": str(error).splitlines()})
        raise CommandFailed(str(error), CURE) from error
    _tell(book, file, json, "good")


@app.command()
def apply(file: File, json: Json = False) -> None:
    """Put a file into force: workers and API take it up between two batches; it outlives restarts.

    The newest applied plans win over KOMEK_PLANS and over the built-in ones. Incidents keep what they were given; decisions
    record the version they were made under.
    """
    try:
        book = response_plans.load(file)
        with broker_trouble_told():
            plans.apply(settings_here(), file.read_text(encoding="utf-8"))
    except BadPlans as error:
        raise CommandFailed(str(error), CURE) from error
    _tell(book, file, json, "applied")


def _tell(book: PlanBook, file: Path, json: bool, word: str) -> None:
    if json:
        print_json({"file": str(file), word: True, "version": book.version, "types": sorted(book.plans)})
    else:
        print(f"{file}: {word}, version {book.version}, {len(book.plans)} types, {len(book.ladders)} ladders")
