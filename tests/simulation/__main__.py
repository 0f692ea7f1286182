"""More seeds than the suite has: `.venv/bin/python -m tests.simulation --seeds 20 --steps 20000`; with `--mutations` the table of
mutations: the seed that notices each soonest, after how many steps and by what. Exit code 1 when an invariant was violated or a
mutation missed."""

import argparse
import sys
import time
from collections.abc import Sequence

from tests.simulation.mutations import MUTATIONS, SEEDS, hunted_in
from tests.simulation.play import Play
from tests.simulation.weather import CLIMATES


def main(given: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="tests.simulation", description="The core on a log and a store that fail.")
    parser.add_argument("--seeds", type=int, default=3, help="runs of each climate")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--steps", type=int, default=6_000, help="of each run, before its quiet phase")
    parser.add_argument("--climate", choices=sorted(CLIMATES), action="append", help="only this one; may be repeated")
    parser.add_argument("--mutations", action="store_true", help="break the code on purpose instead")
    options = parser.parse_args(given)
    if options.mutations:
        return _hunt()
    return _run(options.climate or list(CLIMATES), range(options.first, options.first + options.seeds), options.steps)


def _run(climates: Sequence[str], seeds: Sequence[int], steps: int) -> int:
    began_s = time.perf_counter()
    total = violated = 0
    print(f"{'climate':12}{'seed':>5}{'steps':>9}{'commands':>10}{'faults':>8}{'void':>6}{'steps/s':>9}  violations")
    for climate in climates:
        for seed in seeds:
            at_s = time.perf_counter()
            outcome = Play(seed=seed, climate=climate, steps=steps).run()
            rate = outcome.steps / (time.perf_counter() - at_s)
            total, violated = total + outcome.steps, violated + len(outcome.findings)
            print(
                f"{climate:12}{seed:>5}{outcome.steps:>9,}{outcome.commands:>10,}{outcome.faults.total():>8,}"
                f"{outcome.void_offers:>6}{rate:>9,.0f}  {len(outcome.findings)}",
                flush=True,
            )
            for finding in outcome.findings[:5]:
                print(f"    {finding.invariant}: {finding.detail}")
    print(f"{total:,} steps, {total / (time.perf_counter() - began_s):,.0f}/s, {violated} violations")
    return 1 if violated else 0


def _hunt() -> int:
    """Of each mutation the seed that notices it after the fewest steps: what `known` should be."""
    missed = 0
    print(f"{'mutation':32}{'known':>6}{'soonest':>8}{'steps':>9}  {'caught by':12}first violation")
    for name, mutation in MUTATIONS.items():
        hunts = [(steps, seed, finding) for seed in SEEDS for finding, steps in [hunted_in(mutation, seed)] if finding]
        missed += not hunts
        if not hunts:
            print(f"{name:32}{mutation.known:>6}  MISSED", flush=True)
            continue
        steps, seed, finding = min(hunts, key=lambda hunt: hunt[:2])
        print(
            f"{name:32}{mutation.known:>6}{seed:>8}{steps:>9,}  {finding.invariant:12}{finding.detail[:90]}", flush=True
        )
    print(f"{len(MUTATIONS) - missed} of {len(MUTATIONS)} caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
