"""Whether a draft translation that a model made keeps what must not be lost: `draft_faults(original, draft)`.

Translations of today read well and err in the numbers; a house number that a reader trusts is worse than no translation. So a
draft is read as the original was, and the two readings are compared: phones, numbers, places, roads, denials, danger. A
draft with any fault is not shown. Too strict is the safe side: the card and the phrasebook stay.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from dispatch.assistant.numerals import numbers
from dispatch.assistant.phrase_finding import denies
from dispatch.assistant.reading import SURE, Reading
from dispatch.assistant.texts import LONGEST, Span

_SAME = 1.0
"""Numbers in words up to this are also articles and pronouns (one, один, бір), and are not compared."""


class DraftFault(StrEnum):
    """What a draft lost, or added."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    PHONE = "phone"
    NUMBER = "number"
    PLACE = "place"
    ROAD = "road"
    DENIAL = "denial"
    THREAT = "threat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`value`: what is lost or added. `spans`: of the original where it is lost, of the draft where it is added."""

    code: DraftFault
    value: str
    is_added: bool
    spans: tuple[Span, ...] = ()


def draft_faults(original: Reading, draft: Reading) -> tuple[Fault, ...]:
    """All faults of a draft; none: it may be shown, as a draft."""
    if not draft.text.words and original.text.words:
        return (Fault(code=DraftFault.EMPTY, value="", is_added=False),)
    if len(draft.text.whole) > LONGEST:
        # What stands behind is not read, so it cannot be checked.
        return (Fault(code=DraftFault.TOO_LONG, value="", is_added=True),)
    return (*_differences(original, draft), *_places(original, draft), *_denials(original, draft))


def changed_numbers(original: Reading, draft: Reading) -> Iterator[Fault]:
    """Telephones, numbers and roads that are lost or added."""
    for code, said, drafted in (
        (DraftFault.PHONE, _phones(original), _phones(draft)),
        (DraftFault.NUMBER, _numbers(original), _numbers(draft)),
        (DraftFault.ROAD, _roads(original), _roads(draft)),
    ):
        before, after = Counter(value for value, _ in said), Counter(value for value, _ in drafted)
        for value in before - after:
            yield Fault(code=code, value=value, is_added=False, spans=_spans(said, value))
        for value in after - before:
            yield Fault(code=code, value=value, is_added=True, spans=_spans(drafted, value))


def _differences(original: Reading, draft: Reading) -> Iterator[Fault]:
    yield from changed_numbers(original, draft)
    kept = {kind for kind, _ in _threats(draft)}
    for kind, span in _threats(original):
        # A danger that only the draft names may be the wider lexicon of its language; a lost one is a fault.
        if kind not in kept:
            yield Fault(code=DraftFault.THREAT, value=kind, is_added=False, spans=(span,))


Said = list[tuple[str, Span]]


def _spans(said: Said, value: str) -> tuple[Span, ...]:
    return tuple(span for one, span in said if one == value)


def _phones(reading: Reading) -> Said:
    return [(phone.normal or _digits(phone.text), phone.span) for phone in reading.phones]


def _numbers(reading: Reading) -> Said:
    """Both ends of a range count. Digits that make no number, such as codes, count as they stand."""
    taken = [phone.span for phone in reading.phones] + [road.span for road in reading.roads]
    said: Said = []
    covered = list(taken)
    for number in numbers(reading.line):
        covered.append(number.span)
        if not _lies_in(number.span, taken):
            ends = (number.value, number.upper)
            said += [
                (f"{end:g}", number.span) for end in ends if end is not None and _counts(reading, end, number.span)
            ]
    said += [(w.text.lstrip("0"), w.span) for w in reading.text.words if w.is_number and not _lies_in(w.span, covered)]
    return said


def _counts(reading: Reading, value: float, span: Span) -> bool:
    return value > _SAME or any(letter.isdecimal() for letter in reading.text.whole[slice(*span)])


def _lies_in(span: Span, others: list[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _roads(reading: Reading) -> Said:
    return list({road.code: (road.code, road.span) for road in reading.roads}.values())


def _threats(reading: Reading) -> Said:
    """Kinds, each once: how often one is said is style."""
    return list({threat.kind: (threat.kind, threat.span) for threat in reading.threat.threats}.values())


def _places(original: Reading, draft: Reading) -> Iterator[Fault]:
    """Each place that one names for sure has to be a candidate of the other, with the same distance from it."""
    for here, there, is_added in ((original, draft, False), (draft, original, True)):
        for place in here.places:
            if place.probability < SURE:
                continue
            same = [one for one in there.places if one.known.id == place.known.id]
            if not same or (same[0].radius_m, same[0].direction) != (place.radius_m, place.direction):
                yield Fault(code=DraftFault.PLACE, value=place.known.id, is_added=is_added, spans=place.spans)


def _denials(original: Reading, draft: Reading) -> Iterator[Fault]:
    said = {denied.what.value: denied.span for denied in original.negations}
    drafted = {denied.what.value: denied.span for denied in draft.negations}
    for what in sorted(said.keys() - drafted.keys()):
        yield Fault(code=DraftFault.DENIAL, value=what, is_added=False, spans=(said[what],))
    for what in sorted(drafted.keys() - said.keys()):
        yield Fault(code=DraftFault.DENIAL, value=what, is_added=True, spans=(drafted[what],))
    if denies(original.line) is not denies(draft.line):
        yield Fault(code=DraftFault.DENIAL, value="", is_added=denies(draft.line))


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdecimal())
