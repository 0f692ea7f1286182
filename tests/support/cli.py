"""Commands of `komek` with what they print. Each runs in a process of its own, forked from one that has the libraries, and what
most commands need of the project, loaded: a start costs a tenth of a processor. Tests about the start itself use `subprocess`.
"""

import contextlib
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULE = "streams.cli.main"
LIBRARIES = [
    *("aiokafka", "cryptography.hazmat.primitives.asymmetric.ed25519", "httpx2", "kafka", "kafka.admin", "msgspec"),
    *("redis.asyncio", "rich.live", "rich.markdown", "rich.table", "shapely.affinity", "structlog", "typer"),
    *("typer.rich_utils", "yaml"),
    *("streams.cli.context", "streams.kafka.topic_admin", "streams.store", "streams.wire"),
]
WITHIN_S = 300.0


def komek(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    """Runs one command with these settings and no others of Komek."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("KOMEK_")}
    with tempfile.TemporaryDirectory() as folder:
        said = (Path(folder) / "out", Path(folder) / "err")
        process = _server().Process(target=_run, args=(arguments, {**bare, **environ}, said))
        process.start()
        process.join(WITHIN_S)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(arguments, WITHIN_S)
        out, err = (path.read_text("utf-8") for path in said)
        return subprocess.CompletedProcess(arguments, process.exitcode, out, err)


@cache
def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LIBRARIES)
    # Its sources are those of the tests; the process that forks knows the environment's alone.
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(ROOT)
    try:
        forkserver.ensure_running()
    finally:
        os.environ.pop("PYTHONPATH") if before is None else os.environ.update(PYTHONPATH=before)
    return context


def _run(arguments: tuple[str, ...], environ: dict[str, str], said: tuple[Path, Path]) -> None:
    os.environ.clear()
    os.environ.update(environ)
    for number, path in zip((1, 2), said, strict=True):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, number)
    for name, number in (("stdout", 1), ("stderr", 2)):
        setattr(sys, name, open(number, "w", encoding="utf-8", closefd=False))  # noqa: SIM115 - until the process ends
    sys.argv = ["komek", *arguments]
    code: int | str | None = 0
    try:
        runpy.run_module(MODULE, run_name="__main__")
    except SystemExit as end:
        code = end.code
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))
