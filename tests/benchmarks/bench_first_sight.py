"""From `make up` to the first person who accepted, seen in the console in a browser: from empty caches, and warm.

Each round is a clone of the last commit. Cold: no environment, and empty caches of pip, uv, npm and Kafka's jars. Warm: the same
clone and caches again, with new data.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from streams import clock
from streams.local.ports import free_ports
from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, NotHere, Result
from tests.support.chromium import NAMES
from tests.support.waiting import until

NAME = "first_sight"
ABOUT = "make up until Chromium shows the first person who accepted, with empty caches and warm"

ROOT = Path(__file__).resolve().parents[2]
COLD_S, WARM_S = 60.0, 15.0
"""The goals, for a quiet machine."""
ROUNDS = 3
READY_WITHIN_S = 300.0
SEEN_WITHIN_MS = 60_000
ENDED_WITHIN_S = 60.0
LINK = re.compile(r"operator +(http\S+/#code=\S+)")
ACCEPTED = ".queue .ppl b:text-matches('^[1-9]')"


def run(options: Options) -> Result:
    """`--seeds`: how many rounds."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise NotHere("there is no Chromium on the PATH")
    cold: list[_Times] = []
    warm: list[_Times] = []
    with sync_playwright() as playwright:
        # Started before the clock: it is the user's, and runs already.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for _ in range(options.seeds or ROUNDS):
            with tempfile.TemporaryDirectory(prefix="komek-first-sight-") as folder:
                clone = _Clone(Path(folder))
                cold.append(clone.first_sight(browser, "cold"))
                warm.append(clone.first_sight(browser, "warm"))
        browser.close()
    return Result(
        figures=[*_figures("cold", cold, COLD_S), *_figures("warm", warm, WARM_S)],
        notes=[
            f"load average after: {os.getloadavg()[0]:.1f}",
            *(clone_log for times in cold for clone_log in times.steps),
        ],
        details={"cold": [times.seen_s for times in cold], "warm": [times.seen_s for times in warm]},
    )


class _Times:
    """Seconds since `make up` was typed. `steps`: what it printed about their durations."""

    def __init__(self, ready_s: float, seen_s: float, steps: list[str]) -> None:
        self.ready_s = ready_s
        self.seen_s = seen_s
        self.steps = steps


class _Clone:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._checkout = folder / "komek"
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, self._checkout], check=True)
        caches = folder / "caches"
        self._environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("KOMEK_")},
            "PIP_CACHE_DIR": str(caches / "pip"),
            "UV_CACHE_DIR": str(caches / "uv"),
            "XDG_CACHE_HOME": str(caches),
            "npm_config_cache": str(caches / "npm"),
            # Not 8000: another program may take it between the choice and the start of the API.
            "KOMEK_PORT": str(free_ports(1)[0]),
        }

    def first_sight(self, browser: Browser, name: str) -> _Times:
        begun_s = clock.monotonic_s()
        output = self._folder / f"{name}.log"
        with self._up(name, output) as process:
            until(lambda: process.poll() is not None or LINK.search(output.read_text()) is not None, READY_WITHIN_S)
            found = LINK.search(output.read_text())
            assert found, output.read_text()
            ready_s = clock.monotonic_s() - begun_s
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.goto(found[1])
            page.locator('[data-action="sign-in"]').click()
            page.locator(ACCEPTED).first.wait_for(timeout=SEEN_WITHIN_MS)
            seen_s = clock.monotonic_s() - begun_s
            page.close()
        steps = [line for line in output.read_text().splitlines() if re.search(r"\d s$", line)]
        return _Times(ready_s, seen_s, [f"{name}: {line}" for line in steps])

    @contextmanager
    def _up(self, name: str, output: Path) -> Iterator[subprocess.Popen[bytes]]:
        data = self._folder / f"{name}-data"
        with output.open("wb") as told:
            process = subprocess.Popen(
                ["make", "up"],
                cwd=self._checkout,
                env={**self._environ, "KOMEK_DATA": str(data)},
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            process.wait(ENDED_WITHIN_S)


def _figures(name: str, times: list[_Times], goal_s: float) -> list[Figure]:
    seen = sorted(one.seen_s for one in times)
    return [
        Figure(name=f"{name}: ready", value=sorted(one.ready_s for one in times)[len(times) // 2], unit="s"),
        Figure(name=f"{name}: first person seen", value=seen[len(seen) // 2], unit="s", at_most=goal_s),
        Figure(name=f"{name}: slowest", value=seen[-1], unit="s"),
    ]
