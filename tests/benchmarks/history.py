"""Results by commit, one line of JSON for each run, and what the newest run of another commit gave (`before`)."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.result import Result

ROOT = Path(__file__).parents[2]
FILE = ROOT / "build" / "bench.jsonl"


def commit() -> str:
    """The commit that is measured, with `+` where files differ from it; `unknown` outside a repository."""
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        return head + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*words: str) -> str:
    return subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True, check=True).stdout.strip()


def before(file: Path, name: str, sizes: Mapping[str, Any], measured: str) -> dict[str, float]:
    """Figures of the newest run of another commit with the same sizes; empty when there is none."""
    if not file.exists():
        return {}
    for line in reversed(file.read_text("utf-8").splitlines()):
        entry = json.loads(line)
        if entry["name"] == name and entry["sizes"] == sizes and entry["commit"] != measured:
            return dict(entry["figures"])
    return {}


def add(file: Path, name: str, sizes: Mapping[str, Any], measured: str, at: str, result: Result) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    entry = {
        "commit": measured,
        "at": at,
        "name": name,
        "sizes": sizes,
        "figures": {figure.name: figure.value for figure in result.figures},
    }
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(entry, ensure_ascii=False) + "\n")
