"""`komek watch`: the live board. The event stream only triggers: lists are read again when something happens."""

import asyncio
import contextlib
import os
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.live import Live

from streams import clock
from streams.api_client import OPENED, Api, ApiCaller, ApiResponse, ApiUnavailable, LiveEvent
from streams.cli.advice import advice_for
from streams.cli.client import ApiOption, JsonOption, TokenOption, access
from streams.cli.errors import FAILED, UNREACHABLE, CommandFailed
from streams.cli.labels import words
from streams.cli.live_board import OFFER_SIGNS, BoardState, Happened, layout_of
from streams.cli.output import print_json, write_output
from streams.cli.safe_console import SafeConsole

WATCHER = ApiCaller(role="operator", identity="watch")
OPEN_INCIDENTS = "/v1/incidents?status=reported,dispatching,unfilled,staffed,in_progress&limit=100"
LOOK_EVERY_S = 2.0
"""Reads again without an event, because the stream may be interrupted."""
LOOK_AT_MOST_EVERY_S = 0.3
"""Pause after each read, however many events arrive meanwhile."""
FRAME_EVERY_S = 0.25
REMEMBERED_EVENTS = 12
EVENTS_WITHIN_S = 5.0
"""How long a single frame collects events before it is drawn."""
LEAVE_WITHIN_S = 2.0
"""A request that hangs must not keep the terminal after the quit key."""
FRAME_WIDTH, FRAME_HEIGHT = 150, 42
"""Of a frame without a terminal, in characters."""
QUIT = ("q", "Q", "\x03", "\x04")
"""Ctrl-C and Ctrl-D arrive as characters, too."""


