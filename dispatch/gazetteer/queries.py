"""What somebody typed, taken apart: the name, and words that say which of several places of that name is meant."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dispatch.gazetteer.folding import words_of
from dispatch.gazetteer.records import Kind

_OF_KIND = {
    Kind.DISTRICT: ("район", "района", "районе", "районы", "аудан", "ауданы", "district"),
    Kind.REGION: ("область", "области", "обл", "облысы", "облыс", "region"),
}
_KIND_OF = {folded: kind for kind, words in _OF_KIND.items() for word in words for folded in words_of(word)}
_PLAIN = (
    *("в", "во", "на", "из", "у", "около", "под", "возле", "рядом", "с", "со", "к", "до", "от"),
    *(
        "село",
        "селе",
        "села",
        "посёлок",
        "поселок",
        "поселке",
        "посёлке",
        "пос",
        "аул",
        "ауле",
        "аула",
        "город",
        "городе",
    ),
    *("города", "г", "гор", "станция", "станции", "ст", "деревня", "деревне", "разъезд", "снт"),
    *(
        "ауылы",
        "ауыл",
        "ауылында",
        "ауылынан",
        "ауылына",
        "қаласы",
        "қала",
        "қаласында",
        "қаласынан",
        "қаласына",
        "кенті",
    ),
    *("кент", "кентінде", "жанында", "маңында", "стансасы", "бекеті"),
    *("in", "at", "near", "the", "village", "town", "city", "of", "from", "to"),
)
NOISE = frozenset(folded for word in _PLAIN for folded in words_of(word))
"""Words that belong to no name. A query of such words alone keeps them: there are places named Кент and Станция."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to read a query: `name` and `within` are folded words; `kind`: what the query says it is."""

    name: tuple[str, ...]
    within: tuple[str, ...] = ()
    kind: Kind | None = None


def readings(text: str) -> tuple[Reading, ...]:
    """The ways to read a query, the likeliest first; none without a letter or digit.

    "Кызылту, Уалихановский район" names the district after a comma. Without one, each word at the end may belong to it.
    """
    head, _, tail = text.replace(";", ",").partition(",")
    first, within = plain(words_of(head)), _named(plain(words_of(tail)))
    if not first:
        return ()
    if within:
        return (Reading(name=_named(first), within=within, kind=_kind(first)),)
    whole = Reading(name=_named(first), kind=_kind(first))
    return (whole, *_parted(first))


def _parted(words: Sequence[str]) -> Iterator[Reading]:
    """ "Кызылту Уалихановский район", "Талгарский район Панфилов": the district last or first."""
    named = _named(words)
    # Few names have more than three words.
    for cut in range(1, min(len(named), 4)):
        yield Reading(name=named[:cut], within=named[cut:])
        yield Reading(name=named[-cut:], within=named[:-cut])


def plain(words: Sequence[str]) -> tuple[str, ...]:
    """Without words like "село" and "from", unless there are no others."""
    return tuple(word for word in words if word not in NOISE) or tuple(words)


def _named(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in _KIND_OF) or tuple(words)


def _kind(words: Sequence[str]) -> Kind | None:
    """The kind that the last word says, if other words are left."""
    return _KIND_OF.get(words[-1]) if len(words) > 1 else None
