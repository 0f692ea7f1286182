"""What a person means who answers an offer by SMS or Telegram: yes, no, or something that only a person can read.

An acceptance sends somebody to a place of danger, so it is never guessed: only a message that consists of one of the words below,
perhaps with a greeting, a thanks or punctuation around it, is an answer. Everything else is kept for the operator.

Letters are folded first: Kazakh letters that phones lack are compared with their neighbours (ә and а), ё with е, and words may
have one wrong letter if they have six letters or more, except where that letter says who goes, when, or whether they do.
"""

import unicodedata
from enum import StrEnum

MOST_CHARACTERS = 1_000
"""A longer text is cut: it is kept and shown, never interpreted."""


class Meaning(StrEnum):
    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


_FOLDED = str.maketrans("әғқңөұүһіёйщ", "агкноуухиеиш")
_YES_WORDS = frozenset(
    [
        "1",
        "иә",
        "ия",
        "ие",
        "да",
        "yes",
        "y",
        "ok",
        "ок",
        "окей",
        "жарайды",
        "мақұл",
        "барамын",
        "барам",
        "шықтым",
        "шығамын",
        "келемін",
        "келем",
        "келісемін",
        "қабылдаймын",
        "дайынмын",
        "еду",
        "выезжаю",
        "приеду",
        "согласен",
        "согласна",
        "принимаю",
        "going",
        "coming",
        "accept",
    ]
)
_NO_WORDS = frozenset(
    [
        "0",
        "жоқ",
        "нет",
        "no",
        "n",
        "болмайды",
        "бармаймын",
        "алмаймын",
        "келмеймін",
        "отказ",
        "отказываюсь",
        "занят",
        "занята",
        "cannot",
        "cant",
        "decline",
        "busy",
    ]
)
_NO_PHRASES = frozenset(
    (
        "бара алмаймын",
        "келе алмаймын",
        "не могу",
        "не смогу",
        "не еду",
        "не приеду",
        "бос емеспін",
        "i cant",
        "i cannot",
        "not coming",
    )
)
_YES_PHRASES = frozenset(
    ("бара жатырмын", "келе жатырмын", "уже еду", "да еду", "иә барамын", "i am going", "im going", "im coming")
)
_POLITE = frozenset(
    [
        "сәлем",
        "сәлеметсіз",
        "бе",
        "салем",
        "здравствуйте",
        "привет",
        "hi",
        "hello",
        "рахмет",
        "рақмет",
        "спасибо",
        "thanks",
        "thank",
        "you",
        "please",
        "пожалуйста",
        "өтінемін",
    ]
)

_CRIES = frozenset(
    [
        "sos",
        "сос",
        "mayday",
        "help me",
        "need help",
        "in danger",
        "помогите",
        "спасите",
        "нужна помощь",
        "я в опасности",
        "я ранен",
        "я ранена",
        "im hurt",
        "i am hurt",
        "мен жараландым",
        "көмектесіңіз",
        "көмектесіңіздер",
        "құтқарыңыз",
        "құтқарыңыздар",
        "көмек керек",
        "мен қауіптемін",
    ]
)
_CRIES_ALONE = frozenset(["help", "көмек", "помощь"])
"""Cries only if nothing else is said: "I will help" is none."""

_ENDING = 3
"""Letters at the end of a word that a misspelling may not touch."""


def _fold(text: str) -> str:
    lowered = unicodedata.normalize("NFC", text[:MOST_CHARACTERS]).casefold().translate(_FOLDED)
    return "".join(
        letter if letter.isalnum() or letter.isspace() else ("" if letter in "'’`" else " ") for letter in lowered
    )


def _folded(words: frozenset[str]) -> frozenset[str]:
    return frozenset(" ".join(_fold(word).split()) for word in words)


_YES_F, _NO_F = _folded(_YES_WORDS), _folded(_NO_WORDS)
_PERHAPS = ("рмын", "рмин")
"""The Kazakh future of what is likely only, folded."""
_YES_PF, _NO_PF, _POLITE_F = _folded(_YES_PHRASES), _folded(_NO_PHRASES), _folded(_POLITE)
_CRIES_F, _CRIES_ALONE_F = _folded(_CRIES), _folded(_CRIES_ALONE)


def meaning(text: str) -> Meaning:
    """The meaning of a reply."""
    if len(text) > MOST_CHARACTERS or "?" in text:
        return Meaning.UNCLEAR
    words = [word for word in _fold(text).split() if word not in _POLITE_F]
    joined = " ".join(words)
    if not words or len(words) > 4:
        return Meaning.UNCLEAR
    if joined in _NO_PF:
        return Meaning.NO
    if joined in _YES_PF:
        return Meaning.YES
    found = {_of_word(word) for word in words}
    # Several words count only if each says the same: "да нет", "1 0", "еду не могу" are for the operator.
    return found.pop() if len(found) == 1 else Meaning.UNCLEAR


def is_cry_for_help(text: str) -> bool:
    """Whether the text reads as of somebody in danger themselves. Decides only what they are told: the dispatcher reads all.

    A question ("нужна помощь?") is none: people ask so whether they should come.
    """
    if "?" in text:
        return False
    joined = " ".join(word for word in _fold(text).split() if word not in _POLITE_F)
    return joined in _CRIES_ALONE_F or any(f" {cry} " in f" {joined} " for cry in _CRIES_F)


def _of_word(word: str) -> Meaning:
    if word in _YES_F:
        return Meaning.YES
    if word in _NO_F:
        return Meaning.NO
    is_yes = any(_is_misspelt(word, known) and _is_same_form(word, known) for known in _YES_F)
    is_no = any(_is_misspelt(word, known) for known in _NO_F)
    # As near to a yes as to a no: "барамын" and "бармаймын" differ in two letters.
    if is_yes == is_no:
        return Meaning.UNCLEAR
    return Meaning.YES if is_yes else Meaning.NO


def _is_misspelt(word: str, known: str) -> bool:
    """Whether the words differ by one letter that is wrong, missing, too many, or exchanged with the next. Words of six letters
    or more: shorter ones become others."""
    if min(len(word), len(known)) < 6 or abs(len(word) - len(known)) > 1 or not word.isalpha():
        return False
    start = next((at for at, (a, b) in enumerate(zip(word, known, strict=False)) if a != b), min(len(word), len(known)))
    rest, known_rest = word[start:], known[start:]
    return (
        rest[1:] == known_rest[1:]
        or rest[1:] == known_rest
        or rest == known_rest[1:]
        or (rest[:2] == known_rest[1::-1] and rest[2:] == known_rest[2:])
    )


def _is_same_form(word: str, known: str) -> bool:
    """Whether both end alike, for the end says who goes and when: "барасың" is "you go", "выезжал" "I was leaving", "приедут"
    "they will come". "Барармын" ends alike and is "I may go"."""
    return word[-_ENDING:] == known[-_ENDING:] and not word.endswith(_PERHAPS)
