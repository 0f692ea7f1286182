"""Small programs that stand in for the parts of a stack, and what runs when."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from streams.local.process import Part, Ready, always

STAYS = "import time\nprint('here', flush=True)\nwhile True: time.sleep(0.05)"
IGNORES_TERM = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
DEAF = IGNORES_TERM + STAYS


def program(name: str, code: str = STAYS, *, rank: int = 0, is_ready: Ready = always, runs_once: bool = False) -> Part:
    return Part(name=name, command=[sys.executable, "-c", code], rank=rank, is_ready=is_ready, runs_once=runs_once)


def marks(path: Path, then: str = STAYS) -> str:
    """A program that says by a file that it runs."""
    return f"import pathlib, os\npathlib.Path({str(path)!r}).write_text(str(os.getpid()))\n{then}"


def exists(path: Path) -> Callable[[], bool]:
    return partial(Path.exists, path)


def is_gone(pid: int) -> bool:
    """Ended; a zombie that nobody has looked at yet counts as ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"
