"""Language negotiation: Accept-Language (RFC 9110 §12.5.4) with lookup (RFC 4647 §3.4).

All texts for people are selected by `chosen`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, NamedTuple

from fastapi import Depends, Header
from pydantic import WithJsonSchema

from dispatch.model.languages import canonical

LANGUAGES = ("kk", "ru", "en")
DEFAULT = "en"
_ONE_LINE = WithJsonSchema({"type": "string"})
VARY = {"Vary": "Accept-Language"}
_MOST_RANGES = 50
_WEIGHT = re.compile(r"[qQ]=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


class _Range(NamedTuple):
    """An entry of the header. `tag` is None for `*`."""

    tag: str | None
    weight: float


class _Match(NamedTuple):
    """A range that matches a language after `cut` of its subtags are removed; `place`: its index in the header."""

    cut: int
    weight: float
    place: int


def chosen(accept_language: str | None, available: Sequence[str] = LANGUAGES, default: str = DEFAULT) -> str:
    """The available language with the highest weight; of equal ones, the first in the header.

    A language with weight 0 is chosen only if no other is left. A range matches the language that remains when its subtags are
    removed from the end (`kk-Cyrl-KZ`, `kk-Cyrl`, `kk`), in any code (`kaz`). `*` matches every language that no other range
    matches, the default first. Malformed entries are ignored.
    """
    ranges = list(_ranges(accept_language or ""))
    matches = {language: _match_of(language, ranges) for language in available}
    wanted = [language for language in available if (found := matches[language]) is not None and found.weight > 0]
    if wanted:
        return min(wanted, key=lambda language: (_preference(matches[language]), language != default))
    left = [language for language in available if matches[language] is None]
    return default if default in left or not left else left[0]


def _preference(match: _Match | None) -> tuple[float, int]:
    assert match is not None
    return -match.weight, match.place


def _match_of(language: str, ranges: Sequence[_Range]) -> _Match | None:
    """The range that decides about this language; None if none matches. The closest range excludes it by weight 0; otherwise the
    range with the highest weight counts."""
    matches = [
        _Match(cut, entry.weight, place)
        for place, entry in enumerate(ranges)
        if entry.tag is not None and (cut := _cut(entry.tag, language)) is not None
    ]
    if not matches:
        # `*` counts only for languages that no other range matches (RFC 9110 §12.5.4).
        matches = [_Match(0, entry.weight, place) for place, entry in enumerate(ranges) if entry.tag is None]
    if not matches:
        return None
    closest = min(matches)
    return closest if closest.weight == 0 else min(matches, key=_preference)


def _cut(tag: str, language: str) -> int | None:
    """Number of subtags to remove until the range equals the language; None: it never does."""
    if tag == language:
        return 0
    return tag.count("-") - language.count("-") if tag.startswith(f"{language}-") else None


def _ranges(header: str) -> Iterator[_Range]:
    for entry in header.split(",")[:_MOST_RANGES]:
        # The number of entries is bounded, not the length of the header: browsers send long ones.
        name, *parameters = (part.strip() for part in entry.split(";"))
        weight = _weight(parameters)
        tag = None if name == "*" else canonical(name)
        # A malformed entry is ignored, not refused: the header is a preference.
        if weight is not None and (tag is not None or name == "*"):
            yield _Range(tag, weight)


def _weight(parameters: Sequence[str]) -> float | None:
    """1 without a parameter; None if malformed."""
    if not parameters:
        return 1.0
    match = _WEIGHT.fullmatch(parameters[0]) if len(parameters) == 1 else None
    return float(match[1]) if match else None


async def _language(
    # A list, because the header may be sent in several lines; of one line it is a text.
    accept_language: Annotated[list[str] | None, _ONE_LINE, Header(description="language of texts")] = None,
) -> str:
    return chosen(",".join(accept_language or ()))


LanguageOfTexts = Annotated[str, Depends(_language)]


async def _page_language(
    accept_language: Annotated[list[str] | None, Header(include_in_schema=False)] = None,
) -> str:
    return chosen(",".join(accept_language or ()), default="kk")


LanguageOfPage = Annotated[str, Depends(_page_language)]
"""Of a page before anybody has chosen one: Kazakh where the browser asks for none of the three."""
