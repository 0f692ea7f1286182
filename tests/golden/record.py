"""Writes the golden records of this version: `python -m tests.golden.record NAME` makes `tests/golden/NAME.jsonl`.

Once for each version that goes into use; the file is never changed afterwards. `test_golden.py` reads those of all versions.
"""

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dispatch.model import vocabulary
from dispatch.model.command_kinds import COMMANDS
from dispatch.model.events import EVENTS
from dispatch.model.incidents import Incident
from streams import wire
from streams.codegen.asyncapi import RECORDS
from streams.wire import DecisionFrame
from tests.support import strategies
from tests.support.builders import Story, decision, digital_spec, helpers, remote, spec

FOLDER = Path(__file__).parent
DRAWN = 30
"""Examples of each class, of which the shortest, a middle one and the longest are kept."""
LONGEST_BYTES = 2_000


def drawn(strategy: "st.SearchStrategy[Any]") -> list[Any]:
    """The same examples in every run."""
    found: list[Any] = []

    @settings(
        max_examples=DRAWN,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(strategy)
    def draw(one: Any) -> None:
        found.append(one)

    draw()
    return found


def encoded(cls: type, record: Any) -> bytes:
    if cls in COMMANDS.values():
        return wire.encode_command(record)
    if cls in EVENTS.values():
        return wire.encode_decision(decision(record))
    return wire.encode(record)


def classes() -> list[type]:
    """Every class of a log, and the state of an incident, which Redis keeps while processes of two versions run."""
    of_topics = {cls for found in RECORDS.values() for cls in found if cls is not DecisionFrame}
    return sorted(of_topics | set(EVENTS.values()) | {Incident}, key=lambda cls: cls.__name__)


def examples(cls: type) -> list[bytes]:
    written = sorted({encoded(cls, one) for one in drawn(strategies.any_of(cls))}, key=len)
    short = [one for one in written if len(one) <= LONGEST_BYTES] or written[:1]
    return list(dict.fromkeys([short[0], short[len(short) // 2], short[-1]]))


def words() -> Iterator[type[StrEnum]]:
    for name in sorted(vars(vocabulary)):
        word = vars(vocabulary)[name]
        if isinstance(word, type) and issubclass(word, StrEnum) and word is not StrEnum:
            yield word


def stories() -> dict[str, Story]:
    """Logs of whole incidents, with the state they end in."""
    worked = Story([*helpers("one", "two"), remote()])
    worked.report(spec(), digital_spec(), language="kk")
    worked.accept("one")
    worked.give_result("d-1", "confirmed")
    unanswered = Story([*helpers("one", "two", "three")])
    unanswered.report(spec(), language="ru")
    unanswered.decline("one")
    closed = Story([*helpers("one", "two"), remote()])
    closed.report(spec(), digital_spec(), language="en")
    closed.accept("one")
    closed.accept("d-1")
    closed.give_result("d-1", "confirmed")
    closed.close()
    return {"worked": worked, "unanswered": unanswered, "closed": closed}


def lines() -> Iterator[dict[str, Any]]:
    for cls in classes():
        for value in examples(cls):
            yield {"class": cls.__name__, "value": json.loads(value)}
    for word in words():
        yield {"words": word.__name__, "values": [one.value for one in word]}
    for name, story in stories().items():
        log = [json.loads(wire.encode_decision(one)) for one in story.decisions]
        yield {"log": name, "decisions": log, "state": json.loads(wire.encode(story.incident))}


if __name__ == "__main__":
    target = FOLDER / f"{sys.argv[1]}.jsonl"
    if target.exists():
        raise SystemExit(f"{target} is there: golden records are never changed")
    target.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines()), "utf-8")
