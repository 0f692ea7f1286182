"""Builds the pure wheel and, beside it, the one with the compiled core, for the running Python and this kind of machine.

    .venv/bin/python .ci/wheel.py FOLDER [--test [options of pytest]]

`.ci/compiled_core.py` says what is compiled. Needs a C compiler and the lock `compiled`, which `.ci/install.py compiled` installs
into `.venv/compiled`. With --test the tests of the core and the simulation run on the compiled wheel, unpacked in FOLDER/tested:
the environment keeps the sources. Exit code 1 when a test fails or the sources ran instead.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMPILER = Path(sys.prefix) / "compiled"
TESTED = ("tests/dispatch", "tests/simulation")
LONGEST_S = 3_600
"""Of the tests, on a machine that others use as well."""
LEFT_OUT = (
    ".git",
    ".venv",
    ".komek",
    ".*cache*",
    ".hypothesis",
    "__pycache__",
    "htmlcov",
    "node_modules",
    "build",
    "dist",
)
PACKAGES = ("dispatch", "streams", "api")
WHICH = "import dispatch.decide.filling as module; print(module.__file__)"


class BuildFailed(Exception):
    """The message is what the build printed."""


def build(folder: Path, *, compiled: bool) -> Path:
    """Returns the wheel. Raises BuildFailed."""
    environ = {**os.environ, "PYTHONPATH": str(COMPILER)}
    environ.pop("HATCH_BUILD_HOOK_ENABLE_CUSTOM", None)
    if compiled:
        environ["HATCH_BUILD_HOOK_ENABLE_CUSTOM"] = "true"
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory() as fresh:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", fresh]
        done = subprocess.run(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise BuildFailed(done.stderr.rstrip())
        (made,) = Path(fresh).glob("*.whl")
        folder.mkdir(parents=True, exist_ok=True)
        wheel = folder / made.name
        shutil.move(made, wheel)
    print(f"{wheel}: {wheel.stat().st_size / 1e6:.1f} MB, {time.monotonic() - began_s:.0f} s", flush=True)
    return wheel


def unpacked(wheel: Path, folder: Path) -> Path:
    """A copy of the checkout with the packages of the wheel in place of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT, folder, ignore=_left_out)
    with zipfile.ZipFile(wheel) as content:
        content.extractall(folder)
    return folder


def _left_out(folder: str, names: list[str]) -> set[str]:
    packages = set(PACKAGES) if Path(folder) == ROOT else set()
    return packages | shutil.ignore_patterns(*LEFT_OUT)(folder, names)


def tested(folder: Path, options: Sequence[str]) -> int:
    """The exit code of pytest, or 1 where Python would take the sources."""
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    asked = [sys.executable, "-c", WHICH]
    found = subprocess.run(asked, cwd=folder, env=environ, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    if not found.startswith(str(folder)) or found.endswith(".py"):
        print(f"not compiled: {found}")
        return 1
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *(options or ("-q",)), *TESTED]
    return subprocess.run(command, cwd=folder, env=environ, check=False, timeout=LONGEST_S).returncode


def main(folder: Path, options: Sequence[str]) -> int:
    build(folder, compiled=False)
    try:
        wheel = build(folder, compiled=True)
    except BuildFailed as error:
        print(
            f"{error}\n\nThe pure wheel is whole, and does everything that the compiled one would. Read the error above."
        )
        return 1
    return tested(unpacked(wheel, folder / "tested"), options[1:]) if options else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute(), sys.argv[2:]))
