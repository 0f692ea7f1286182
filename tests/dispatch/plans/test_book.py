"""Response plans: what the built-in book holds, and how each fault of a file is named with its place."""

import copy
from pathlib import Path
from typing import Any

import pytest

from dispatch.model.requirements import Policy
from dispatch.model.vocabulary import Capability, Priority, Skill, Task
from dispatch.plans.book import BadPlans, load, load_builtin, parse
from dispatch.plans.defaults import Defaults
from tests.support.builders import plans

TYPES_OF_THE_CONTRACT = {
    "medical.cardiac_arrest",
    "medical.other",
    "fire.building",
    "fire.wildland",
    "flood",
    "earthquake",
    "storm",
    "road.accident",
    "search.missing_person",
    "hazmat",
    "welfare.check",
    "information",
}
TITLE = {"kk": "Ақпарат", "ru": "Информация", "en": "Information"}
GOOD: dict[str, Any] = {
    "version": "7",
    "defaults": {"window_s": 60},
    "types": {
        "information": {
            "title": TITLE,
            "priority": "low",
            "requirements": [{"capability": "digital", "skill": "call_taking"}],
        }
    },
}


def changed(*path: str | int, to: Any) -> dict[str, Any]:
    """A good book with one value changed; `...` takes the value away."""
    book = copy.deepcopy(GOOD)
    place: Any = book
    for key in path[:-1]:
        place = place[key]
    if to is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return book


def in_plan(*path: str | int, to: Any) -> dict[str, Any]:
    return changed("types", "information", *path, to=to)


def in_row(key: str, to: Any) -> dict[str, Any]:
    return in_plan("requirements", 0, key, to=to)


def faults_of(book: dict[str, Any]) -> list[str]:
    with pytest.raises(BadPlans) as raised:
        parse(book, source="plans.toml")
    return str(raised.value).splitlines()


def test_the_built_in_book_covers_every_type_of_the_contract_in_three_languages() -> None:
    book = load_builtin()

    assert set(book.plans) == TYPES_OF_THE_CONTRACT | {"distress"}
    assert all({"kk", "ru", "en"} <= plan.title.keys() for plan in book.plans.values())
    assert all(plan.requirements for plan in book.plans.values())


def test_the_built_in_book_knows_all_its_skills_and_gives_digital_work_a_task() -> None:
    for plan in plans().plans.values():
        for entry in plan.requirements:
            assert entry.skill in set(Skill)
            assert (entry.task is not None) == (entry.capability is Capability.DIGITAL)


def test_a_book_is_completed_from_its_defaults() -> None:
    book = parse(
        in_plan(
            "requirements",
            to=[
                {"capability": "field", "skill": "boat", "languages": ["kk"], "policy": {"nearest": 3}},
                {"capability": "digital", "skill": "mapping", "task": "summarise", "count": 2, "window_s": 5},
            ],
        ),
        source="plans.toml",
    )

    boat, mapping = book.plan("information").requirements
    assert (book.version, book.plan("information").priority) == ("7", Priority.LOW)
    assert (boat.id, boat.count, boat.window_s, boat.languages) == ("r1", 1, 60, ("kk",))
    assert (boat.policy, boat.max_distance_m) == (Policy(nearest=3), Defaults().max_distance_m)
    assert (mapping.id, mapping.count, mapping.window_s, mapping.task) == ("r2", 2, 5, Task.SUMMARISE)
    assert (mapping.policy, mapping.certainty) == (None, Defaults().certainty)


