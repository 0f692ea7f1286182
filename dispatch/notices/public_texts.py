"""Texts of the public: words that end answers, and parts of a long SMS put together again."""

from collections.abc import Sequence
from dataclasses import dataclass

_STOP = frozenset({"stop", "stopall", "unsubscribe", "стоп", "отписаться", "отписка", "тоқта", "токта", "тоқтат"})
"""What people send to be left alone: of the words of the CTIA those that mean nothing else, and the Russian and Kazakh ones."""
MISSING = "[…]"
"""Stands for a part that has not come. The same in every language."""
_MARKS = "/.!,;:«»\"'()"


def is_stop(text: str) -> bool:
    """Whether the whole text is a word that ends answers. "Stop, there is a fire" is none."""
    return text.strip().strip(_MARKS).casefold() in _STOP


_ROOM_FOR_MARK = 24


def shortened(text: str, most: int, *, is_more: bool = False) -> str:
    """The text, or its beginning with how many characters are left out: `[… +29015]`; `+29015…`: more than these (`is_more`)."""
    if len(text) <= most and not is_more:
        return text
    kept = text[: most - _ROOM_FOR_MARK]
    return f"{kept} [… +{len(text) - len(kept)}{'…' if is_more else ''}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsPart:
    """`reference`: the same for all parts of one message; empty for a message of its own."""

    reference: str
    part: int
    parts: int
    text: str


def joined(parts: Sequence[SmsPart]) -> list[str]:
    """The texts of messages in the order in which their first parts came; of two parts with one number the first counts.

    Parts may come in any order, twice, or not at all: `MISSING` stands for those, once for a run of them.
    """
    found: dict[tuple[str, int, int], dict[int, str]] = {}
    for place, one in enumerate(parts):
        # A message of its own has a key that no other has.
        key = (one.reference, one.parts, -1) if one.parts > 1 else ("", 1, place)
        found.setdefault(key, {}).setdefault(one.part, one.text)
    return [_whole(texts, parts_count) for (_, parts_count, _), texts in found.items()]


def _whole(texts: dict[int, str], parts_count: int) -> str:
    pieces: list[str] = []
    for number in range(1, parts_count + 1):
        piece = texts.get(number, MISSING)
        if piece is not MISSING or not pieces or pieces[-1] is not MISSING:
            pieces.append(piece)
    return "".join(pieces)
