"""The files of `deploy/` that repeat a list of the code agree with it."""

import re
from pathlib import Path

import pytest

from streams.codegen import asyncapi, plans_schema
from streams.settings import names

DEPLOY = Path(__file__).parents[1] / "deploy"


def test_the_schemas_are_those_of_the_code() -> None:
    """Renew them with `.venv/bin/python -m streams.codegen.asyncapi`."""
    kept = {path.name: path.read_text(encoding="utf-8") for path in (DEPLOY / "schemas").glob("*.json")}
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
