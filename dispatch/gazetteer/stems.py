"""Names without their endings: "в Талгаре", "Талғардан" and "Талгар" have a stem in common.

Words are folded (`folding.py`). No dictionary: a word loses each ending that it may have, so it gets several stems, and a name is
meant when it shares one of them. What is lost is counted, so that a name that fits whole comes first.
"""

from collections.abc import Iterator, Sequence
from itertools import islice, product

SHORTEST = 2
"""Letters that a stem keeps at least."""
MOST = 96
"""Stems of one text. Names of many words that all may have endings would have thousands."""

_KAZAKH = (
    *("да", "де", "та", "те", "нда", "нде"),  # in
    *("дан", "ден", "тан", "тен", "нан", "нен"),  # from
    *("га", "ге", "ка", "ке", "на", "не"),  # to
    *("ни", "ди", "ти", "нин", "дин", "тин"),  # accusative, genitive
    *("мен", "бен", "пен"),  # with
    *("даги", "деги", "таги", "теги", "ндаги", "ндеги"),  # which is in
    *("иде", "иден", "иге", "идеги"),  # after loan words: Степногорскіде
)
_RUSSIAN = (
    *("а", "у", "ом", "ем", "е", "и", "о", "иа", "иу", "ов"),
    *("ои", "еи", "оиу", "еиу", "иеи", "иу"),
    *("ого", "его", "ому", "ему", "им", "ои", "аиа", "иаиа", "уиу", "иуиу", "ое", "ее", "ии", "ие", "их", "ими"),
    *("ам", "ами", "ах", "иам", "иами", "иах", "ием", "ием"),
)
_NOMINATIVE = ("а", "и", "о", "е", "у", "иа", "ие", "ии", "ои", "ое", "ее", "аиа", "иаиа")
"""Endings that names have in the dictionary, and lose or change in other cases."""
_ENDINGS = tuple(dict.fromkeys((*_KAZAKH, *_RUSSIAN)))
_FLEETING = ("ок", "ек", "етс", "ол", "ел", "ен")
"""Ends whose vowel goes in other cases: Городок, в Городке; Орел, в Орле."""


def stems_of_name(words: Sequence[str]) -> dict[str, int]:
    """Stem of a whole name → letters lost, fewest first."""
    return _joined([{word: 0} | _without(word, _NOMINATIVE) | _shortened(word) for word in words])


def stems_of_query(words: Sequence[str]) -> dict[str, int]:
    """Stem of what somebody wrote → letters lost, fewest first."""
    return _joined([{word: 0} | _without(word, _ENDINGS) for word in words])


def _without(word: str, endings: Sequence[str]) -> dict[str, int]:
    return {
        word[: -len(ending)]: len(ending)
        for ending in endings
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST
    }


def _shortened(word: str) -> dict[str, int]:
    return {word[: -len(end)] + end[1:]: 1 for end in _FLEETING if word.endswith(end) and len(word) > len(end) + 1}


def _joined(words: Sequence[dict[str, int]]) -> dict[str, int]:
    """Every choice of one stem per word, as one word."""
    found: dict[str, int] = {}
    for stem, lost in sorted(_choices(words), key=lambda one: one[1]):
        found.setdefault(stem, lost)
    return found


def _choices(words: Sequence[dict[str, int]]) -> Iterator[tuple[str, int]]:
    # Shortest losses first in each word, so that the cut leaves the likely ones.
    ordered = [sorted(word.items(), key=lambda one: one[1]) for word in words]
    for choice in islice(product(*reversed(ordered)), MOST):
        yield "".join(stem for stem, _ in reversed(choice)), sum(lost for _, lost in choice)
