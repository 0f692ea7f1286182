"""From bytes of strangers to JSON objects: one card, an array of cards, or a card on each line.

Refused: another encoding than the stated one, the same key twice in one object (readers disagree on its meaning), NaN and
Infinity, nesting over 40 levels, a card over 1 MiB. A byte order mark is skipped, since files made on Windows begin with one.
"""

import json
from dataclasses import dataclass, field

from dispatch.cards.received_card import BadCard, CardFault, Json

MAX_BYTES = 16 * 1024 * 1024
"""Of one file."""
MAX_CARD_BYTES = 1024 * 1024
"""Of one card: the API takes reports of 64 KiB, and the rest of a card is media and history that nobody reads here."""
DEEPEST = 40
_LARGEST = 2**63


@dataclass(slots=True)
class ReadCards:
    """The objects in a file, and what could not be read of it."""

    found: list[Json] = field(default_factory=list)
    faults: list[BadCard] = field(default_factory=list)


def cards_in(raw: bytes, encoding: str = "utf-8") -> ReadCards:
    """Everything in a file. One card that cannot be read hinders no other, where cards are told apart by lines."""
    result = ReadCards()
    try:
        text = _decoded(raw, encoding)
        lines = _lines(text)
        for piece in lines if lines is not None else [text]:
            _add(piece, result)
    except BadCard as error:
        result.faults.append(error)
    return result


def _decoded(raw: bytes, encoding: str) -> str:
    if len(raw) > MAX_BYTES:
        raise BadCard(CardFault.TOO_LARGE, f"{len(raw)} bytes; at most {MAX_BYTES} are read")
    try:
        return raw.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        told = f"byte {error.start} is not {encoding}; `encoding` of the table states another one"
        raise BadCard(CardFault.BAD_ENCODING, told) from None


def _lines(text: str) -> list[str] | None:
    """The lines, if each holds a card of its own; None if the text is one value."""
    lines = [line for line in text.split("\n") if line.strip()]
    # In a card that is written over several lines, the first one is no object by itself.
    if len(lines) < 2 or not lines[0].strip().startswith("{") or not lines[0].strip().endswith("}"):
        return None
    return lines


def _add(text: str, result: ReadCards) -> None:
    try:
        value = parsed(text)
    except BadCard as error:
        result.faults.append(error)
        return
    for card in value if isinstance(value, list) else [value]:
        if not isinstance(card, dict):
            result.faults.append(BadCard(CardFault.UNKNOWN_FORM, "expected an object"))
        # Measured one by one: a long array is a day of cards, a long card is a mistake.
        elif (
            isinstance(value, list)
            and len(json.dumps(card, ensure_ascii=False).encode("utf-8", "surrogatepass")) > MAX_CARD_BYTES
        ):
            result.faults.append(_too_large())
        else:
            result.found.append(card)


def _too_large() -> BadCard:
    return BadCard(CardFault.TOO_LARGE, f"a card of more than {MAX_CARD_BYTES} bytes")


def parsed(text: str) -> object:
    """The value of a JSON text. Raises BadCard."""
    is_single = not text.lstrip().startswith("[")
    if is_single and len(text.encode()) > MAX_CARD_BYTES:
        raise _too_large()
    _check_depth(text)
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_int=_whole)
    except json.JSONDecodeError as error:
        raise BadCard(CardFault.BAD_JSON, f"{error.msg} at line {error.lineno}, column {error.colno}") from None


def _check_depth(text: str) -> None:
    """Before the parser, which is recursive."""
    depth, quoted, escaped = 0, False, False
    for letter in text:
        if quoted:
            quoted = escaped or letter != '"'
            escaped = letter == "\\" and not escaped
        elif letter == '"':
            quoted = True
        elif letter in "[{":
            depth += 1
            if depth > DEEPEST:
                raise BadCard(CardFault.BAD_JSON, f"nesting deeper than {DEEPEST} levels")
        elif letter in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadCard(CardFault.BAD_JSON, f"the key {twice[:40]!r} twice in one object")
    return made


def _no_constant(name: str) -> object:
    raise BadCard(CardFault.BAD_JSON, f"{name} is no number of JSON")


def _whole(digits: str) -> int:
    # 40 digits decide: `int` takes quadratic time for a long text.
    number = int(digits[:40])
    if not -_LARGEST <= number < _LARGEST:
        raise BadCard(CardFault.BAD_JSON, "a whole number of more than 64 bits")
    return number
