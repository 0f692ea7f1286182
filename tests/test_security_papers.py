"""`deploy/security/`: each promise names a test that is run, and every command, setting, endpoint, file and link exists."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from streams.cli.main import COMMANDS, load
from streams.monitoring.alarms import NAMES
from streams.retention.classes import DAY_S, HOUR_S
from streams.settings import names
from streams.topics import TOPICS
from tests.support.openapi import openapi
from tests.test_vocabulary import SOURCES, texts_of

ROOT = Path(__file__).parents[1]
PAPERS = sorted((ROOT / "deploy" / "security").glob("*.md"))
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in PAPERS}
HEADINGS = {
    "assistant.md": ("Intended purpose", "Oversight and stop", "Data", "Figures", "Risks", "Not promised"),
    "breach-runbook.md": ("Clock", "Step 1: end the access", "Step 3: whose data was seen", "Not promised"),
    "data-localisation.md": ("The rule", "Where personal data lies", "What can leave the country", "Not promised"),
    "dpia.md": (
        "Description of the processing",
        "Necessity and proportionality",
        "Risks to people",
        "Measures",
        "Not promised",
    ),
    "human-oversight.md": ("Intended purpose", "Override and stop", "Duties of the deploying service", "Not promised"),
    "threat-model.md": ("Scope", "Boundaries", "Residual risks"),
}
TEST = re.compile(r"`(tests/[\w/]+\.py::test_\w+)`")
ROW = re.compile(r"^\|(.+)\|$")
# Inside or outside of code: an endpoint, a command with its options, a URL.
ENDPOINT = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/v1/[\w/{}-]*)")
COMMAND = re.compile(r"(?:`|^)komek ([a-z][^`\n]*)", re.MULTILINE)
# The placeholder of an address, names of a schema language and of a standard for maps, loopback.
OF_NO_HOST = {"host", "HOST", "json-schema.org", "www.opengis.net", "127.0.0.1"}
OF_TELEGRAM = {"api.telegram.org", "t.me"}
"""Asked only with a bot's token that the deployer has set; the second stands in links that people open."""
DURATION = {"hour": HOUR_S, "hours": HOUR_S, "days": DAY_S}

papers = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())


def promises(text: str) -> Iterator[str]:
    """The last cell of each row of each table whose last column is `test`."""
    is_promise = False
    for line in text.splitlines():
        row = ROW.match(line)
        cells = row[1].split(" | ") if row else []
        if cells and cells[-1].strip() == "test":
            is_promise = True
        elif not cells:
            is_promise = False
        elif is_promise and not set(line) <= set("| -"):
            yield cells[-1]


def collected(tests: set[str]) -> set[str]:
    """Those of the tests that pytest finds, without parameters."""
    files = sorted({test.partition("::")[0] for test in tests})
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("KOMEK_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", *files],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return {line.partition("[")[0] for line in done.stdout.splitlines()}


def test_each_paper_is_known() -> None:
    assert TEXTS.keys() == HEADINGS.keys()


@papers
def test_a_paper_is_short(text: str) -> None:
    assert len(text.splitlines()) <= 150


@pytest.mark.parametrize("name", HEADINGS)
def test_a_paper_has_its_headings(name: str) -> None:
    found = re.findall(r"^## (.+)$", TEXTS[name], re.MULTILINE)

    assert [wanted for wanted in HEADINGS[name] if not any(heading.startswith(wanted) for heading in found)] == []


@papers
def test_each_promise_names_its_test(text: str) -> None:
    found = list(promises(text))

    assert found
    assert [cell for cell in found if not TEST.search(cell)] == []


@papers
def test_what_looks_like_a_test_is_read_as_one(text: str) -> None:
    assert text.count("::") == len(TEST.findall(text))


def test_every_named_test_is_run(request: pytest.FixtureRequest) -> None:
    named = {test for text in TEXTS.values() for test in TEST.findall(text)}
    # Whoever runs all tests has found them already.
    others = named - {item.nodeid.partition("[")[0] for item in request.session.items}

    assert not others or others <= collected(others)


@papers
def test_every_setting_and_topic_exists(text: str) -> None:
    assert set(re.findall(r"KOMEK_[A-Z_]+", text)) <= names().keys()
    assert set(re.findall(r"komek\.[a-z-]+\.v\d", text)) <= {topic.name for topic in TOPICS}


