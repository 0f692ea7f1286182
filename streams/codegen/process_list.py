"""The processes of a deployment, as `deploy/processes.toml` describes them once for all ways to run them."""

import tomllib
from pathlib import Path

import msgspec

from streams.components import ApiClient, Component, Part
from streams.kafka.acl_admin import PRINCIPAL_TYPE, usual_principals
from streams.ring import KeyUse
from streams.settings import FROM_FILE, PREFIX, names
from streams.store.redis_users import user_of
from streams.tokens import MAX_LIFETIME_S, Role

DEPLOY = Path(__file__).parents[2] / "deploy"
FILE = DEPLOY / "processes.toml"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what a process in a container of its own listens on


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file: a name that it does not know is an error."""


class Image(_Table, frozen=True):
    name: str
    user: int
    data: str
    secrets: str
    files: str
    backups: str


class Memory(_Table, frozen=True):
    """MiB; `measured` is the largest seen under load."""

    measured: int
    request: int
    limit: int


class Cpu(_Table, frozen=True):
    """Cores. No limit: a throttled process misses its heartbeats and loses its partitions."""

    request: float


class Every(_Table, frozen=True):
    """What every process has."""

    settings: tuple[str, ...]
    secrets: tuple[str, ...]
    by_hand: tuple[str, ...]


class RenewedToken(_Table, frozen=True):
    """The token of a client of the API, made anew every `every_min` minutes; `file`: the setting that names its file."""

    file: str
    role: Role
    id: str
    hours: int
    every_min: int

    def __post_init__(self) -> None:
        if not 0 < self.hours * 3600 <= MAX_LIFETIME_S[self.role] or not 0 < self.every_min * 60 <= self.hours * 1800:
            raise ValueError("token: expected hours that the role may have, and every_min of half of them at most")

    @property
    def command(self) -> tuple[str, ...]:
        """What `komek` is called with to make it; `--out` and a path follow."""
        return ("token", self.role.value, "--id", self.id, "--hours", str(self.hours))


class Process(_Table, frozen=True):
    """`component` or `client`: who it is. `only_with`: a setting without which it does not run."""

    about: str
    command: tuple[str, ...]
    port: int
    replicas: int
    keys: tuple[KeyUse, ...]
    memory_mb: Memory
    cpu: Cpu
    grace_s: int
    settings: tuple[str, ...]
    secrets: tuple[str, ...]
    component: Component | None = None
    client: ApiClient | None = None
    optional_secrets: tuple[str, ...] = ()
    niceness: int = 0
    keeps_data: bool = False
    only_with: str = ""
    token: RenewedToken | None = None

    def __post_init__(self) -> None:
        if (self.component is None) == (self.client is None):
            raise ValueError("expected a component or a client")

    @property
    def part(self) -> Part:
        found = self.component or self.client
        assert found is not None
        return found

    @property
    def listens(self) -> dict[str, str]:
        """The settings by which it serves its port to everybody on the network of the deployment: probes and metrics, and of the
        API everything."""
        if self.component is Component.API:
            return {setting("host"): EVERYWHERE, setting("port"): str(self.port)}
        return {setting("probes"): f"{EVERYWHERE}:{self.port}"}

    @property
    def users(self) -> dict[str, str]:
        """The settings that say who it is in Kafka and Redis."""
        return {} if self.component is None else _users_of(self.component)


class Job(_Table, frozen=True):
    """`passwords`: it is handed the passwords of all users, so it runs only where the deployment has a Kafka of its own."""

    about: str
    command: tuple[str, ...]
    passwords: bool = False


class TimedJob(_Table, frozen=True):
    """Done again and again. `every_min`: a day, then `at` is the time of day (UTC), or a part of an hour."""

    about: str
    command: tuple[str, ...]
    every_min: int
    within_s: int
    keys: tuple[KeyUse, ...]
    memory_mb: Memory
    cpu: Cpu
    niceness: int
    settings: tuple[str, ...]
    secrets: tuple[str, ...]
    at: str = ""

    def __post_init__(self) -> None:
        is_daily = self.every_min == DAY_MIN
        if not (is_daily or HOUR_MIN % self.every_min == 0) or is_daily != bool(self.at):
            raise ValueError("every_min: expected 1440 and `at`, or a part of an hour without")

    @property
    def users(self) -> dict[str, str]:
        """Who it is in Kafka. In Redis it has no business."""
        return {setting("kafka_user"): _users_of(Component.BACKUP)[setting("kafka_user")]}

    @property
    def cron(self) -> str:
        """When, for a CronJob in UTC."""
        if not self.at:
            return f"*/{self.every_min} * * * *"
        hour, minute = map(int, self.at.split(":"))
        return f"{minute} {hour} * * *"

    @property
    def calendar(self) -> str:
        """When, for OnCalendar of systemd."""
        return f"*-*-* {self.at}:00 UTC" if self.at else f"*:0/{self.every_min}"


DAY_MIN, HOUR_MIN = 24 * 60, 60
BACKUP = "backup"
"""The folder of the secrets of all timers."""


class Operator(_Table, frozen=True):
    """The commands of people."""

    settings: tuple[str, ...]
    secrets: tuple[str, ...]

    @property
    def users(self) -> dict[str, str]:
        return _users_of(Component.OPERATOR)


class ProcessList(_Table, frozen=True):
    image: Image
    every: Every
    clients: Every
    processes: dict[str, Process]
    jobs: dict[str, Job]
    timers: dict[str, TimedJob]
    operator: Operator

    def settings_of(self, process: Process) -> list[str]:
        """The variables that a deployment may choose for it."""
        return [setting(name) for name in (*self.every_of(process).settings, *process.settings)]

    def secrets_of(self, process: Process) -> list[str]:
        """Names of the settings whose files it needs."""
        return [*self.every_of(process).secrets, *process.secrets]

    def every_of(self, process: Process) -> Every:
        """What it has in common with others."""
        return self.clients if process.component is None else self.every


def read(file: Path = FILE) -> ProcessList:
    """Raises ValueError: the file is no such list; the message says where and why."""
    return msgspec.convert(tomllib.loads(file.read_text("utf-8")), ProcessList)


def _users_of(component: Component) -> dict[str, str]:
    return {
        setting("kafka_user"): usual_principals()[component].removeprefix(PRINCIPAL_TYPE),
        setting("redis_user"): user_of(component),
    }


def setting(name: str) -> str:
    return PREFIX + name.upper()


def file_setting(name: str) -> str:
    """The variable that names the file with this secret: KOMEK_X_FILE for a value, KOMEK_X where the setting is a path."""
    variable = setting(name)
    return variable + FROM_FILE if variable + FROM_FILE in names() else variable


def file_name(name: str) -> str:
    """The file in the folder of a process: kafka_password is `kafka-password`."""
    return name.replace("_", "-")
