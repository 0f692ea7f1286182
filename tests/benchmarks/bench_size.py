"""How large the code is: lines of each package, its longest file and its longest function."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, Result
from tests.support.syntax import tree_of

NAME = "size"
ABOUT = "lines of code: packages, longest files and functions"

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("dispatch", "streams", "api", "tests")
LONG_FILE, LONG_FUNCTION = 300, 40
"""From here on a second look is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    place: str
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    path: str
    lines: int
    code_lines: int
    """Without empty lines, comments and docstrings."""
    functions: tuple[Function, ...]


def run(options: Options) -> Result:  # noqa: ARG001 -- the same for every benchmark
    figures: list[Figure] = []
    notes: list[str] = []
    details = {}
    for package in PACKAGES:
        files = [measured(path) for path in sorted((ROOT / package).rglob("*.py")) if "node_modules" not in path.parts]
        if not files:
            continue
        functions = [function for file in files for function in file.functions]
        longest_file = max(files, key=lambda file: file.lines)
        longest = max(functions, key=lambda function: function.lines)
        figures += [
            Figure(name=f"{package}: files", value=len(files)),
            Figure(name=f"{package}: lines", value=sum(file.lines for file in files)),
            Figure(name=f"{package}: lines of code", value=sum(file.code_lines for file in files)),
            Figure(name=f"{package}: longest file", value=longest_file.lines, unit="lines", at_most=LONG_FILE),
            Figure(name=f"{package}: longest function", value=longest.lines, unit="lines", at_most=LONG_FUNCTION),
        ]
        details[package] = {
            "long_files": {file.path: file.lines for file in files if file.lines > LONG_FILE},
            "long_functions": {entry.place: entry.lines for entry in functions if entry.lines > LONG_FUNCTION},
        }
        notes += [f"{lines} lines: {place}" for found in details[package].values() for place, lines in found.items()]
    return Result(figures=figures, notes=notes, details=details)


def measured(path: Path) -> File:
    text = path.read_text("utf-8")
    tree = tree_of(text)
    name = path.relative_to(ROOT).as_posix()
    return File(
        path=name,
        lines=len(text.splitlines()),
        code_lines=len(_code_lines(tree)),
        functions=tuple(_functions(tree, name)),
    )


def _functions(tree: ast.AST, path: str) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Function(place=f"{path}:{node.lineno} {node.name}", lines=(node.end_lineno or 0) - node.lineno + 1)


def _code_lines(tree: ast.Module) -> set[int]:
    """Lines on which something of a statement stands; a text that stands alone is documentation."""
    texts = {
        id(node)
        for statement in ast.walk(tree)
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        for node in (statement, statement.value)
    }
    return {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt | ast.expr) and id(node) not in texts
        for line in (node.lineno, node.end_lineno or node.lineno)
    }
