"""`make faults`: kills and stalls parts under load, then has an independent checker look at what is left.

    python -m tests.faults [--profile quick|single|double] [--seed N] [--minutes M] [--security SASL_SSL]
        [--out FOLDER] [--fault PART_OF_A_NAME]

Start reading here. `run.py` is the course of a run, `cluster.py` what runs, `proxy.py` the network between; `operators.py` and
`volunteers.py` are the load, `people.py` who takes part; `faults.py` lists the faults, `nemesis.py` says when; `probes.py`
measures recovery; `artefacts.py` and `dump.py` write the folder that the checker reads; `report.py` sums up.
Ends with 0 when nothing was violated and every part recovered, with 1 otherwise, with 2 when it was called wrongly.
"""

import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from streams.local.errors import LocalStackError
from tests.faults.options import options_of
from tests.faults.run import Run

ENDED_BY_SIGNAL = 130


def _told_to_end(number: int, _: object) -> NoReturn:
    # As Ctrl-C, so that every `finally` on the way tidies up.
    raise KeyboardInterrupt(number)


def main() -> int:
    options = options_of(sys.argv[1:], os.environ)
    signal.signal(signal.SIGTERM, _told_to_end)
    root = options.out or Path(tempfile.mkdtemp(prefix=f"komek-faults-{options.profile.name}-"))
    if root.exists() and any(root.iterdir()):
        print(f"{root} is not empty: give --out another folder", file=sys.stderr)
        return 2
    try:
        return Run(options, root.absolute()).go()
    except LocalStackError as error:
        print(f"{error}\n{error.cure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("ended before the end; everything is stopped", file=sys.stderr)
        return ENDED_BY_SIGNAL


if __name__ == "__main__":
    sys.exit(main())