@pytest.mark.parametrize(
    ("book", "fault"),
    [
        (changed("version", to=...), "version: expected a text"),
        (changed("version", to=7), "version: expected a text, got 7"),
        (changed("version", to=""), "version: expected a text, got ''"),
        (changed("type", to={}), "type: no such setting"),  # misspelt, and its plans would be missed
        (changed("types", to=[]), "types: expected tables, among them 'information'"),
        (changed("types", to={}), "types.information: expected a table with title, priority and requirements"),
        (changed("types", to=...), "types: expected tables, among them 'information'"),
        (changed("defaults", to=3), "defaults: expected a table, got 3"),
        (changed("defaults", "window", to=3), "defaults.window: no such setting"),
        (changed("defaults", "retry_s", to=0), "defaults.retry_s: expected a whole number from 1 to 1000000, got 0"),
        (
            changed("defaults", "window_s", to=True),
            "defaults.window_s: expected a whole number from 1 to 1000000, got True",
        ),
        (
            changed("types", "information", to=3),
            "types.information: expected a table with title, priority and requirements, got 3",
        ),
        (in_plan("colour", to="red"), "types.information.colour: no such setting"),
        (
            in_plan("priority", to="urgent"),
            "types.information.priority: expected one of critical, high, normal, low, got 'urgent'",
        ),
        (in_plan("priority", to=["low"]), "types.information.priority: expected one of critical, high, normal, low"),
        (
            in_plan("title", to="Information"),
            "types.information.title: expected texts for kk, ru, en, got 'Information'",
        ),
        (in_plan("title", "kk", to=...), "types.information.title: expected texts for kk, ru, en"),
        (in_plan("title", "en", to=5), "types.information.title: expected texts for kk, ru, en"),
        (in_plan("requirements", to=[]), "types.information.requirements: expected at least one"),
        (in_plan("requirements", to={}), "types.information.requirements: expected at least one"),
        (in_plan("requirements", 0, to="boat"), "types.information.requirements[1]: expected a table, got 'boat'"),
        (in_row("number", 3), "types.information.requirements[1].number: no such setting"),
        (
            in_row("capability", "sea"),
            "types.information.requirements[1].capability: expected field or digital, got 'sea'",
        ),
        (
            in_row("skill", "juggling"),
            f"types.information.requirements[1].skill: 'juggling' is not a known skill; known are {', '.join(Skill)}",
        ),
        (
            in_row("skill", ["boat"]),
            f"types.information.requirements[1].skill: ['boat'] is not a known skill; known are {', '.join(Skill)}",
        ),
        (in_row("count", 0), "types.information.requirements[1].count: expected a whole number from 1 to 100, got 0"),
        (
            in_row("count", 101),
            "types.information.requirements[1].count: expected a whole number from 1 to 100, got 101",
        ),
        (
            in_row("count", 1.5),
            "types.information.requirements[1].count: expected a whole number from 1 to 100, got 1.5",
        ),
        (
            in_row("languages", "kk"),
            "types.information.requirements[1].languages: expected a list of language tags, got 'kk'",
        ),
        (
            in_row("languages", ["kk", 7]),
            "types.information.requirements[1].languages[2]: expected a language tag like kk, ru or en (RFC 5646), got 7",
        ),
        (
            in_row("languages", ["zz"]),  # a need that nobody could ever meet
            "types.information.requirements[1].languages[1]: expected a language tag like kk, ru or en (RFC 5646), got 'zz'",
        ),
        (
            in_row("task", "dig"),
            f"types.information.requirements[1].task: expected one of {', '.join(Task)}, got 'dig'",
        ),
        (
            in_row("window_s", 1.5),  # half seconds would end in times that are no whole milliseconds
            "types.information.requirements[1].window_s: expected a whole number from 1 to 1000000, got 1.5",
        ),
        (
            in_row("max_distance_m", float("inf")),
            "types.information.requirements[1].max_distance_m: expected a whole number from 1 to 1000000, got inf",
        ),
        (
            in_row("policy", {"offers_per_place": 0.5}),  # fewer asked than needed
            "types.information.requirements[1].policy.offers_per_place: expected a number from 1 to 20, got 0.5",
        ),
        (
            in_row("policy", {"offers_per_place": float("nan")}),
            "types.information.requirements[1].policy.offers_per_place: expected a number from 1 to 20, got nan",
        ),
    ],
)
def test_each_fault_is_named_with_its_place(book: dict[str, Any], fault: str) -> None:
    assert faults_of(book) == [f"plans.toml: {fault}"]


def test_all_faults_are_named_at_once() -> None:
    book = in_row("skill", "juggling")
    book["version"] = ""
    book["defaults"] = {"retry_s": -1}

    assert len(faults_of(book)) == 3


def test_a_file_is_read_as_utf_8(tmp_path: Path) -> None:
    source = (Path(__file__).parents[3] / "dispatch" / "plans" / "builtin.toml").read_text(encoding="utf-8")
    path = tmp_path / "own.toml"
    path.write_text(source.replace("2026-11.3", "own"), encoding="utf-8")

    assert load(path).version == "own"


@pytest.mark.parametrize("content", [b"version = ", b"\xff\xfe", None])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "own.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(BadPlans, match=r"own\.toml: "):
        load(path)
