"""A real worker whose task gets stuck once, in something that never answers, while its event loop turns.

python -m tests.scenarios.stuck_worker MARKER

MARKER: a file made before it gets stuck, so that the worker that is started again does not.
"""

import asyncio
import os
import sys
from pathlib import Path

import faust

from dispatch.ports import PartitionProgress
from streams import logs, settings
from streams.store import RedisStore
from streams.worker.app import build_app


class StuckStore(RedisStore):
    """Gets stuck before a partition is caught up, which has no limit of its own."""

    marker: Path

    async def progress(self, partition: int) -> PartitionProgress:
        if not self.marker.exists():
            self.marker.touch()
            await asyncio.Event().wait()
        return await super().progress(partition)


def main(marker: str) -> None:
    StuckStore.marker = Path(marker)
    logs.configure("info", "worker")
    app = build_app(settings.load(os.environ), make_store=StuckStore)
    faust.Worker(app, loglevel="info", redirect_stdouts=False, stderr=sys.stderr).execute_from_commandline()


if __name__ == "__main__":
    main(sys.argv[1])
