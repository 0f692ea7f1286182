"""Drafts of a translation by a model of the deployer: what it gets, and what of its answer may be shown.

The model sees marks instead of personal data, `[NAME 1]`, and each has to come back exactly once; the words that they stand for
never leave. A draft is then read as the original was (`draft_checks.py`), has to be in the language that was asked for, and not
much longer than the original. One that fails in anything is dropped whole, not corrected.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dispatch.assistant.card_texts import LANGUAGES
from dispatch.assistant.draft_checks import draft_faults
from dispatch.assistant.hint_kinds import Hint, HintKind
from dispatch.assistant.languages import language_of
from dispatch.assistant.masking import masked
from dispatch.assistant.reading import Reading, read
from dispatch.assistant.texts import Text

LONGEST_ORIGINAL = 600
"""Code points. Two drafts of a longer text do not fit into the tokens of an answer, and a draft that is cut is none."""
MOST_LONGER, FREE = 2, 80
"""A draft may have so many times the code points of the original, and these on top."""
_MARK = re.compile(r"\[(?:PHONE|NUMBER|MAIL|NAME)\b[^\]]*\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """`text`: what may leave. `words`: by mark, the words of the original that it stands for."""

    text: str
    words: Mapping[str, str]


def marked(whole: str) -> Marked | None:
    """The text with a mark for each piece of personal data. None: it is empty, too long, or has such marks itself."""
    if not whole.strip() or len(whole) > LONGEST_ORIGINAL or _MARK.search(whole):
        return None
    out = masked(whole)
    pieces: list[str] = []
    words: dict[str, str] = {}
    at = 0
    for number, ((start, end), (own_start, own_end)) in enumerate(out.masks, start=1):
        mark = f"{out.text[start : end - 1]} {number}]"
        words[mark] = whole[own_start:own_end]
        pieces += [out.text[at:start], mark]
        at = end
    return Marked(text="".join([*pieces, out.text[at:]]), words=words)


def targets(language: str) -> tuple[str, ...]:
    """The languages into which a text is drafted."""
    return tuple(one for one in LANGUAGES if one != language)


def draft_schema(languages: Iterable[str]) -> dict[str, Any]:
    """The JSON Schema that the model is asked to fill."""
    properties = {one: {"type": "string"} for one in languages}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def draft_hint(answer: object, whole: str, sent: Marked, languages: Sequence[str]) -> Hint | None:
    """The drafts that may be shown, as one hint; None: none may. Never raises."""
    if not isinstance(answer, Mapping):
        return None
    original = read(whole)
    checked = {one: _kept(answer.get(one), one, original, sent) for one in languages}
    drafts = {one: text for one, text in checked.items() if text is not None}
    return Hint(kind=HintKind.DRAFT, value=drafts, spans=((0, len(whole)),)) if drafts else None


def _kept(draft: object, language: str, original: Reading, sent: Marked) -> str | None:
    if not isinstance(draft, str) or len(draft) > MOST_LONGER * len(original.text.whole) + FREE:
        return None
    restored = _restored(draft, sent)
    if restored is None:
        return None
    # A text that comes back as it was says everything and translates nothing. Names stay as they are, so they do not count.
    if language_of(Text(_MARK.sub(" ", draft))).value.value != language:
        return None
    reading = read(restored)
    return restored if _has_type_of(original, reading) and not draft_faults(original, reading) else None


def _has_type_of(original: Reading, draft: Reading) -> bool:
    """Whether the draft may be about what the original is likeliest about."""
    return not original.types or original.types[0].value in {one.value for one in draft.types}


def _restored(draft: str, sent: Marked) -> str | None:
    """With the words of the original; None: a mark was lost, repeated or made up."""
    if any(draft.count(mark) != 1 for mark in sent.words):
        return None
    for mark, words in sent.words.items():
        draft = draft.replace(mark, words)
    return None if _MARK.search(draft) else draft.strip()
