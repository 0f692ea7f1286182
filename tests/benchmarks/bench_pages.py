"""Both pages in a real browser on a real stack: what they load, how soon they can be used, and how soon an event is seen."""

import signal
from time import perf_counter, sleep

import httpx2
from playwright.sync_api import Browser

from streams import clock
from tests.benchmarks.options import Options
from tests.benchmarks.pages import DESK, LIVE, SLOW, browser, heap_mb, opened, post
from tests.benchmarks.result import Figure, Result, percentile
from tests.benchmarks.servers import whole
from tests.support.chromium import NO_WEBGL, link
from tests.support.whole_stack import RunningStack, WholeStack

NAME = "pages"
ABOUT = "console and phone: first load, 400 kbit/s, event to screen at 20/s, ten tabs, a frozen API, heap"

RATE, SECONDS = 20.0, 20.0
PATIENCE_S = 30.0
TABS = 10
SEEN = """() => {
  window.komekSeen = {};
  new MutationObserver(() => {
    for (const row of document.querySelectorAll('[data-incident]')) window.komekSeen[row.dataset.incident] ??= Date.now();
  }).observe(document.querySelector('main'), {subtree: true, childList: true});
}"""
LOADED = "() => performance.getEntries().reduce((sum, one) => sum + (one.encodedBodySize ?? 0), 0)"


def run(options: Options) -> Result:
    with browser() as chromium, whole(options.workers or 2) as (stack, _):
        figures = [
            *_slow_phone(chromium, stack),
            *_slow_console(chromium, stack),
            *_at_rate(chromium, stack, options.rate or RATE, options.seconds or SECONDS),
            *_tabs_and_silence(chromium, stack),
        ]
        return Result(
            figures=figures,
            notes=[
                "bytes are as sent (brotli, without headers); the budgets of gzip are tests/web/test_units.py",
                "report to screen: from sending POST to the row in the document, so acceptance and decision are in it",
                "heap after a forced collection; MB an hour at one event a second",
            ],
        )


def _slow_phone(chromium: Browser, stack: RunningStack) -> list[Figure]:
    profile = {"capabilities": ["field"], "skills": ["first_aid"], "languages": ["kk"]}
    headers = stack.headers("volunteer", "v-slow") | {"Idempotency-Key": clock.fresh_id()}
    httpx2.put(f"{stack.api}/v1/volunteers/v-slow", headers=headers, json=profile, timeout=20)
    context = chromium.new_context(viewport={"width": 360, "height": 640}, is_mobile=True)
    begun_s = perf_counter()
    page, _ = opened(context, f"{stack.api}{link(stack, 'volunteer', 'v-slow')}", SLOW)
    page.locator('[data-action="sign-in"]').wait_for()
    first_s, first_bytes = perf_counter() - begun_s, page.evaluate(LOADED)
    page.locator('[data-action="sign-in"]').click()
    # The page before signing in is not stale either.
    page.locator("[data-action=duty]").wait_for()
    page.evaluate("() => navigator.serviceWorker.ready.then(() => null)")
    begun_s = perf_counter()
    page.reload(wait_until="commit")
    page.locator("[data-action=duty]").wait_for()
    again_s = perf_counter() - begun_s
    context.close()
    return [
        Figure(name="phone: first load", value=first_bytes / 1000, unit="kB", at_most=45, anywhere=True),
        Figure(name="phone: usable at 400 kbit/s, 400 ms", value=first_s, unit="s", at_most=3.5),
        Figure(name="phone: usable again", value=again_s, unit="s", at_most=1),
    ]


def _slow_console(chromium: Browser, stack: RunningStack) -> list[Figure]:
    context = chromium.new_context(**DESK)
    context.add_init_script(NO_WEBGL)
    _report(stack)
    page, session = opened(context, f"{stack.api}{link(stack, 'operator', 'op-slow')}")
    page.locator('[data-action="sign-in"]').click()
    page.locator("[data-incident]").first.wait_for()
    session.send("Network.clearBrowserCache")
    session.send("Network.emulateNetworkConditions", SLOW)
    begun_s = perf_counter()
    page.reload(wait_until="commit")
    page.locator("[data-incident]").first.wait_for()
    queue_s, queue_bytes = perf_counter() - begun_s, page.evaluate(LOADED)
    context.close()
    return [
        Figure(name="console: loaded when the queue stands", value=queue_bytes / 1000, unit="kB", at_most=90),
        Figure(name="console: queue at 400 kbit/s, 400 ms", value=queue_s, unit="s", at_most=5),
    ]


