"""A process of the play: it can be killed between any two calls, stopped for a while, and have a clock that is wrong."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.virtual_time import OWNER
from tests.simulation.weather import Weather


@dataclass(eq=False, slots=True)
class Process:
    name: str
    weather: Weather
    tasks: "dict[asyncio.Task[Any], None]" = field(default_factory=dict)
    is_dead: bool = False
    skew_ms: int = 0
    _goes_on: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._goes_on.set()

    async def comes_to(self, what: str) -> None:
        """Passed before every call of a port."""
        self.weather.calls += 1
        self.may_end(what)
        if self.weather.strikes("pause"):
            self.pause(self.weather.chance.choice((0.5, 1.5, 8.0, 20.0, 40.0)))
        await self.gate()

    async def gate(self) -> None:
        """Nothing passes while the process is stopped, nor ever after its death."""
        while not self._goes_on.is_set():
            await self._goes_on.wait()
        if self.is_dead:
            raise asyncio.CancelledError

    def may_end(self, _: str) -> None:
        if not self.is_dead and self.weather.strikes("crash"):
            self.kill()
            raise asyncio.CancelledError

    def pause(self, seconds: float) -> None:
        """SIGSTOP, and SIGCONT after so long."""
        self._goes_on.clear()
        asyncio.get_running_loop().call_later(seconds, self._goes_on.set)

    def kill(self) -> None:
        """kill -9."""
        self.is_dead = True
        self._goes_on.set()
        for task in list(self.tasks):
            task.cancel()


def running() -> Process | None:
    """Whose code runs now."""
    owner = OWNER.get()
    return owner if isinstance(owner, Process) else None
