"""The pages of `deploy/runbook`: one for each alarm, and every command and route in them exists."""

import re
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.cli.main import COMMANDS, load
from streams.codegen import alert_rules
from tests.support.openapi import openapi
from tests.support.runbook import PAGES, RUNBOOK, commands

PROCEDURES = {"restore"}
ALARMS = {name: text for name, text in PAGES.items() if name not in {"README", *PROCEDURES}}
HEADINGS = ("**For people.** ", "## Look", "## Do", "## Call")


def test_each_alarm_has_its_page_and_each_page_its_alarm() -> None:
    assert set(ALARMS) == alert_rules.pages()


def test_each_alert_leads_to_its_page() -> None:
    groups = yaml.safe_load(alert_rules.FILE.read_text("utf-8"))["groups"]
    alerts = [rule for group in groups for rule in group["rules"] if "alert" in rule]

    led = {Path(rule["annotations"]["runbook"]).stem for rule in alerts}

    assert led == alert_rules.pages()
    for rule in alerts:
        page = RUNBOOK.parents[1] / rule["annotations"]["runbook"]
        assert rule["alert"] == alert_rules.alert_name(page.stem)
        assert page.is_file()


def test_the_first_page_leads_to_all_others() -> None:
    assert set(re.findall(r"\]\((\w+)\.md\)", PAGES["README"])) == {*ALARMS, *PROCEDURES}


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_a_page_has_the_same_parts_in_the_same_order_and_is_short(name: str) -> None:
    text = ALARMS[name]

    assert text.startswith(f"# `{name}`: ")
    found = [text.find(heading) for heading in HEADINGS]
    assert found == sorted(found)
    assert -1 not in found
    # Read at night, on a phone: one screen or two.
    assert len(text.splitlines()) <= 32


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_command_of_a_page_exists(name: str) -> None:
    for words in commands(PAGES[name]):
        missing = unknown(words)
        assert missing is None, f"{name}: `komek {' '.join(words)}`: {missing}"


def test_a_command_that_does_not_exist_is_noticed() -> None:
    assert unknown(["incident", "vanish", "INCIDENT"]) == "no command vanish"
    assert unknown(["status", "--colour"]) == "no option --colour"
    assert unknown(["incident", "answer", "OFFER", "yes"]) == "yes is no choice"
    assert unknown(["incident", "show"]) == "an argument is missing"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_route_and_page_that_a_page_names_exists(name: str) -> None:
    known = {(method.upper(), path) for path, methods in openapi()["paths"].items() for method in methods}

    routes = set(re.findall(r"\b(GET|POST|PUT|PATCH|DELETE) (/[\w/{}-]+)", PAGES[name]))

    assert routes <= known
    for file in re.findall(r"`(?:deploy/)?([\w/-]+\.md)`", PAGES[name]):
        assert (RUNBOOK / file).is_file() or (RUNBOOK.parent / file).is_file(), file


def test_the_volumes_and_services_of_compose_that_the_pages_name_exist() -> None:
    stated = yaml.safe_load((RUNBOOK.parent / "compose.yaml").read_text("utf-8"))
    text = "\n".join(PAGES.values())

    volumes = set(re.findall(rf"\b{stated['name']}_([a-z0-9-]+)\b(?!\.)", re.sub(r"komek_[a-z]+_[a-z_]+", "", text)))
    services = {
        word
        for words in re.findall(
            r"docker compose -f deploy/compose.yaml (?:up -d --wait|exec|logs|ps)((?: [a-z0-9-]+)*)", text
        )
        for word in words.split(" komek")[0].split()
    }

    assert "kafka-1" in volumes & services
    assert volumes <= set(stated["volumes"])
    assert services <= set(stated["services"])


def unknown(words: list[str]) -> str | None:
    """What the CLI would not understand."""
    first, *rest = words
    if first not in COMMANDS:
        return f"no command {first}"
    command = load(first)
    # Typer has a copy of click of its own, so the classes of click say nothing about its commands.
    while hasattr(command, "commands"):
        word = rest.pop(0)
        if word not in command.commands:
            return f"no command {word}"
        command = command.commands[word]
    return _wrong_arguments(command, rest)


def _wrong_arguments(command: Any, words: list[str]) -> str | None:
    options = {name: one for one in command.params if one.param_type_name == "option" for name in one.opts}
    given: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            given.append(word)
        elif word not in options:
            return f"no option {word}"
        elif not options[word].is_flag and rest:
            value = rest.pop(0)
            if _is_no_choice(options[word], value):
                return f"{value} is no choice"
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    if len(given) < sum(one.required for one in arguments):
        return "an argument is missing"
    wrong = [value for one, value in zip(arguments, given, strict=False) if _is_no_choice(one, value)]
    return f"{wrong[0]} is no choice" if wrong else None


def _is_no_choice(parameter: Any, value: str) -> bool:
    kind = parameter.type_descriptor.annotation
    if not (isinstance(kind, type) and issubclass(kind, Enum)):
        return False
    # A word in capitals is to be filled in by the reader.
    return not value.isupper() and value not in {str(one.value) for one in kind}
