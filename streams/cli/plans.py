"""`komek plans`: check a file of response plans, and apply it to the running system."""

from pathlib import Path
from typing import Annotated

import typer

from dispatch.model.counted import counted
from dispatch.plans import book as response_plans
from dispatch.plans.book import BadPlans, PlanBook
from streams.cli.context import broker_errors_reported, settings_of_whole_log
from streams.cli.errors import CommandFailed
from streams.cli.output import print_json
from streams.readers import plans

app = typer.Typer(help="Check and apply response plans.", no_args_is_help=True)
File = Annotated[
    Path,
    # A path that cannot be read is wrong usage (exit code 2); only a readable file has faults to correct.
    typer.Argument(
        exists=True,
        dir_okay=False,
        readable=True,
        help="Response plans, a TOML file like dispatch/plans/builtin.toml.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CURE = "Correct the file; dispatch/plans/builtin.toml is an example."


@app.command()
def check(file: File, json: Json = False) -> None:
    """Check a file and print each error with its line and a remedy. Works offline."""
    try:
        book = response_plans.load(file)
    except BadPlans as error:
        if json:
            print_json({"file": str(file), "good": False, "faults": str(error).splitlines()})
        raise CommandFailed(str(error), CURE) from error
    _tell(book, file, json, "good")


@app.command()
def apply(file: File, json: Json = False) -> None:
    """Apply a file: workers and the API use it from their next batch on, also after restarts.

    The newest applied plans take precedence over KOMEK_PLANS and the built-in plans. Incidents keep their requirements; each
    decision records the version of its plans.
    """
    try:
        book = response_plans.load(file)
        with broker_errors_reported():
            plans.apply(settings_of_whole_log(), file.read_text(encoding="utf-8"))
    except BadPlans as error:
        raise CommandFailed(str(error), CURE) from error
    _tell(book, file, json, "applied")


def _tell(book: PlanBook, file: Path, json: bool, word: str) -> None:
    if json:
        print_json({"file": str(file), word: True, "version": book.version, "types": sorted(book.plans)})
    else:
        print(
            f"{file}: {word}, version {book.version}, {counted(len(book.plans), 'type')}, {counted(len(book.ladders), 'ladder')}"
        )
