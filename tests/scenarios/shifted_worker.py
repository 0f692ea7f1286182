"""A real worker whose wall clock is wrong by as much as a file says, and jumps whenever that file changes.

python -m tests.scenarios.shifted_worker FILE

FILE: seconds to add, as text. Durations (`time.monotonic`) stay right, as they do when somebody sets a machine's clock.
"""

import sys
import time
from pathlib import Path

_now_ns = time.time_ns  # noqa: TID251 -- the clock that is made wrong
_file = Path(sys.argv[1]) if __name__ == "__main__" else Path()


def shifted_ns() -> int:
    return _now_ns() + round(float(_file.read_text("ascii") or 0) * 1e9)


def main() -> None:
    # Before anything else is imported, so that every library asks the wrong clock, too.
    time.time_ns = shifted_ns  # noqa: TID251
    time.time = lambda: shifted_ns() / 1e9  # noqa: TID251

    import os

    import faust

    from streams import logs, settings
    from streams.worker.app import build_app

    logs.configure("info", "worker")
    app = build_app(settings.load(os.environ))
    faust.Worker(app, loglevel="info", redirect_stdouts=False, stderr=sys.stderr).execute_from_commandline()


if __name__ == "__main__":
    main()
