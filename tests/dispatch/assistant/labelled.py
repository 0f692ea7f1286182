"""The labelled messages, and how right software is about them: shares with 95 % intervals.

To measure something else, write a function that takes messages and yields `Share`s, and add it to a list like `FACTS`;
`tests/benchmarks/bench_assistant.py` prints every list.
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dispatch.assistant.negations import negations
from dispatch.assistant.people import people
from dispatch.assistant.phones import phones
from dispatch.assistant.phrases import Line
from dispatch.assistant.texts import Text
from dispatch.assistant.threats import life_threat
from dispatch.assistant.times import times

FILE = Path(__file__).parent / "messages" / "messages.jsonl"
Z = 1.96
"""Of a 95 % interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message with its labels, as the README beside the file describes them. `people`, `phone` and `when` may be None."""

    event: str
    msg: str
    variety: str
    text: str
    type: str | None
    types_ok: tuple[str | None, ...]
    place: dict[str, Any] | None
    more_places: tuple[dict[str, Any], ...]
    people: int | None
    phone: str | None
    life_threat: bool | None
    negated: bool
    when: str | None

    @property
    def line(self) -> Line:
        return Line(Text(self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`right` of `of`. Messages of one event resemble each other, so the interval is rather too narrow."""

    name: str
    right: int
    of: int

    @property
    def value(self) -> float:
        return self.right / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's, at 95 %."""
        if not self.of:
            return 0.0, 1.0
        share, per = self.value, Z * Z / self.of
        middle = (share + per / 2) / (1 + per)
        half = Z * math.sqrt(share * (1 - share) / self.of + per / (4 * self.of)) / (1 + per)
        return max(0.0, middle - half), min(1.0, middle + half)


Measure = Callable[[Sequence[Message]], Iterator[Share]]


HELD_OUT = FILE.with_name("held_out.jsonl")
"""Messages that nothing was learnt from and no list was written with: for figures alone."""


@cache
def messages(file: Path = FILE) -> tuple[Message, ...]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return tuple(_message(row) for row in rows)


def _message(row: dict[str, Any]) -> Message:
    kept = {name: row[name] for name in Message.__slots__}
    return Message(**{**kept, "types_ok": tuple(row["types_ok"]), "more_places": tuple(row["more_places"])})


def shares(measures: Iterable[Measure], of: Sequence[Message]) -> list[Share]:
    return [share for measure in measures for share in measure(of)]


def _share(name: str, outcomes: Iterable[bool]) -> Share:
    seen = list(outcomes)
    return Share(name=name, right=sum(seen), of=len(seen))


def _by_variety(name: str, of: Sequence[Message], is_right: Callable[[Message], bool]) -> Iterator[Share]:
    yield _share(name, map(is_right, of))
    for variety in sorted({message.variety for message in of}):
        yield _share(f"{name}, {variety}", (is_right(message) for message in of if message.variety == variety))


def people_counted(of: Sequence[Message]) -> Iterator[Share]:
    """Of lone persons the labels are uneven, so a count means two and more."""
    counted = [message for message in of if (message.people or 0) > 1]
    others = [message for message in of if (message.people or 0) <= 1]
    yield from _by_variety("people: exact", counted, lambda message: people(message.line).count == message.people)
    yield _share("people: none where none is labelled", ((people(one.line).count or 0) <= 1 for one in others))
    lone = [message for message in of if message.people == 1]
    yield _share("people: a lone person is named", (_is_lone(message) for message in lone))


def _is_lone(message: Message) -> bool:
    found = people(message.line)
    return found.count == 1 or (found.count is None and bool(found.lone))


def phones_found(of: Sequence[Message]) -> Iterator[Share]:
    with_phone = [message for message in of if message.phone is not None]
    without = [message for message in of if message.phone is None]
    yield _share(
        "phone: exact", ([phone.text for phone in phones(Text(one.text))] == [one.phone] for one in with_phone)
    )
    yield _share("phone: none where none is labelled", (not phones(Text(one.text)) for one in without))


def times_told(of: Sequence[Message]) -> Iterator[Share]:
    """Where the text says nothing, people report what goes on."""
    labelled = [message for message in of if message.when is not None]
    yield from _by_variety("when: right", labelled, lambda message: (times(message.line).when or "now") == message.when)
    for when in ("past", "future"):
        yield _share(f"when: {when} is found", (times(one.line).when == when for one in labelled if one.when == when))


def denials_found(of: Sequence[Message]) -> Iterator[Share]:
    found = {message.msg: bool(negations(message.line)) for message in of}
    yield _share("negation: found", (found[message.msg] for message in of if message.negated))
    yield _share("negation: none where none is labelled", (not found[one.msg] for one in of if not one.negated))


def threats_found(of: Sequence[Message]) -> Iterator[Share]:
    found = {message.msg: life_threat(message.line).value for message in of}
    yield from _by_variety(
        "life threat: found", [one for one in of if one.life_threat], lambda message: found[message.msg] is True
    )
    yield _share("life threat: is labelled so", (one.life_threat is True for one in of if found[one.msg] is True))
    yield _share(
        "life threat: never true where labelled false",
        (found[one.msg] is not True for one in of if one.life_threat is False),
    )


FACTS: tuple[Measure, ...] = (people_counted, phones_found, times_told, denials_found, threats_found)
"""What `dispatch/assistant` reads by rules."""
