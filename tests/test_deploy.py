"""The files of `deploy/` that repeat a list of the code agree with it."""

import re
from pathlib import Path

import pytest

from streams.codegen import asyncapi, deployment, plans_schema
from streams.codegen.process_list import read
from streams.settings import names

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
README = (DEPLOY / "README.md").read_text("utf-8")
COMPOSE = "docker compose -f deploy/compose.yaml "
SECRETS_AT_RISK = re.compile(r"openssl rand[^`\n]*>")
"""A file with a secret that a shell makes: as everybody may read it, unless a umask stands before it."""


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


def papers() -> list[Path]:
    """Everything that people read and copy commands from."""
    of_deploy = [
        path for path in DEPLOY.rglob("*") if path.suffix in {".md", ".yaml", ".yml", ".toml", ".txt", ".example"}
    ]
    of_code = [*(ROOT / "streams" / "codegen").rglob("*.py"), *(ROOT / "streams" / "cli").rglob("*.py")]
    own = [path for path in of_deploy if "secrets" not in path.relative_to(DEPLOY).parts]
    return [*sorted(own), *sorted(of_code), *sorted(ROOT.glob("*.md"))]


def test_every_compose_command_of_the_papers_names_its_file() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in papers()
        if path.name != "CHANGELOG.md"
        for line in path.read_text("utf-8").splitlines()
        if line.count("docker compose ") + line.count("docker-compose ") != line.count(COMPOSE)
    ]

    assert found == []


def test_no_paper_makes_a_secret_that_everybody_can_read() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in papers()
        for line in path.read_text("utf-8").splitlines()
        if SECRETS_AT_RISK.search(line) and "umask 077" not in line
    ]

    assert found == []


def test_the_first_page_leads_to_everything_in_the_folder_and_nowhere_else() -> None:
    # What tools and a deployment from this folder leave there has no place on the page.
    left = {"README.md", "secrets", "files", ".env", ".local"}
    there = {path.name for path in DEPLOY.iterdir()} - left
    linked = set(re.findall(r"\]\(([^)#:]+)\)", README))

    assert {link.split("/")[0] for link in linked} == there
    assert [link for link in sorted(linked) if not (DEPLOY / link).exists()] == []


def _is_kept(name: str, text: str) -> bool:
    return (DEPLOY / name).is_file() and (DEPLOY / name).read_text(encoding="utf-8") == text
