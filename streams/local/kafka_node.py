"""One Apache Kafka node in KRaft mode, broker and controller combined, for one machine.

A node is configured with its own ports and folder, and with its peers. A single node and a quorum of three differ only in
`peers`. This module starts no long-running process; a supervisor runs `command`.
"""

import base64
import shutil
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from streams.local import node_security
from streams.local.errors import NeverReady
from streams.local.node_security import CONTROLLER, NodeSecurity
from streams.local.ports import LOOPBACK

FORMAT_WITHIN_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraListener:
    """An additional listener of a node. Its clients get `advertised_port`, which may be that of a proxy."""

    name: str
    port: int
    advertised_port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    node_id: int
    broker_port: int
    controller_port: int
    folder: Path
    heap_mb: int = 512
    ways: tuple[ExtraListener, ...] = ()
    brokers_by: str = "PLAINTEXT"
    """The listener for connections from other brokers."""
    security: NodeSecurity | None = None
    """None: PLAINTEXT, and everybody may do everything."""

    @property
    def bootstrap(self) -> str:
        return f"{LOOPBACK}:{self.broker_port}"

    @property
    def controller(self) -> str:
        return f"{LOOPBACK}:{self.controller_port}"

    @property
    def directory_id(self) -> str:
        """Id of the only log directory. Derived from the node, so that each node can list the voters before any is formatted."""
        return kafka_id(f"directory {self.node_id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Java:
    """The Java executable and the class path of Kafka."""

    java: Path
    class_path: str
    archive: Path | None = None
    """Its classes, ready to be used (`class_archive.py`); None: each start loads them from the jars."""


def kafka_id(seed: str) -> str:
    """A Kafka id: 16 bytes as base64url, derived from the seed."""
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"komek:{seed}")
    return base64.urlsafe_b64encode(identity.bytes).decode().rstrip("=")


def server_properties(node: Node, peers: Sequence[Node]) -> dict[str, str]:
    """The configuration of `node` in a cluster of `peers`, which include it."""
    return {
        "process.roles": "broker,controller",
        "node.id": str(node.node_id),
        # Not `controller.quorum.voters`: with it, `format` refuses --standalone and --initial-controllers.
        "controller.quorum.bootstrap.servers": ",".join(peer.controller for peer in peers),
        **_listeners(node),
        "log.dirs": str(_log_dir(node)),
        **_copies(len(peers)),
        **_OF_ONE_MACHINE,
    }


_OF_ONE_MACHINE = {
    # Only `komek topics apply` creates topics: a typo must not create one.
    "auto.create.topics.enable": "false",
    # Decisions use the broker's clock.
    "log.message.timestamp.type": "LogAppendTime",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    # The defaults (3 s of waiting for members, 9 s until a dead broker is noticed) are for data centres.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # Bounds the wait of a follower whose connection is open but silent.
    "replica.lag.time.max.ms": "8000",
    "replica.socket.timeout.ms": "8000",
    "request.timeout.ms": "8000",  # the effective limit of a follower's fetch
    "controlled.shutdown.enable": "true",
    "metadata.max.idle.interval.ms": "5000",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "num.recovery.threads.per.data.dir": "2",
    "log.segment.bytes": str(64 * 1024 * 1024),
    # Kafka deletes old segments at this interval; the default of 5 minutes is added to every retention.
    "log.retention.check.interval.ms": "60000",
    "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
}
"""What is the same for every node: sizes and times of a broker that shares one machine with everything else."""


def _copies(nodes: int) -> dict[str, str]:
    copies = str(nodes)
    # With three nodes two replicas must have a record before it is acknowledged, so one node may fail.
    in_sync = str(max(1, nodes - 1))
    return {
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
        "min.insync.replicas": in_sync,
    }


