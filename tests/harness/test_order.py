"""How a parallel run shares out the tests: what starts a stack stays in one process, and no test slips past that rule."""

import subprocess
import sys
from pathlib import Path

from tests.support.order import scope_of, stage
from tests.support.whole_stack import without_komek

ROOT = Path(__file__).parents[2]


def test_files_that_start_a_stack_share_one_process_and_others_stay_together() -> None:
    assert (
        scope_of("tests/scenarios/test_whole_way.py::test_a")
        == scope_of("tests/streams/local/test_up.py::test_b")
        == "stack"
    )
    # Those of the browser break none, so they have one of their own beside it.
    assert scope_of("tests/web/test_console.py::test_a") == scope_of("tests/web/test_volunteer.py::test_b") == "browser"
    assert scope_of("tests/dispatch/model/test_geo.py::test_a") == "tests/dispatch/model/test_geo.py"
    simulated = "tests/simulation/test_simulation.py::test_a[1]"
    assert scope_of(simulated) == simulated


def test_the_last_fixture_that_fits_decides_the_stage() -> None:
    assert [stage(names) for names in ((), ("kafka",), ("kafka", "stack"), ("shared_stack", "desk"))] == [0, 1, 2, 3]


def test_a_test_that_starts_a_stack_without_its_mark_is_refused(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(shared_stack):\n    pass\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p tests.support.order\n")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--collect-only"],
        cwd=tmp_path,
        env=without_komek() | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode != 0
    assert "mark them or their file with pytest.mark.stack" in done.stderr + done.stdout
