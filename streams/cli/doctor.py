"""`komek doctor`: checks this machine and the running stack."""

import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from streams import settings as all_settings
from streams.cli.channel_checks import channel_checks
from streams.cli.client import Access, ApiOption, TokenOption, access, checked_address
from streams.cli.deployment_checks import deployment_checks, stricter
from streams.cli.errors import DONE, FAILED, CommandFailed
from streams.cli.feed_checks import token_checks
from streams.cli.output import console, print_json
from streams.local import stackfile
from streams.local.check import Check, Level, fail, ok, warn
from streams.local.machine_checks import machine_checks
from streams.local.stack_checks import stack_checks, tokens
from streams.local.version_checks import version_checks
from streams.map_source import map_source
from streams.settings import Settings, SettingsError

COLOURS = {Level.OK: "green", Level.NOTE: "cyan", Level.WARN: "yellow", Level.FAIL: "bold red"}


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    deployment: Annotated[
        bool,
        typer.Option(
            "--deployment", help="Check a deployment with the settings of this shell, as production asks for."
        ),
    ] = False,
    targets: Annotated[
        list[Path] | None,
        typer.Option(
            "--targets",
            help="With --deployment: list of processes, as `file_sd_configs` of Prometheus reads it; may be repeated.",
        ),
    ] = None,
    api: ApiOption = None,
    token: TokenOption = None,
) -> None:
    """Check this machine and the running stack, and print a remedy for each finding.

    `note`: right on one machine, not in production. `warn`: works, but should be corrected. Exit code 0 unless a check failed.
    """
    for library in ("kafka", "aiokafka"):
        # What they complain of is a finding, in words that say what to do.
        logging.getLogger(library).setLevel(logging.CRITICAL)
    findings = examine_deployment(targets or [], api, token) if deployment else examine()
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        _print(findings)
    sys.exit(FAILED if any(finding.level is Level.FAIL for finding in findings) else DONE)


def examine() -> list[Check]:
    """Runs all checks. With invalid settings nothing else can be checked, so that is then the only finding."""
    try:
        settings = all_settings.load(os.environ)
    except SettingsError as error:
        return [fail("settings", str(error), "Correct or unset the names above.")]
    stack = stackfile.read(settings.data / "stack.json")
    # The port of the running stack is taken by itself, which is no problem.
    own_port = int(stack.api.rpartition(":")[2]) if stack else None
    return [
        ok("settings", "valid"),
        *machine_checks(settings, own_port=own_port),
        *stack_checks(settings, stack),
        *channel_checks(_with_own_key(settings)),
        *token_checks(settings),
        _map(settings),
    ]


def examine_deployment(targets: Sequence[Path], api: str | None, token: str | None) -> list[Check]:
    """Checks of a running deployment. `targets` empty: the list of the local stack, if one runs."""
    try:
        settings = all_settings.load(os.environ)
        own = settings.data / "metrics.json"
        if (stack := stackfile.read(settings.data / "stack.json")) is not None:
            settings = stackfile.completed(settings, stack)
    except SettingsError as error:
        return [fail("settings", str(error), "Correct or unset the names above.")]
    found = [
        ok("settings", "valid"),
        *deployment_checks(settings, _asked(api, token), targets or ([own] if own.exists() else [])),
        tokens(settings),
        *version_checks(settings, stack),
        *channel_checks(_with_own_key(settings)),
        _map(settings),
    ]
    return [stricter(check) for check in found]


def _asked(api: str | None, token: str | None) -> Access | Check:
    """How the API is asked; a finding, where it cannot be: the others are looked at all the same.

    Raises:
        CommandFailed: `api` is no address. Whoever mistyped it wants to correct it, not a page about the rest.
    """
    if api:
        checked_address(api)
    try:
        return access(api, token)
    except CommandFailed as problem:
        return fail("API", f"not asked: {problem}", problem.cure)


def _with_own_key(settings: Settings) -> Settings:
    """With the key for pushes that `komek up` chooses."""
    own_key = settings.data / "vapid-key.pem"
    return replace(settings, vapid_key=own_key) if settings.vapid_key is None and own_key.exists() else settings


def _map(settings: Settings) -> Check:
    """What the console's map is drawn on."""
    source = map_source(settings)
    if source.problems:
        return warn(
            "map", "; ".join(source.problems), "Correct the file or the address; the API reads it at its start."
        )
    named = source.style_url or settings.map_style or source.pmtiles
    return ok("map", f"drawn on {named}" if named else "districts and towns of the build")


def _print(findings: Sequence[Check]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("", "what", "found", "what to do"):
        table.add_column(title, overflow="fold")
    for finding in findings:
        # The word stands beside its colour.
        level = Text(finding.level, style=COLOURS[finding.level])
        # As plain text: brackets in a finding are no markup.
        table.add_row(level, finding.name, Text(finding.found), Text(finding.cure))
    # Wide without a terminal, so that lines can be searched.
    console().print(table)
