"""A browser for benchmarks of the pages: the network as it may be, reports by HTTP, and the size of the heap."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from streams import clock
from tests.benchmarks.result import NotHere
from tests.support.chromium import NAMES
from tests.support.whole_stack import RunningStack

SLOW: dict[str, Any] = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""400 kbit/s and 400 ms, as one bar of signal."""
FAST: dict[str, Any] = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
LIVE = '.desk > main[data-stale="false"]'


@contextmanager
def browser() -> Iterator[Browser]:
    """
    Raises:
        NotHere: there is no Chromium.
    """
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise NotHere("there is no Chromium on the PATH")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield made
        made.close()


def opened(context: BrowserContext, path: str, conditions: dict[str, Any] | None = None) -> tuple[Page, CDPSession]:
    """`conditions`: of the network; without them it is fast."""
    page = context.new_page()
    page.set_default_timeout(60_000)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", conditions or FAST)
    page.goto(path, wait_until="commit")
    return page, session


def heap_mb(session: CDPSession) -> float:
    """After a forced collection."""
    session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"]) / 2**20


def post(stack: RunningStack, path: str, body: object) -> Any:
    """As an operator."""
    headers = stack.headers("operator", "op-bench") | {"Idempotency-Key": clock.fresh_id()}
    return httpx2.post(f"{stack.api}{path}", headers=headers, json=body, timeout=20).json()
