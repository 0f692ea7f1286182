"""The lifecycle of a local stack: start the processes in order, wait until they are ready, supervise them until stopped."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dispatch.model.counted import counted
from streams.components import Component
from streams.local import class_archive, jars, keys, leftovers, metrics_targets, processes, redis_server, stackfile
from streams.local import folder as folders
from streams.local.addresses import Addresses, choose
from streams.local.folder import Folder
from streams.local.ports import LOOPBACK, PortClaims
from streams.local.process import Part
from streams.local.progress import Steps
from streams.local.secured import Secured, environ_for, secured
from streams.local.security_releases import REDIS, fault_of
from streams.local.side_work import InTurn, jobs_beside
from streams.local.stackfile import StackFile
from streams.local.supervisor import Say, Stopped, Supervisor
from streams.settings import Settings, overridden

SERVERS_WITHIN_S = 90.0
TOPICS_WITHIN_S = 60.0
READY_WITHIN_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The options of `komek up`."""

    workers: int = 2
    demo: bool = True
    fresh: bool = False
    secure: bool = False
    """TLS, a user for each component, and ACLs (`secured.py`)."""
    follows: bool = False
    """Follows the feeds of alerts that KOMEK_CAP_FEEDS names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A stack that is ready."""

    stack: StackFile
    addresses: Addresses
    folder: Folder
    environ: Mapping[str, str] = field(repr=False)
    secrets: Secured | None = None

    def environ_of(self, component: Component) -> dict[str, str]:
        return environ_for(self.environ, self.secrets, component)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackOwner:
    """Callbacks of the caller. `stopped` is polled; `ready` is called once."""

    fetch_jars: Callable[[], Path]
    """Downloads Kafka's jars into a cache and returns its path."""
    steps: Steps
    stopped: Stopped
    ready: Callable[[Running], None]


def run(settings: Settings, wanted: Wanted, caller: StackOwner) -> None:
    """Starts all processes, calls `ready`, restarts processes that die until `stopped`, then ends all of them.

    Raises:
        LocalStackError: the start failed. Processes started before are ended.
    """
    # Kafka, Redis and our own processes inherit it: what they create is for its owner only.
    os.umask(0o777 - keys.OWNER_ONLY_FOLDER)
    folder = folders.opened(settings.data)
    claim = folders.FolderLock(folder)
    ports = PortClaims(jars.cache_folder(os.environ).parent)
    try:
        _clear_up(folder, wanted, caller.steps.say)
        addresses = choose(settings, caller.steps.say, ports, secure=wanted.secure)
        at = Running(
            stack=_nothing_yet(addresses),
            addresses=addresses,
            folder=folder,
            environ=environ_of_commands(os.environ, settings, folder, addresses),
            secrets=secured(folder, has_redis=addresses.redis_port is not None) if wanted.secure else None,
        )
        _run_claimed(_with_settings(at), wanted, caller)
    finally:
        ports.release()
        claim.release()


def _clear_up(folder: Folder, wanted: Wanted, say: Say) -> None:
    # Under the lock of the folder, so that no other stack that runs is ended.
    for name in leftovers.end_noted(folder.running):
        say(f"ended {name}, left over from a stack that crashed")
    folder.stack_file.unlink(missing_ok=True)
    if wanted.fresh:
        folder.empty()
        say(f"deleted the data in {folder.root}")


def _run_claimed(at: Running, wanted: Wanted, caller: StackOwner) -> None:
    # Noted from the first process on, so that the next start can end them after a crash.
    book = _StackRecord(at.folder, at.stack)
    supervisor = Supervisor(logs=at.folder.logs, say=caller.steps.say, changed=book.note)
    beside = InTurn(jobs_beside(at.addresses), at.folder.logs, caller.steps.say)

    def stopped() -> bool:
        beside.look()
        return caller.stopped()

    try:
        # Also during the start, so that the time told is that of the build.
        demo = [processes.demo(at.environ_of(Component.OPERATOR))] if wanted.demo else []
        if _start(supervisor, at, wanted, replace(caller, stopped=stopped), then=demo):
            book.open(supervisor.pids())
            caller.ready(replace(at, stack=book.stack))
            # After `ready`: the demo is a client like any other.
            supervisor.start(demo)
            supervisor.watch(stopped)
        caller.steps.say("ending")
    finally:
        beside.end()
        book.close()
        supervisor.end()
        at.folder.metrics.unlink(missing_ok=True)
        at.folder.running.unlink(missing_ok=True)


def _start(supervisor: Supervisor, at: Running, wanted: Wanted, caller: StackOwner, *, then: Sequence[Part]) -> bool:
    """Starts and waits. `then`: what the caller starts next. False when `stopped` was true before all processes were ready."""

    def begin(what: str, some: Sequence[Part], within_s: float) -> bool:
        if not some:
            return True
        with caller.steps.step(what):
            supervisor.start(some)
            return supervisor.await_ready(some, within_s=within_s, stopped=caller.stopped)

    # People of the demo answer and work many times faster than real time and would exceed the hourly limits.
    own = at.environ_of(Component.WORKER)
    of_workers = {"KOMEK_BUDGET": "off"} | own if wanted.demo else own
    beside, probes = metrics_targets.with_probes(
        [
            *processes.workers(of_workers, wanted.workers),
            processes.notifier(at.environ_of(Component.NOTIFIER)),
            processes.assistant(at.environ_of(Component.ASSISTANT)),
            *([processes.follower(_of_client(at))] if wanted.follows else []),
        ]
    )
    komek = [*beside, processes.api(_of_api(at), at.addresses.api)]
    metrics_targets.write(at.folder.metrics, at.addresses.api, probes)
    if at.secrets is None:
        # In a secure stack their users are not there yet.
        supervisor.load([*komek, *then])
    servers = _servers(at, caller)
    return (
        begin(" and ".join(part.name for part in servers), servers, SERVERS_WITHIN_S)
        and begin("topics", [processes.topics(_of_administrator(at))], TOPICS_WITHIN_S)
        and _admitted(at, caller.steps)
        and begin(
            f"{counted(wanted.workers, 'worker')}, the notifier, the assistant and the API", komek, READY_WITHIN_S
        )
    )


