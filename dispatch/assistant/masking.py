"""Personal data are replaced before a model of somebody else sees a text: phones, other long numbers, mail, names of people.

Rules, not a model: they leave places and what happened readable, and mask rather too much. Positions in the masked text lead back
to the original.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dispatch.assistant.phones import phones
from dispatch.assistant.texts import LONGEST, Span, Text

_NUMBER = re.compile(r"\d(?:[ \-]?\d){6,}")
"""Seven digits and more: numbers of documents, accounts and phones whose form nobody knows."""
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HANDLE = re.compile(r"(?<![\w@])@\w{3,}")
_WORD = r"[^\W\d_]+(?:-[^\W\d_]+)?"
_CAPITAL = r"[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ][^\W\d_]*(?:-[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ][^\W\d_]*)?"
_SAID = re.compile(
    r"(?:\b(?:меня зовут|зовут|имя|фамилия|фио|менің атым|менин атым|менiң атым|аты-жөні|аты|есімі|есімім|my name is|name is|"
    r"this is|called)\b[\s:,–-]*)(" + _WORD + r"(?:\s+" + _CAPITAL + r"){0,2})",
    re.IGNORECASE,
)
_PATRONYMIC = re.compile(
    r"(?:"
    + _CAPITAL
    + r"\s+){0,2}[^\W\d_]+(?:ович|евич|ич|овна|евна|ична|ұлы|улы|қызы|кызы)\b(?:\s+"
    + _CAPITAL
    + r")?"
)
_FULL = re.compile(
    r"\b" + _CAPITAL + r"(?:ов|ова|ев|ева|ин|ина|ұлы|қызы|баев|баева|бек|ская|ский)\b(?:\s+" + _CAPITAL + r")?"
)


@dataclass(frozen=True, slots=True)
class Masked:
    """`text`: what may leave. `masks`: of each mask its span in `text` and in the original, ascending."""

    text: str
    masks: tuple[tuple[Span, Span], ...]

    def original(self, start: int, end: int) -> Span | None:
        """The span of the original for a span of `text`; None if a mask is part of it."""
        shift = 0
        for (masked_start, masked_end), (own_start, own_end) in self.masks:
            if masked_end <= start:
                shift += (own_end - own_start) - (masked_end - masked_start)
            elif masked_start < end:
                return None
        return start + shift, end + shift


def masked(whole: str) -> Masked:
    """The first `LONGEST` code points of a text without personal data."""
    text = whole[:LONGEST]
    pieces: list[str] = []
    masks: list[tuple[Span, Span]] = []
    at = length = 0
    for (start, end), kind in _found(text):
        if start < at:
            continue
        mask = f"[{kind}]"
        pieces += [text[at:start], mask]
        length += start - at
        masks.append(((length, length + len(mask)), (start, end)))
        length += len(mask)
        at = end
    return Masked("".join([*pieces, text[at:]]), tuple(masks))


def _found(text: str) -> Iterator[tuple[Span, str]]:
    """By their begin; of two that begin together the longer first."""
    found = [(phone.span, "PHONE") for phone in phones(Text(text))]
    for pattern, kind, group in (
        (_NUMBER, "NUMBER", 0),
        (_MAIL, "MAIL", 0),
        (_HANDLE, "NAME", 0),
        (_SAID, "NAME", 1),
        (_PATRONYMIC, "NAME", 0),
        (_FULL, "NAME", 0),
    ):
        found += [(one.span(group), kind) for one in pattern.finditer(text)]
    yield from sorted(found, key=lambda one: (one[0][0], -one[0][1]))
