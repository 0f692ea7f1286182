"""Programs that are not part of Komek's set-up: tests that need one are skipped where it is missing, and say so."""

import os
import shutil
from pathlib import Path

import pytest


def program(name: str, *, why: str) -> str:
    """Its path. DEPLOY_TOOLS names a folder that is looked into first."""
    places = os.pathsep.join(filter(None, (os.environ.get("DEPLOY_TOOLS"), os.environ.get("PATH", os.defpath))))
    found = shutil.which(name, path=places)
    if found is None:
        pytest.skip(f"{name} is not installed: {why}")
    return str(Path(found))
