"""The files of `deploy/` that repeat a list of the code agree with it."""

import re
from pathlib import Path

import pytest

from streams.codegen import asyncapi, deployment, plans_schema
from streams.codegen.process_list import read
from streams.settings import names

DEPLOY = Path(__file__).parents[1] / "deploy"


def test_the_schemas_are_those_of_the_code() -> None:
    """Renew them with `.venv/bin/python -m streams.codegen.asyncapi`."""
    kept = {path.name: path.read_text(encoding="utf-8") for path in (DEPLOY / "schemas").iterdir()}
    del kept[plans_schema.FILE.name]  # tested in tests/streams/codegen/test_plans_schema.py

    assert kept.keys() == asyncapi.files().keys()
    assert [name for name, text in asyncapi.files().items() if kept[name] != text] == []


@pytest.mark.parametrize("name", sorted(names()))
def test_the_example_has_each_setting_with_what_it_is_for(name: str) -> None:
    example = (DEPLOY / ".env.example").read_text(encoding="utf-8")

    assert f"# {names()[name]}\n#{name}=" in example


def test_the_example_has_no_other_setting() -> None:
    assert (
        set(re.findall(r"^#(KOMEK_\w+)=", (DEPLOY / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
        == names().keys()
    )


def test_all_ways_to_run_it_are_those_of_the_process_list() -> None:
    """Renew them with `.venv/bin/python -m streams.codegen.deployment`."""
    made = deployment.files(read())

    assert [name for name, text in made.items() if not _is_kept(name, text)] == []


def test_no_unit_is_left_over() -> None:
    kept = {f"systemd/{path.name}" for path in (DEPLOY / "systemd").iterdir()}

    assert kept == {name for name in deployment.files(read()) if name.startswith("systemd/")}


def _is_kept(name: str, text: str) -> bool:
    return (DEPLOY / name).is_file() and (DEPLOY / name).read_text(encoding="utf-8") == text
