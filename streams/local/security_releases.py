"""The oldest releases of Kafka and Redis that have the security fixes known on `AS_OF`. `komek doctor` compares servers with it.

Update the table with each upgrade of the servers, and at least every three months: releases after `AS_OF` are not in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

AS_OF = "2026-07-25"

Version = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixes:
    """`first_fixed`: by series, the first release with all fixes; later series have them, other ones get none."""

    product: str
    first_fixed: Mapping[Version, Version]
    source: str
    date: str


REDIS = Fixes(
    product="Redis",
    first_fixed={
        (6, 2): (6, 2, 23),
        (7, 2): (7, 2, 15),
        (7, 4): (7, 4, 10),
        (8, 2): (8, 2, 8),
        (8, 4): (8, 4, 5),
        (8, 6): (8, 6, 5),
        (8, 8): (8, 8, 1),
    },
    source="https://github.com/docker-library/official-images/pull/21922 (remote code execution, all versions)",
    date="2026-07-24",
)
KAFKA = Fixes(
    product="Kafka",
    first_fixed={(3, 9): (3, 9, 2), (4, 0): (4, 0, 2), (4, 1): (4, 1, 2), (4, 2): (4, 2, 0)},
    source="https://kafka.apache.org/cve-list (CVE-2026-35554; 3.9.2: CVE-2025-12183, CVE-2025-66566)",
    date="2026-04-17",
)


def fault_of(fixes: Fixes, version: Version) -> str | None:
    """What is wrong with a server of this version, in a sentence; None when it has all fixes.

    A version of two numbers is a series whose release is unknown: it is judged by its newest release.
    """
    series = version[:2]
    if series > max(fixes.first_fixed):
        return None
    first = fixes.first_fixed.get(series)
    shown, said = dotted(version), f"known on {fixes.date}: {fixes.source}"
    if first is None:
        return f"{fixes.product} {shown} receives no security fixes any more ({said})"
    if len(version) > 2 and version < first:
        return f"{fixes.product} {shown} is below {dotted(first)}, the release with the security fixes ({said})"
    return None


def least_of(fixes: Fixes, series: Version) -> str | None:
    """The release of a series that is needed; None for later series."""
    first = fixes.first_fixed.get(series[:2])
    return dotted(first) if first else None


def version_of(text: str) -> Version:
    """The numbers of `8.2.3` or `7.4.0-v1`; empty when it begins with none."""
    numbers: list[int] = []
    for part in text.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)


def dotted(version: Version) -> str:
    return ".".join(map(str, version))
