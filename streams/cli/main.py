"""`komek`: the list of commands, and their exit codes.

The module of a command is imported when the command runs, so a missing dependency of one command does not break the others, and
`--help` is fast.
"""

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from dispatch.model.visible_text import visible
from streams.cli.errors import DONE, EXIT_CODES, WRONG_USE, CommandFailed
from streams.settings import SettingsError

__all__ = ["CommandFailed", "app", "main"]


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A command: its module in `streams.cli`, and the attribute, a function `command` or a Typer group `app`."""

    module: str
    attribute: str
    about: str


COMMANDS = {
    "up": CommandEntry("up", "command", "Start everything on this machine: Kafka, Redis, workers, the API, the demo."),
    "worker": CommandEntry("worker", "command", "Run one worker, which decides about incidents."),
    "notifier": CommandEntry("notifier", "command", "Run one notifier, which sends people notices about their offers."),
    "assistant": CommandEntry(
        "assistant", "command", "Run one assistant, which reads texts and writes hints for people."
    ),
    "api": CommandEntry("api", "command", "Run one process of the HTTP API."),
    "retention": CommandEntry("retention", "app", "What is kept how long, and whether anything is older than that."),
    "topics": CommandEntry("topics", "app", "Create and check the topics, and who may use them."),
    "redis": CommandEntry("redis_users", "app", "Print the users of Redis and their rights."),
    "plans": CommandEntry("plans", "app", "Check and apply response plans."),
    "shadow": CommandEntry("shadow", "command", "Show what the shadow plans would have decided otherwise."),
    "token": CommandEntry("token", "command", "Print a token or a login link for a role."),
    "sessions": CommandEntry("sessions", "app", "List and end sessions; revoke tokens, people and roles."),
    "skills": CommandEntry("skills", "app", "Verify the skills of volunteers."),
    "incident": CommandEntry(
        "incident", "app", "Report, show, assign, escalate and reopen incidents; answer for a volunteer."
    ),
    "why": CommandEntry("why", "command", "Explain why a volunteer was asked or not."),
    "watch": CommandEntry("watch", "command", "Watch incidents and offers as they happen."),
    "board": CommandEntry("print_board", "command", "Print what is open, read from the log alone."),
    "status": CommandEntry("status", "command", "Show the status of the system."),
    "simulate": CommandEntry("simulate", "command", "Simulate volunteers and incidents."),
    "replay": CommandEntry("replay", "command", "Send incidents from a file."),
    "replay-log": CommandEntry(
        "replay_log", "command", "Play the log under other response plans, beside what happened."
    ),
    "cap": CommandEntry("cap", "app", "Import and follow alerts in the Common Alerting Protocol (CAP)."),
    "card": CommandEntry("card", "app", "Import cards of other control rooms (112 cards, EIDO)."),
    "webhooks": CommandEntry("webhooks", "app", "Check webhooks, see how far they are, send again what was given up."),
    "rebuild": CommandEntry("rebuild", "command", "Rebuild Redis from the log."),
    "export": CommandEntry("export", "command", "Write an export of the deployment into sealed files."),
    "import": CommandEntry("import_export", "command", "Read an export into an empty deployment."),
    "keys": CommandEntry("keys", "app", "List, add, rotate and retire the keys that encrypt and sign."),
    "dead-letters": CommandEntry("dead_letters", "app", "Inspect, replay or dismiss dead letters."),
    "audit": CommandEntry("audit", "app", "Show who saw or did what; verify that the audit log is complete."),
    "doctor": CommandEntry("doctor", "command", "Check this machine and the running stack."),
}

EPILOG = "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()) + "."


class LazyGroup(TyperGroup):
    """Lists all commands, imports the one that is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, entry in COMMANDS.items():
            # Only names and descriptions: `--help` imports no command.
            self.add_command(TyperCommand(name, help=entry.about))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, found, rest = super().resolve_command(ctx, args)
        # Here and not in `get_command`, which also `--help` calls for every command.
        return name, load(name) if name in COMMANDS else found, rest


def load(name: str) -> Any:
    """Imports a command.

    Raises:
        CommandFailed: its module is not installed.
    """
    entry = COMMANDS[name]
    full_name = f"streams.cli.{entry.module}"
    try:
        module = import_module(full_name)
    except ModuleNotFoundError as error:
        # A missing dependency of the command is a fault of its own and is shown as such.
        if error.name != full_name:
            raise
        raise CommandFailed(f"`komek {name}` is not part of this installation", "Install Komek again.") from error
    # Imported here: `--help` needs no log.
    from streams import logs

    logs.configure_command()
    if entry.attribute == "app":
        return get_group(module.app)
    # typer turns only a whole app into a click command, so a single function gets an app of its own.
    alone = typer.Typer(add_completion=False)
    # The docstring of the function is the text of its `--help`.
    alone.command(name, help=module.command.__doc__ or entry.about)(module.command)
    return get_command(alone)


app = typer.Typer(
    name="komek",
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # workers and the API write to logs, where a plain traceback reads better
    epilog=EPILOG,
)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        # Imported here: it takes 30 ms that no other command needs.
        from importlib.metadata import version

        print(version("komek"))
        raise typer.Exit


@app.callback()
def komek(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Komek: finds the right volunteers for an emergency and follows every offer to its end."""


def main() -> NoReturn:
    """The console script."""
    try:
        app(prog_name="komek")
    except CommandFailed as failure:
        _end(str(failure), failure.cure, failure.exit_code)
    except SettingsError as error:
        _end(
            str(error),
            "`komek doctor` checks this machine; every setting is described in deploy/.env.example.",
            WRONG_USE,
        )
    sys.exit(DONE)


def _end(message: str, cure: str, exit_code: int) -> NoReturn:
    # Messages may quote what a server or a file said.
    print(visible(f"komek: {message}"), file=sys.stderr)
    if cure:
        print(visible(cure), file=sys.stderr)
    sys.exit(exit_code)


if __name__ == "__main__":
    # With `python -m` this module is loaded twice. Commands raise the exceptions of the importable copy, so run that one.
    from streams.cli import main as importable

    importable.main()
