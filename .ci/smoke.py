"""Runs Komek with another Python version: `make up` in a copy of this checkout, one incident, one offer, Ctrl-C.

    python3 .ci/smoke.py [PYTHON]

PYTHON is a program; the default is the newest supported one of another version than the running Python. If there is none, the
script says so and exits with 0. Standard library only.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import environment

ROOT = Path(__file__).resolve().parents[1]
READY_WITHIN_S = 240.0
OFFER_WITHIN_S = 30.0
ENDED_WITHIN_S = 60.0
LEFT_OUT = (".git", ".venv", ".komek", ".*cache*", ".hypothesis", "__pycache__", "htmlcov", "node_modules")
PLACE = {"lon": 76.945, "lat": 43.238}


class Broken(Exception):
    """An expected result did not occur; the message names it."""


def other_python() -> str | None:
    """The newest usable Python of another version than the running one."""
    own = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    return next((found for name in environment.OTHER_NAMES if name != own and (found := usable(name))), None)


def usable(name: str) -> str | None:
    """The path of Python `name`, also where a version manager keeps it off the PATH; None if it is not usable."""
    kept = sorted(Path.home().glob(f".pyenv/versions/{name.removeprefix('python')}.*/bin/{name}"), reverse=True)
    return next((program for program in (name, *map(str, kept)) if environment.works(program)), None)


def copy_checkout(folder: Path) -> None:
    """Copies the working tree without environments, caches and results of runs."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT), dirs_exist_ok=True)


class Stack:
    """`make up` in a folder, in a process group of its own as if started from a terminal."""

    def __init__(self, folder: Path, python: str) -> None:
        self.folder = folder
        self.output = folder / "up.log"
        with self.output.open("wb") as output:
            self._make = subprocess.Popen(
                ["make", f"PYTHON={python}", "DEMO=0", "up"],
                cwd=folder,
                env={**os.environ, "KOMEK_DATA": str(folder / "data")},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def await_ready(self) -> None:
        def is_ready() -> bool:
            if self._make.poll() is not None:
                raise Broken(f"make up ended with {self._make.returncode}")
            return (self.folder / "data" / "stack.json").exists()

        until(is_ready, READY_WITHIN_S, "make up was not ready")

    def token(self, role: str, identity: str) -> str:
        komek = self.folder / ".venv" / "bin" / "komek"
        env = {**os.environ, "KOMEK_DATA": str(self.folder / "data")}
        done = subprocess.run(
            [komek, "token", role, "--id", identity], env=env, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def ask(self, token: str, method: str, path: str, body: object = None) -> Any:
        api = json.loads((self.folder / "data" / "stack.json").read_text())["api"]
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": path, "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{api}{path}", data, headers, method=method)  # noqa: S310 - our own API
        # A proxy of the environment must not be used for 127.0.0.1.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return json.loads(answer.read() or b"null")

    def interrupt(self) -> None:
        """Sends Ctrl-C and checks that no process is left."""
        if self._make.poll() is None:
            os.killpg(self._make.pid, signal.SIGINT)
        until(lambda: self._make.poll() is not None, ENDED_WITHIN_S, "make up did not end after Ctrl-C")
        if left := processes_of(self.folder):
            raise Broken(f"left behind: {left}")

    def kill(self) -> None:
        for pid in (self._make.pid, *processes_of(self.folder)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def one_offer(stack: Stack) -> str:
    """Registers a volunteer, reports an incident nearby, and returns the volunteer and the state of their offer."""
    operator, volunteer = stack.token("operator", "op-1"), stack.token("volunteer", "v-1")
    profile = {"capabilities": ["field"], "skills": ["first_aid"], "languages": ["kk", "ru"], "travel_mode": "foot"}
    stack.ask(volunteer, "PUT", "/v1/volunteers/v-1", {**profile, "max_distance_m": 5000, "on_duty": True})
    fix = {**PLACE, "accuracy_m": 10, "recorded_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    stack.ask(volunteer, "PUT", "/v1/volunteers/v-1/location", fix)
    place = {"type": "Point", "coordinates": [PLACE["lon"], PLACE["lat"]]}
    requirement = {"capability": "field", "skill": "first_aid", "count": 1}
    report = {"type": "medical.other", "location": place, "language": "kk", "requirements": [requirement]}
    incident = stack.ask(operator, "POST", "/v1/incidents", report)["id"]
    offers: list[Any] = []

    def is_offered() -> bool:
        offers[:] = stack.ask(operator, "GET", f"/v1/incidents/{incident}")["offers"]
        return bool(offers)

    until(is_offered, OFFER_WITHIN_S, "nobody was offered the incident")
    return f"{offers[0]['volunteer_id']} {offers[0]['state']}"


def processes_of(folder: Path) -> list[int]:
    """Pids of processes whose command line names `folder`; empty where there is no /proc."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f"{folder}/".encode() in path.read_bytes() and int(path.parent.name) != os.getpid():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def until(condition: Callable[[], bool], within_s: float, otherwise: str) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise Broken(f"{otherwise} within {within_s:.0f} s")
        time.sleep(0.1)


def run(folder: Path, python: str) -> None:
    began = time.monotonic()
    copy_checkout(folder)
    stack = Stack(folder, python)
    try:
        stack.await_ready()
        ready_s = time.monotonic() - began
        offer = one_offer(stack)
        stack.interrupt()
    except (Broken, OSError, subprocess.SubprocessError) as error:
        sys.exit(f"make up with {python}: {error}\n{stack.output.read_text('utf-8', 'replace')}")
    finally:
        stack.kill()
    print(f"make up with {python}: ready after {ready_s:.0f} s, offer: {offer}, nothing left behind")


def main(wanted: str | None) -> None:
    python = wanted or other_python()
    if python is None:
        print(f"no other supported Python is installed ({', '.join(environment.OTHER_NAMES)}): skipped")
        return
    with tempfile.TemporaryDirectory(prefix="komek-smoke-") as folder:
        run(Path(folder), python)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
