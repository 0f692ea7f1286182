"""A whole Komek for tests, started as a person would: by `komek up`, in a folder of its own.

with WholeStack(tmp_path) as komek:
    httpx2.get(f"{komek.api}/v1/status", headers=komek.headers("operator"))
    komek.kill("worker-1")
    komek.restart("redis")

A `RunningStack` is the same without what changes its processes: what a test gets that shares one with others
(`tests/support/shared_stack.py` says which fixture to ask for).
"""

import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from streams import clock, tokens
from streams.local import stackfile
from streams.local.process import last_lines
from streams.local.stackfile import StackFile
from streams.tls import trusting
from streams.tokens import Role, TokenKeys
from tests.support.waiting import until

COMMAND = (sys.executable, "-m", "streams.cli.main")
READY_WITHIN_S = 150.0
ENDED_WITHIN_S = 90.0


class StartStack(Protocol):
    def __call__(
        self, *, workers: int = 2, demo: bool = False, data: Path | None = None, environ: dict[str, str] | None = None
    ) -> "WholeStack": ...


class RunningStack:
    """A stack that somebody else started and will end: addresses, tokens, commands beside it and logs."""

    def __init__(self, data: Path, *, environ: Mapping[str, str]) -> None:
        self.data = data
        self.environ = {**without_komek(), "KOMEK_DATA": str(data), **environ}

    @property
    def api(self) -> str:
        return self._stack().api

    @property
    def trust(self) -> ssl.SSLContext | bool:
        """What a client of the API verifies it with (`verify` of httpx)."""
        ca = self._stack().settings.get("KOMEK_API_CA")
        return trusting(Path(ca), "KOMEK_API_CA") if ca else True

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
    def logs(self) -> Path:
        """The folder with one log for each part, and `up.log`: what `komek up` printed."""
        return self.data / "logs"

    def run(
        self, *arguments: str, within_s: float = 300.0, environ: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """A `komek` command beside the stack, with the settings of its processes; `environ` replaces some."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env={**self.command_environ(), **(environ or {})},
            capture_output=True,
            text=True,
            timeout=within_s,
            check=False,
        )

    def token(self, role: str, identity: str = "") -> str:
        """Signed in this process, with the key of the stack: a process of `komek token` takes a second of processor time."""
        return self._keys.issue(Role(role), identity or f"{role}-1", now_s=clock.now_ms() // 1000)

    def headers(self, role: str, identity: str = "") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(role, identity)}"}

    def command_environ(self) -> dict[str, str]:
        own = {
            **self._stack().settings,
            "KOMEK_KAFKA": self.kafka,
            "KOMEK_REDIS": self.redis,
            "KOMEK_JWT_KEYS": str(self.data / "jwt-keys.json"),
            "KOMEK_DATA_KEYS": str(self.data / "data-keys.json"),
            "KOMEK_PORT": self.api.rpartition(":")[2],
        }
        return {**own, **self.environ}

    def said(self) -> str:
        """What `komek up` printed."""
        return "\n".join(last_lines(self._output, 200))

    def log(self, name: str, count: int = 200) -> str:
        return "\n".join(last_lines(self.logs / f"{name}.log", count))

    @property
    def _output(self) -> Path:
        return self.logs / "up.log"

    @cached_property
    def _keys(self) -> TokenKeys:
        return tokens.load_keys(Path(self.command_environ()["KOMEK_JWT_KEYS"]))

    def _stack(self) -> StackFile:
        found = stackfile.read(self.data / "stack.json")
        assert found is not None, f"no stack runs in {self.data}:\n{self.said()}"
        return found


class WholeStack(RunningStack):
    """A stack in the hands of its test, which may kill its parts and end it."""

    def __init__(
        self, data: Path, *, workers: int = 2, demo: bool = False, secure: bool = False, environ: Mapping[str, str]
    ) -> None:
        super().__init__(data, environ=environ)
        self._command = [*COMMAND, "up", "--workers", str(workers), "--demo" if demo else "--no-demo"]
        self._command += ["--secure"] if secure else []
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    @property
    def supervisor_pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Returns when the stack is ready."""
        self.logs.mkdir(parents=True, exist_ok=True)
        stale = stackfile.read(self.data / "stack.json")
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                self._command, env=self.environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        until(lambda: self.has_ended() or stackfile.read(self.data / "stack.json") not in (None, stale), READY_WITHIN_S)
        if self.has_ended():
            raise AssertionError(f"komek up ended before it was ready:\n{self.said()}")

    def has_ended(self) -> bool:
        assert self._process is not None
        return self._process.poll() is not None

    def end(self, number: int = signal.SIGTERM) -> int:
        """The exit code of `komek up`."""
        assert self._process is not None
        if not self.has_ended():
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

    def await_restart(self, name: str, old_pid: int) -> int:
        until(lambda: self.pids.get(name, old_pid) != old_pid)
        return self.pids[name]


def without_komek() -> dict[str, str]:
    """The environment of the tests less every setting of Komek: what is set outside must not change a test."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KOMEK_")}
