"""Builds what `deploy/Containerfile` puts into its last stage, without a container engine, and measures it.

    .venv/bin/python .ci/image_content.py FOLDER [--twice]

The commands are those of the file, with FOLDER in the place of the root. Prints megabytes, the largest packages, the start time,
and with --twice whether two builds have the same files. The base image comes on top.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "deploy" / "Containerfile"
PLACES = ("/opt/komek", "/build", "/dist", "/made")
STARTS = 5
OF_THE_PAGES = ".ci/web.py build"
"""The build of the pages is that of the environment that runs this: `make web`."""


def commands() -> Iterator[str]:
    """The shell commands of the first stage, in order."""
    first = FILE.read_text("utf-8").split("\nFROM ")[1]
    # Comments inside a command are no part of it, and do not end it.
    lines = [line for line in first.splitlines() if not line.strip().startswith("#")]
    for command in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if command.startswith("RUN "):
            yield command.removeprefix("RUN ")


def build(folder: Path, *, python: str) -> None:
    """Raises CalledProcessError."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environ = {
        **os.environ,
        "SOURCE_DATE_EPOCH": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    for command in commands():
        if OF_THE_PAGES in command:
            continue
        here = re.sub(rf"(?<![\w./-])({'|'.join(PLACES)})(?![\w-])", lambda found: f"{folder}{found[1]}", command)
        here = re.sub(r"^python ", f"{python} ", here)
        subprocess.run(["/bin/sh", "-ec", here], cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)


def files(folder: Path) -> dict[str, bytes]:
    """Path to digest of content, of all that the last stage copies."""
    content = folder / "opt" / "komek"
    return {
        str(path.relative_to(content)): hashlib.sha256(path.read_bytes()).digest()
        for path in sorted(content.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def megabytes(folder: Path) -> float:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def starts_s(program: Path) -> list[float]:
    took = []
    for _ in range(STARTS):
        began = time.perf_counter()
        subprocess.run([program, "--version"], check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - began)
    return sorted(took)


def main(folder: Path, *, twice: bool) -> None:
    build(folder, python=sys.executable)
    content = folder / "opt" / "komek"
    (packages,) = content.glob("lib/python3*/site-packages")
    print(f"{megabytes(content):.0f} MB in {len(files(folder))} files")
    for size, name in sorted(
        ((megabytes(path), path.name) for path in packages.iterdir() if path.is_dir()), reverse=True
    )[:8]:
        print(f"  {size:6.1f} MB {name}")
    took = starts_s(content / "bin" / "komek")
    print(f"komek --version: {took[STARTS // 2] * 1000:.0f} ms (median of {STARTS}; least {took[0] * 1000:.0f})")
    if twice:
        before = files(folder)
        build(folder, python=sys.executable)
        after = files(folder)
        differ = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
        print(f"built twice: {len(differ)} files differ", *differ[:20], sep="\n  ")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), twice="--twice" in sys.argv)
