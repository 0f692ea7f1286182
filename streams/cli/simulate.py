"""`komek simulate`: simulates volunteers and incidents for a time, or until Ctrl-C."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import typer
from rich.live import Live
from rich.table import Table

from streams import clock, event_loop
from streams.api_client import Api, ApiUnavailable
from streams.cli.client import Access, ApiOption, JsonOption, TokenOption, access, require_accepted_token
from streams.cli.context import broker_errors_reported, check_ring, settings_of_whole_log
from streams.cli.errors import UNREACHABLE, WRONG_USE, CommandFailed
from streams.cli.output import console, print_json
from streams.local.early_load import await_begin
from streams.ring import KeyUse, LiveRing
from streams.simulator.bulk import bulk_sender, register_in_bulk, send_positions_in_bulk
from streams.simulator.run import RunProgress, Transport, http_transport, play
from streams.simulator.scenarios import BadScenario, Scenario, scenario_named
from streams.simulator.volunteers import Volunteers

PLAIN_EVERY_S = 5.0
LIVE_EVERY_S = 0.5


def command(
    scenario: Annotated[str, typer.Option(help="The scenario: demo, city, earthquake or national.")] = "city",
    demo: Annotated[bool, typer.Option("--demo", help="The same as --scenario demo.")] = False,
    volunteers: Annotated[int | None, typer.Option(help="Number of volunteers.")] = None,
    city: Annotated[str | None, typer.Option(help="Name of the city. Default: that of the scenario.")] = None,
    rate: Annotated[float | None, typer.Option(help="Incidents per minute.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same people and incidents.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Duration; 0: until Ctrl-C.")] = None,
    speed: Annotated[float | None, typer.Option(help="Speed factor of answers and work.")] = None,
    bulk: Annotated[
        bool | None, typer.Option("--bulk/--no-bulk", help="Write profiles and positions to Kafka directly.")
    ] = None,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Simulate volunteers who register, move, answer and work, and operators who report and close incidents.

    People and incidents are derived from the seed. All requests use the public API; with --bulk, profiles and positions are
    written to Kafka directly, which is faster for many thousands.
    """
    await_begin()
    changes = {
        "volunteers": volunteers,
        "city": city,
        "rate": rate,
        "seed": seed,
        "minutes": minutes,
        "bulk": bulk,
        "answer_speed": speed,
        "work_speed": speed,
    }
    try:
        wanted = scenario_named("demo" if demo else scenario, changes)
    except BadScenario as error:
        raise CommandFailed(str(error), "`komek simulate --help` lists the options.", WRONG_USE) from error
    reach = access(api, token)
    require_accepted_token(reach)
    with broker_errors_reported():
        figures = asyncio.run(_run(wanted, reach, quiet=json))
    if json:
        print_json(figures)


async def _run(scenario: Scenario, reach: Access, *, quiet: bool) -> dict[str, Any]:
    async with Api(reach.url, reach.tokens, forget=reach.tokens.forget, verify=reach.trust, seed=scenario.seed) as api:
        progress = RunProgress(scenario=scenario, api=api)
        # Unique to this run: a later run of the same scenario creates new incidents.
        run = f"{scenario.name}-{clock.now_ms():x}"
        async with _transport(scenario, api, run) as transport, _shown(progress, quiet=quiet):
            playing = asyncio.create_task(play(progress, run=run, transport=transport))
            _end_on_signals(playing)
            try:
                await playing
            # Ctrl-C ends the run early; its figures are printed all the same.
            except asyncio.CancelledError:
                pass
            except ApiUnavailable as error:
                raise CommandFailed(
                    f"the API at {reach.url} does not answer: {error}", "Start it with `komek up`.", UNREACHABLE
                ) from error
        return progress.figures()


def _end_on_signals(playing: "asyncio.Task[None]") -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # By the event loop: an exception of a signal handler would be raised at an arbitrary place.
        loop.add_signal_handler(number, playing.cancel)


@asynccontextmanager
async def _transport(scenario: Scenario, api: Api, run: str) -> AsyncIterator[Transport]:
    if not scenario.bulk:
        yield http_transport(api, run)
        return
    settings = await asyncio.to_thread(settings_of_whole_log)
    # In a thread: the check runs an event loop of its own.
    await asyncio.to_thread(check_ring, settings, "simulate-start", KeyUse.DATA)
    ring = LiveRing.of(settings)
    async with bulk_sender(settings, api.tally) as sender:

        async def register(people: Any) -> None:
            await register_in_bulk(sender, people, ring.now)

        async def positions(people: Any, volunteers: Volunteers, number: int) -> None:  # noqa: ARG001 - as over HTTP
            await send_positions_in_bulk(sender, people, volunteers.place_of)

        yield Transport(register=register, positions=positions)


@asynccontextmanager
async def _shown(progress: RunProgress, *, quiet: bool) -> AsyncIterator[None]:
    """Shows the progress: a live table in a terminal, otherwise a line from time to time. The last state is always shown."""
    if quiet:
        yield
        return
    showing = asyncio.create_task(_show_live(progress) if sys.stdout.isatty() else _show_lines(progress))
    try:
        yield
    finally:
        # The cancellation makes the display print the final figures.
        await event_loop.cancel(showing)


async def _show_live(progress: RunProgress) -> None:
    # Without the thread of rich that refreshes: the table is built in the event loop.
    with Live(_table(progress), console=console(), auto_refresh=False) as live:
        try:
            while True:
                live.update(_table(progress), refresh=True)
                await asyncio.sleep(LIVE_EVERY_S)
        finally:
            live.update(_table(progress), refresh=True)


async def _show_lines(progress: RunProgress) -> None:
    try:
        while True:
            _print_line(progress)
            await asyncio.sleep(PLAIN_EVERY_S)
    finally:
        _print_line(progress)


def _print_line(progress: RunProgress) -> None:
    print(", ".join(f"{name} {value}" for name, value in progress.figures().items()), flush=True)


def _table(progress: RunProgress) -> Table:
    table = Table(title=f"Simulating: {progress.scenario.about or progress.scenario.name}", title_justify="left")
    table.add_column("what")
    table.add_column("count", justify="right")
    for name, value in progress.figures().items():
        table.add_row(name, str(value))
    return table
