"""Work beside a start: told once, never in the way."""

from pathlib import Path

import pytest

from streams.local.addresses import choose
from streams.local.ports import PortClaims
from streams.local.side_work import ARCHIVE, MODEL, PAGES, InTurn, Job, SideWork, jobs_beside
from streams.settings import Settings
from tests.support.waiting import until


def job(folder: Path, program: str, name: str = "job") -> Job:
    script = folder / f"{name}.py"
    script.write_text(program)
    return Job(name=name, command=(str(script),), done=f"{name} done", failed=f"{name} failed ({{log}})")


@pytest.mark.parametrize(
    ("program", "told"),
    [
        # Nothing to do: nothing to tell.
        ("pass", []),
        ("raise SystemExit('no registry')", ["job failed"]),
    ],
)
def test_only_a_failure_or_long_work_is_told(tmp_path: Path, program: str, told: list[str]) -> None:
    said: list[str] = []
    work = SideWork(job(tmp_path, program), tmp_path, said.append)

    def is_over() -> bool:
        work.look()
        return not work.is_running

    until(is_over)
    work.look()

    assert len(said) == len(told)
    assert all(words in line for words, line in zip(told, said, strict=True))


def test_work_that_still_runs_ends_with_the_stack(tmp_path: Path) -> None:
    work = InTurn([job(tmp_path, "import time; time.sleep(600)")], tmp_path, print)

    work.end()

    assert not work.is_running


def test_one_job_begins_when_the_one_before_has_ended_even_by_failing(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    first = job(tmp_path, f"open({str(mark)!r}, 'w').close(); raise SystemExit(1)", "first")
    second = job(tmp_path, f"import os; raise SystemExit(0 if os.path.exists({str(mark)!r}) else 2)", "second")
    said: list[str] = []
    work = InTurn([first, second], tmp_path, said.append)

    def is_over() -> bool:
        work.look()
        return not work.is_running

    until(is_over)
    work.look()

    assert [line.split(" (")[0] for line in said] == ["first failed"]


def test_beside_another_kafka_nothing_is_downloaded_for_one_of_its_own(tmp_path: Path) -> None:
    claims = PortClaims(tmp_path)

    assert ARCHIVE in jobs_beside(choose(Settings(), print, claims))
    assert ARCHIVE not in jobs_beside(choose(Settings(kafka="broker:9092"), print, claims))


def test_an_installed_package_does_nothing(tmp_path: Path) -> None:
    none = Job(name="none", command=(str(tmp_path / "none.py"),), done="", failed="")

    assert not SideWork(none, tmp_path, print).is_running
    assert all(Path(known.command[0]).exists() for known in (PAGES, MODEL, ARCHIVE))
