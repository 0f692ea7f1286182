"""One finding of `komek doctor`."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    NOTE = "note"
    """As it should be on one machine, and not in production."""
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`cure`: what to do; empty for `OK`."""

    name: str
    level: Level
    found: str
    cure: str = ""


def ok(name: str, found: str) -> Check:
    return Check(name=name, level=Level.OK, found=found)


def note(name: str, found: str, cure: str) -> Check:
    return Check(name=name, level=Level.NOTE, found=found, cure=cure)


def warn(name: str, found: str, cure: str) -> Check:
    return Check(name=name, level=Level.WARN, found=found, cure=cure)


def fail(name: str, found: str, cure: str) -> Check:
    return Check(name=name, level=Level.FAIL, found=found, cure=cure)
