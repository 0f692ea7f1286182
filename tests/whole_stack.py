"""A whole Komek for tests, started as a person would: by `komek up`, in a folder of its own.

with WholeStack(tmp_path) as komek:
    httpx2.get(f"{komek.api}/v1/status", headers=komek.headers("operator"))
    komek.kill("worker-1")
    komek.restart("redis")
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from streams.local import stackfile
from streams.local.child import last_lines
from streams.local.stackfile import StackFile

COMMAND = (sys.executable, "-m", "streams.cli.main")
READY_WITHIN_S = 150.0
ENDED_WITHIN_S = 45.0


class StartStack(Protocol):
    def __call__(
        self, *, workers: int = 2, demo: bool = False, data: Path | None = None, environ: dict[str, str] | None = None
    ) -> "WholeStack": ...


class WholeStack:
    def __init__(self, data: Path, *, workers: int = 2, demo: bool = False, environ: Mapping[str, str]) -> None:
        self.data = data
        self.environ = {**without_komek(), "KOMEK_DATA": str(data), **environ}
        self._command = [*COMMAND, "up", "--workers", str(workers), "--demo" if demo else "--no-demo"]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    @property
    def api(self) -> str:
        return self._stack().api

    @property
    def kafka(self) -> str:
        return self._stack().kafka

    @property
    def redis(self) -> str:
        return self._stack().redis

    @property
    def pids(self) -> dict[str, int]:
        """By name, as `stack.json` says now: a part that is being restarted is not there."""
        return dict(self._stack().processes)

    @property
    def supervisor_pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Returns when the stack is ready."""
        (self.data / "logs").mkdir(parents=True, exist_ok=True)
        stale = stackfile.read(self.data / "stack.json")
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                self._command, env=self.environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        until(
            lambda: self._has_ended() or stackfile.read(self.data / "stack.json") not in (None, stale), READY_WITHIN_S
        )
        if self._has_ended():
            raise AssertionError(f"komek up ended before it was ready:\n{self.said()}")

    def end(self, number: int = signal.SIGTERM) -> int:
        """The exit code of `komek up`."""
        assert self._process is not None
        if not self._has_ended():
            self._process.send_signal(number)
        try:
            return self._process.wait(ENDED_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError(f"komek up did not end within {ENDED_WITHIN_S} s:\n{self.said()}") from None

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """Sends a signal to one process of the stack; returns the pid it had. Does not wait."""
        pid = self.pids[name]
        os.kill(pid, number)
        return pid

    def restart(self, name: str, number: int = signal.SIGTERM) -> int:
        """Ends one process, waits until the supervisor has started it again, and returns the new pid."""
        return self.await_restart(name, self.kill(name, number))

    def await_restart(self, name: str, old_pid: int, within_s: float = 60.0) -> int:
        until(lambda: self.pids.get(name, old_pid) != old_pid, within_s)
        return self.pids[name]

    def run(self, *arguments: str, within_s: float = 60.0) -> subprocess.CompletedProcess[str]:
        """A `komek` command beside the stack, with the settings of its processes."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env=self.command_environ(),
            capture_output=True,
            text=True,
            timeout=within_s,
            check=False,
        )

    def token(self, role: str, identity: str = "") -> str:
        return self.tokens(role, identity or f"{role}-1")[0]

    def tokens(self, role: str, *identities: str) -> list[str]:
        """One token for each id, in order: one call for many is much quicker."""
        wanted = [part for identity in identities for part in ("--id", identity)]
        done = self.run("token", role, *wanted)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    def headers(self, role: str, identity: str = "") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(role, identity)}"}

    def command_environ(self) -> dict[str, str]:
        own = {
            "KOMEK_KAFKA": self.kafka,
            "KOMEK_REDIS": self.redis,
            "KOMEK_JWT_KEYS": str(self.data / "jwt-keys.json"),
            "KOMEK_DATA_KEY": (self.data / "data-key").read_text("ascii").strip(),
            "KOMEK_PORT": self.api.rpartition(":")[2],
        }
        return {**own, **self.environ}

    def said(self) -> str:
        """What `komek up` printed."""
        return "\n".join(last_lines(self._output, 200))

    def log(self, name: str, count: int = 200) -> str:
        return "\n".join(last_lines(self.data / "logs" / f"{name}.log", count))

    @property
    def _output(self) -> Path:
        return self.data / "logs" / "up.log"

    def _has_ended(self) -> bool:
        assert self._process is not None
        return self._process.poll() is not None

    def _stack(self) -> StackFile:
        found = stackfile.read(self.data / "stack.json")
        assert found is not None, f"no stack runs in {self.data}:\n{self.said()}"
        return found


def until(is_so: Callable[[], bool], within_s: float) -> None:
    """Polls until it is so; fails when it is not within the time."""
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, f"not so within {within_s} s"
        time.sleep(0.02)


def without_komek() -> dict[str, str]:
    """The environment of the tests less every setting of Komek: what is set outside must not change a test."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KOMEK_")}
