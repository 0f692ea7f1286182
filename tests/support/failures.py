"""What to read when tests failed, as a pytest plugin: which test, its assertion in a sentence, its logs, how to run it again.

It is said twice: before all tracebacks, and behind them, just before pytest's closing line. Logs of the servers and stacks that a
test used are kept in `build/failed/` as they were at that moment; a fixture offers them by an attribute `logs`, the folder they
are in, and whatever a test writes to `*.log` in its `tmp_path` is kept, too. A fixture with a method `keep_state` writes what
else there is to see: the pages of a browser.
"""

import re
import shlex
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

MOST_BYTES = 2_000_000
"""Kept of each log: its end."""
MOST_SHOWN = 5
LONGEST_SENTENCE = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    test: str
    sentence: str
    logs: str | None = None
    is_soak: bool = False

    def lines(self) -> Iterator[str]:
        yield f"{self.test}: {self.sentence}"
        if self.logs:
            yield f"  logs   {self.logs}"
        marker = ("-m", "soak") if self.is_soak else ()
        yield f"  again  {shlex.join(['.venv/bin/python', '-m', 'pytest', *marker, self.test])}"


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Failures(config.rootpath), "what-to-read")


class Failures:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._kept = root / "build" / "failed"
        self._found: list[Failure] = []

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        if not is_worker(session.config):
            shutil.rmtree(self._kept, ignore_errors=True)

    @pytest.hookimpl(wrapper=True)
    def pytest_report_to_serializable(self) -> Iterator[None]:
        """Makes reports encodable: xdist cannot send a lone surrogate, and one in a failure would end the whole run."""
        data: Any = yield
        return _encodable(data)  # type: ignore[no-any-return]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Iterator[None]:
        report: Any = yield
        if report.failed:
            # On the report, so that it comes from the process that ran the test to the one that prints.
            report.what_to_read = self._note(item, sentence_of(report.longrepr, report.when))
        return report  # type: ignore[no-any-return]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if found := getattr(report, "what_to_read", None):
            self._found.append(Failure(**found))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._found.append(Failure(test=report.nodeid, sentence=sentence_of(report.longrepr, "collection")))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
        self._tell(terminalreporter)
        yield
        self._tell(terminalreporter)

    def _note(self, item: pytest.Item, sentence: str) -> dict[str, Any]:
        folder = self._kept / re.sub(r"[^\w.-]+", "-", item.nodeid)[-120:]
        fixtures = getattr(item, "funcargs", {})
        logs = keep(logs_of(fixtures), folder)
        for of in (one for one in fixtures.values() if hasattr(one, "keep_state")):
            folder.mkdir(parents=True, exist_ok=True)
            # The failure itself must be told, whatever became of the browser; a limit of time that ends here is no `Exception`.
            with suppress(Exception, pytest.fail.Exception):
                of.keep_state(folder)
            logs = folder
        return {
            "test": item.nodeid,
            "sentence": sentence,
            "logs": str(logs.relative_to(self._root)) if logs else None,
            "is_soak": item.get_closest_marker("soak") is not None,
        }

    def _tell(self, terminal: pytest.TerminalReporter) -> None:
        if not self._found:
            return
        terminal.write_sep("-", "what to read", red=True)
        for failure in self._found[:MOST_SHOWN]:
            for line in failure.lines():
                terminal.write_line(line)
        if len(self._found) > MOST_SHOWN:
            terminal.write_line(f"and {len(self._found) - MOST_SHOWN} more")


def is_worker(config: pytest.Config) -> bool:
    """Whether this process runs a part of the tests for another one, which prints."""
    return hasattr(config, "workerinput")


def sentence_of(longrepr: Any, when: str) -> str:
    """The first line of what went wrong; for what is not a test's own assertion with where it went wrong."""
    crash = getattr(longrepr, "reprcrash", None)
    # What is not an exception of a test (a failed import, an expected failure that passed) is a text, its point in the last line.
    lines = crash.message.splitlines()[:1] if crash else str(longrepr).strip().splitlines()[-1:]
    said = (lines[0] if lines else "no message").removeprefix("AssertionError: ").strip()
    shortened = said if len(said) <= LONGEST_SENTENCE else f"{said[:LONGEST_SENTENCE]}…"
    return shortened if when == "call" else f"in its {when}: {shortened}"


def logs_of(fixtures: Mapping[str, Any]) -> list[Path]:
    """Log files of what a test used."""
    found: list[Path] = []
    for name, value in fixtures.items():
        folder = value if name == "tmp_path" else getattr(value, "logs", None)
        if isinstance(folder, Path):
            # Not deeper: Kafka calls the files of its data `*.log` as well.
            found += sorted([*folder.glob("*.log"), *folder.glob("logs/*.log")])
    return list(dict.fromkeys(found))


def keep(logs: Iterable[Path], folder: Path) -> Path | None:
    """The ends of these logs, in a folder; None when there are none."""
    kept = None
    for log in logs:
        kept = folder / log.parent.parent.name / log.name
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(log.read_bytes()[-MOST_BYTES:])
    return folder if kept else None


def _encodable(data: Any) -> Any:
    """The data with every character that UTF-8 cannot encode written as an escape."""
    if isinstance(data, str):
        return data.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(data, dict):
        return {_encodable(key): _encodable(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return type(data)(_encodable(value) for value in data) if type(data) in (list, tuple) else data
    return data
