"""Takes the picture at the top of README.md: console and phone side by side, some seconds into the demo of `make up`.

    .venv/bin/python .ci/picture.py [FILE]

Needs Chromium on the PATH. Starts a stack of its own in a temporary folder and ends it.
"""

import base64
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as NotThere

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "deploy" / "pictures" / "console-and-phone.png"
AT_MOST_BYTES = 300_000
READY_WITHIN_S = 600.0
OFFER_WITHIN_MS = 180_000
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 360, "height": 640}
LINKS = re.compile(r"(operator|volunteer) +(http\S+#code=\S+)")
SHOWN = "Flood"
"""The incident that is open in the console: it has an area, people under way."""


def main(file: Path) -> None:
    program = shutil.which("chromium") or sys.exit("there is no Chromium on the PATH")
    with (
        tempfile.TemporaryDirectory(prefix="komek-picture-") as folder,
        _stack(Path(folder)) as links,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        console = _signed_in(browser, links["operator"], DESK)
        phone = _signed_in(browser, links["volunteer"], PHONE)
        _arrange(console)
        try:
            phone.locator('[data-action="accept"]').wait_for(timeout=OFFER_WITHIN_MS)
        except NotThere:
            print("the volunteer of the link was not asked; the phone shows its first screen")
        _joined(browser, console.screenshot(), phone.screenshot(), file)
        browser.close()
    size = file.stat().st_size
    print(f"{file}: {size / 1000:.0f} kB")
    if size > AT_MOST_BYTES:
        sys.exit(f"more than {AT_MOST_BYTES / 1000:.0f} kB")


@contextmanager
def _stack(folder: Path) -> Iterator[dict[str, str]]:
    """The login links of a stack with the demo."""
    output = folder / "up.log"
    with output.open("wb") as told:
        environ = {**os.environ, "KOMEK_DATA": str(folder / "data")}
        command = [sys.executable, "-m", "streams.cli.main", "up"]
        up = subprocess.Popen(command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=told, stderr=told)
    try:
        until = time.monotonic() + READY_WITHIN_S
        while len(links := dict(LINKS.findall(output.read_text("utf-8")))) < 2:
            if up.poll() is not None or time.monotonic() > until:
                sys.exit(output.read_text("utf-8"))
            time.sleep(0.1)
        yield links
    finally:
        up.send_signal(signal.SIGINT)
        up.wait()


def _signed_in(browser: Browser, link: str, size: dict[str, int]) -> Page:
    # A context each: the sessions of the two pages are cookies of one host.
    page = browser.new_context(viewport=size, color_scheme="dark", locale="en-GB").new_page()  # type: ignore[arg-type]
    page.goto(link)
    page.locator('[data-action="sign-in"]').click()
    page.locator('main[data-stale="false"]').wait_for()
    return page


def _arrange(console: Page) -> None:
    """Waits until people are on their way to the incident, and opens it."""
    row = console.locator(".queue .item", has_text=SHOWN, has=console.locator(".ppl b:text-matches('^[3-9]')")).first
    row.click(timeout=OFFER_WITHIN_MS)
    console.keyboard.press("a")
    console.locator("[data-detail] .timeline").wait_for()
    # Until the map has moved there and shows the people.
    console.wait_for_timeout(4_000)


def _joined(browser: Browser, console: bytes, phone: bytes, file: Path) -> None:
    page = browser.new_page(viewport={"width": DESK["width"] + PHONE["width"] + 16, "height": DESK["height"]})
    left, right = (base64.b64encode(picture).decode() for picture in (console, phone))
    page.set_content(
        '<body style="margin:0;display:flex;gap:16px;align-items:center;background:transparent">'
        f'<img src="data:image/png;base64,{left}"><img src="data:image/png;base64,{right}">'
    )
    page.wait_for_function("[...document.images].every((one) => one.complete)")
    file.write_bytes(page.screenshot(omit_background=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE)
