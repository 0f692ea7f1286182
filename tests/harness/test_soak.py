"""What is left to `make soak`: all of it is listed, and something in `make test` stands for each."""

import importlib
import subprocess
import sys
from operator import attrgetter
from pathlib import Path

import pytest

from tests.support.soak import SOAK, Budget
from tests.support.whole_stack import without_komek

ROOT = Path(__file__).parents[2]


def is_soak(test: str) -> bool:
    """Whether all of it is, and not single parameters only. Raises when there is no such test."""
    file, _, name = test.partition("::")
    module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
    return any(
        mark.name == "soak" for mark in [*marks_of(module), *marks_of(attrgetter(name.replace("::", "."))(module))]
    )


def marks_of(thing: object) -> list[pytest.Mark | pytest.MarkDecorator]:
    own = getattr(thing, "pytestmark", [])
    return list(own) if isinstance(own, list) else [own]


@pytest.mark.parametrize(("long", "instead"), SOAK.items())
def test_what_stands_for_a_long_test_is_run_by_make_test(long: str, instead: str) -> None:
    assert is_soak(long) or long == instead, "of what is marked in part the rest stands for it"
    assert long == instead or not is_soak(instead)


def test_make_test_leaves_them_out_and_make_soak_runs_them() -> None:
    # All of this file is long.
    file = "tests/simulation/test_long_simulation.py"

    assert collected(file) == set()
    assert collected(file, "-m", "soak") == {test for test in SOAK if test.startswith(file)}


def collected(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", *arguments],
        cwd=ROOT,
        env=without_komek(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return {line.partition("[")[0] for line in done.stdout.splitlines() if "::" in line}


def test_a_long_test_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p tests.support.soak\nmarkers = soak: long\n")
    (tmp_path / "test_it.py").write_text("import pytest\n\n@pytest.mark.soak\ndef test_long(): pass\n")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=without_komek() | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "not listed in tests/support/soak.py: test_it.py::test_long" in done.stderr


def test_a_budget_is_a_number_of_seeds_or_a_share_of_the_minutes() -> None:
    assert list(Budget(seeds=3).play(100)) == [100, 101, 102]
    assert list(Budget(seeds=3, minutes=0.0).play(100)) == [100]