def _at_rate(chromium: Browser, stack: RunningStack, rate: float, seconds: float) -> list[Figure]:
    context = chromium.new_context(**DESK)
    context.add_init_script(NO_WEBGL)
    page, session = opened(context, f"{stack.api}{link(stack, 'operator', 'op-rate')}")
    page.locator('[data-action="sign-in"]').click()
    page.locator(LIVE).wait_for()
    page.evaluate(SEEN)
    before_mb = heap_mb(session)
    sent = _reports(stack, rate, seconds)
    page.wait_for_timeout(3_000)
    seen: dict[str, int] = page.evaluate("() => window.komekSeen")
    took_ms = [seen[one] - at_ms for one, at_ms in sent.items() if one in seen]
    for one in sent:
        post(stack, f"/v1/incidents/{one}/cancel", {})
    page.wait_for_function("() => document.querySelectorAll('[data-incident]').length <= 1")
    page.evaluate("() => (window.komekSeen = {})")
    events = 3 * len(sent)
    per_1000_mb = (heap_mb(session) - before_mb) / events * 1000
    row_bytes = _row_bytes(stack)
    context.close()
    return [
        Figure(name=f"report to screen at {rate:g}/s p50", value=percentile(took_ms, 0.5), unit="ms", at_most=300),
        Figure(name=f"report to screen at {rate:g}/s p95", value=percentile(took_ms, 0.95), unit="ms", at_most=1_000),
        Figure(name="reports never seen", value=len(sent) - len(took_ms), at_most=0),
        Figure(name="bytes a row event", value=row_bytes, unit="B", at_most=512, anywhere=True),
        Figure(name="heap growth per 1,000 events", value=per_1000_mb, unit="MB"),
        Figure(name="heap growth at 1 event/s", value=per_1000_mb * 3.6, unit="MB/h", at_most=5),
    ]


def _tabs_and_silence(chromium: Browser, stack: WholeStack) -> list[Figure]:
    context = chromium.new_context(**DESK)
    context.add_init_script(NO_WEBGL)
    streams: list[str] = []
    context.on("request", lambda request: streams.append(request.url) if "/v1/events" in request.url else None)
    first, _ = opened(context, f"{stack.api}{link(stack, 'operator', 'op-tabs')}")
    first.locator('[data-action="sign-in"]').click()
    first.locator(LIVE).wait_for()
    for _ in range(TABS - 1):
        opened(context, f"{stack.api}/")[0].locator(LIVE).wait_for()
    asked = len(streams)
    stack.kill("api", signal.SIGSTOP)
    begun_s = perf_counter()
    first.locator('main[data-stale="true"]').wait_for()
    stale_s = perf_counter() - begun_s
    stack.kill("api", signal.SIGCONT)
    context.close()
    return [
        Figure(name=f"streams of {TABS} tabs", value=asked, at_most=1, anywhere=True),
        Figure(name="frozen API to stale shown", value=stale_s, unit="s", at_most=11),
    ]


def _reports(stack: RunningStack, rate: float, seconds: float) -> dict[str, int]:
    """When each was sent, Unix milliseconds, by id."""
    sent: dict[str, int] = {}
    begun_s = perf_counter()
    for number in range(round(rate * seconds)):
        sleep(max(0.0, begun_s + number / rate - perf_counter()))
        at_ms = clock.now_ms()
        sent[_report(stack)] = at_ms
    return sent


def _report(stack: RunningStack) -> str:
    place = {"type": "Point", "coordinates": [62.1, 48.3]}
    return str(post(stack, "/v1/incidents", {"type": "medical.other", "priority": "normal", "location": place})["id"])


def _row_bytes(stack: RunningStack) -> float:
    """Of `data` in the row view, the mean of ten incidents."""
    sizes: list[int] = []
    url, headers = f"{stack.api}/v1/events?view=row", stack.headers("operator", "op-bytes")
    with httpx2.stream("GET", url, headers=headers, timeout=PATIENCE_S) as answer:
        for _ in range(10):
            _report(stack)
        for line in answer.iter_lines():
            if line.startswith("data:") and '"needed"' in line:
                sizes.append(len(line.encode()))
            if len(sizes) >= 10:
                break
    return sum(sizes) / len(sizes)
