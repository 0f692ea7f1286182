"""Names that people say are theirs: `names_in(line)`. Never a name that merely stands in the text.

Streets and villages have the names of people, and half the country's family names are adjectives, so a name counts only behind
words that introduce one ("меня зовут", "менің атым", "my name is", "мені … деп атайды"), and only with a capital letter:
"меня зовут на помощь" and "атым жоқ" name nobody. Many names are missed on purpose. None of the 308 labelled messages gets one,
since none introduces anybody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dispatch.assistant.texts import LONGEST, Span, Text

MOST = 3
_LETTER = "[^\\W\\d_]"
_CAPITAL = "[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ]"
_NAME = rf"(?:{_CAPITAL}{_LETTER}+(?:[-'’]{_LETTER}+)*|{_CAPITAL}['’]{_LETTER}+)"
_NAMES = rf"(?P<name>{_NAME}(?:[ ]{_NAME}){{0,2}})"
_INTRODUCED = re.compile(
    r"\b(?:меня\s+зовут|зовут\s+меня|мо[её]\s+имя|мен[іи]ң?н?\s+(?:атым|есім[іи]м|есимим|аты-жөнім)|menin\s+(?:atym|esimim)"
    r"|my\s+name(?:\s+is|['’]s)|i\s+am\s+called)\s*[:,–-]?\s+(?-i:" + _NAMES + r")(?![\w-])",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"\b(?:мен[іи]|meni)\s+(?-i:" + _NAMES + r")\s+(?:деп\s+атайды|дейді|дейди|dep\s+ataidy|dep\s+atajdy)\b",
    re.IGNORECASE,
)
_SPEAKING = re.compile(r"\bthis\s+is\s+(?-i:" + _NAMES + r")\s+(?:speaking|calling)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Name:
    """`text`: as it is written, in whatever case the sentence puts it."""

    text: str
    span: Span


def names_in(text: Text) -> tuple[Name, ...]:
    """At most `MOST`, in the order of the text, each once."""
    found: dict[str, Name] = {}
    for name in sorted(_found(text.whole[:LONGEST]), key=lambda one: one.span):
        found.setdefault(name.text, name)
    return tuple(found.values())[:MOST]


def _found(whole: str) -> Iterator[Name]:
    for pattern in (_INTRODUCED, _CALLED, _SPEAKING):
        for one in pattern.finditer(whole):
            name = one["name"]
            # In capitals throughout a capital letter says nothing.
            if not any(len(part) > 1 and part.isupper() for part in name.split()):
                yield Name(name, one.span("name"))
