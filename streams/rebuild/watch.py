"""Starts a rebuild when Redis has lost its data."""

from collections.abc import Callable
from typing import Any

import structlog
from mode import Service

from dispatch.ports import NotReady, StoreUnavailable
from streams.errors import LogUnavailable
from streams.rebuild.rebuilder import Rebuilder

log = structlog.get_logger(__name__)


class RebuildWatch(Service):
    """Polls every second whether Redis lost its data, so that a rebuild starts even when no command arrives."""

    def __init__(self, *, rebuilder: Rebuilder, on_rebuilt: Callable[[], None], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._rebuilder = rebuilder
        self._on_rebuilt = on_rebuilt

    @Service.task
    async def _watch(self) -> None:
        while not self.should_stop:
            # Any other exception is a bug: mode ends the worker, which is restarted (`streams/errors.py`).
            try:
                if not await self._rebuilder.is_ready():
                    await self._rebuilder.run_or_wait()
                    self._on_rebuilt()
            except (StoreUnavailable, LogUnavailable, NotReady) as trouble:
                log.warning("rebuild is retried", cause=type(trouble).__name__, detail=str(trouble))
            await self.sleep(1.0)
