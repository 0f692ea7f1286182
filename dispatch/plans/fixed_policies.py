"""Plan settings of the wave size: a certainty, or one of four fixed rules for comparison."""

from collections.abc import Mapping
from typing import Any

from dispatch.model.requirements import Policy

MAX_NEAREST = 100
MAX_WITHIN_M = 100_000
MAX_OFFERS_PER_PLACE = 20
MAX_WINDOW_S = 3_600
LEAST_CERTAINTY, MOST_CERTAINTY = 0.5, 0.999


def policy_of(table: Mapping[str, Any] | None) -> Policy | None:
    """The policy of a valid table."""
    return None if table is None else Policy(**table)