def _listeners(node: Node) -> dict[str, str]:
    protocols = node_security.protocols(node) if node.security else _plain_protocols(node)
    at = {CONTROLLER: node.controller, "PLAINTEXT": node.bootstrap, node_security.CLIENTS: node.bootstrap}
    if node.security:
        at[node_security.ADMIN] = node.security.administration
    own = ",".join(f"{name}://{at[name]}" for name in protocols if name in at)
    ways = "".join(f",{way.name}://{LOOPBACK}:{way.port}" for way in node.ways)
    told = "".join(f",{way.name}://{LOOPBACK}:{way.advertised_port}" for way in node.ways)
    return {
        "listeners": own + ways,
        "advertised.listeners": own + told,
        "controller.listener.names": CONTROLLER,
        "inter.broker.listener.name": _between_brokers(node),
        "listener.security.protocol.map": ",".join(f"{name}:{protocol}" for name, protocol in protocols.items()),
        **(node_security.properties(node.security, protocols) if node.security else {}),
    }


def _plain_protocols(node: Node) -> dict[str, str]:
    return dict.fromkeys((CONTROLLER, "PLAINTEXT", *(way.name for way in node.ways)), "PLAINTEXT")


def _between_brokers(node: Node) -> str:
    return node_security.ADMIN if node.security and node.brokers_by == "PLAINTEXT" else node.brokers_by


def write_properties(node: Node, peers: Sequence[Node]) -> Path:
    """Writes the configuration for this start, because ports may differ between starts."""
    node.folder.mkdir(parents=True, exist_ok=True)
    path = node.folder / "server.properties"
    lines = [f"{name}={_escaped(value)}\n" for name, value in server_properties(node, peers).items()]
    path.write_text("".join(lines), "utf-8")
    return path


def is_formatted(node: Node) -> bool:
    """Whether the folder is formatted. False after an interrupted formatting, because the marker file is written last."""
    return _mark(node).exists()


def format_storage(java: Java, node: Node, peers: Sequence[Node]) -> None:
    """Formats a folder and deletes the remains of an interrupted attempt. Do not call it for a folder that `is_formatted`.

    Raises:
        NeverReady: Kafka failed; the message contains its output.
    """
    shutil.rmtree(_log_dir(node), ignore_errors=True)
    properties = write_properties(node, peers)
    command = [*_jvm(java, node), "kafka.tools.StorageTool", "format"]
    # The id is derived and not random, because all nodes of a cluster must be formatted with the same one.
    command += ["-t", kafka_id("cluster"), "-c", str(properties), *_voters(peers)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=FORMAT_WITHIN_S, check=False)
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip()
        raise NeverReady(
            f"Kafka could not prepare {node.folder}: {words}", "Run `make up FRESH=1` to start with empty data."
        )
    # Last: without the marker the next start formats again.
    _mark(node).touch()


def command(java: Java, node: Node) -> list[str]:
    """The command that runs the node with the properties of the last `write_properties`."""
    return [*_jvm(java, node), "kafka.Kafka", str(node.folder / "server.properties")]


def _jvm(java: Java, node: Node) -> list[str]:
    # The package is installed as files, so the path stays valid behind the context manager.
    with as_file(files("streams.local") / "log4j2.properties") as log_settings:
        return [
            str(java.java),
            *([f"-XX:AOTCache={java.archive}"] if java.archive else []),
            # For a fast start with little memory: one collector thread and only the first compiler.
            *("-Xms128m", f"-Xmx{node.heap_mb}m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            "-XX:+ExitOnOutOfMemoryError",
            "-Djava.awt.headless=true",
            f"-Dlog4j2.configurationFile={log_settings}",
            *("-cp", java.class_path),
        ]


def _voters(peers: Sequence[Node]) -> list[str]:
    if len(peers) == 1:
        return ["--standalone"]
    voters = ",".join(f"{peer.node_id}@{peer.controller}:{peer.directory_id}" for peer in peers)
    return ["--initial-controllers", voters]


def _mark(node: Node) -> Path:
    return node.folder / "formatted"


def _log_dir(node: Node) -> Path:
    return node.folder / "log"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\")
