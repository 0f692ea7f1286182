"""Judges a fault run by what it left behind: invariants I1 to I18 (`findings.py`). Knows the published schemas, not the code.

    python -m tests.faults.checker FOLDER [--json OUT] [--budget-factor 3] [--schemas FOLDER]

Prints a table and the first findings of each invariant with their places in the log, and writes `checker.json` into the folder.
Exit code 0: nothing was found; 1: something was; 2: the folder cannot be read.

Start reading at `check.py`, which joins the parts. `reducer.py` is the state of an incident, written anew from the schemas;
`decisions.py`, `offers.py`, `commands.py` and `history.py` each read one kind of evidence and say in their first lines which
invariants they judge.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.faults.checker import published
from tests.faults.checker.check import check
from tests.faults.checker.folder import Unreadable


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.checker", description="Judges a fault run.")
    parser.add_argument("folder", type=Path, help="what the run left behind")
    parser.add_argument("--json", type=Path, help="write the verdict here as well")
    parser.add_argument("--schemas", type=Path, default=published.FOLDER, help="folder of the published schemas")
    parser.add_argument(
        "--budget-factor", type=float, help="judge recovery: so much slower than a quiet machine may this one be"
    )
    given = parser.parse_args(arguments)
    try:
        book = check(given.folder, budget_factor=given.budget_factor, schema_folder=given.schemas)
    except Unreadable as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return 2
    verdict = json.dumps(book.as_json(), ensure_ascii=False, indent=1) + "\n"
    for path in filter(None, (given.folder / "checker.json", given.json)):
        path.write_text(verdict, "utf-8")
    for line in book.table():
        print(line)
    for name, count in sorted(book.counts.items()):
        print(f"{name.replace('_', ' '):28}{count:>12,}")
    for note in book.notes:
        print(f"note: {note}")
    return 0 if book.is_clean else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
