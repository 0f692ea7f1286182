"""Programs that are not part of Komek's set-up: tests that need one are skipped where it is missing, and say so."""

import os
import shutil
from pathlib import Path

import pytest

from deploy_tools import TOOLS


def program(name: str, *, why: str) -> str:
    """Its path: of `make deploy`, else of the machine."""
    places = os.pathsep.join((str(TOOLS / "bin"), os.environ.get("PATH", os.defpath)))
    found = shutil.which(name, path=places)
    if found is None:
        pytest.skip(f"{name} is not installed: {why}")
    return str(Path(found))
