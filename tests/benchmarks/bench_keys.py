"""A new incident by keys alone, at the speed at which people type: every key from `n` until the report is stored."""

from time import perf_counter

from playwright.sync_api import Page

from tests.benchmarks.options import Options
from tests.benchmarks.pages import DESK, browser, opened
from tests.benchmarks.result import Figure, Result
from tests.benchmarks.servers import whole
from tests.support.chromium import LIVE, link

NAME = "keys"
ABOUT = "a new incident in the console by keys alone at five keys a second: each key, and the seconds"

KEYS_A_SECOND = 5.0
WORDS, PLACE, KIND = "Өзен тасып, су көшеге кірді", "Talgar", "flo"
"""What the caller says, where, and the part of the type's name that the operator types."""


def run(options: Options) -> Result:
    """`--rate`: keys a second."""
    pause_ms = 1_000 / (options.rate or KEYS_A_SECOND)
    with browser() as chromium, whole(options.workers or 2) as (stack, _):
        context = chromium.new_context(**DESK, locale="en-GB")
        page, _ = opened(context, f"{stack.api}{link(stack, 'operator', 'op-keys')}")
        page.locator('[data-action="sign-in"]').click()
        page.locator(LIVE).wait_for()
        page.locator('[data-action="new-incident"]').wait_for()
        typist = Typist(page, pause_ms)
        with page.expect_response(
            lambda answer: answer.request.method == "POST" and answer.url.endswith("/v1/incidents")
        ) as sent:
            typist.press("n")
            typist.write(WORDS)
            typist.press("Tab")
            typist.write(PLACE)
            # The first of the places found.
            page.locator('[data-field="place"][aria-expanded="true"]').wait_for()
            typist.press("Enter")
            typist.press("Tab")
            typist.write(KIND)
            typist.press("Enter")
            typist.press("Control+Enter")
        page.locator(f'[data-incident="{sent.value.json()["id"]}"]').wait_for()
        assert typist.begun_s is not None
        took_s = perf_counter() - typist.begun_s
        context.close()
    return Result(
        figures=[
            Figure(name="keys beyond the text", value=len(typist.beyond), at_most=7, anywhere=True),
            Figure(name="keys of the text", value=typist.typed),
            Figure(name="from the first key to the row in the queue", value=took_s, unit="s", at_most=15),
        ],
        notes=[
            f"beyond the text: {' '.join(typist.beyond)}; Ctrl+Enter counts as one",
            f"text: «{WORDS}», place «{PLACE}», type «{KIND}», {1_000 / pause_ms:g} keys a second",
        ],
        details={"keys": typist.keys},
    )


class Typist:
    """Presses one key after the other, and keeps which."""

    def __init__(self, page: Page, pause_ms: float) -> None:
        self._page, self._pause_ms = page, pause_ms
        self.begun_s: float | None = None
        self.keys: list[str] = []
        self.beyond: list[str] = []
        """Keys that move, choose and send."""
        self.typed = 0

    def press(self, key: str) -> None:
        self.beyond.append(key)
        self._strike(key)

    def write(self, text: str) -> None:
        for letter in text:
            self.typed += 1
            self._strike(letter)

    def _strike(self, key: str) -> None:
        self.keys.append(key)
        if self.begun_s is None:
            self.begun_s = perf_counter()
        else:
            self._page.wait_for_timeout(self._pause_ms)
        if len(key) == 1 and not key.isascii():
            # No layout of the test browser has it.
            self._page.keyboard.insert_text(key)
        else:
            self._page.keyboard.press(key)
