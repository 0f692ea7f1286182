"""The deployment of `deploy/compose.yaml`, run as processes of this machine: the same commands, configuration, environment and
secrets, with other addresses and folders (`composed.py`). Nothing of it comes from `komek up`.
"""

import os
import shlex
import signal
import subprocess
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from streams import clock
from streams.codegen import compose_servers as servers
from streams.codegen.compose_clients import signer_of
from streams.codegen.compose_file import instances
from streams.codegen.deployment_secrets import DeploymentSecrets
from streams.codegen.process_list import read, setting
from streams.local import redis_server
from streams.local.kafka_node import Java
from streams.local.ports import LOOPBACK, answers, free_ports
from streams.local.process import Part
from streams.local.supervisor import Supervisor
from streams.settings import Settings, load
from streams.tokens import Role, load_keys
from tests.support.composed import DEPLOY, Service, service
from tests.support.redis_servers import answers as redis_answers
from tests.support.whole_stack import COMMAND

SERVERS, JOBS, PROCESSES = range(3)
SERVERS_WITHIN_S, JOBS_WITHIN_S, READY_WITHIN_S = 240.0, 120.0, 240.0
KAFKA_ON_ONE_MACHINE = {
    # Three nodes beside everything else on the machine of the tests; a deployment keeps Kafka's own sizes.
    "offsets.topic.num.partitions": "4",
    "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
    "num.network.threads": "2",
    "num.io.threads": "4",
}
STATED = read()
PORT_OF = {
    instance: process.port for name, process in STATED.processes.items() for instance in instances(name, process)
}
AT_ONCE = [
    instance
    for name, process in STATED.processes.items()
    if not process.only_with
    for instance in instances(name, process)
]
"""The others have a profile."""


