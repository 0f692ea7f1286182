"""What `make wheel` compiles is what may be compiled, and every other build stays pure."""

import ast
import dataclasses
import importlib
import pkgutil
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

import compiled_core
import streams.wire
from dispatch.model.command_kinds import COMMANDS
from dispatch.model.events import EVENTS
from tests.support.syntax import tree_of

ROOT = Path(__file__).parents[2]
MODULES = list(compiled_core.compiled(ROOT))


def name_of(path: Path) -> str:
    return ".".join(path.with_suffix("").parts)


@pytest.mark.parametrize("name", compiled_core.EXCLUDED)
def test_what_is_left_out_exists(name: str) -> None:
    path = ROOT.joinpath(*name.split("."))

    assert path.is_dir() or path.with_suffix(".py").is_file()


def test_decisions_run_through_compiled_modules() -> None:
    rooms = {path.parts[1] for path in MODULES}

    assert {"decide", "incidents", "matching", "safety", "staffing", "state", "digital", "model"} <= rooms


def test_no_record_of_the_wire_is_compiled() -> None:
    compiled = {name_of(path) for path in MODULES}

    records = {f"{one.__module__}.{one.__name__}" for one in read_from_the_wire()}
    assert "dispatch.model.incidents.Incident" in records
    assert {one for one in records if one.rpartition(".")[0] in compiled} == set()


def test_what_a_module_has_without_slots_keeps_its_dict(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("@dataclass(frozen=True)\nclass Kept:\n    name: str\n")
    slotted = tmp_path / "slotted.py"
    slotted.write_text("@dataclass(frozen=True, slots=True)\nclass Slotted:\n    name: str\n")

    assert compiled_core.has_records(module)
    assert not compiled_core.has_records(slotted)


def test_mypyc_can_compile_each_membership() -> None:
    """`x in (*some, other)` ends mypyc itself (2.4.1), and with it the whole build."""
    starred = [(name_of(path), ast.unparse(one)) for path in MODULES for one in compared_in(path) if has_star(one)]

    assert starred == []


def test_an_ordinary_build_is_pure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HATCH_BUILD_HOOK_ENABLE_CUSTOM", raising=False)
    assert WheelBuilder(str(ROOT)).config.hook_config == {}

    monkeypatch.setenv("HATCH_BUILD_HOOK_ENABLE_CUSTOM", "true")
    assert set(WheelBuilder(str(ROOT)).config.hook_config) == {"custom"}


def compared_in(path: Path) -> Iterator[ast.expr]:
    """What stands right of each comparison of the module."""
    for node in ast.walk(tree_of(ROOT / path)):
        if isinstance(node, ast.Compare):
            yield from node.comparators


def has_star(node: ast.expr) -> bool:
    return isinstance(node, ast.Tuple | ast.List | ast.Set) and any(isinstance(one, ast.Starred) for one in node.elts)


def read_from_the_wire() -> set[type]:
    """The dataclasses of the core that records of the log or of Redis consist of."""
    seen: set[object] = set()
    waiting: list[object] = [*COMMANDS.values(), *EVENTS.values(), *records_of_the_edge()]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        waiting += typing.get_args(one)
        if dataclasses.is_dataclass(one):
            waiting += typing.get_type_hints(one).values()
    return {one for one in seen if isinstance(one, type) and dataclasses.is_dataclass(one) and is_of_the_core(one)}


def is_of_the_core(one: type) -> bool:
    return one.__module__.partition(".")[0] == "dispatch"


def records_of_the_edge() -> Iterator[object]:
    for found in pkgutil.iter_modules(streams.wire.__path__, "streams.wire."):
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            if isinstance(value, type) and dataclasses.is_dataclass(value):
                yield value
            elif name.startswith("decode_") and callable(value):
                yield typing.get_type_hints(value).get("return")
