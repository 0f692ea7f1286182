"""Samples that the repository does not hold: the folder `shared/data` beside the checkout, or wherever TEST_DATA says."""

import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("TEST_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")


def needed(folder: str) -> pytest.MarkDecorator:
    """Skips a test where these samples are not here, and says so."""
    return pytest.mark.skipif(
        not (ROOT / folder).is_dir(), reason=f"the folder of {folder} samples is not here (TEST_DATA names it)"
    )
