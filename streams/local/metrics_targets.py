"""Where the processes of a local stack serve their metrics: `metrics.json` in KOMEK_DATA, for `file_sd_configs` of Prometheus."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from streams.local import stackfile
from streams.local.ports import LOOPBACK, free_ports
from streams.local.process import Part

JOB = "komek"


def with_probes(parts: Sequence[Part]) -> tuple[list[Part], dict[str, str]]:
    """The parts with a port of their own for probes, and the address of each by its name."""
    addresses = [f"{LOOPBACK}:{port}" for port in free_ports(len(parts))]
    probed = [
        replace(part, environ={**part.environ, "KOMEK_PROBES": address})
        for part, address in zip(parts, addresses, strict=True)
    ]
    return probed, {part.name: address for part, address in zip(parts, addresses, strict=True)}


def write(path: Path, api: str, probes: dict[str, str]) -> None:
    """`api`: the URL of the API, which has its metrics on its own port."""
    url = urlsplit(api)
    targets = [_target("api", url.netloc, url.scheme)]
    targets += [_target(name, address, "http") for name, address in sorted(probes.items())]
    stackfile.replace_json(path, targets)


def _target(process: str, address: str, scheme: str) -> dict[str, object]:
    return {"targets": [address], "labels": {"job": JOB, "process": process, "__scheme__": scheme}}