def command(
    once: Annotated[bool, typer.Option("--once", help="Print one frame and exit.")] = False,
    svg: Annotated[Path | None, typer.Option(help="Write one frame as an SVG file and exit.")] = None,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Show the queue, the offers and recent events live, until q is pressed.

    Without a terminal one frame is printed. --json prints the data of a frame.
    """
    reach = access(api, token)
    alone = once or json or svg is not None or not (sys.stdout.isatty() and sys.stdin.isatty())
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_once(reach, svg, json) if alone else _live(reach))


@dataclass(slots=True)
class _View:
    """The current data of the board."""

    url: str
    status: Mapping[str, Any] = field(default_factory=dict)
    incidents: list[Mapping[str, Any]] = field(default_factory=list)
    happened: "deque[Happened]" = field(default_factory=lambda: deque(maxlen=REMEMBERED_EVENTS))
    away_since_s: float | None = None
    away_because: str = ""
    refused: ApiResponse | None = None
    """The answer, if the API answers and refuses: then it is not away, and starting it again helps nobody."""
    ahead_ms: int = 0
    """Offset of the API's clock from this machine's. Ages and countdowns use the API's clock."""

    def shown(self) -> BoardState:
        away_s = None if self.away_since_s is None else clock.monotonic_s() - self.away_since_s
        return BoardState(
            now_ms=clock.now_ms() + self.ahead_ms,
            url=self.url,
            status=self.status,
            incidents=self.incidents,
            happened=list(self.happened),
            away_s=away_s,
            away_because=self.away_because,
            is_refused=self.refused is not None,
        )

    async def look(self, api: Api) -> None:
        """Reads status and queue. While the API does not answer, the previous data stays."""
        try:
            # Together, so that both show about the same moment.
            status, queue = await asyncio.gather(api.read("/v1/status", WATCHER), api.read(OPEN_INCIDENTS, WATCHER))
        except ApiUnavailable as error:
            self.refused = None
            self._away(str(error))
            return
        if not (status.is_ok and queue.is_ok):
            self.refused = queue if status.is_ok else status
            self._away(f"status {status.code}, incidents {queue.code}")
            return
        self.refused = None
        self.status, self.incidents = status.body, list(queue.body["items"])
        # Ages and countdowns must not depend on the clock of this machine.
        self.ahead_ms = _ms(status.body.get("at")) - clock.now_ms()
        self.away_since_s = None

    def _away(self, because: str) -> None:
        # The data stay as they were; the board says since when they are old.
        self.away_because = because
        if self.away_since_s is None:
            self.away_since_s = clock.monotonic_s()

    def note(self, event: LiveEvent) -> None:
        data = event.data if isinstance(event.data, Mapping) else {}
        words = _words(data)
        if words:
            at = str(data.get("at") or clock.rfc3339(clock.now_ms()))
            self.happened.appendleft(Happened(at=at[11:19], words=words))


def _ms(time: object) -> int:
    try:
        return int(datetime.fromisoformat(str(time)).timestamp() * 1000)
    except ValueError:
        return clock.now_ms()


def _words(data: Mapping[str, Any]) -> str:
    if "volunteer_id" in data and "state" in data:
        state = str(data["state"])
        reason = f" ({words(data['reason'])})" if data.get("reason") else ""
        where = str(data.get("incident_id", ""))[-6:]
        if data.get("changes"):
            return f"! change of {', '.join(data['changes'])}  {data['volunteer_id']}  {state} for {where}"
        return f"{OFFER_SIGNS.get(state, state)}  {data['volunteer_id']}  {data.get('skill', '')} for {where}{reason}"
    inside = data.get("incident")
    incident = inside if isinstance(inside, Mapping) else data
    if "status" in incident and "type" in incident:
        return f"incident {str(incident.get('id'))[-6:]}  {incident['type']}  is {incident['status']}"
    return ""


async def _once(reach: Any, svg: Path | None, json: bool) -> None:
    view = _View(url=reach.url)
    async with Api(reach.url, reach.tokens, forget=reach.tokens.forget, verify=reach.trust, retry_for_s=0.0) as api:
        # Before the first read, so that no event between them is missed.
        listening = asyncio.create_task(_listen(api, view, asyncio.Event()))
        await view.look(api)
        if view.away_since_s is None and svg is not None:
            await asyncio.sleep(EVENTS_WITHIN_S)  # so that the frame contains events, too
            await view.look(api)
        listening.cancel()
    if view.refused is not None:
        code = view.refused.code
        raise CommandFailed(f"{view.refused.status} {code}", advice_for(code, view.refused.status, None), FAILED)
    if view.away_since_s is not None:
        raise CommandFailed(
            f"the API at {reach.url} gives no data: {view.away_because}",
            "Start it (`komek up`), set its address with --api or KOMEK_PORT, or give a --token.",
            UNREACHABLE,
        )
    _print(view, svg, json)


def _print(view: _View, svg: Path | None, json: bool) -> None:
    if json:
        print_json({"status": view.status, "incidents": view.incidents})
        return
    width = None if sys.stdout.isatty() else FRAME_WIDTH
    # rich prints while it records; an SVG must not appear in the terminal as well.
    with open(os.devnull, "w") if svg else contextlib.nullcontext(None) as nowhere:  # noqa: PTH123 - no file
        console = SafeConsole(record=svg is not None, width=width or FRAME_WIDTH, height=FRAME_HEIGHT, file=nowhere)
        console.print(layout_of(view.shown(), console.width))
        if svg:
            write_output(svg, console.export_svg(title="komek watch"))
            print(svg)


async def _live(reach: Any) -> None:
    view = _View(url=reach.url)
    wake = asyncio.Event()
    async with Api(reach.url, reach.tokens, forget=reach.tokens.forget, verify=reach.trust, retry_for_s=0.0) as api:
        background = [
            asyncio.create_task(_listen(api, view, wake)),
            asyncio.create_task(_keep_looking(api, view, wake)),
        ]
        try:
            with _keys() as pressed, Live(console=SafeConsole(), screen=True, auto_refresh=False) as live:
                while not pressed.is_set():
                    live.update(layout_of(view.shown(), live.console.width), refresh=True)
                    await _wait(pressed, FRAME_EVERY_S)
        finally:
            for task in background:
                task.cancel()
            await asyncio.wait(background, timeout=LEAVE_WITHIN_S)


async def _wait(event: asyncio.Event, at_most_s: float) -> None:
    # `asyncio.wait_for` of Python 3.11 swallows a cancellation when the event is set at the same moment: no key would quit.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(at_most_s):
            await event.wait()


async def _keep_looking(api: Api, view: _View, wake: asyncio.Event) -> None:
    while True:
        # Before the read: what happens meanwhile causes another one.
        wake.clear()
        await view.look(api)
        # Many events make one read.
        await asyncio.sleep(LOOK_AT_MOST_EVERY_S)
        await _wait(wake, LOOK_EVERY_S)


async def _listen(api: Api, view: _View, wake: asyncio.Event) -> None:
    async for event in api.events(WATCHER):
        if event.kind != OPENED:
            view.note(event)
        wake.set()


@contextlib.contextmanager
def _keys() -> Iterator[asyncio.Event]:
    """Context manager: an event that is set when a quit key is pressed. The terminal is unbuffered, without echo, meanwhile."""
    import termios
    import tty

    pressed = asyncio.Event()
    loop = asyncio.get_running_loop()
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)

    def read() -> None:
        # An empty read is the end of the input.
        if os.read(keyboard, 16).decode("utf-8", "replace")[:1] in (*QUIT, ""):
            pressed.set()

    tty.setcbreak(keyboard)
    loop.add_reader(keyboard, read)
    try:
        yield pressed
    finally:
        loop.remove_reader(keyboard)
        # Also after an exception: otherwise the shell would not echo what is typed.
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
