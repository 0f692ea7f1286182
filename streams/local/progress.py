"""Progress output of a start: one line per step with its duration."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Steps:
    """`write` receives pieces of text, with newlines, and must show each at once."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._is_open = False

    def say(self, line: str) -> None:
        """Prints a line, also in the middle of a step."""
        self._write(f"\n{line}\n" if self._is_open else f"{line}\n")
        self._is_open = False

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Context manager: prints the name of the step, then its duration in seconds unless it raises."""
        self._write(f"{name} ... ")
        self._is_open = True
        began = time.monotonic()
        try:
            yield
        except BaseException:
            self._end_line("")
            raise
        took = f"{time.monotonic() - began:.0f} s"
        self._end_line(took if self._is_open else f"{name}: {took}")

    def _end_line(self, text: str) -> None:
        if self._is_open or text:
            self._write(f"{text}\n")
        self._is_open = False
