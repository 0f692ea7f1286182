"""Numbers in words and digits, in Kazakh, Russian and English: `numbers(line)`.

Read are cardinal numbers in every case, collective ones (двое, пятеро, төртеу, үшеуіміз), compound ones (жиырма бес, сто
двенадцать, twenty-five), ranges (5-6, два-три, two or three) and what says that a number is approximate (около, шақты, around).
Ordinal numbers (third, третий, үшінші) are no counts and are not read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dispatch.assistant.number_words import COLLECTIVES, FORMS, PERSON_FORMS, SCALES, UNSURE
from dispatch.assistant.phrases import Line, Phrases, Piece
from dispatch.assistant.texts import Span, once_each

LARGEST = 10_000_000
"""Numbers above are no counts: phones, identity numbers, codes."""

_ABOUT_BEFORE = Phrases("numbers", "about_before")
_ABOUT_AFTER = Phrases("numbers", "about_after")
_OR = frozenset(("или", "немесе", "or", "to", "иа"))
_NUMBER_SIGNS = "№#"


@dataclass(frozen=True, slots=True)
class Number:
    """`value` as it is said, `upper` the other end of a range. Pieces `first` to `last` say it; `span` includes the words that
    make it approximate. `is_persons`: its form counts persons alone (двое, төртеуміз); `has_pronoun`: and says which (үшеуіміз:
    us)."""

    value: float
    first: int
    last: int
    span: Span
    upper: float | None = None
    is_about: bool = False
    is_persons: bool = False
    has_pronoun: bool = False


@once_each
def numbers(line: Line) -> tuple[Number, ...]:
    """In the order of the text."""
    read = list(_ranges(line, [*_simple(line)]))
    return tuple(_with_approximation(line, number) for number in read)


def _simple(line: Line) -> Iterator[Number]:
    pieces = line.pieces
    at = 0
    while at < len(pieces):
        number = _digits(line, at) if pieces[at].is_number else _in_words(line, at)
        if number is not None:
            yield number
        at = at + 1 if number is None else number.last + 1


def _digits(line: Line, at: int) -> Number | None:
    """Digits with their groups of thousands ("10 000") and decimals ("2,5"); then a scale ("3 мың", "5 тысяч")."""
    pieces, whole = line.pieces, line.text.whole
    piece = pieces[at]
    if len(piece.text) > 8 or whole[max(0, piece.start - 1) : piece.start] in (*_NUMBER_SIGNS, "_"):
        return None
    value, last = float(piece.text), at
    while last + 1 < len(pieces) and pieces[last + 1].is_number and len(piece.text) <= 3:
        gap, text = whole[pieces[last].end : pieces[last + 1].start], pieces[last + 1].text
        if gap in (" ", "\u00a0", "\u202f") and len(text) == 3 and piece.text != "0":
            value = value * 1000 + int(text)
        elif gap in (".", ",") and len(text) <= 2:
            value += int(text) / 10 ** len(text)
            last += 1
            break
        else:
            break
        last += 1
    form = f"{_next(pieces, last)}"
    if form in COLLECTIVE_ENDINGS:
        # 5-еуміз, 3-еу: the ending of a collective behind digits.
        return _made(line, value, at, last + 1, is_persons=True, has_pronoun=form.endswith("миз"))
    while (scale := _scale(pieces, last + 1)) is not None:
        value, last = value * scale, last + 1
    return _made(line, value, at, last) if value <= LARGEST else None


COLLECTIVE_ENDINGS = frozenset(("еу", "ау", "еуи", "ауи", "еумиз", "аумиз", "еуимиз", "ауимиз", "уимиз", "умиз"))


def _next(pieces: tuple[Piece, ...], at: int) -> str:
    return pieces[at + 1].plain if at + 1 < len(pieces) else ""


def _scale(pieces: tuple[Piece, ...], at: int) -> int | None:
    if at >= len(pieces):
        return None
    piece = pieces[at]
    if piece.plain == "мин" and not piece.text.casefold().startswith(("мың", "мын", "my")):
        return None  # "20 мин" are minutes
    return SCALES.get(piece.plain)


def _in_words(line: Line, at: int) -> Number | None:
    """The longest number that begins at a piece: parts must fall from hundreds to ones, or multiply (екі жүз, two thousand)."""
    pieces = line.pieces
    first = pieces[at]
    if (count := PERSON_FORMS.get(first.plain)) is not None:
        return _made(line, count, at, at, is_persons=True, has_pronoun=first.plain.endswith("миз"))
    if tuple(piece.plain for piece in pieces[at : at + 3]) in _HALVES:
        return _made(line, 6, at, at + 2)
    value = FORMS.get(first.plain, _scale(pieces, at))
    if value is None or (first.plain in UNSURE and not _is_sure(line, at)):
        return None
    following = FORMS.get(_next(pieces, at), 0.0)
    if first.plain in _TENS and 1 < following < 10:
        return _made(line, value * following, at, at + 1)  # "десятка два", about twenty
    total, current, last = (value, 0.0, at) if value >= 1000 else (0.0, value, at)
    is_persons = first.plain in COLLECTIVES
    while last + 1 < len(pieces) and _is_joined(line, last):
        step = last + 2 if pieces[last + 1].plain == "and" and current % 100 == 0 and current else last + 1
        if step >= len(pieces):
            break
        if (scale := _scale(pieces, step)) is not None and scale > (current or 1):
            total, current = (total + current * scale, 0) if scale >= 1000 else (total, current * scale)
        elif (part := FORMS.get(pieces[step].plain)) is not None and _fits(current, part):
            current += part
            is_persons = is_persons or pieces[step].plain in COLLECTIVES
        elif (count := PERSON_FORMS.get(pieces[step].plain)) is not None and _fits(current, count):
            current, is_persons = current + count, True
        else:
            break
        last = step
    return _made(line, total + current, at, last, is_persons=is_persons)


def _fits(current: float, part: float) -> bool:
    """Whether `part` may follow: twenty + five, hundred + twelve; not five + six."""
    if part < 10:
        return current == 0 or (current >= 10 and current % 10 == 0 and (current % 100 != 10 or current != 0))
    if part < 100:
        return current == 0 or (current >= 100 and current % 100 == 0)
    return part < 1000 and current % 1000 == 0


def _is_joined(line: Line, at: int) -> bool:
    return line.text.whole[line.pieces[at].end : line.pieces[at + 1].start] in (" ", "-", "\u00a0")


def _is_sure(line: Line, at: int) -> bool:
    """Words that are numbers only in company: "он" is ten in Kazakh and he in Russian, "on" is English; "жуз" also a face."""
    following = _next(line.pieces, at)
    first = line.pieces[at].plain
    return FORMS.get(following, LARGEST) < FORMS.get(first, 100) or following in UNSURE[first]


def _made(
    line: Line, value: float, first: int, last: int, *, is_persons: bool = False, has_pronoun: bool = False
) -> Number:
    span = (line.pieces[first].start, line.pieces[last].end)
    return Number(value, first, last, span, is_persons=is_persons, has_pronoun=has_pronoun)


def _ranges(line: Line, found: list[Number]) -> Iterator[Number]:
    """Two numbers that are the ends of one: "5-6", "два-три", "two or three", "он - он бес"."""
    at = 0
    while at < len(found):
        number = found[at]
        following = found[at + 1] if at + 1 < len(found) else None
        if following is not None and _is_range(line, number, following):
            yield replace(
                number,
                upper=following.value,
                last=following.last,
                span=(number.span[0], following.span[1]),
                is_about=True,
                is_persons=number.is_persons or following.is_persons,
            )
            at += 2
        else:
            yield number
            at += 1


def _is_range(line: Line, number: Number, following: Number) -> bool:
    if not 0 < number.value < following.value:
        return False
    gap = line.text.whole[number.span[1] : following.span[0]].strip()
    between = line.pieces[number.last + 1 : following.first]
    if not between:
        in_words = not line.pieces[number.last].is_number and not line.pieces[following.first].is_number
        is_near = following.value - number.value <= 2 and in_words
        return gap in ("-", "–", "—", "…", "...") or (gap == "" and is_near)
    return len(between) == 1 and between[0].plain in (*_OR, "до") and following.value <= number.value * 4


def _with_approximation(line: Line, number: Number) -> Number:
    start, end = number.span
    before = _phrase_before(line, number.first)
    after = _phrase_after(line, number.last)
    whole = line.text.whole
    if whole[max(0, start - 1) : start] in ("~", "≈"):
        return replace(number, span=(start - 1, end), is_about=True)
    if whole[end : end + 1] == "+" and not whole[end + 1 : end + 2].isdigit():
        return replace(number, span=(start, end + 1), is_about=True)
    if before is None and after is None:
        is_about = number.is_about or line.pieces[number.first].plain in _ROUND
        return replace(number, is_about=is_about) if is_about != number.is_about else number
    return replace(number, span=(start if before is None else before, end if after is None else after), is_about=True)


_HALVES = frozenset((("half", "a", "dozen"),))
_TENS = frozenset(("десиатка", "десиатков"))
_ROUND = frozenset(
    ("пара", "пару", "пари", "парои", "десиаток", "десиатка", "десиатки", "десиатков", "couple", "dozen")
)


def _phrase_before(line: Line, first: int) -> int | None:
    for length in (3, 2, 1):
        at = first - length
        if at >= 0 and line.is_together(at, first):
            text = line.line[line.pieces[at].at : line.pieces[first].at]
            if _ABOUT_BEFORE.is_whole(text):
                return line.pieces[at].start
    return None


def _phrase_after(line: Line, last: int) -> int | None:
    for length in (3, 2, 1):
        end = last + length
        if end < len(line.pieces) and line.is_together(last, end):
            piece = line.pieces[end]
            text = line.line[line.pieces[last + 1].at : piece.at + len(piece.plain) + 1]
            if _ABOUT_AFTER.is_whole(text):
                return piece.end
    return None
