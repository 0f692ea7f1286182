"""Concepts that words of a report speak of: fire, smoke, a building, nobody answers. In three languages, in all their spellings.

`data/concepts.tsv` lists what speaks for a type, `data/details.tsv` what else reports tell (a roof, a grandmother, a knee; their
names begin with a dot), which says more about whether two reports are one event: a concept, a language, its words. `*` stands for
any ending; several words must follow each other, in their order, with at most `_GAP` other words between two. Words are compared
folded (`gazetteer/folding.py`), so Kazakh on a Russian keyboard and in chat Latin is found as well; English is compared as it is
written. A word is looked for in its own language (`languages.py`): after folding the three collide. Concepts are evidence for
types (`incident_types.py`), never conclusions.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from dispatch.assistant.languages import Language, language_of
from dispatch.assistant.texts import Span, Text, Word
from dispatch.gazetteer.folding import folded

_GAP = 1
_SHORTEST = 3
"""Letters of a beginning by which words are looked up."""
_BORROWED = 5
"""Letters from which on words of Kazakh and Russian are looked for in each other's texts: both borrow, and short ones collide."""
_FILES = ("concepts.tsv", "details.tsv")
DETAIL = "."
"""What the names of details begin with."""
_SPELT = (Language.KK, Language.RU, Language.EN)


@dataclass(frozen=True, slots=True)
class _Part:
    letters: str
    is_beginning: bool

    def fits(self, word: str) -> bool:
        return word.startswith(self.letters) if self.is_beginning else word == self.letters


@dataclass(frozen=True, slots=True)
class _Entry:
    concept: str
    parts: tuple[_Part, ...]


class Lexicon:
    """The words of all concepts, by their first letters."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.concepts = tuple(dict.fromkeys(line.split("\t")[0] for line in lines))
        self._entries: dict[Language, dict[str, list[_Entry]]] = {one: defaultdict(list) for one in _SPELT}
        for line in lines:
            concept, language, entries = line.split("\t")
            spelt = str.lower if language == Language.EN else folded
            for entry in entries.split(" | "):
                parts = tuple(_Part(spelt(one.rstrip("*")), one.endswith("*")) for one in entry.split())
                entry_of = _Entry(concept, tuple(part for part in parts if part.letters))
                for reader in _SPELT:
                    is_long = len(entry_of.parts[0].letters) >= _BORROWED and Language.EN not in (reader, language)
                    if reader == language or is_long:
                        beginning = entry_of.parts[0].letters[:_SHORTEST]
                        self._entries[reader][beginning].append(entry_of)

    def entries(self) -> Iterator[tuple[_Part, ...]]:
        """The words of every entry."""
        for by_beginning in self._entries.values():
            for entries in by_beginning.values():
                yield from (entry.parts for entry in entries)

    def find(self, text: Text, of_words: Mapping[Word, Language]) -> dict[str, list[Span]]:
        """Each concept of the text with the spans that speak of it, in the order of the text. Words without a language have
        none."""
        found: dict[str, list[Span]] = {}
        written = [word.low if of_words.get(word) is Language.EN else word.folded for word in text.words]
        for start, word in enumerate(text.words):
            entries = self._entries.get(of_words.get(word, Language.OTHER), {})
            for length in range(1, _SHORTEST + 1):
                for entry in entries.get(written[start][:length], ()):
                    if len(entry.parts[0].letters[:_SHORTEST]) == length:
                        last = _last_word(entry.parts, written, start)
                        if last is not None:
                            found.setdefault(entry.concept, []).append((word.start, text.words[last].end))
        return {concept: sorted(set(spans)) for concept, spans in found.items()}


@cache
def built_in_lexicon() -> Lexicon:
    """The words that come with Komek."""
    folder = files("dispatch.assistant").joinpath("data")
    return Lexicon([line for name in _FILES for line in folder.joinpath(name).read_text("utf-8").splitlines()])


def _last_word(parts: Sequence[_Part], words: Sequence[str], start: int) -> int | None:
    """Where the entry ends that begins at a word; None: it does not stand there."""
    at = start
    if not parts[0].fits(words[at]):
        return None
    for part in parts[1:]:
        following = range(at + 1, min(at + 2 + _GAP, len(words)))
        if (at_next := next((one for one in following if part.fits(words[one])), None)) is None:
            return None
        at = at_next
    return at


def concepts_of(text: Text) -> dict[str, list[Span]]:
    """The concepts of a text, each word looked for in its own language."""
    of_words = {word: variety.language for word, variety in language_of(text).of_words}
    return built_in_lexicon().find(text, of_words)
