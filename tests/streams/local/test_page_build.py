"""The build of the pages beside a start: told once, never in the way."""

from pathlib import Path

import pytest

from streams.local.page_build import BUILDER, PageBuild
from tests.support.waiting import until


@pytest.mark.parametrize(
    ("program", "told"),
    [
        # Nothing to do: nothing to tell.
        ("pass", []),
        ("raise SystemExit('no registry')", ["could not be built"]),
    ],
)
def test_only_a_failure_or_a_long_build_is_told(tmp_path: Path, program: str, told: list[str]) -> None:
    said: list[str] = []
    builder = tmp_path / "builder.py"
    builder.write_text(program)
    build = PageBuild(tmp_path, said.append, builder)

    def is_over() -> bool:
        build.look()
        return not build.is_running

    until(is_over)
    build.look()

    assert len(said) == len(told)
    assert all(words in line for words, line in zip(told, said, strict=True))


def test_a_build_that_still_runs_ends_with_the_stack(tmp_path: Path) -> None:
    builder = tmp_path / "builder.py"
    builder.write_text("import time; time.sleep(600)")
    build = PageBuild(tmp_path, print, builder)

    build.end()

    assert not build.is_running


def test_an_installed_package_builds_nothing(tmp_path: Path) -> None:
    assert not PageBuild(tmp_path, print, tmp_path / "none.py").is_running
    assert BUILDER.exists()
