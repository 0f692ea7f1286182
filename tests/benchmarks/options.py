"""What can be asked of a benchmark on the command line. None: the benchmark's own default."""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.history import FILE

QUICK_SIZES = {"volunteers": 30_000, "incidents": 800, "seconds": 5.0}
SIZES = (
    "volunteers",
    "incidents",
    "seconds",
    "rate",
    "positions",
    "workers",
    "seed",
    "http",
    "seeds",
    "scale",
    "quick",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    out: Path
    names: tuple[str, ...] = ()
    volunteers: int | None = None
    incidents: int | None = None
    seconds: float | None = None
    rate: float | None = None
    positions: int | None = None
    workers: int | None = None
    seed: int = 1
    http: bool = False
    file: Path | None = None
    calls: Path | None = None
    seeds: int | None = None
    scale: float = 1.0
    messages: Path | None = None
    quick: bool = False
    flame: bool = False
    history: Path = FILE
    list_only: bool = False

    @property
    def sizes(self) -> dict[str, Any]:
        """What makes two runs comparable."""
        return {name: getattr(self, name) for name in SIZES}


def parse(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="Benchmarks; without names all run."
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--out", type=Path, help="folder of the results as JSON; default: a new temporary one")
    parser.add_argument("--volunteers", type=_whole, help="how many people are loaded")
    parser.add_argument("--incidents", type=_whole, help="how many incidents a burst has, or are replayed at most")
    parser.add_argument("--seconds", type=float, help="how long a steady load lasts")
    parser.add_argument("--rate", type=float, help="incidents, or requests, a second")
    parser.add_argument("--positions", type=int, help="position fixes a second behind the load")
    parser.add_argument("--workers", type=_whole, help="worker processes")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same people and places")
    parser.add_argument("--http", action="store_true", help="bench_latency: through the API of a whole Komek")
    parser.add_argument("--file", type=Path, help="bench_month: the file of calls")
    parser.add_argument("--calls", type=Path, help="bench_policies: a file of real calls, for the replayed month")
    parser.add_argument("--seeds", type=_whole, help="bench_policies: how many worlds of each kind, from --seed on")
    parser.add_argument("--scale", type=float, default=1.0, help="bench_policies: size of the worlds, 1 as they are")
    parser.add_argument(
        "--messages", type=Path, help="bench_assistant*: labelled messages that nothing was learnt from"
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="with small sizes and less care; without names, the few that say most: together less than 3 minutes",
    )
    parser.add_argument(
        "--flame", action="store_true", help="a flame graph of each measured process, beside the results"
    )
    parser.add_argument("--history", type=Path, default=FILE, help="file of the results by commit, as lines of JSON")
    parser.add_argument(
        "--list", action="store_true", dest="list_only", help="name the benchmarks and what they measure"
    )
    given = parser.parse_args(arguments)
    if given.quick:
        for name, size in QUICK_SIZES.items():
            setattr(given, name, getattr(given, name) or size)
    out = given.out or Path(tempfile.mkdtemp(prefix="komek-bench-"))
    return Options(**{**vars(given), "names": tuple(given.names), "out": out})


def _whole(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("expected 1 or more")
    return number