@papers
def test_every_metric_and_alarm_exists(text: str) -> None:
    metrics = (ROOT / "streams" / "metrics.py").read_text(encoding="utf-8")

    assert [name for name in re.findall(r"`(komek_\w+)`", text) if f'"{name}"' not in metrics] == []
    assert set(re.findall(r"[Aa]larm `(\w+)`", text)) <= set(NAMES)


@papers
def test_every_endpoint_exists(text: str) -> None:
    paths = openapi()["paths"]

    assert [
        (method, path) for method, path in ENDPOINT.findall(text) if method.lower() not in paths.get(path, {})
    ] == []


@papers
def test_every_command_and_option_exists(text: str) -> None:
    assert [command for command in COMMAND.findall(text) if not is_command(command)] == []


def is_command(words: str) -> bool:
    name, *rest = words.split()
    if name not in COMMANDS:
        return name == "CLI"
    found: Any = load(name)
    if hasattr(found, "commands"):
        if not rest or rest[0] not in found.commands:
            return False
        found = found.commands[rest[0]]
    options = {option for parameter in found.params for option in parameter.opts}
    return {word for word in rest if word.startswith("--")} <= options


def test_a_wrong_command_would_be_found() -> None:
    """Otherwise the test above could pass for want of looking."""
    assert is_command("audit verify --json")
    assert not is_command("audit destroy")
    assert not is_command("audit verify --everything")


@papers
def test_every_file_and_numbered_decision_exists(text: str) -> None:
    design = (ROOT / "DESIGN.md").read_text(encoding="utf-8")
    files = re.findall(r"`((?:api|streams|dispatch|deploy|tests)/[\w./-]+|[A-Z]+\.md)`", text)
    numbers = [number for found in re.findall(r"`DESIGN\.md`, ([\d, ]*\d)", text) for number in found.split(", ")]

    assert [name for name in files if not (ROOT / name).exists()] == []
    assert [number for number in numbers if f"\n**{number}. " not in design] == []


@papers
def test_every_link_leads_somewhere(text: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", text):
        name, _, anchor = target.partition("#")
        linked = TEXTS[name] if name else text
        headings = [
            re.sub(r"[^\w -]", "", line).strip().lower() for line in re.findall(r"^#+ (.+)$", linked, re.MULTILINE)
        ]

        assert not anchor or anchor in [heading.replace(" ", "-") for heading in headings]


def test_the_localisation_paper_lists_each_topic_with_its_time() -> None:
    rows = dict(re.findall(r"^\| `(komek\.[a-z-]+\.v\d)` \| ([^|]+) \|", TEXTS["data-localisation.md"], re.MULTILINE))

    assert rows.keys() == {topic.name for topic in TOPICS}
    for topic in TOPICS:
        stated = re.fullmatch(r"(\d+) (hours?|days)", rows[topic.name])
        assert (int(stated[1]) * DURATION[stated[2]] if stated else None) == topic.kept.kept_s


XML_NAMES = (
    "http://www.opengis.net/gml",
    "http://www.w3.org/2000/09/xmldsig#",
    "http://www.w3.org/2001/XMLSchema-instance\n",
    "http://www.w3.org/2005/Atom",
)


def test_the_running_code_names_no_host_elsewhere() -> None:
    """Except `streams/local`, which names where the servers of the local stack are downloaded from."""
    texts = [
        text for path in SOURCES if "local" not in path.parts for _, text in texts_of(path.read_text(encoding="utf-8"))
    ]

    # Names of languages of XML, which nothing loads.
    texts = [text for text in texts if text not in XML_NAMES]

    assert {
        host for text in texts for host in re.findall(r"\b[a-z+]+://([\w.-]*\w)", text)
    } - OF_NO_HOST - OF_TELEGRAM == set()


def test_the_pages_load_nothing_from_elsewhere() -> None:
    pages = {page.name: page.read_bytes() for page in (ROOT / "api" / "pages").iterdir() if page.is_file()}
    # The name of a language, which nothing loads; without it a file is no SVG.
    pages = {name: content.replace(b'"http://www.w3.org/2000/svg"', b"") for name, content in pages.items()}

    assert {"start.html", "icon.svg"} <= pages.keys()
    assert [name for name, content in pages.items() if re.search(rb"(https?:)?//[\w.-]+\.\w", content)] == []


def test_no_file_of_the_repository_is_a_private_key() -> None:
    """A test once ran a program whose home was `deploy/`: the keys that it made were committed."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("this is no repository")
    paths = [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]
    mark = b"PRIVATE " + b"KEY-----"

    assert len(paths) > 1_000
    assert [path for path in paths if path.is_file() and mark in path.read_bytes()] == []
