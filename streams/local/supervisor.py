"""The supervisor: starts processes, restarts those that die, and ends them.

It works only in the calling thread, which must be the main thread: the kernel ends the children when the thread that started them
ends (see `die_with_parent.py`). So it needs no locks.
"""

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from streams.local.errors import NeverReady
from streams.local.process import Child, Part, end

TERM_WITHIN_S = 10.0
"""Time for the processes of a rank to end by SIGTERM; workers need eight (`worker/shutdown.py`), the notifier nine."""
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
STEADY_AFTER_S = 30.0
"""After this uptime the restart backoff is reset."""
DEATHS_BEFORE_START_FAILS = 3
"""During a start; a process that fails that often will not become ready."""
TOO_MANY_DEATHS = 4
"""Deaths in a row after which the end of the log is printed, once."""
LOOK_EVERY_S = 0.05
SETTINGS_REFUSED = 2
"""Exit code of Komek's commands for invalid settings or usage: a restart cannot help."""

Say = Callable[[str], None]
Stopped = Callable[[], bool]


@dataclass(slots=True)
class _Deaths:
    in_a_row: int = 0
    restart_at: float = 0.0

    def pause_s(self) -> float:
        return float(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (self.in_a_row - 1)))


class Supervisor:
    """`changed` is called with the pids of all running processes whenever they change."""

    def __init__(self, *, logs: Path, say: Say, changed: Callable[[Mapping[str, int]], None] = lambda _: None) -> None:
        self._logs = logs
        self._say = say
        self._changed = changed
        self._children: dict[str, Child] = {}
        self._deaths: dict[str, _Deaths] = {}
        self._held: set[str] = set()

    def pids(self) -> dict[str, int]:
        return {name: child.pid for name, child in self._children.items() if child.exit_code() is None}

    def load(self, parts: Sequence[Part]) -> None:
        """Starts processes that only load until they are started. One that dies meanwhile is not restarted."""
        for part in parts:
            self._children[part.name] = Child(part, self._log_of(part), loads_first=True)
        self._changed(self.pids())

    def start(self, parts: Sequence[Part]) -> None:
        """Starts the processes, or lets those begin that were loaded, without waiting for them."""
        for part in parts:
            loaded = self._children.get(part.name)
            if loaded is not None and loaded.loads_first and loaded.exit_code() is None:
                loaded.begin()
            else:
                self._children[part.name] = Child(part, self._log_of(part))
        self._changed(self.pids())

    def await_ready(self, parts: Sequence[Part], *, within_s: float, stopped: Stopped) -> bool:
        """Waits until all are ready at the same time; restarts those that die. False when `stopped` was true first.

        Raises:
            NeverReady: one died repeatedly, refused its settings, or was not ready in time. The others keep running.
        """
        deadline = time.monotonic() + within_s
        # All are looked at again each time: one that was ready may have died meanwhile.
        while waiting := [part for part in parts if not self._is_ready(part)]:
            if stopped():
                return False
            self._give_up_on_hopeless(waiting)
            if time.monotonic() > deadline:
                raise self._never_ready(waiting[0], f"was not ready within {within_s:.0f} s")
            self.tend()
            time.sleep(LOOK_EVERY_S)
        return True

    def watch(self, stopped: Stopped) -> None:
        """Restarts processes that die, until `stopped`."""
        while not stopped():
            self.tend()
            time.sleep(LOOK_EVERY_S)

    def hold(self, name: str) -> None:
        """Suspends restarts of this part until `let_go`."""
        self._held.add(name)

    def let_go(self, name: str) -> None:
        """Resumes restarts of this part. No effect without `hold`."""
        self._held.discard(name)

    def tend(self) -> None:
        """One iteration: restarts dead processes whose backoff has passed."""
        for name, child in list(self._children.items()):
            code = child.exit_code()
            is_awaited = name not in self._held and not child.loads_first
            if is_awaited and code is not None and not (child.part.runs_once and code == 0):
                self._tend_dead(name, child, code)

    def end(self, patience_s: float = TERM_WITHIN_S) -> None:
        """Ends all processes in reverse order of ranks, waiting `patience_s` per rank before SIGKILL. Idempotent."""
        for rank in sorted({child.part.rank for child in self._children.values()}, reverse=True):
            same = [child for child in self._children.values() if child.part.rank == rank]
            for killed in end(same, patience_s):
                self._say(f"{killed.part.name} did not end within {patience_s:.0f} s and was killed")
            for child in same:
                del self._children[child.part.name]
        self._changed({})

    def _log_of(self, part: Part) -> Path:
        return self._logs / f"{part.name}.log"

    def _is_ready(self, part: Part) -> bool:
        code = self._children[part.name].exit_code()
        if part.runs_once:
            return code == 0
        return code is None and part.is_ready()

    def _tend_dead(self, name: str, child: Child, code: int) -> None:
        deaths = self._deaths.setdefault(name, _Deaths())
        if not deaths.restart_at:
            self._count_death(name, child, code, deaths)
        if time.monotonic() < deaths.restart_at:
            return
        deaths.restart_at = 0.0
        self._children[name] = Child(child.part, child.log)
        self._changed(self.pids())

    def _count_death(self, name: str, child: Child, code: int, deaths: _Deaths) -> None:
        child.signal(signal.SIGKILL)  # its own child processes
        lived_s = time.monotonic() - child.started_at
        # A process that ran for long is a new case, so its backoff starts over.
        deaths.in_a_row = 1 if lived_s > STEADY_AFTER_S else deaths.in_a_row + 1
        pause_s = deaths.pause_s()
        deaths.restart_at = time.monotonic() + pause_s
        self._say(f"{name} (pid {child.pid}) {_how_it_ended(code)}; restarting it in {pause_s:g} s")
        if deaths.in_a_row == TOO_MANY_DEATHS:
            self._say(f"{name} keeps dying. {_end_of_log(child)}")
        self._changed(self.pids())

    def _give_up_on_hopeless(self, waiting: Sequence[Part]) -> None:
        for part in waiting:
            code = self._children[part.name].exit_code()
            if code == SETTINGS_REFUSED:
                raise self._never_ready(part, "refused its settings", settings_refused=True)
            deaths = self._deaths.get(part.name)
            if code and deaths and deaths.in_a_row >= DEATHS_BEFORE_START_FAILS:
                raise self._never_ready(part, f"{_how_it_ended(code)}, {deaths.in_a_row} times in a row")

    def _never_ready(self, part: Part, what: str, *, settings_refused: bool = False) -> NeverReady:
        child = self._children[part.name]
        return NeverReady(f"{part.name} {what}", _end_of_log(child), settings_refused=settings_refused)


def _end_of_log(child: Child) -> str:
    tail = "\n".join(f"  | {line}" for line in child.last_lines(15))
    return f"The end of its log ({child.log}):\n{tail or '  | (empty)'}"


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
