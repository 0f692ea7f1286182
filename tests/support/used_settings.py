"""Which settings the code of a command reads: every `settings.NAME` in the modules that it imports, found in their text."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from streams.settings import Settings
from tests.support.syntax import tree_of

ROOT = Path(__file__).parents[2]
NAMES = frozenset(entry.name for entry in fields(Settings))
METHODS = {
    "require_kafka": ("kafka",),
    "require_redis": ("redis",),
    "require_data_key": ("data_key",),
    "require_jwt_keys": ("jwt_keys",),
    "tls_files": ("tls_cert", "tls_key"),
}
NOT_OF_THE_PROCESS = frozenset(
    {
        "streams.settings",  # the list itself
        "streams.cli.context",  # completes what is unset from a local stack
    }
)


def module_of(command: Sequence[str]) -> str:
    """The module of a command: that of `komek cap follow` is `streams.cli.cap_follow`."""
    return f"streams.cli.{'_'.join(command)}"


def used_by(command: str) -> set[str]:
    """Names of settings that `komek COMMAND` may read."""
    return {
        name
        for module, path in modules_of(f"streams.cli.{command}").items()
        if module not in NOT_OF_THE_PROCESS
        for word in re.findall(r"\b_?settings\.(\w+)", path.read_text("utf-8"))
        for name in METHODS.get(word, (word,))
        if name in NAMES
    }


def modules_of(start: str) -> dict[str, Path]:
    """The module, and all of this project that it imports, directly or not."""
    found: dict[str, Path] = {}
    left = [start]
    while left:
        name = left.pop()
        path = _file_of(name)
        if name in found or path is None:
            continue
        found[name] = path
        parts = name.split(".")
        left += [".".join(parts[:count]) for count in range(1, len(parts))]
        left += _imported(path)
    return found


def _file_of(name: str) -> Path | None:
    base = ROOT.joinpath(*name.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (entry.name for entry in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{entry.name}" for entry in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("api."):
            # The API is started by its import string, so that the arrow between the packages holds.
            yield node.value.partition(":")[0]
