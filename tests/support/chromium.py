"""A real browser for tests of the pages, and what no page may do in it.

    chromium         the browser, one for each module; tests that need it are skipped where there is none
    visit            opens pages of the shared stack, and fails the test that asks another host for anything or breaks the policy

Screenshots go to the folder that KOMEK_ARTEFACTS names.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from streams import clock
from tests.support.whole_stack import RunningStack

ROOT = Path(__file__).parents[2]
CHECKS = Path(__file__).with_name("page_checks.js")
AXE = ROOT / "api" / "web" / "node_modules" / "axe-core" / "axe.min.js"
BUILT = ROOT / "api" / "pages" / "built"
NAMES = ("chromium", "chromium-browser", "google-chrome")
WITHIN_MS = 60_000
expect.set_options(timeout=WITHIN_MS)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
LIVE = 'main[data-stale="false"]:not(:has([data-action="sign-in"]))'
"""A page of somebody who is signed in, with live data. The page for signing in has nothing that could be stale."""
Visit = Callable[..., "Visitor"]
NO_WEBGL = (
    "const old = HTMLCanvasElement.prototype.getContext;"
    "HTMLCanvasElement.prototype.getContext = function (kind, ...more)"
    " { return kind.startsWith('webgl') ? null : old.call(this, kind, ...more); };"
)


@dataclass(kw_only=True)
class Visitor:
    """One browser profile: its pages share cookies, storage and the service worker."""

    stack: RunningStack
    context: BrowserContext
    asked: list[str] = field(default_factory=list)
    """Addresses of all requests, in order."""
    complaints: list[str] = field(default_factory=list)
    """Errors of scripts, and what the policy refused."""
    allowed: tuple[str, ...] = ()
    """Origins beside the API from which the deployment lets the pages load."""

    def open(self, path: str) -> Page:
        page = self.watch(self.context.new_page())
        page.goto(f"{self.stack.api}{path}")
        return page

    def watch(self, page: Page) -> Page:
        """Also one that a page has opened. Returns it."""
        page.set_default_timeout(WITHIN_MS)
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._hear(message.type, message.text))
        return page

    def sign_in(self, role: str, identity: str) -> Page:
        """By a one-time link and a tap; returns when the page shows live data."""
        page = self.open(link(self.stack, role, identity))
        page.locator('[data-action="sign-in"]').click()
        page.locator(LIVE).wait_for()
        return page

    def check(self) -> None:
        """Raises AssertionError for a request to another host, a refusal of the policy, or an error of a script."""
        own = (self.stack.api, "data:", "blob:", *self.allowed)
        assert [url for url in self.asked if not url.startswith(own)] == []
        assert self.complaints == []

    def _hear(self, kind: str, text: str) -> None:
        # A refused request is logged as an error as well, and is none of the script.
        if "Content Security Policy" in text or (kind == "error" and "Failed to load resource" not in text):
            self.complaints.append(text)


def link(stack: RunningStack, role: str, identity: str) -> str:
    """Path and fragment of a new one-time link."""
    headers = stack.headers("admin") | {"Idempotency-Key": clock.fresh_id()}
    made = httpx2.post(
        f"{stack.api}/v1/session/codes", headers=headers, json={"role": role, "id": identity}, timeout=60
    )
    made.raise_for_status()
    return str(made.json()["link"])


def faults_of(page: Page) -> list[str]:
    """What axe finds: `rule: element`, one a line."""
    _settle(page)
    page.evaluate(AXE.read_text("utf-8"))
    found: Any = page.evaluate(
        "(rules) => axe.run(document, {runOnly: {type: 'tag', values: rules}})"
        ".then((all) => all.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html}`)))",
        list(RULES),
    )
    return [str(one) for one in found]


def _settle(page: Page) -> None:
    """Ends the transitions: after a change of theme a colour is for a moment between two."""
    page.evaluate(
        "() => document.getAnimations().filter((one) => one instanceof CSSTransition).forEach((one) => one.finish())"
    )


def ask_page(page: Page, name: str, given: object = None) -> Any:
    """The answer of a function of `page_checks.js`."""
    return page.evaluate(f"(given) => {{ const of = {CHECKS.read_text('utf-8')}\nreturn of.{name}(given); }}", given)


def overflows_of(page: Page) -> list[str]:
    """Elements whose text does not fit: wider than they are, cut without a `title`, or controls beside the window."""
    return [str(one) for one in ask_page(page, "overflows")]


def keep_picture(page: Page, name: str) -> None:
    """A screenshot, where KOMEK_ARTEFACTS names a folder."""
    if folder := os.environ.get("KOMEK_ARTEFACTS"):
        _settle(page)
        page.screenshot(path=str(Path(folder) / "web" / f"{name}.png"))


# Not for the session: Playwright's event loop runs until it is stopped, and no asynchronous test runs in that process meanwhile.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("there is no Chromium on the PATH (apt-get install chromium)")
    if not (BUILT / "build.json").exists():
        pytest.skip("the pages are not built (make web)")
    with sync_playwright() as playwright:
        # Root, as in a container, cannot use the sandbox.
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        yield browser
        browser.close()


@dataclass(frozen=True)
class Visits:
    """The browser profiles of one test."""

    chromium: Browser
    stack: RunningStack
    visitors: list[Visitor] = field(default_factory=list)

    def __call__(self, *, webgl: bool = False, **options: Any) -> Visitor:
        """`webgl`: with a map that is drawn; without one, as on a computer without a graphics card, several times faster here,
        where the processor draws. `options`: of the browser's context."""
        made = Visitor(stack=self.stack, context=self.chromium.new_context(**options))
        if not webgl:
            made.context.add_init_script(NO_WEBGL)
        self.visitors.append(made)
        return made

    def keep_state(self, folder: Path) -> None:
        """Picture, text, focus and address of each open page: what a test that failed saw."""
        pages = [page for one in self.visitors for page in one.context.pages]
        for number, page in enumerate(pages, start=1):
            focus = page.evaluate("document.activeElement?.outerHTML.slice(0, 300)")
            said = page.locator("body").inner_text()
            (folder / f"page-{number}.txt").write_text(f"{page.url}\nfocus: {focus}\n\n{said}\n", "utf-8")
            page.screenshot(path=str(folder / f"page-{number}.png"))


@pytest.fixture
def visit(chromium: Browser, shared_stack: RunningStack) -> Iterator[Visit]:
    visits = Visits(chromium, shared_stack)
    yield visits
    for one in visits.visitors:
        one.context.close()
    for one in visits.visitors:
        one.check()
