"""`komek up`: runs all of Komek on this machine until Ctrl-C."""

import os
import shlex
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from streams import settings as all_settings
from streams.cli.certificate import certificate_of, trust_of
from streams.cli.client import access_to
from streams.cli.context import settings_here
from streams.cli.errors import FAILED, WRONG_USE, CommandFailed
from streams.cli.make_parent import MakeCaller
from streams.cli.token import login_link
from streams.local import jars, stack
from streams.local.errors import AlreadyInUse, LocalStackError, NeverReady
from streams.local.progress import Steps
from streams.local.stackfile import StackFile
from streams.settings import SettingsError
from streams.tokens import Role

FORCED_EXIT = 130
"""128 + SIGINT, as shells report it."""


class _StopRequest:
    """Callable that tells whether a signal, or the parent process make, asked to stop. A second signal exits at once."""

    def __init__(self) -> None:
        self._asked = False
        self._make = MakeCaller(os.environ)
        # SIGHUP: the terminal was closed.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def __call__(self) -> bool:
        return self._asked or self._make.is_ending()

    def _ask(self, *_: object) -> None:
        if self._asked:
            # Without clean-up: the kernel ends the children (`local/die_with_parent.py`), on other systems the next start does.
            os._exit(FORCED_EXIT)
        self._asked = True


class _Stopped(Exception):
    """Asked to stop while jars were being downloaded."""


def command(
    demo: Annotated[bool, typer.Option(help="Run the demo scenario.")] = True,
    fresh: Annotated[bool, typer.Option("--fresh", help="Delete the data of earlier runs.")] = False,
    workers: Annotated[int, typer.Option(min=1, max=16, help="Number of workers.")] = 2,
    secure: Annotated[
        bool, typer.Option("--secure", help="With TLS, a user for each process, and Kafka ACLs.")
    ] = False,
    data: Annotated[Path | None, typer.Option(help="Folder of the stack; overrides KOMEK_DATA.")] = None,
) -> None:
    """Start everything on this machine and keep it running until Ctrl-C.

    Also starts Kafka and Redis, unless KOMEK_KAFKA and KOMEK_REDIS name running ones.
    """
    # Not `settings_here`: a stack that is already running must not lend its addresses to a new one.
    settings = all_settings.load(os.environ)
    if data is not None:
        settings = replace(settings, data=data)
    certificate_of(settings)
    trust_of(settings)
    stop_request = _StopRequest()
    steps = Steps(_write)
    caller = stack.StackOwner(
        fetch_jars=lambda: _fetch_jars(stop_request, steps), steps=steps, stopped=stop_request, ready=_announce
    )
    try:
        wanted = stack.Wanted(workers=workers, demo=demo, fresh=fresh, secure=secure, follows=bool(settings.cap_feeds))
        stack.run(settings, wanted, caller)
    except _Stopped:
        steps.say("stopped before all downloads were complete; the next start resumes them")
    except LocalStackError as error:
        raise CommandFailed(str(error), error.cure, _exit_code(error)) from error


def _exit_code(error: LocalStackError) -> int:
    wrong_use = isinstance(error, AlreadyInUse) or (isinstance(error, NeverReady) and error.settings_refused)
    return WRONG_USE if wrong_use else FAILED


def _write(text: str) -> None:
    print(text, end="", flush=True)


def _fetch_jars(stop_request: _StopRequest, steps: Steps) -> Path:
    cache = jars.cache_folder(os.environ)
    wanted = jars.missing(jars.pinned(), cache)
    if wanted:
        size_mb = sum(jar.size_bytes for jar in wanted) / 1e6
        with steps.step(f"Kafka's jars ({len(wanted)}, {size_mb:.0f} MB, into {cache})"):
            _fetch(wanted, cache, stop_request)
    return cache


def _fetch(wanted: list[jars.Jar], cache: Path, stop_request: _StopRequest) -> None:
    # Imported lazily: not needed when the cache is complete.
    from streams.local.maven import fetch

    def progress(_: jars.Jar) -> None:
        if stop_request():
            raise _Stopped

    jars.ensure(wanted, cache, fetch=fetch, progress=progress)


def _announce(running: stack.Running) -> None:
    at = running.stack
    _write(
        f"""
Komek is ready.

  console     {at.api}/
  volunteers  {at.api}/v/
  API         {at.api}/docs
  Kafka       {at.kafka}
  Redis       {at.redis if running.addresses.redis_port else "as KOMEK_REDIS says"}
  data, logs  {running.folder.root}

{_login_links(running)}
Next, in another terminal:

{next_commands(running.stack, running.folder.root)}

Ctrl-C stops everything.
"""
    )


def _login_links(running: stack.Running) -> str:
    """One link for an operator and one for a volunteer; nothing where another issuer signs the tokens."""
    try:
        settings = settings_here({**os.environ, "KOMEK_DATA": str(running.folder.root)})
        reach = access_to(running.stack.api, settings)
        links = [
            login_link(reach, role, subject)["link"]
            for role, subject in ((Role.OPERATOR, "operator-1"), (Role.VOLUNTEER, "v-1"))
        ]
    except (CommandFailed, SettingsError):
        return ""
    operator, volunteer = links
    return f"""Login links, each valid once and for 10 minutes (`komek token ROLE --id ID --link` makes others):

  operator    {operator}
  volunteer   {volunteer}
"""


def next_commands(at: StackFile, data: Path) -> str:
    """Commands that work as they are in a new shell: with the folder of this stack and the CA of its certificate."""
    komek = Path(sys.executable).with_name("komek")
    # Short, to be copied; absolute where the shell is elsewhere.
    program = komek.relative_to(Path.cwd()) if komek.is_relative_to(Path.cwd()) else komek
    is_default = data.resolve() == all_settings.Settings().data.resolve()
    folder = "" if is_default else f"KOMEK_DATA={shlex.quote(str(data.resolve()))} "
    shown = folder + shlex.quote(str(program))
    ca = at.settings.get("KOMEK_API_CA")
    trust = f"--cacert {shlex.quote(ca)} " if ca else ""
    lines = [f"{shown} {name}" for name in ("status", "watch", "incident new --help", "doctor")]
    lines += [
        f'curl {trust}-H "Authorization: Bearer $({shown} token operator --id operator-1)" {at.api}/v1/status',
        f"{shown} token volunteer --id v-1        # a volunteer's, for the same API",
    ]
    return "\n".join(f"  {line}" for line in lines)
