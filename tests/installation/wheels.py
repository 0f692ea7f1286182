"""Wheels of our own: nothing inside but what an installer reads."""

import base64
import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Stub:
    """A package that says of itself what the real one says."""

    name: str
    version: str
    requires: Sequence[str] = ()
    extras: Sequence[str] = ()
    content: Mapping[str, bytes] = field(default_factory=dict)
    tag: str = "py3-none-any"


def write(stub: Stub, folder: Path) -> Path:
    stem = f"{stub.name.replace('-', '_')}-{stub.version}"
    info = f"{stem}.dist-info"
    files = {
        **stub.content,
        f"{info}/METADATA": _metadata(stub).encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {stub.tag}\n".encode(),
    }
    record = [f"{name},sha256={_base64(content)},{len(content)}" for name, content in files.items()]
    path = folder / f"{stem}-{stub.tag}.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, content in files.items():
            wheel.writestr(name, content)
        wheel.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,"]) + "\n")
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _metadata(stub: Stub) -> str:
    lines = ["Metadata-Version: 2.1", f"Name: {stub.name}", f"Version: {stub.version}"]
    lines += [f"Provides-Extra: {extra}" for extra in stub.extras]
    lines += [f"Requires-Dist: {requirement}" for requirement in stub.requires]
    return "\n".join(lines) + "\n"


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
