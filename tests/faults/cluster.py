"""Everything that runs: brokers, Redis, workers, API, notifier, each as a process that is started again as systemd would.

Between the parts stand proxies: `worker-1/redis`, `worker-1/kafka-2`, `api/kafka-1`, `api/redis`, `peer/kafka-3` (what other
brokers send to broker 3). The controllers' quorum and this program itself go round them.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from streams.cli.main import COMMANDS
from streams.components import Component
from streams.kafka.security import of_aiokafka
from streams.local import jars, keys, maven, processes, redis_server
from streams.local.class_archive import java_with
from streams.local.folder import Folder as DataFolder
from streams.local.kafka_node import ExtraListener, Node
from streams.local.ports import LOOPBACK, free_ports
from streams.local.process import Part
from streams.local.secured import secured
from streams.local.supervisor import Supervisor
from streams.setting_combinations import PLAINTEXT, SASL_SSL
from streams.settings import load
from tests.faults.artefacts import Folder
from tests.faults.options import Profile
from tests.faults.proxy import Proxies
from tests.faults.versions import Versions
from tests.support.whole_stack import without_komek

WORKERS = ("worker-1", "worker-2", "worker-3")
APIS = ("api-1", "api-2")
NOTIFIER = "notifier"
ASSISTANT = "assistant"
REDIS = "redis"
SHIFTED = "worker-3"
"""The worker whose clock can be set wrong."""
SERVERS_WITHIN_S, TOPICS_WITHIN_S, READY_WITHIN_S = 150.0, 90.0, 150.0
SMALL_DISK_MB = 1024
PORTS = 64
"""More than three brokers with the ways of everybody to them need."""


class Cluster:
    def __init__(self, folder: Folder, profile: Profile, security: str = PLAINTEXT, earlier: str | None = None) -> None:
        self.folder = folder
        self.versions = Versions(folder.data, earlier)
        self.profile = profile
        self._secrets = secured(DataFolder(root=folder.data)) if security == SASL_SSL else None
        self.proxies = Proxies()
        self.supervisor = Supervisor(logs=folder.logs, say=self._say)
        self._ports = iter(free_ports(PORTS))  # in one draw: a second one could give a port that nobody uses yet again
        self.redis_port = next(self._ports)
        self._api_ports = [next(self._ports) for _ in APIS]
        self.small_disk: Path | None = None
        self.had_small_disk = False
        """Where broker 3 keeps its log, when a file system of its own could be made for it."""
        self._parts: dict[str, Part] = {}
        self._nodes: list[Node] = []
        self._kafka_ways: dict[str, list[int]] = {}
        self._redis_ways: dict[str, int] = {}

    @property
    def brokers(self) -> list[str]:
        return [f"kafka-{node.node_id}" for node in self._nodes]

    @property
    def kafka(self) -> Mapping[str, Any]:
        """For clients of this program, of either library: straight to all brokers, and allowed everything."""
        if self._secrets is None:
            return {"bootstrap_servers": self._servers}
        administrator = load(self._secrets.administrator(self._administration))
        return {"bootstrap_servers": self._administration, **of_aiokafka(administrator)}

    @property
    def _servers(self) -> str:
        return ",".join(node.bootstrap for node in self._nodes)

    @property
    def _administration(self) -> str:
        return ",".join(node.security.administration for node in self._nodes if node.security)

    @property
    def apis(self) -> list[str]:
        return [f"http://{LOOPBACK}:{port}" for port in self._api_ports]

    @property
    def jwt_keys(self) -> Path:
        return keys.ensure_jwt_keys(self.folder.data / "jwt-keys.json")

    @property
    def data_keys(self) -> Path:
        return keys.ensure_data_keys(self.folder.data / "data-keys.json")

    @property
    def clock_shift(self) -> Path:
        return self.folder.data / "clock-shift"

    @property
    def names(self) -> list[str]:
        """Of all that stays."""
        return [name for name, part in self._parts.items() if not part.runs_once]

    def start(self) -> None:
        """Returns when everything serves.

        Raises:
            NeverReady: something does not start; what runs is ended by `end`.
        """
        self.versions.unpack()
        cache = jars.cache_folder(os.environ)
        jars.ensure(jars.pinned(), cache, fetch=maven.fetch, progress=lambda _: None)
        java = java_with(cache)
        self._nodes = [self._node(number) for number in range(1, self.profile.brokers + 1)]
        servers = [processes.kafka_part(java, node, self._nodes, f"kafka-{node.node_id}") for node in self._nodes]
        servers.append(processes.redis_part(redis_server.find(), DataFolder(root=self.folder.data), self.redis_port))
        for name in (*WORKERS, "api"):
            port = next(self._ports)
            self.proxies.open(f"{name}/redis", port, self.redis_port)
            self._redis_ways[name] = port
        self._begin(servers, SERVERS_WITHIN_S)
        self._begin([self.versions.of(self._topics())], TOPICS_WITHIN_S)
        self.admit()
        self._begin([self.versions.of(part) for part in self._komek()], READY_WITHIN_S)

    def admit(self) -> None:
        """Gives the users of a secured cluster the rights of the present version."""
        if self._secrets:
            self._secrets.admit(self._servers, self._administration)

    def upgrade_topics(self) -> None:
        """What comes before any process of another version: its topics and rights. Blocks some seconds."""
        topics = self._topics()
        subprocess.run(self.versions.command(topics.command), env=dict(topics.environ), check=True, capture_output=True)
        self.admit()

    def _topics(self) -> Part:
        of_administrator = self._secrets.administrator(self._administration) if self._secrets else {}
        return processes.topics({**self.environ("api"), **of_administrator})

    def environ(self, way: str, component: Component | None = None) -> dict[str, str]:
        """What a part sees that goes by the proxies of `way`; without a component it has no user."""
        servers = ",".join(f"{LOOPBACK}:{port}" for port in self._kafka_ways[way])
        return {
            **without_komek(),
            **(self._secrets.environ_of(component) if self._secrets and component else {}),
            "KOMEK_KAFKA": servers,
            "KOMEK_REDIS": f"redis://{LOOPBACK}:{self._redis_ways[way]}/0",
            "KOMEK_JWT_KEYS": str(self.jwt_keys),
            "KOMEK_DATA_KEYS": str(self.data_keys),
            "KOMEK_DATA": str(self.folder.data / way),
            "KOMEK_BUDGET": "off",
            "KOMEK_REPLICATION": str(self.profile.brokers),
            "KOMEK_MIN_INSYNC": str(max(1, self.profile.brokers - 1)),
            "PYTHONUNBUFFERED": "1",
        }

    def pid(self, name: str) -> int | None:
        return self.supervisor.pids().get(name)

    def signal(self, name: str, number: int) -> bool:
        """Whether it ran."""
        pid = self.pid(name)
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        return True

    def is_up(self, name: str) -> bool:
        """Waits a second at the most."""
        return self.pid(name) is not None and self._parts[name].is_ready()

    def end(self) -> None:
        """Ends every process, the proxies, and the small disk. A repeat is harmless."""
        for name in list(self.supervisor.pids()):
            self.signal(name, signal.SIGCONT)
        self.supervisor.end()
        self.proxies.close()
        if self.small_disk is not None:
            subprocess.run(["umount", str(self.small_disk)], check=False, capture_output=True)
            self.small_disk = None
        shutil.rmtree(self.folder.data, ignore_errors=True)

    def _say(self, line: str) -> None:
        with (self.folder.logs / "supervisor.log").open("a", encoding="utf-8") as log:
            log.write(line + "\n")

    def _begin(self, some: Sequence[Part], within_s: float) -> None:
        self._parts.update({part.name: part for part in some})
        self.supervisor.start(some)
        self.supervisor.await_ready(some, within_s=within_s, stopped=lambda: False)

    @property
    def _ways(self) -> tuple[str, ...]:
        return (*WORKERS, "api", "peer")

    def _node(self, number: int) -> Node:
        broker_port, controller_port, admin_port, *ports = (next(self._ports) for _ in range(3 + 2 * len(self._ways)))
        ways = []
        for name, port, told in zip(self._ways, ports[::2], ports[1::2], strict=True):
            self.proxies.open(f"{name}/kafka-{number}", told, port)
            self._kafka_ways.setdefault(name, []).append(told)
            ways.append(ExtraListener(name=name.replace("-", "").upper(), port=port, advertised_port=told))
        folder = self.folder.data / f"kafka-{number}"
        if number == 3 and _mounted(folder):
            self.small_disk = folder
            self.had_small_disk = True
        return Node(
            node_id=number,
            broker_port=broker_port,
            controller_port=controller_port,
            folder=folder,
            heap_mb=384,
            ways=tuple(ways),
            brokers_by="PEER",
            security=self._secrets.node(admin_port) if self._secrets else None,
        )

    def _komek(self) -> list[Part]:
        workers = [
            replace(processes.workers(self.environ(name, Component.WORKER), 1)[0], name=name) for name in WORKERS
        ]
        shifted = [*processes.COMMAND[:2], "tests.faults.shifted_worker", str(self.clock_shift)]
        made = [replace(part, command=shifted) if part.name == SHIFTED else part for part in workers]
        for name, port in zip(APIS, self._api_ports, strict=True):
            environ = {
                **self.environ("api", Component.API),
                "KOMEK_PORT": str(port),
                "KOMEK_DATA": str(self.folder.data / name),
            }
            made.append(replace(processes.api(environ, f"http://{LOOPBACK}:{port}"), name=name))
        if NOTIFIER in COMMANDS:
            environ = {**self.environ("api", Component.NOTIFIER), "KOMEK_DATA": str(self.folder.data / NOTIFIER)}
            command = [*processes.COMMAND, NOTIFIER]
            made.append(Part(name=NOTIFIER, command=command, rank=processes.WORKERS, environ=environ))
        environ = {**self.environ("api", Component.ASSISTANT), "KOMEK_DATA": str(self.folder.data / ASSISTANT)}
        made.append(replace(processes.assistant(environ), name=ASSISTANT))
        return made


def _mounted(folder: Path) -> bool:
    """A small file system of its own there, where this machine allows it."""
    folder.mkdir(parents=True, exist_ok=True)
    made = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_MB}m,mode=700", "tmpfs", str(folder)]
    try:
        return subprocess.run(made, check=False, capture_output=True, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
