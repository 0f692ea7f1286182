"""Starting the services of a process, and stopping them in the reverse order."""

import asyncio
import contextlib
from typing import Protocol, TypeVar


class _Stoppable(Protocol):
    async def stop(self) -> None: ...


class _Startable(_Stoppable, Protocol):
    async def start(self) -> None: ...


S = TypeVar("S", bound=_Stoppable)
R = TypeVar("R", bound=_Startable)


class ServiceStack(contextlib.AsyncExitStack):
    """Starts services, and stops them in the reverse order. A service whose start fails is stopped as well."""

    async def started(self, service: R) -> R:
        # Registered before the start: one that fails half-way may hold connections.
        await self.kept(service).start()
        return service

    async def started_together(self, *services: _Startable) -> None:
        """For services that do not need each other. Raises the first error once all have ended their start."""
        for ended in await asyncio.gather(*map(self.started, services), return_exceptions=True):
            if isinstance(ended, BaseException):
                raise ended

    def kept(self, service: S) -> S:
        """For a service that needs no start."""
        self.push_async_callback(service.stop)
        return service
