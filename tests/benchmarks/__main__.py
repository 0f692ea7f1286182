"""Runs benchmarks one after the other: `python -m tests.benchmarks [NAME...]`; see `--help` and `--list`.

Each `bench_<name>.py` beside this file has `NAME`, `ABOUT` (a sentence) and `run(options) -> Result`; new ones are found by
themselves. Prints a table for each, beside it what another commit gave before, and writes `<name>.json` into `--out`. Exit code 1
when one failed, or missed a budget that holds on any machine; 2 for an unknown name.
"""

import importlib
import json
import math
import os
import platform
import sys
import traceback
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.table import Table

from streams import clock
from tests.benchmarks import flames, history
from tests.benchmarks.options import Options, parse
from tests.benchmarks.result import Figure, NotHere, Result

QUICK = ("store", "peers", "burst", "post")
"""Those of `--quick` without names."""


class Benchmark(Protocol):
    NAME: str
    ABOUT: str

    def run(self, options: Options) -> Result: ...


def names() -> list[str]:
    return sorted(file.stem.removeprefix("bench_") for file in Path(__file__).parent.glob("bench_*.py"))


def benchmark(name: str) -> Any:
    return importlib.import_module(f"tests.benchmarks.bench_{name}")


def main(options: Options) -> int:
    console = Console()
    known = names()
    if options.list_only:
        for name in known:
            console.print(f"{name:12} {benchmark(name).ABOUT}", highlight=False)
        return 0
    chosen = [name.removeprefix("bench_") for name in options.names] or (list(QUICK) if options.quick else known)
    unknown = [name for name in chosen if name not in known]
    if unknown:
        console.print(f"no such benchmark: {', '.join(unknown)}; known are {', '.join(known)}")
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    if options.flame:
        flames.into(options.out)
    # Every one runs, also after one that failed.
    is_well = [_run(benchmark(name), options, console) for name in chosen]
    console.print(f"results as JSON: {options.out}", highlight=False)
    return 0 if all(is_well) else 1


def _run(bench: Benchmark, options: Options, console: Console) -> bool:
    console.rule(f"{bench.NAME}: {bench.ABOUT}", align="left")
    begun_s = clock.monotonic_s()
    before = os.getloadavg()[0]
    try:
        result = bench.run(options)
    except NotHere as missing:
        console.print(f"not run: {missing}", highlight=False)
        return True
    except Exception:  # noqa: BLE001 -- the others still run
        console.print(traceback.format_exc(), highlight=False, markup=False)
        return False
    measured, at = history.commit(), clock.rfc3339(clock.now_ms())
    console.print(_table(result, history.before(options.history, bench.NAME, options.sizes, measured)))
    history.add(options.history, bench.NAME, options.sizes, measured, at, result)
    console.print("  NO: must hold on any machine; no: is meant for a quiet one", highlight=False)
    for note in result.notes:
        console.print(f"  {note}", highlight=False, markup=False)
    seconds = clock.monotonic_s() - begun_s
    console.print(f"  {seconds:.0f} s; load average before: {before:.1f} on {os.cpu_count()} cores", highlight=False)
    _write(bench, result, options, at, before, seconds)
    return not result.is_broken


def _table(result: Result, before: Mapping[str, float]) -> Table:
    table = Table()
    table.add_column("figure")
    if before:
        table.add_column("before", justify="right")
    table.add_column("value", justify="right")
    table.add_column("unit")
    table.add_column("budget", justify="right")
    table.add_column("kept")
    for figure in result.figures:
        earlier = [_shown(before.get(figure.name, math.nan))] if before else []
        table.add_row(figure.name, *earlier, _shown(figure.value), figure.unit, _budget(figure), _verdict(figure))
    return table


def _shown(value: float) -> str:
    if math.isnan(value):
        return "none"
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _budget(figure: Figure) -> str:
    parts = []
    if figure.at_least is not None:
        parts.append(f"≥ {_shown(figure.at_least)}")
    if figure.at_most is not None:
        parts.append(f"≤ {_shown(figure.at_most)}")
    return " ".join(parts)


def _verdict(figure: Figure) -> str:
    if figure.is_kept is None:
        return ""
    if figure.is_kept:
        return "[green]yes"
    return "[red]NO" if figure.anywhere else "[yellow]no"


def _write(bench: Benchmark, result: Result, options: Options, at: str, load_before: float, seconds: float) -> None:
    report = {
        "name": bench.NAME,
        "about": bench.ABOUT,
        "at": at,
        "seconds": round(seconds, 1),
        "machine": {
            "cores": os.cpu_count(),
            "load_before": load_before,
            "load_after": os.getloadavg()[0],
            "python": platform.python_version(),
        },
        "figures": [{**asdict(figure), "kept": figure.is_kept} for figure in result.figures],
        "notes": list(result.notes),
        "details": result.details,
    }
    (options.out / f"{bench.NAME}.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main(parse(sys.argv[1:])))
