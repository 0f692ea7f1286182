"""In which of our languages a text is told: RFC 9110 §12.5.4, with ranges looked up as RFC 4647 §3.4 has it.

Every text for people is chosen by `chosen`, so that a header means the same everywhere.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, NamedTuple

from fastapi import Depends, Header

from dispatch.model.languages import canonical

LANGUAGES = ("kk", "ru", "en")
DEFAULT = "en"
VARY = {"Vary": "Accept-Language"}
_MOST_RANGES = 50
_WEIGHT = re.compile(r"[qQ]=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


class _Range(NamedTuple):
    """`tag` is None for `*`."""

    tag: str | None
    weight: float


class _Match(NamedTuple):
    """A range that leads to a language after so many of its subtags were cut off; `place` is its place in the header."""

    cut: int
    weight: float
    place: int


def chosen(accept_language: str | None, available: Sequence[str] = LANGUAGES, default: str = DEFAULT) -> str:
    """The available language with the highest weight; of equals the one that was named first.

    What has the weight 0 is not chosen while another language is left. A range stands for the language it leads to when its
    subtags are cut off from the end (`kk-Cyrl-KZ`, `kk-Cyrl`, `kk`), whichever code it uses (`kaz`); `*` stands for every
    language that no other range names, the default before the others. An entry that is malformed counts as absent.
    """
    ranges = list(_ranges(accept_language or ""))
    judged = {language: _judged(language, ranges) for language in available}
    wanted = [language for language in available if (found := judged[language]) is not None and found.weight > 0]
    if wanted:
        return min(wanted, key=lambda language: (_preference(judged[language]), language != default))
    left = [language for language in available if judged[language] is None]
    return default if default in left or not left else left[0]


def _preference(match: _Match | None) -> tuple[float, int]:
    assert match is not None
    return -match.weight, match.place


def _judged(language: str, ranges: Sequence[_Range]) -> _Match | None:
    """What the header says of this language, if anything. The nearest range can exclude it, else the best counts."""
    matches = [
        _Match(cut, entry.weight, place)
        for place, entry in enumerate(ranges)
        if entry.tag is not None and (cut := _cut(entry.tag, language)) is not None
    ]
    if not matches:
        matches = [_Match(0, entry.weight, place) for place, entry in enumerate(ranges) if entry.tag is None]
    if not matches:
        return None
    nearest = min(matches)
    return nearest if nearest.weight == 0 else min(matches, key=_preference)


def _cut(tag: str, language: str) -> int | None:
    """How many subtags must go until the range is that language; None: it never is."""
    if tag == language:
        return 0
    return tag.count("-") - language.count("-") if tag.startswith(f"{language}-") else None


def _ranges(header: str) -> Iterator[_Range]:
    for entry in header.split(",")[:_MOST_RANGES]:
        name, *parameters = (part.strip() for part in entry.split(";"))
        weight = _weight(parameters)
        tag = None if name == "*" else canonical(name)
        if weight is not None and (tag is not None or name == "*"):
            yield _Range(tag, weight)


def _weight(parameters: Sequence[str]) -> float | None:
    """1 where none is stated; None for what is no weight."""
    if not parameters:
        return 1.0
    match = _WEIGHT.fullmatch(parameters[0]) if len(parameters) == 1 else None
    return float(match[1]) if match else None


async def _language(
    accept_language: Annotated[list[str] | None, Header(description="in which language questions are told")] = None,
) -> str:
    return chosen(",".join(accept_language or ()))


LanguageOfTexts = Annotated[str, Depends(_language)]