def _of_api(at: Running) -> dict[str, str]:
    """In a secure stack the API serves TLS."""
    return at.environ_of(Component.API) | (at.secrets.api_certificate() if at.secrets else {})


def _of_client(at: Running) -> dict[str, str]:
    """A client of the API has no user of Kafka or Redis."""
    return overridden(at.environ, at.secrets.api_trust() if at.secrets else {})


def _of_administrator(at: Running) -> dict[str, str]:
    return overridden(at.environ, at.secrets.administrator(_administration(at)) if at.secrets else {})


def _administration(at: Running) -> str:
    return f"{LOOPBACK}:{at.addresses.admin_port}"


def _admitted(at: Running, steps: Steps) -> bool:
    """Makes the users of a secure stack. Always true."""
    if at.secrets is not None:
        with steps.step("users and their rights"):
            at.secrets.write_administrator(_administration(at))
            at.secrets.admit(at.addresses.kafka, _administration(at))
    return True


def _with_settings(at: Running) -> Running:
    """In a secure stack `stack.json` says how the operator's commands connect."""
    if at.secrets is None:
        return at
    return replace(at, stack=replace(at.stack, settings=at.secrets.environ_of(Component.OPERATOR)))


def _servers(at: Running, caller: StackOwner) -> list[Part]:
    folder, addresses = at.folder, at.addresses
    servers = []
    if addresses.redis_port is not None:
        server = redis_server.find()
        caller.steps.say(f"using {server}")
        if fault := fault_of(REDIS, server.version):
            caller.steps.say(f"{fault}; it listens on this machine only")
        users = at.secrets.redis_users() if at.secrets else None
        servers.append(processes.redis_part(server, folder, addresses.redis_port, users))
        if at.secrets is not None:
            servers.append(processes.redis_tls(addresses, at.secrets.authority.server("redis")))
    if addresses.kafka_port is not None:
        # After Redis was found: a missing redis-server is reported before 43 MB are downloaded.
        java = class_archive.java_with(caller.fetch_jars())
        with caller.steps.step("Kafka's folder"):
            security = at.secrets.node(addresses.admin_port) if at.secrets else None
            servers.append(processes.kafka(java, folder, addresses, security))
    return servers


def environ_of_commands(
    environ: Mapping[str, str], settings: Settings, folder: Folder, addresses: Addresses
) -> dict[str, str]:
    """The environment of Komek's processes: the caller's environment with the chosen addresses and secrets."""
    # Keys of the settings win; generated ones stay in the folder, so tokens survive a restart.
    jwt_keys = settings.jwt_keys or keys.ensure_jwt_keys(folder.jwt_keys)
    chosen = {
        "KOMEK_KAFKA": addresses.kafka,
        "KOMEK_REDIS": addresses.redis,
        "KOMEK_HOST": addresses.host,
        "KOMEK_PORT": str(addresses.port),
        "KOMEK_DATA": str(folder.root),
        # Absolute: processes may have another working directory.
        "KOMEK_JWT_KEYS": str(jwt_keys.absolute()),
        "KOMEK_VAPID_KEY": str((settings.vapid_key or keys.ensure_vapid_key(folder.vapid_key)).absolute()),
        # The logs must contain the last lines of a process that is killed.
        "PYTHONUNBUFFERED": "1",
    }
    if settings.data_key is None and settings.data_keys is None:
        # A folder from before the key ring goes on with its one key until `komek keys add` makes a ring of it.
        if folder.data_key.exists() and not folder.data_keys.exists():
            chosen["KOMEK_DATA_KEY"] = folder.data_key.read_text("ascii").strip()
        else:
            chosen["KOMEK_DATA_KEYS"] = str(keys.ensure_data_keys(folder.data_keys).absolute())
    return overridden(environ, chosen)


def _nothing_yet(addresses: Addresses) -> StackFile:
    return StackFile(api=addresses.api, kafka=addresses.kafka, redis=addresses.redis, processes={})


class _StackRecord:
    """Writes the two files about running processes: one for the next start, and `stack.json` for tools once all are ready."""

    def __init__(self, folder: Folder, stack: StackFile) -> None:
        self._folder = folder
        self._open = False
        self.stack = stack

    def note(self, pids: Mapping[str, int]) -> None:
        leftovers.note(self._folder.running, pids)
        self.stack = replace(self.stack, processes=dict(pids))
        if self._open:
            stackfile.write(self._folder.stack_file, self.stack)

    def open(self, pids: Mapping[str, int]) -> None:
        self._open = True
        self.note(pids)

    def close(self) -> None:
        self._open = False
        self._folder.stack_file.unlink(missing_ok=True)
