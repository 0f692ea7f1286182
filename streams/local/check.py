"""One finding of `komek doctor`."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`cure`: what to do; empty when the check passed."""

    name: str
    level: Level
    found: str
    cure: str = ""


def ok(name: str, found: str) -> Check:
    return Check(name=name, level=Level.OK, found=found)


def warn(name: str, found: str, cure: str) -> Check:
    return Check(name=name, level=Level.WARN, found=found, cure=cure)


def fail(name: str, found: str, cure: str) -> Check:
    return Check(name=name, level=Level.FAIL, found=found, cure=cure)
