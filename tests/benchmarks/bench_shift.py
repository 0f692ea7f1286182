"""A long shift at the console: a real exercise, played fast, with map and detail open; what of it stays in the memory.

The heap is measured after a forced collection, again and again while incidents come, are worked on and end. What the queue and
the detail hold differs from moment to moment, so one look says nothing: the slope over all looks after the first filling is the
leak.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import linear_regression
from time import perf_counter
from typing import Any

import httpx2
from playwright.sync_api import Browser, CDPSession, Page

from tests.benchmarks.options import Options
from tests.benchmarks.pages import DESK, LIVE, browser, heap_mb, opened
from tests.benchmarks.result import Figure, Result
from tests.benchmarks.servers import Process, Servers, process, whole
from tests.support.chromium import link
from tests.support.whole_stack import RunningStack

NAME = "shift"
ABOUT = "the console over a long shift: an exercise played fast, map and detail open; heap by events"

DEMO_PER_MINUTE = 3.0
"""Incidents of the exercise that `make up` plays (`scenarios.toml`)."""
RATE = 2.4
"""Incidents a second here: 48 times the exercise, so eight hours pass in ten minutes."""
SECONDS = 600.0
SPEED = 400.0
"""Of answers and of work: people are free again in seconds, as they are in minutes in the exercise."""
FILLING = 0.25
"""Of the play: what the page keeps at most (ended incidents, formatters, tiles) has been filled by then."""
LOOKS = 48
STEP_MS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`events` of the stream so far; `rows` in the queue at this moment."""

    events: int
    heap_mb: float
    nodes: float
    listeners: float
    rows: int


def run(options: Options) -> Result:
    rate, seconds = options.rate or RATE, options.seconds or SECONDS
    with (
        whole(options.workers or 2) as (stack, at),
        _playing(stack, at, rate, options) as play,
        browser() as chromium,
        _counted(stack) as count,
    ):
        looks = _looks(chromium, stack, play, count, seconds)
    hours = rate * 60 / DEMO_PER_MINUTE * seconds / 3600
    settled = looks[round(len(looks) * FILLING) :]
    events, rows = [one.events for one in settled], [one.rows for one in settled]
    heap = [one.heap_mb * 2**20 for one in settled]
    return Result(
        figures=[
            Figure(name="events", value=looks[-1].events),
            Figure(name="hours of the exercise", value=hours, unit="h"),
            Figure(name="heap after the first filling", value=settled[0].heap_mb, unit="MB"),
            Figure(name="heap at the end", value=looks[-1].heap_mb, unit="MB", at_most=100),
            Figure(name="heap growth", value=slope(events, rows, heap), unit="B/event", at_most=100),
            Figure(name="heap a row in the queue", value=slope(rows, events, heap), unit="B/row"),
            Figure(
                name="nodes of the document", value=slope(events, rows, [one.nodes for one in settled]), unit="/event"
            ),
            Figure(name="listeners", value=slope(events, rows, [one.listeners for one in settled]), unit="/event"),
        ],
        notes=[
            f"the detail follows the queue: another incident every {STEP_MS / 1000:g} s; the map is drawn by the processor"
        ],
        details={"looks": [[one.events, one.heap_mb, one.nodes, one.listeners, one.rows] for one in looks]},
    )


def slope(of: Sequence[float], beside: Sequence[float], ys: Sequence[float]) -> float:
    """What one more of `of` adds to `ys`, by least squares, what `beside` adds taken out: the queue grows and shrinks during a
    shift, and what its rows take is no leak. The slope of the remainders is that of the regression on both (Frisch and Waugh)."""
    return linear_regression(_remainders(beside, of), _remainders(beside, ys)).slope


def _remainders(xs: Sequence[float], ys: Sequence[float]) -> list[float]:
    fit = linear_regression(xs, ys)
    return [y - fit.slope * x - fit.intercept for x, y in zip(xs, ys, strict=True)]


@contextmanager
def _playing(stack: RunningStack, at: Servers, rate: float, options: Options) -> Iterator[Process]:
    """The simulator plays until the block is left."""
    words = ["--scenario", "city", "--volunteers", str(options.volunteers or 300), "--rate", str(rate * 60)]
    words += ["--speed", str(SPEED), "--minutes", "0", "--seed", str(options.seed), "--bulk"]
    with process(at, "simulate", "streams.cli.main", "simulate", *words, environ=stack.command_environ()) as play:
        yield play


@contextmanager
def _counted(stack: RunningStack) -> Iterator[Any]:
    """How many events of incidents an operator's stream has brought so far: the same that the console takes."""
    seen, is_over = [0], threading.Event()

    def count() -> None:
        url, headers = f"{stack.api}/v1/events?view=row", stack.headers("operator", "op-count")
        with httpx2.stream("GET", url, headers=headers, timeout=60) as answer:
            for line in answer.iter_lines():
                seen[0] += line.startswith("event: incident")
                if is_over.is_set():
                    return

    thread = threading.Thread(target=count, daemon=True)
    thread.start()
    yield lambda: seen[0]
    is_over.set()
    thread.join(20)


def _looks(chromium: Browser, stack: RunningStack, play: Process, count: Any, seconds: float) -> list[Look]:
    context = chromium.new_context(**DESK)
    page, session = opened(context, f"{stack.api}{link(stack, 'operator', 'op-shift')}")
    page.locator('[data-action="sign-in"]').click()
    page.locator(LIVE).wait_for()
    page.locator("[data-incident]").first.wait_for()
    session.send("Performance.enable")
    found: list[Look] = []
    begun_s = perf_counter()
    for number in range(1, LOOKS + 1):
        while perf_counter() - begun_s < number * seconds / LOOKS:
            page.keyboard.press("j")
            page.keyboard.press("Enter")
            page.wait_for_timeout(STEP_MS)
        play.check()
        found.append(_look(page, session, count()))
    context.close()
    return found


def _look(page: Page, session: CDPSession, events: int) -> Look:
    size = heap_mb(session)
    told = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return Look(
        events=events,
        heap_mb=size,
        nodes=told["Nodes"],
        listeners=told["JSEventListeners"],
        rows=page.locator("[data-incident]").count(),
    )
