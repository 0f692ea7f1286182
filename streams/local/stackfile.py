"""`stack.json`: addresses and processes of a running local stack. Tools and tests read it, so its format is stable."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

from streams import private_file
from streams import settings as all_settings
from streams.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFile:
    api: str
    kafka: str
    redis: str
    processes: Mapping[str, int]
    settings: Mapping[str, str] = field(default_factory=dict)
    """In a secure stack, the settings of the operator's commands; secrets are in the files that they name."""


def write(path: Path, stack: StackFile) -> None:
    """Writes the file atomically. Without settings it has the four keys that the contract names."""
    content = asdict(stack)
    if not stack.settings:
        del content["settings"]
    replace_json(path, content)


def read(path: Path) -> StackFile | None:
    """Reads the file; None when it is missing or invalid."""
    try:
        found = json.loads(path.read_text("utf-8"))
        return StackFile(
            api=found["api"],
            kafka=found["kafka"],
            redis=found["redis"],
            processes=dict(found["processes"]),
            settings=dict(found.get("settings", {})),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def completed(settings: Settings, running: StackFile) -> Settings:
    """The settings, with the servers of a running stack, and what its clients need to connect to them, where they name none.

    What they name stays as it is, user and password included: whoever checks with the settings of a process must not be told
    about another user.

    Raises:
        SettingsError: a file that the stack names is gone.
    """
    lent = all_settings.load({"KOMEK_KAFKA": running.kafka, "KOMEK_REDIS": running.redis, **running.settings})
    servers = [server for server in ("kafka", "redis", "api_ca") if getattr(settings, server) is None]
    names = [entry.name for entry in fields(Settings) if entry.name in servers or entry.name.split("_")[0] in servers]
    return replace(settings, **{name: getattr(lent, name) for name in names})


def replace_json(path: Path, value: object) -> None:
    private_file.replace(path, f"{json.dumps(value, indent=2)}\n".encode())
