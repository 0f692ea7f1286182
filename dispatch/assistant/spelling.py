"""Kazakh in its own letters, out of Kazakh that was typed on a Russian keyboard or in Latin letters.

`data/kazakh_words.txt.gz` holds, for each way of folding, the commonest word that is folded so (`.ci/kazakh_words.py`). A word
that is not in it keeps its Russian letters; a Latin one is spelt in Kazakh ones by sound. For models that know Kazakh by its own
letters; never shown, since a wrong letter may be another word.
"""

import gzip
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from dispatch.assistant.languages import Variety
from dispatch.assistant.texts import Span, Text, Word

_BY_SOUND = {
    "sh": "ш", "zh": "ж", "gh": "ғ", "ch": "ч", "kh": "х", "a": "а", "b": "б", "c": "с", "d": "д", "e": "е", "f": "ф", "g": "г",
    "h": "х", "i": "і", "j": "ж", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "қ", "r": "р", "s": "с",
    "t": "т", "u": "у", "v": "в", "w": "ш", "x": "х", "y": "ы", "z": "з",
}  # fmt: skip
_LETTERS = re.compile("sh|zh|gh|ch|kh|[a-z]")
_OTHER_LETTERS = frozenset((Variety.KK_RUSSIAN_KEYBOARD, Variety.KK_LATIN))


def restored(text: Text, of_words: Mapping[Word, Variety], without: Sequence[Span] = ()) -> str:
    """The text with its Kazakh words in Kazakh letters. `without`: spans that are left out."""
    written: list[str] = []
    at = 0
    for word in text.words:
        written.append(_kept(text.whole, at, word.start, without))
        is_left_out = any(start < word.end and word.start < end for start, end in without)
        if not is_left_out:
            written.append(_spelt(word) if of_words.get(word) in _OTHER_LETTERS else word.text)
        at = word.end
    return " ".join("".join(written).split())


@cache
def kazakh_words() -> Mapping[str, str]:
    """Folded → as it is written. The first call reads it."""
    packed = files("dispatch.assistant").joinpath("data", "kazakh_words.txt.gz").read_bytes()
    lines = (line.partition("\t") for line in gzip.decompress(packed).decode("utf-8").splitlines())
    return {folded: word for folded, _, word in lines}


def _kept(whole: str, start: int, end: int, without: Sequence[Span]) -> str:
    """What stands between two words; a space where something is left out."""
    is_cut = any(first < end and start < last for first, last in without)
    return " " if is_cut else whole[start:end]


def _spelt(word: Word) -> str:
    return kazakh_words().get(word.folded) or _LETTERS.sub(lambda found: _BY_SOUND[found[0]], word.low)
