"""An export or import that ends itself with SIGKILL at its Nth sign of progress: `python -m … export|import FOLDER SECRET N`."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from streams import settings
from streams.backup.exporter import Exporter
from streams.backup.importer import Importer
from streams.backup.run import open_export


def main(what: str, folder: str, secret: str, count: str) -> None:
    left = int(count)

    def tell(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    here = settings.load(os.environ)
    if what == "export":
        # Small parts, so that some are written before the end.
        asyncio.run(Exporter(here, Path(folder), secret, on_progress=tell, part_bytes=20_000).run())
    else:
        opened = open_export(Path(folder), secret)
        known = opened.erasures(None, secret)
        asyncio.run(Importer(here, opened.folder, opened.manifest, opened.key, known, on_progress=tell).run())


if __name__ == "__main__":
    main(*sys.argv[1:])
