"""One more API process beside a stack that others share, for a test that needs a setting of its own.

with ApiBeside(shared_stack, {"KOMEK_MAP_STYLE": url}) as beside:
    httpx2.get(f"{beside.api}/v1/deployment")
"""

import signal
import subprocess
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import httpx2

from streams.local.ports import free_ports
from tests.support.waiting import until
from tests.support.whole_stack import COMMAND, ENDED_WITHIN_S, READY_WITHIN_S, RunningStack


class ApiBeside(RunningStack):
    """The same people, incidents and keys at another address. Ended when the block is left."""

    def __init__(self, stack: RunningStack, more: Mapping[str, str]) -> None:
        self._port = str(free_ports(1)[0])
        super().__init__(stack.data, environ={**stack.environ, **more, "KOMEK_PORT": self._port})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        """
        Raises:
            AssertionError: it did not become ready.
        """
        with (self.logs / "api-beside.log").open("ab") as output:
            self._process = subprocess.Popen(
                [*COMMAND, "api"],
                env=self.command_environ(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            until(self._is_ready, READY_WITHIN_S)
        except AssertionError:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(ENDED_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log("api-beside")
        try:
            return httpx2.get(f"{self.api}/readyz", timeout=5).status_code == 200
        except httpx2.TransportError:
            return False
