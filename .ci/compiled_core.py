"""The build hook of the compiled wheel: mypyc compiles those modules of `dispatch` that decisions run through (`make wheel`).

Hatchling loads it only where HATCH_BUILD_HOOK_ENABLE_CUSTOM is set; every other build gives the pure wheel. The compiled wheel
has all of the pure one and, beside each compiled module, its extension, which Python prefers to the source. A Python of another
version uses the sources.

    python .ci/compiled_core.py FOLDER    compiles the copy of `dispatch` in FOLDER, in place
"""

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CORE = "dispatch"
GROUP = "komek_core"
"""The library of all compiled modules: their extensions only refer to it, and call each other within it."""
OPTIMISATION = "1"
"""Of the C compiler. What it could gain at 3 was not measured: most of a decision is spent in what is not compiled."""
EXCLUDED = {
    "dispatch.assistant": "a process of its own; its tables of words become hundreds of megabytes of C",
    "dispatch.cap": "read by commands and the follower of feeds, a few alerts a minute",
    "dispatch.cards": "read by one command, a card at a time",
    "dispatch.gazetteer": "tables, asked for by the API",
    "dispatch.notices": "texts and choices of the notifier, which waits for gateways",
    "dispatch.plans": "read once at the start; pydantic must see its classes as Python made them",
    "dispatch.ports": "protocols, whose methods have no code",
    "dispatch.matching.position_checks": "stores keep its dataclasses, and compiled frozen ones cannot be copied",
    "dispatch.model.copying": "copies `__dict__`, which no compiled class has",
    "dispatch.model.geojson": "reads what requests contain, once for each report",
    "dispatch.model.language_registry": "a generated table, whose test compares its source",
    "dispatch.model.vocabulary": "enumerations, which stay Python's own",
}
"""Modules and rooms that stay as they are, and why. Modules with records stay as well (`has_records`)."""


def compiled(root: Path) -> Iterator[Path]:
    """The modules to compile, relative to `root`."""
    for path in sorted((root / CORE).rglob("*.py")):
        here = path.relative_to(root)
        names = [".".join(here.parts[:deep]) for deep in range(1, len(here.parts))] + [
            ".".join(here.with_suffix("").parts)
        ]
        if path.name != "__init__.py" and EXCLUDED.keys().isdisjoint(names) and not has_records(path):
            yield here


def has_records(path: Path) -> bool:
    """Whether the module defines dataclasses that must stay as they are: those of the model, since msgspec does not decode into
    compiled ones, and those without slots, since `copying.changed` and `cached_property` use their `__dict__`."""
    classes = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ClassDef))
    marks = [ast.unparse(mark) for one in classes for mark in one.decorator_list]
    records = [mark for mark in marks if mark.startswith("dataclass")]
    return any("slots=True" not in mark for mark in records) or bool(records and path.parent.name == "model")


def compile_in(folder: Path) -> None:
    """Compiles in place. Raises SystemExit with mypy's errors; one of mypyc itself names the line that it cannot compile."""
    # Here, since they are installed for this build alone.
    from mypyc.build import mypycify
    from setuptools import Distribution

    os.chdir(folder)
    modules = [str(path) for path in compiled(Path())]
    extensions = mypycify(
        ["--config-file=pyproject.toml", *modules],
        opt_level=OPTIMISATION,
        debug_level="0",
        # One C file a module: in a single one the C compiler takes many times as long.
        multi_file=True,
        group_name=GROUP,
        target_dir="c",
    )
    command = Distribution({"name": GROUP, "ext_modules": extensions}).get_command_obj("build_ext")
    command.inplace = True
    command.ensure_finalized()
    command.run()


class CompiledCore(BuildHookInterface[Any]):
    """Adds the extensions to the wheel, which then fits this version of Python and this kind of machine alone."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raises RuntimeError: a module could not be compiled; the message is what mypyc or the C compiler said."""
        if version == "editable":
            return
        self._work = tempfile.TemporaryDirectory(prefix="komek-core-")
        work = Path(self._work.name)
        # A copy: nothing is made in the checkout, whose sources would then no longer be what runs.
        shutil.copytree(
            Path(self.root) / CORE, work / CORE, ignore=shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
        )
        shutil.copy(Path(self.root) / "pyproject.toml", work)
        done = subprocess.run(
            [sys.executable, __file__, str(work)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"the core could not be compiled:\n{done.stdout[-8000:]}")
        # The library lies at the top, the extensions beside their sources; setuptools leaves copies of all of them in `build`.
        made = [
            path
            for ending in ("so", "pyd")
            for path in (*work.glob(f"*.{ending}"), *(work / CORE).rglob(f"*.{ending}"))
        ]
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["force_include"].update({str(path): str(path.relative_to(work)) for path in made})

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        del build_data, artifact_path
        if version != "editable":
            self._work.cleanup()


if __name__ == "__main__":
    compile_in(Path(sys.argv[1]))
