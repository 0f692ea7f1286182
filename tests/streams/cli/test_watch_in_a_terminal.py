"""`komek watch` in a terminal of its own: it draws, says that the API is away, and leaves on q as it found the terminal."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from streams.local import keys

COMMAND = (sys.executable, "-m", "streams.cli.main")


class Terminal:
    """A pseudo-terminal with a program in it."""

    def __init__(self, arguments: list[str], environ: dict[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (40, 150))
        self.before = termios.tcgetattr(theirs)
        self._theirs = theirs
        # As a terminal starts programs: tests that run in the background of a shell have SIGINT ignored, and hand that on.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            self.program = subprocess.Popen(arguments, stdin=theirs, stdout=theirs, stderr=theirs, env=environ)
        finally:
            signal.signal(signal.SIGINT, before)
        self.said = b""

    def read_until(self, wanted: bytes, within_s: float = 90.0) -> bool:
        deadline = time.monotonic() + within_s
        while wanted not in self.said and time.monotonic() < deadline:
            if select.select([self._ours], [], [], 0.2)[0]:
                self.said += os.read(self._ours, 65536)
        return wanted in self.said

    def press(self, key: bytes) -> None:
        os.write(self._ours, key)

    def ended(self, within_s: float = 60.0) -> int | None:
        deadline = time.monotonic() + within_s
        while self.program.poll() is None and time.monotonic() < deadline:
            if select.select([self._ours], [], [], 0.1)[0]:
                self.said += os.read(self._ours, 65536)
        return self.program.poll()

    def modes(self) -> list[object]:
        return list(termios.tcgetattr(self._theirs))

    def close(self) -> None:
        if self.program.poll() is None:
            self.program.kill()
        self.program.wait()
        os.close(self._ours)
        os.close(self._theirs)


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Terminal]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KOMEK_")}
    environ |= {
        "TERM": "xterm-256color",
        "KOMEK_DATA": str(tmp_path),
        "KOMEK_PORT": "9",
        "KOMEK_JWT_KEYS": str(keys.ensure_jwt_keys(tmp_path / "keys.json")),
    }
    terminal = Terminal([*COMMAND, "watch"], environ)
    yield terminal
    terminal.close()


def press_q(terminal: Terminal) -> None:
    terminal.press(b"q")


def interrupt(terminal: Terminal) -> None:
    terminal.program.send_signal(signal.SIGINT)


@pytest.mark.parametrize("leave", [pytest.param(press_q, marks=pytest.mark.soak), interrupt])
def test_watch_draws_and_leaves_the_terminal_as_it_was(watching: Terminal, leave: Callable[[Terminal], None]) -> None:
    assert watching.read_until(b"THE API DOES NOT ANSWER")
    assert b"Queue" in watching.said

    leave(watching)

    assert watching.ended() == 0
    assert watching.modes() == watching.before
