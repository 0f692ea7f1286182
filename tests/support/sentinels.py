"""A master, a replica and three Sentinels: real servers, for tests of a failover. Each test gets its own.

All log in with the users of `deploy/redis-users.acl`, which thereby prove to suffice; Sentinels have a password of their own.
"""

import hashlib
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streams.components import Component
from streams.local import redis_server
from streams.local.ports import free_ports
from streams.local.process import Part
from streams.local.supervisor import Supervisor
from streams.settings import Settings
from streams.store.redis_connections import blocking_client
from streams.store.redis_target import RedisTarget, target_of, target_of_url
from streams.store.redis_users import acl_file, user_of, users
from tests.support.redis_servers import answers, server_part
from tests.support.stack import running
from tests.support.waiting import until

MASTER = "komek"
SENTINELS = 3
PASSWORD, SENTINEL_PASSWORD = "secret", "another"
HASHES = {name: hashlib.sha256(PASSWORD.encode()).hexdigest() for name, _, _ in users()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicated:
    ports: Mapping[str, int]
    sentinel_ports: tuple[int, ...]
    supervisor: Supervisor

    @property
    def url(self) -> str:
        sentinels = ",".join(f"127.0.0.1:{port}" for port in self.sentinel_ports)
        return f"redis+sentinel://{user_of(Component.WORKER)}:{PASSWORD}@{sentinels}/{MASTER}/0"

    @property
    def target(self) -> RedisTarget:
        return target_of(Settings(redis=self.url, redis_sentinel_password=SENTINEL_PASSWORD))

    def master(self) -> str:
        """The name of the server that the Sentinels call the master."""
        with blocking_client(_sentinel_at(self.sentinel_ports[0]), timeout_s=1.0) as sentinel:
            address: Any = sentinel.sentinel_get_master_addr_by_name(MASTER)
        port = int(address[1])
        return next(name for name, known in self.ports.items() if known == port)

    def kill(self, name: str) -> None:
        """Ends the server by its pid, as a crash would."""
        os.kill(self.supervisor.pids()[name], signal.SIGKILL)

    def fail_over(self) -> str:
        """Kills the master and waits until the Sentinels have another; returns its name."""
        before = self.master()
        self.kill(before)
        until(lambda: self.master() != before)
        return self.master()

    def wait_for_replica(self) -> None:
        """Until the replica has all that the master has, and the Sentinels know all of each other."""
        master = self.ports[self.master()]
        until(lambda: _info(master).get("connected_slaves") == 1)
        until(lambda: _info(master)["slave0"]["state"] == "online")
        until(lambda: _info(master)["slave0"]["offset"] >= _info(master)["master_repl_offset"])
        until(lambda: all(_knows_everybody(port) for port in self.sentinel_ports))


def _server(port: int) -> RedisTarget:
    return target_of_url(f"redis://tests:{PASSWORD}@127.0.0.1:{port}")


def _sentinel_at(port: int) -> RedisTarget:
    return target_of_url(f"redis://:{SENTINEL_PASSWORD}@127.0.0.1:{port}")


def _info(port: int) -> dict[str, Any]:
    with blocking_client(_server(port), timeout_s=1.0) as client:
        return dict(client.info("replication"))


def _knows_everybody(port: int) -> bool:
    with blocking_client(_sentinel_at(port), timeout_s=1.0) as sentinel:
        state: Any = sentinel.sentinel_master(MASTER)
    return int(state["num-slaves"]) == 1 and int(state["num-other-sentinels"]) == SENTINELS - 1


@contextmanager
def replicated(folder: Path) -> Iterator[Replicated]:
    first, second, *sentinel_ports = free_ports(2 + SENTINELS)
    # Without the pause of five seconds before a full synchronisation, and without a fork of its own for each.
    own = ["--repl-diskless-sync-delay", "0", "--masteruser", "komek-replica", "--masterauth", PASSWORD]
    file = folder / "users.acl"
    file.write_text(acl_file(HASHES) + f"user tests on >{PASSWORD} ~* &* +@all\n")
    own += ["--aclfile", str(file)]
    one = server_part(folder, first, *own, name="one")
    two = server_part(folder, second, *own, "--replicaof", f"127.0.0.1 {first}", name="two")
    sentinels = [_sentinel(folder, port, first) for port in sentinel_ports]
    with running(folder, one, two, *sentinels) as supervisor:
        made = Replicated(
            ports={"one": first, "two": second}, sentinel_ports=tuple(sentinel_ports), supervisor=supervisor
        )
        made.wait_for_replica()
        yield made


def _sentinel(folder: Path, port: int, master_port: int) -> Part:
    own = folder / f"sentinel-{port}"
    own.mkdir(parents=True)
    configuration = own / "sentinel.conf"
    configuration.write_text(
        f"bind 127.0.0.1\nport {port}\ndir {own}\n"
        f"requirepass {SENTINEL_PASSWORD}\nsentinel sentinel-pass {SENTINEL_PASSWORD}\n"
        f"sentinel monitor {MASTER} 127.0.0.1 {master_port} 2\n"
        f"sentinel auth-user {MASTER} komek-sentinel\nsentinel auth-pass {MASTER} {PASSWORD}\n"
        f"sentinel down-after-milliseconds {MASTER} 500\n"
        f"sentinel failover-timeout {MASTER} 3000\n"
    )
    command = [str(redis_server.find().program), str(configuration), "--sentinel"]
    return Part(name=f"sentinel-{port}", command=command, rank=1, is_ready=lambda: answers(port))