class Deployment:
    def __init__(self, folder: Path, java: Java) -> None:
        self._folder, self._java = folder, java
        self.secrets = folder / "secrets"
        self.supervisor = Supervisor(logs=folder / "logs", say=self._say)
        self.addresses = _addresses()
        self.api = f"http://{self.addresses['api-1:8000']}"
        self.other_api = f"http://{self.addresses['api-2:8000']}"

    def __enter__(self) -> Self:
        DeploymentSecrets(folder=self.secrets, stated=STATED).make()
        self._programs()
        try:
            first = [*map(self._kafka, servers.KAFKA), *map(self._redis, servers.REDIS)]
            self._begin([*first, *map(self._sentinel, servers.SENTINELS)], SERVERS_WITHIN_S)
            for job in STATED.jobs:
                self._begin([self._job(job)], JOBS_WITHIN_S)
            self._begin([self._process(instance) for instance in AT_ONCE], READY_WITHIN_S)
        except BaseException:
            self.supervisor.end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.supervisor.end()

    def headers(self, role: str, identity: str = "") -> dict[str, str]:
        """Of a token that the operator of the deployment signs."""
        keys = load_keys(self.secrets / "operator" / "jwt-keys")
        token = keys.issue(Role(role), identity or f"{role}-1", now_s=clock.now_ms() // 1000)
        return {"Authorization": f"Bearer {token}"}

    @property
    def settings(self) -> Settings:
        """Of the operator's commands."""
        return load(self._service("operator").environ({}))

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`docker compose run --rm operator …`."""
        own = self._service("operator")
        environ = own.environ({}) | self._listening("api-1")
        return subprocess.run(
            [*COMMAND, *arguments], env=environ, capture_output=True, text=True, timeout=300, check=False
        )

    def follow(self, feed: str) -> None:
        """As with the profile `follower` and this feed in deploy/.env; of a private address, since it is the test's."""
        chosen = {setting("cap_feeds"): feed, setting("cap_every_s"): "10", setting("cap_private"): "on"}
        token = self._service(signer_of("follower"))
        made = Part(name=token.name, command=[*COMMAND, *token.command], rank=PROCESSES, environ=token.environ({}))
        host, port = self.addresses["api-1:8000"].split(":")
        own = self._process("follower", chosen)
        at_api = {setting("host"): host, setting("port"): port}
        self._begin([made, replace(own, environ={**own.environ, **at_api})], READY_WITHIN_S)

    def kill(self, name: str) -> None:
        os.kill(self.supervisor.pids()[name], signal.SIGKILL)

    def tend(self) -> None:
        """Starts again what has ended, as `restart: unless-stopped` does."""
        self.supervisor.tend()

    def _begin(self, some: Sequence[Part], within_s: float) -> None:
        self.supervisor.start(some)
        self.supervisor.await_ready(some, within_s=within_s, stopped=lambda: False)

    def _service(self, name: str, more: Mapping[str, str] | None = None) -> Service:
        made = service(name, self.secrets, self._folder / "volumes", {**self.addresses, **(more or {})})
        for path in made.places.values():
            if not path.exists() and not path.is_relative_to(DEPLOY):
                path.mkdir(parents=True)
        return made

    def _kafka(self, name: str) -> Part:
        own = self._service(name)
        file = self._configured(own, f"{servers.CONFIGURATION}/server.properties", KAFKA_ON_ONE_MACHINE, "=")
        environ = {"PATH": os.defpath, "KAFKA_HEAP_OPTS": "-Xmx384m"}
        is_ready = partial(answers, _port(self.addresses[f"{name}:{servers.CLIENT_PORT}"]))
        return self._server(own, file, f"{servers.CONFIGURATION}/server.properties", environ, is_ready)

    def _redis(self, name: str) -> Part:
        port = _port(self.addresses[f"{name}:{servers.REDIS_PORT}"])
        own = self._service(name, {f"port {servers.REDIS_PORT}": f"port {port}"})
        inside = f"{servers.CONFIGURATION}/redis.conf"
        return self._server(
            own, self._configured(own, inside, {"bind": LOOPBACK}, " "), inside, {}, partial(redis_answers, port)
        )

    def _sentinel(self, name: str) -> Part:
        port = _port(self.addresses[f"{name}:{servers.SENTINEL_PORT}"])
        own = self._service(name, {f"port {servers.SENTINEL_PORT}": f"port {port}"})
        inside = f"{servers.CONFIGURATION}/sentinel.conf"
        return self._server(
            own, self._configured(own, inside, {"bind": LOOPBACK}, " "), inside, {}, partial(redis_answers, port)
        )

    def _configured(self, own: Service, inside: str, more: Mapping[str, str], mark: str) -> Path:
        """The file of the deployment with this machine's addresses, and lines that are added to it."""
        text = own.translated(own.places[inside].read_text("utf-8"))
        file = self._folder / f"{own.name}{Path(inside).suffix}"
        # Before the rest: the included passwords of Redis end the file.
        file.write_text("".join(f"{key}{mark}{value}\n" for key, value in more.items()) + text, "utf-8")
        return file

    def _server(
        self, own: Service, file: Path, inside: str, environ: Mapping[str, str], is_ready: partial[bool]
    ) -> Part:
        there = Service(name=own.name, stated=own.stated, places={**own.places, inside: file}, addresses=own.addresses)
        command = [*there.stated.get("entrypoint", ()), *there.command]
        command = [word.replace("/opt/kafka/bin", str(self._bin)) for word in command]
        path = f"{self._bin}{os.pathsep}{os.defpath}"
        return Part(name=own.name, command=command, rank=SERVERS, environ={**environ, "PATH": path}, is_ready=is_ready)

    def _job(self, name: str) -> Part:
        own = self._service(name)
        return Part(name=name, command=[*COMMAND, *own.command], rank=JOBS, environ=own.environ({}), runs_once=True)

    def _process(self, name: str, chosen: Mapping[str, str] | None = None) -> Part:
        own = self._service(name)
        return Part(
            name=name,
            command=[*COMMAND, *own.command],
            rank=PROCESSES,
            environ=own.environ(chosen or {}) | self._listening(name),
            is_ready=partial(_is_ready, self.addresses[f"{name}:{PORT_OF[name]}"]),
        )

    def _listening(self, name: str) -> dict[str, str]:
        """All share one machine: each gets a port of its own, on the loopback."""
        port = self.addresses[f"{name}:{PORT_OF[name]}"].partition(":")[2]
        if name.startswith("api"):
            return {setting("host"): LOOPBACK, setting("port"): port}
        return {setting("probes"): f"{LOOPBACK}:{port}"}

    @property
    def _bin(self) -> Path:
        return self._folder / "bin"

    def _programs(self) -> None:
        """What the images have under these names."""
        redis = shlex.quote(str(redis_server.find().program))
        java = f"exec {shlex.quote(str(self._java.java))} $KAFKA_HEAP_OPTS -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "
        java += f"-cp {shlex.quote(self._java.class_path)}"
        self._bin.mkdir(parents=True)
        for name, line in {
            "redis-server": f'exec {redis} "$@"',
            "redis-sentinel": f'exec {redis} "$@" --sentinel',
            "kafka-storage.sh": f'{java} kafka.tools.StorageTool "$@"',
            "kafka-server-start.sh": f'{java} kafka.Kafka "$@"',
        }.items():
            (self._bin / name).write_text(f"#!/bin/sh\n{line}\n", "utf-8")
            (self._bin / name).chmod(0o755)

    def _say(self, line: str) -> None:
        with (self._folder / "supervisor.log").open("a", encoding="utf-8") as log:
            log.write(f"{line}\n")


def _addresses() -> dict[str, str]:
    """Where each `host:port` of the containers' network is on this machine."""
    inside = [
        *(
            f"{name}:{port}"
            for name in servers.KAFKA
            for port in (servers.CLIENT_PORT, servers.ADMIN_PORT, servers.CONTROLLER_PORT)
        ),
        *(f"{name}:{servers.REDIS_PORT}" for name in servers.REDIS),
        *(f"{name}:{servers.SENTINEL_PORT}" for name in servers.SENTINELS),
        *(f"{name}:{port}" for name, port in PORT_OF.items()),
    ]
    here = {address: f"{LOOPBACK}:{port}" for address, port in zip(inside, free_ports(len(inside)), strict=True)}
    # As the configuration of Redis writes them.
    spaced = {address.replace(":", " "): own.replace(":", " ") for address, own in here.items()}
    alone = dict.fromkeys((*servers.REDIS, *servers.SENTINELS), LOOPBACK)
    return {**here, **spaced, **alone}


def _port(address: str) -> int:
    return int(address.rpartition(":")[2])


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{address}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
