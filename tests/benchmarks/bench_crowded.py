"""The console over a crowded state: 20,000 volunteers and a queue of 300 incidents, while 20 events a second arrive."""

import asyncio
from random import Random
from time import perf_counter, sleep
from typing import Any

import httpx2
from playwright.sync_api import Browser, CDPSession, Page

from streams import clock
from streams.simulator.places import cities
from tests.benchmarks.crowd import drawn_place, load, natural
from tests.benchmarks.options import Options
from tests.benchmarks.pages import DESK, LIVE, browser, heap_mb, opened
from tests.benchmarks.result import Figure, Result, percentile
from tests.benchmarks.servers import whole
from tests.support.chromium import NO_WEBGL, link
from tests.support.whole_stack import RunningStack

NAME = "crowded"
ABOUT = "the console over 20,000 volunteers and 300 incidents: load to usable, frames at 20 events/s, heap"

VOLUNTEERS, INCIDENTS = 20_000, 300
RATE, SECONDS = 20.0, 60.0
FRAME_MS = 1000 / 60
PRIORITIES = ("critical", "high", "normal", "low")
TYPES = ("medical.other", "road.accident", "fire.building", "flood")
FRAMES = """() => {
  const told = window.komekFrames = {frames: [], long: []};
  let last = performance.now();
  const tick = (at) => { told.frames.push(at - last); last = at; requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
  new PerformanceObserver((list) => told.long.push(...list.getEntries().map((one) => one.duration))).observe({type: 'longtask'});
}"""


def run(options: Options) -> Result:
    people = natural(options.volunteers or VOLUNTEERS, options.seed)
    with whole(options.workers or 2) as (stack, at):
        # Before the browser, whose driver holds the event loop of this thread.
        loaded_s = asyncio.run(load(at, people, []))
        incidents = _reports(stack, options.incidents or INCIDENTS, options.seed)
        with browser() as chromium:
            figures = [
                figure
                for with_map in (False, True)
                for figure in _at_rate(chromium, stack, incidents, options, with_map=with_map)
            ]
    return Result(
        figures=figures,
        notes=[
            f"{len(people):,} volunteers were in Redis {loaded_s:.1f} s after the first was sent",
            "usable: from a reload with an empty cache to all rows and the answer to a key",
            "map: the processor draws it here, as WebGL without a graphics card; no map: the list of places",
        ],
    )


def _reports(stack: RunningStack, count: int, seed: int) -> list[str]:
    """Where people live, of every priority; too many people are wanted of each, so that it stays in the queue."""
    rng, towns = Random(f"crowded:{seed}"), cities()
    with _operator(stack) as client:
        return [
            str(_sent(client, "POST", "/v1/incidents", _report(rng, towns, number))["id"]) for number in range(count)
        ]


def _report(rng: Random, towns: Any, number: int) -> dict[str, Any]:
    place = drawn_place(rng, towns)
    return {
        "type": TYPES[number % len(TYPES)],
        "priority": PRIORITIES[number % len(PRIORITIES)],
        "location": {"type": "Point", "coordinates": [place.lon, place.lat]},
        "requirements": [{"capability": "field", "skill": "first_aid", "count": 5}],
    }


def _at_rate(
    chromium: Browser, stack: RunningStack, incidents: list[str], options: Options, *, with_map: bool
) -> list[Figure]:
    context = chromium.new_context(**DESK)
    if not with_map:
        context.add_init_script(NO_WEBGL)
    page, session = opened(context, f"{stack.api}{link(stack, 'operator', f'op-crowded-{with_map}')}")
    page.locator('[data-action="sign-in"]').click()
    page.locator(LIVE).wait_for()
    usable_s, key_s = _usable(page, session, len(incidents))
    before_mb = heap_mb(session)
    page.evaluate(FRAMES)
    per_s = _edits(stack, incidents, options.rate or RATE, options.seconds or SECONDS)
    told: dict[str, list[float]] = page.evaluate("() => window.komekFrames")
    after_mb = heap_mb(session)
    context.close()
    frames, long = told["frames"], told["long"]
    growth = (after_mb - before_mb) * 2**20 / round((options.rate or RATE) * (options.seconds or SECONDS))
    name = "map" if with_map else "no map"
    # Frames that the processor draws are slower than those of any graphics card, and its first tiles fill the heap: no budget.
    frame_ms, slow_ms, busy, grown = (None, None, None, None) if with_map else (2 * FRAME_MS, 100.0, 50.0, 2_000)
    return [
        Figure(name=f"{name}: load to usable", value=usable_s, unit="s", at_most=5),
        Figure(name=f"{name}: key to cursor", value=key_s * 1000, unit="ms", at_most=200),
        Figure(name=f"{name}: events sent", value=per_s, unit="/s"),
        Figure(name=f"{name}: frame p50", value=percentile(frames, 0.5), unit="ms", at_most=frame_ms),
        Figure(name=f"{name}: frame p95", value=percentile(frames, 0.95), unit="ms", at_most=slow_ms),
        Figure(name=f"{name}: longest frame", value=max(frames, default=0), unit="ms"),
        Figure(name=f"{name}: main thread busy > 50 ms", value=sum(long) / sum(frames) * 100, unit="%", at_most=busy),
        Figure(name=f"{name}: heap", value=after_mb, unit="MB", at_most=150),
        Figure(name=f"{name}: heap growth", value=growth, unit="B/event", at_most=grown),
    ]


def _usable(page: Page, session: CDPSession, count: int) -> tuple[float, float]:
    """Seconds until all rows stand and a key is answered, and how long that answer took."""
    session.send("Network.clearBrowserCache")
    begun_s = perf_counter()
    page.reload(wait_until="commit")
    page.wait_for_function(
        f"() => document.querySelectorAll('[data-incident]').length >= {count}", timeout=60_000, polling="raf"
    )
    pressed_s = perf_counter()
    page.keyboard.press("j")
    page.wait_for_function("() => document.querySelector('.queue .cursor') !== null", polling="raf")
    return perf_counter() - begun_s, perf_counter() - pressed_s


def _edits(stack: RunningStack, incidents: list[str], rate: float, seconds: float) -> float:
    """Another priority for one incident after the other: each is an event, and most move a row. Returns how many a second."""
    with _operator(stack) as client:
        begun_s = perf_counter()
        for number in range(round(rate * seconds)):
            sleep(max(0.0, begun_s + number / rate - perf_counter()))
            turn, place = divmod(number, len(incidents))
            body = {"priority": PRIORITIES[(place + turn + 1) % len(PRIORITIES)]}
            _sent(client, "PATCH", f"/v1/incidents/{incidents[place]}", body)
        return round(rate * seconds) / (perf_counter() - begun_s)


def _operator(stack: RunningStack) -> httpx2.Client:
    return httpx2.Client(base_url=stack.api, headers=stack.headers("operator", "op-bench"), timeout=20)


def _sent(client: httpx2.Client, method: str, path: str, body: dict[str, Any]) -> Any:
    answer = client.request(method, path, json=body, headers={"Idempotency-Key": clock.fresh_id()})
    answer.raise_for_status()
    return answer.json()
