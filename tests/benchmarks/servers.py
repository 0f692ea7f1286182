"""Real servers and processes for a benchmark: everything on the loopback, in one folder, and ended when the block is left."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from streams import settings
from streams.kafka import topic_admin
from streams.local import jars, maven, processes, redis_server
from streams.local.class_archive import java_with
from streams.local.folder import Folder
from streams.local.kafka_node import Node
from streams.local.ports import free_ports
from streams.local.process import last_lines
from streams.settings import Settings
from tests.benchmarks import flames
from tests.benchmarks.result import NotHere
from tests.support.desk import DATA_KEY
from tests.support.stack import running
from tests.support.whole_stack import WholeStack, without_komek

ENDED_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    kafka: str
    redis: str
    folder: Path
    ring: Mapping[str, str] = field(default_factory=lambda: {"KOMEK_DATA_KEY": DATA_KEY})

    @property
    def environ(self) -> dict[str, str]:
        return {
            "KOMEK_KAFKA": self.kafka,
            "KOMEK_REDIS": self.redis,
            **self.ring,
            "KOMEK_DATA": str(self.folder),
            "KOMEK_LOG_LEVEL": "warning",
        }

    @property
    def settings(self) -> Settings:
        return settings.load(self.environ)


@contextmanager
def servers() -> Iterator[Servers]:
    """An empty Kafka with Komek's topics, and an empty Redis."""
    cache = jars.cache_folder(os.environ)
    jars.ensure(jars.pinned(), cache, fetch=maven.fetch, progress=lambda _: None)
    with tempfile.TemporaryDirectory(prefix="komek-bench-") as name:
        folder = Path(name)
        broker_port, controller_port, redis_port = free_ports(3)
        node = Node(node_id=1, broker_port=broker_port, controller_port=controller_port, folder=folder / "kafka")
        kafka = processes.kafka_part(java_with(cache), node, [node])
        redis = processes.redis_part(redis_server.find(), Folder(root=folder / "redis"), redis_port)
        with running(folder, kafka, redis):
            made = Servers(kafka=node.bootstrap, redis=f"redis://127.0.0.1:{redis_port}/0", folder=folder)
            topic_admin.apply_topics(made.settings)
            yield made


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    name: str
    log: Path
    popen: "subprocess.Popen[bytes]"

    @property
    def cpu_s(self) -> float:
        """Processor time used so far."""
        times = psutil.Process(self.popen.pid).cpu_times()
        return float(times.user + times.system)

    def check(self) -> None:
        """
        Raises:
            AssertionError: it has ended, with what it said last.
        """
        if self.popen.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self.popen.returncode}:\n" + self.said())

    def said(self) -> str:
        return "\n".join(last_lines(self.log, 40))


@contextmanager
def process(at: Servers, name: str, *module: str, environ: Mapping[str, str] | None = None) -> Iterator[Process]:
    """`python -m MODULE...` with the servers' settings; ended when the block is left."""
    log = at.folder / f"{name}.log"
    with log.open("ab") as output:
        popen = subprocess.Popen(
            [sys.executable, "-m", *module],
            env={**without_komek(), **at.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        with flames.recorded(name, popen.pid):
            yield Process(name=name, log=log, popen=popen)
    finally:
        if popen.poll() is None:
            popen.send_signal(signal.SIGTERM)
        try:
            popen.wait(ENDED_WITHIN_S)
        except subprocess.TimeoutExpired:
            popen.kill()
            popen.wait()


@contextmanager
def whole(workers: int, more: Mapping[str, str] | None = None) -> Iterator[tuple[WholeStack, Servers]]:
    """A whole Komek without the demo, started by `komek up`; and its servers. `more`: further settings.

    Raises:
        NotHere: it did not start.
    """
    with tempfile.TemporaryDirectory(prefix="komek-bench-") as name:
        stack = WholeStack(
            Path(name) / "komek", workers=workers, environ={"KOMEK_LOG_LEVEL": "warning", **(more or {})}
        )
        try:
            stack.start()
        except AssertionError as error:
            raise NotHere(f"`komek up` did not start: {error}") from error
        try:
            ring = {"KOMEK_DATA_KEYS": str(stack.data / "data-keys.json")}
            yield stack, Servers(kafka=stack.kafka, redis=stack.redis, folder=Path(name), ring=ring)
        finally:
            stack.end()


@contextmanager
def worker(at: Servers, name: str = "worker", environ: Mapping[str, str] | None = None) -> Iterator[Process]:
    with process(at, name, "streams.cli.main", "worker", environ=environ) as started:
        yield started
