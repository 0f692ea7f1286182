"""What a model of the deployer wrote down of a recording or a picture, as far as it may be shown: `recognised(answer)`.

It is a draft: an operator compares it with what they heard or saw, and only then is it the words of the report. From there on it
is read like any text, so every suggestion has its words in it.
"""

import unicodedata
from collections import Counter
from dataclasses import dataclass

from dispatch.assistant.languages import TextLanguage, language_of
from dispatch.assistant.texts import LONGEST, Text

_RUN = 4
"""Words of which a repetition consists at least. Models that hear nothing write one sentence again and again."""
_FEWEST_RUNS = 12
_MOST_REPEATED = 0.5
"""Share of all runs of words that may have stood before. In people's reports it is below a tenth."""
_LEFT_OUT = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
"""Unicode categories that are no letter: controls, marks of direction, surrogates, private use, what is not assigned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """`text`: without control characters, at most `LONGEST` code points; empty where nothing was heard or stands there."""

    text: str
    language: TextLanguage


def recognised(answer: object) -> Recognised | None:
    """None: it is no text, too long, or repeats itself."""
    if not isinstance(answer, str) or len(answer) > LONGEST:
        return None
    lines = (" ".join("".join(map(_letter, line)).split()) for line in answer.splitlines())
    whole = unicodedata.normalize("NFC", "\n".join(line for line in lines if line))
    text = Text(whole)
    return None if len(whole) > LONGEST or _repeats(text) else Recognised(text=whole, language=language_of(text))


def _letter(one: str) -> str:
    return " " if unicodedata.category(one) in _LEFT_OUT else one


def _repeats(text: Text) -> bool:
    words = [word.low for word in text.words]
    runs = Counter(tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))
    counted = sum(runs.values())
    return counted >= _FEWEST_RUNS and (counted - len(runs)) / counted > _MOST_REPEATED
