"""Words and phrases found in a text across its spellings: Kazakh letters, a Russian keyboard, chat Latin.

A `Line` is the text as one line of folded words: Kazakh and Russian ones in Russian letters (`gazetteer/folding.py`), English
ones in Latin letters, so that "men" (men) and "men" (мен, I) do not meet. Words with a hyphen are two words; ` . ` and ` , `
stand between sentences and clauses. `Phrases` is a list of patterns of a lexicon, written in the letters of their language.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from dispatch.assistant.texts import Span, Text, Word, in_one_script
from dispatch.gazetteer.folding import folded

_PARTS = re.compile(r"[^-]+")
_ASIDE = re.compile(r"['’ʼ`]")
_STOP = re.compile(r"[.!?…;\n]")
_PAUSE = re.compile(r"[,:()\[\]«»\"“”—–/]|\s-\s")
_LATIN = re.compile(r"[a-z]")
_LIST = re.compile(r"\{([a-z_]+)\}")
_RUN = re.compile(r"[^\W\d_]+")

_ENGLISH_WORDS = (
    "about after all ambulance an and any are around at because been before began beside bridge broken building"
    " burning but by call can can't car child children city college cottage could damage dead did didn't do does"
    " don't down eight eighteen eighty eleven even fallen fifteen fifty fire five flood floor for forty four"
    " fourteen from frozen garage given gone got had has have he he's help her him his house how huge hundred hurt"
    " i'm in injured inside into is isn't it it's its just kids large made man maybe men missing my near need nine"
    " nineteen ninety no nobody not of off often one onto open our out outside over party people person please"
    " police road send seven seventeen seventy she she's should side six sixteen sixty slide smoke some somebody"
    " someone still stolen street taken ten that the their them then there there's these they they're thirteen"
    " thirty this thousand three tide to trade trapped twelve twenty two under up village was water we we're were"
    " what when where while who wide will with woken woman women won't would yes you your"
)
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_KAZAKH = re.compile(
    r"(?:men|bar|bir|eki|ush|tort|bes|zho[kq]|jo[kq]|emes|kerek|tez\w*|bala\w*|adam\w*|su\w{0,3}|bol\w+|kel\w+|zhat\w+|jat\w+"
    r"|tur(?:mi?y?z|myn|\b)|otyr\w*|ot|ui\w*|uy\w*|goi|gho[iy]|dep|degen|bizdi?\w*|\w+(?:yp|ip|dy|di|ty|ti|gan|gen|kan|ken"
    r"|qan|myz|miz|nyn|nin|lar|ler|dar|der|tar|ter|da|de|ga|ge|qa))"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or one of the parts that hyphens join. `plain` is its folded form, `at` where that stands in the line."""

    text: str
    plain: str
    start: int
    end: int
    at: int

    @property
    def is_number(self) -> bool:
        return self.text.isdecimal()


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase that was found: pieces `first` to `last` (inclusive), and where it stands in the original."""

    first: int
    last: int
    span: Span


@dataclass(frozen=True)
class Line:
    """A text as one line of folded words, made once for all who look for phrases in it."""

    text: Text

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        return self._read[0]

    @cached_property
    def line(self) -> str:
        return self._read[1]

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(piece.at for piece in self.pieces)

    @cached_property
    def _read(self) -> tuple[tuple[Piece, ...], str]:
        english = _is_english(self.text.words)
        pieces: list[Piece] = []
        line = [" "]
        length, end = 1, 0
        for text, start in _parts(self.text.words):
            mark = _mark(self.text.whole[end:start]) if pieces else ""
            line.append(mark)
            length += len(mark)
            end = start + len(text)
            plain = _plain(text, english=english)
            pieces.append(Piece(text, plain, start, end, length))
            line.append(f"{plain} ")
            length += len(plain) + 1
        return tuple(pieces), "".join(line)

    def hit(self, start: int, end: int) -> Hit:
        """The pieces between two offsets of the line."""
        first = bisect_right(self._starts, start) - 1
        last = max(first, bisect_right(self._starts, end - 1) - 1)
        return Hit(first, last, (self.pieces[first].start, self.pieces[last].end))

    def hits(self, phrases: "Phrases") -> tuple[Hit, ...]:
        """All that a lexicon finds here, in the order of the text; looked up once."""
        if phrases not in self._found:
            self._found[phrases] = tuple(phrases.found_in(self))
        return self._found[phrases]

    @cached_property
    def _found(self) -> dict["Phrases", tuple[Hit, ...]]:
        return {}

    @cached_property
    def _sentences(self) -> tuple[int, ...]:
        """The pieces that begin a sentence."""
        pieces = self.pieces
        return tuple(at for at, piece in enumerate(pieces) if at == 0 or self.line[piece.at - 2] == ".")

    def sentence_around(self, first: int, last: int) -> tuple[int, int]:
        """The first and the last piece of the sentences in which two pieces stand."""
        starts = self._sentences
        begin = starts[bisect_right(starts, first) - 1]
        following = bisect_right(starts, last)
        return begin, (starts[following] if following < len(starts) else len(self.pieces)) - 1

    def is_together(self, first: int, last: int) -> bool:
        """Whether no sentence ends between two pieces."""
        return bisect_right(self._sentences, first) == bisect_right(self._sentences, last)

    def is_unbroken(self, first: int, last: int) -> bool:
        """Whether not even a clause ends between two pieces."""
        gap = self.line[self.pieces[first].at : self.pieces[last].at]
        return " . " not in gap and " , " not in gap

    def between(self, first: int, end: int) -> str:
        """The folded words from piece `first` to before piece `end`, with the marks between them."""
        return self.line[self.pieces[first].at : self.pieces[end].at].rstrip(" .,")

    def longest(self, phrases: "Phrases", at: int) -> int | None:
        """The last piece of the phrase that begins at a piece; None where none does."""
        piece = self.pieces[at]
        end = phrases.end_at(self.line, piece.at)
        return None if end is None else self.hit(piece.at, end).last


@dataclass(frozen=True)
class Phrases:
    """The list `name` of the lexicon `lexicons/<file>.toml`, read at first use. In its patterns `*` stands for the rest of a
    word, `..` for up to three words of the same sentence, `#` for a number in digits, `{name}` for another list of the file;
    brackets, `|` and `?` as in regular expressions."""

    file: str
    name: str

    @cached_property
    def _either(self) -> str:
        return _alternatives(self.file, self.name)

    @cached_property
    def _anywhere(self) -> re.Pattern[str]:
        return re.compile(rf"(?<= )(?:{self._either})(?= )")

    @cached_property
    def _alone(self) -> re.Pattern[str]:
        return re.compile(self._either)

    def found_in(self, line: Line) -> Iterator[Hit]:
        """In the order of the text, none overlapping another."""
        for found in self._anywhere.finditer(line.line):
            yield line.hit(found.start(), found.end())

    def end_at(self, line: str, at: int) -> int | None:
        """Where the phrase ends that begins at an offset of a line; None where none does."""
        found = self._anywhere.match(line, at)
        return found.end() if found is not None and found.end() > at else None

    def is_whole(self, plain: str) -> bool:
        """Whether folded words are, as a whole, one of the phrases."""
        return self._alone.fullmatch(plain.strip()) is not None


def _parts(words: tuple[Word, ...]) -> Iterator[tuple[str, int]]:
    for word in words:
        for part in _PARTS.finditer(word.text):
            yield part[0], word.start + part.start()


def _plain(text: str, *, english: bool) -> str:
    low = _ASIDE.sub("", in_one_script(text).casefold())
    if english and _LATIN.search(low):
        return low
    return folded(low) or low


def _mark(gap: str) -> str:
    if _STOP.search(gap):
        return ". "
    return ", " if _PAUSE.search(gap) else ""


def _is_english(words: tuple[Word, ...]) -> bool:
    """Whether what is written in Latin letters is English rather than Kazakh in chat Latin."""
    latin = [word.low for word in words if _LATIN.search(word.low)]
    english = sum(word in _ENGLISH for word in latin)
    kazakh = sum(word not in _ENGLISH and _KAZAKH.fullmatch(word) is not None for word in latin)
    return english >= kazakh


@cache
def _lists(file: str) -> dict[str, str]:
    source = files("dispatch.assistant") / "lexicons" / f"{file}.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


@cache
def _alternatives(file: str, name: str) -> str:
    patterns = "|".join(_pattern(line) for line in _lists(file)[name].splitlines() if line)
    return _LIST.sub(lambda other: f"(?:{_alternatives(file, other[1])})", patterns)


def _pattern(written: str) -> str:
    parts = _RUN.sub(lambda run: run[0] if run[0].isascii() else folded(run[0]), written)
    parts = parts.replace(" .. ", r"(?: [^ .]+){0,3} ").replace("#", r"\d+")
    return re.sub(r"(?<![)\]}.])\*", "[^ ]*", parts)
