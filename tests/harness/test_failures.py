"""What a failing run says, seen on runs of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.whole_stack import without_komek

ROOT = Path(__file__).parents[2]
TESTS = """
import pytest

class Server:
    def __init__(self, logs):
        self.logs = logs

    def keep_state(self, folder):
        (folder / "page-1.txt").write_text("what was seen")
        pytest.fail("the limit of time ended while the browser hung")

@pytest.fixture(scope="session")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    (folder / "logs").mkdir()
    (folder / "logs" / "worker-1.log").write_text("worker-1 ended")
    return Server(folder / "logs")

@pytest.fixture
def broken():
    raise ValueError("no such part: kafka\\nand more of it")

def test_passes(server):
    pass

@pytest.mark.parametrize("size", ["a b"])
def test_fails(server, size):
    assert [size] == ["c"], "sizes differ"

def test_cannot_begin(broken):
    pass
"""


def pytest_here(folder: Path, *arguments: str) -> list[str]:
    """The lines of a run of what is in that folder."""
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p tests.support.failures\nmarkers = soak: long\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env=without_komek() | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("failing")
    (made / "test_it.py").write_text(TESTS)
    return made


@pytest.fixture(scope="module", params=[(), ("-n", "2")], ids=["one process", "two processes"])
def lines(folder: Path, request: pytest.FixtureRequest) -> list[str]:
    """Of one run in which one test fails, one passes and one cannot begin."""
    return pytest_here(folder, *request.param)


def test_what_to_read_is_said_before_the_tracebacks_and_behind_them(lines: list[str]) -> None:
    heads = [number for number, line in enumerate(lines) if "what to read" in line]
    (failures,) = [number for number, line in enumerate(lines) if "= FAILURES =" in line]

    assert heads[0] < failures < heads[1]
    assert lines[heads[0] :][:6] == lines[heads[1] :][:6]
    assert "2 passed" not in lines[-1]
    assert "1 failed, 1 passed, 1 error" in lines[-1]


def test_each_failure_says_its_assertion_its_logs_and_how_to_run_it_again(lines: list[str], folder: Path) -> None:
    start = next(number for number, line in enumerate(lines) if "what to read" in line) + 1

    # In two processes either may be the first to fail.
    assert sorted(lines[start : start + 5]) == sorted(
        [
            "test_it.py::test_fails[a b]: sizes differ",
            "  logs   build/failed/test_it.py-test_fails-a-b-",
            "  again  .venv/bin/python -m pytest 'test_it.py::test_fails[a b]'",
            "test_it.py::test_cannot_begin: in its setup: ValueError: no such part: kafka",
            "  again  .venv/bin/python -m pytest test_it.py::test_cannot_begin",
        ]
    )
    (kept,) = (folder / "build").rglob("worker-1.log")
    assert kept.read_text() == "worker-1 ended"
    assert (folder / "build" / "failed" / "test_it.py-test_fails-a-b-" / "page-1.txt").read_text() == "what was seen"


def test_logs_of_an_earlier_run_are_not_taken_for_those_of_this_one(lines: list[str], folder: Path) -> None:
    assert lines
    pytest_here(folder, "-k", "test_cannot_begin")

    assert list((folder / "build").rglob("*.log")) == []


def test_a_file_that_cannot_be_imported_is_named(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("import no_such_module")

    lines = pytest_here(tmp_path)

    assert "test_it.py: in its collection: E   ModuleNotFoundError: No module named 'no_such_module'" in lines


def test_a_run_in_which_all_pass_has_nothing_to_read(folder: Path) -> None:
    lines = pytest_here(folder, "-k", "test_passes")

    assert "1 passed" in lines[-1]
    assert not [line for line in lines if "what to read" in line]


@pytest.mark.parametrize(
    "processes", [pytest.param((), marks=pytest.mark.soak), ("-n", "1")], ids=["one process", "another process"]
)
def test_a_failure_with_a_lone_surrogate_is_reported_like_any_other(tmp_path: Path, processes: tuple[str, ...]) -> None:
    (tmp_path / "test_it.py").write_text('def test_fails():\n    assert False, "odd \\ud800 text"\n')

    said = pytest_here(tmp_path, *processes)

    assert not [line for line in said if "INTERNALERROR" in line]
    assert "1 failed" in said[-1]
