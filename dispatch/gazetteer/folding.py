"""One spelling for the many ways in which a name is written: Kazakh or Russian letters, Latin ones, hyphens, case, accents.

`folded` is for comparison only and is never shown. Kazakh letters become their nearest Russian ones, Latin ones too (the alphabet
of 2021, BGN/PCGN and what people type without diacritics); й and ы become и, soft and hard signs vanish.
"""

import re
import unicodedata

_LETTERS = {
    # Kazakh, and letters that are written for one another.
    "ә": "а", "ғ": "г", "қ": "к", "ң": "н", "ө": "о", "ұ": "у", "ү": "у", "һ": "х", "і": "и",
    "ы": "и", "й": "и", "э": "е", "ё": "е", "щ": "ш", "ц": "тс", "я": "иа", "ю": "иу", "ъ": "", "ь": "",
    # Latin, one letter each.
    "a": "а", "b": "б", "c": "к", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и", "j": "ж", "k": "к", "l": "л",
    "m": "м", "n": "н", "o": "о", "p": "п", "q": "к", "r": "р", "s": "с", "t": "т", "u": "у", "v": "в", "w": "у", "x": "кс",
    "y": "и", "z": "з", "ı": "и", "ŋ": "н", "ə": "а", "ø": "о",
    # Marks that a decomposition would lose.
    "ş": "ш", "ç": "ч", "š": "ш", "č": "ч", "ž": "ж",
}  # fmt: skip
_TABLE = str.maketrans(_LETTERS)
_PAIRS = re.compile("shch|sch|kh|gh|zh|sh|ch")
_OF_PAIR = {"shch": "ш", "sch": "ш", "kh": "х", "gh": "г", "zh": "ж", "sh": "ш", "ch": "ч"}
_APART = re.compile(r"[^\w]+|_+")

_LATIN = {
    "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "yo", "ж": "zh", "з": "z", "и": "i",
    "й": "y", "к": "k", "қ": "q", "л": "l", "м": "m", "н": "n", "ң": "ng", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ұ": "u", "ү": "u", "ф": "f", "х": "kh", "һ": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch",
    "ъ": "", "ы": "y", "і": "i", "ь": "", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip


def words_of(text: str) -> list[str]:
    """The folded words of a text. A word of signs alone is none."""
    spelt = _PAIRS.sub(lambda found: _OF_PAIR[found[0]], unicodedata.normalize("NFKC", text).casefold())
    letters = spelt.translate(_TABLE)
    if any("\u0250" > one > "\x7f" or one > "\u04ff" for one in letters):
        # Letters with accents, such as Latin ones of other languages.
        plain = "".join(one for one in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(one))
        letters = plain.translate(_TABLE)
    return [word for word in _APART.split(letters) if word]


def folded(text: str) -> str:
    """The folded words of a text as one: names are written with a space, a hyphen or neither."""
    return "".join(words_of(text))


def latin(text: str) -> str:
    """A name in Latin letters, for readers of English, where the source has none."""
    return "".join(map(_written, text))


def _written(letter: str) -> str:
    low = letter.lower()
    found = _LATIN.get(low, letter)
    return found.capitalize() if low != letter else found
