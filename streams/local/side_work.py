"""Work beside the start of the stack, which delays nothing and which nothing depends on: the build of the web pages, the
installation of the assistant's model, and the archive of Kafka's classes for the next start."""

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from streams.local.addresses import Addresses
from streams.local.process import Child, Part, end
from streams.local.supervisor import Say

COMMANDS = Path(__file__).parents[2] / ".ci"
"""Only in a checkout; an installed package has the pages in it, and its extra `assistant` has the model."""
WORTH_TELLING_S = 1.0
PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`command`: of this Python. `done`: what to say when it took a while; `failed`: what to say then, and the cure."""

    name: str
    command: tuple[str, ...]
    done: str
    failed: str


PAGES = Job(
    name="pages",
    command=(str(COMMANDS / "web.py"), "build"),
    done="The console and the volunteer's page were built in {took_s:.0f} s",
    failed="The console and the volunteer's page could not be built ({log}); dispatch goes on. Repeat with: make web",
)
MODEL = Job(
    name="model",
    command=(str(COMMANDS / "install.py"), "assistant"),
    done="The assistant's model was installed in {took_s:.0f} s; the assistant uses it from its next start on",
    failed="The assistant's model could not be installed ({log}); the assistant reads by words alone. Repeat with: make model",
)
ARCHIVE = Job(
    name="archive",
    command=(str(COMMANDS / "kafka_archive.py"), "--later"),
    done="Kafka's classes were archived: the next start is some seconds shorter",
    failed="Kafka's classes could not be archived ({log}); each start loads them anew, all else goes on",
)


def jobs_beside(addresses: Addresses) -> list[Job]:
    """The pages first: people look at them at once. Beside another Kafka neither jars nor an archive of them are needed."""
    return [PAGES, MODEL, *([] if addresses.kafka_port is None else [ARCHIVE])]


class SideWork:
    """Runs one job once. Each of the two ends at once while it has nothing to do."""

    def __init__(self, job: Job, logs: Path, say: Say) -> None:
        self._say = say
        self._job = job
        self._began_s = time.monotonic()
        part = Part(name=job.name, command=(sys.executable, *job.command), rank=0, environ=dict(os.environ))
        self._child = Child(part, logs / f"{job.name}.log") if Path(job.command[0]).exists() else None

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.exit_code() is None

    def look(self) -> None:
        """Tells the outcome, once."""
        if self._child is None or (code := self._child.exit_code()) is None:
            return
        took_s = time.monotonic() - self._began_s
        log, self._child = self._child.log, None
        if code != 0:
            self._say(self._job.failed.format(log=log))
        elif took_s >= WORTH_TELLING_S:
            self._say(self._job.done.format(took_s=took_s))

    def end(self) -> None:
        """Ends a job that still runs."""
        if self._child is not None:
            end([self._child], PATIENCE_S)


class InTurn:
    """Runs jobs one after the other: two installations at once would take both processors from the start."""

    def __init__(self, jobs: Sequence[Job], logs: Path, say: Say) -> None:
        self._waiting = list(jobs)
        self._logs = logs
        self._say = say
        self._running: SideWork | None = None
        self.look()

    @property
    def is_running(self) -> bool:
        return self._running is not None and (self._running.is_running or bool(self._waiting))

    def look(self) -> None:
        """Tells what has ended, and begins the next."""
        if self._running is not None:
            self._running.look()
        if self._waiting and (self._running is None or not self._running.is_running):
            self._running = SideWork(self._waiting.pop(0), self._logs, self._say)

    def end(self) -> None:
        self._waiting.clear()
        if self._running is not None:
            self._running.end()
