"""`deploy/compose.yaml` as it was written, for tests that run its processes without a container engine.

What a container would see is translated to this machine: folders that are mounted, names of hosts, ports.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.whole_stack import without_komek

DEPLOY = Path(__file__).parents[2] / "deploy"
_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return read


def interpolated(value: str, chosen: Mapping[str, str]) -> str:
    """As Compose does it: `${NAME:-default}`, where empty counts as unset."""
    return _VARIABLE.sub(lambda found: chosen.get(found[1]) or found[2] or "", value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service of the file. `places`: what is mounted where, container to machine."""

    name: str
    stated: Mapping[str, Any]
    places: Mapping[str, Path]
    addresses: Mapping[str, str] = field(default_factory=dict)
    """`host:port` of the container network to that of this machine."""

    @property
    def command(self) -> list[str]:
        return [self.translated(word) for word in self.stated["command"]]

    def environ(self, chosen: Mapping[str, str]) -> dict[str, str]:
        """Of the process: what the file states, and nothing of Komek from outside."""
        stated = {name: interpolated(value, chosen) for name, value in self.stated["environment"].items()}
        return {**without_komek(), **{name: self.translated(value) for name, value in stated.items()}}

    def translated(self, text: str) -> str:
        """In one pass: a path of this machine may contain one of the container."""
        places = {place: str(path) for place, path in self.places.items()}
        # A path begins a word; an address may stand behind the slashes of a URL.
        patterns = [(_any_of(places), r"[\w./-]"), (_any_of(self.addresses), r"[\w.-]")]
        pattern = "|".join(rf"(?<!{before})(?:{words})(?![\w-])" for words, before in patterns if words)
        here = {**places, **self.addresses}
        return re.sub(pattern, lambda found: here[found[0]], text) if pattern else text


def _any_of(words: Mapping[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def service(name: str, secrets: Path, own: Path, addresses: Mapping[str, str] | None = None) -> Service:
    """`secrets`: the folder that `deployment_secrets` filled; `own`: where volumes of the service are."""
    stated = compose()["services"][name]
    places: dict[str, Path] = {}
    for volume in stated.get("volumes", ()):
        source, place = volume.split(":")[:2]
        if source.startswith("./secrets"):
            places[place] = secrets / source.removeprefix("./secrets/")
        elif source.startswith("./"):
            places[place] = DEPLOY / source
        else:
            places[place] = own / source
    for mount in stated.get("tmpfs", ()):
        places.setdefault(mount.partition(":")[0], own / name)
    return Service(name=name, stated=stated, places=places, addresses=addresses or {})
