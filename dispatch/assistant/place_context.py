"""What the words beside a name say: does it happen there, near it, on the way from or to it; or is it a street, or a person."""

from dataclasses import dataclass, field
from enum import StrEnum

from dispatch.assistant import place_words as words
from dispatch.assistant.distances import Offset
from dispatch.assistant.inflections import Inflection, inflection_of
from dispatch.assistant.mentions import Mention
from dispatch.assistant.texts import Span, Text

BESIDE = 4
"""Words that are looked at on either side."""
_OFFSET_BESIDE = 45
"""Code points between a name and "15 km" that belongs to it."""


class Role(StrEnum):
    IN = "in"
    WE = "we"
    NEAR = "near"
    NOT_REACHED = "not_reached"
    BETWEEN = "between"
    FROM = "from"
    TO = "to"
    OF = "of"
    ME = "me"
    WITH = "with"
    ALONG = "along"
    BARE = "bare"


HAPPENS = frozenset({Role.IN, Role.WE, Role.NEAR, Role.NOT_REACHED, Role.BETWEEN, Role.BARE})
_OF_INFLECTION = {
    Inflection.LOCATIVE: Role.IN,
    Inflection.ATTRIBUTIVE: Role.IN,
    Inflection.WE: Role.WE,
    Inflection.ME: Role.ME,
    Inflection.ABLATIVE: Role.FROM,
    Inflection.DATIVE: Role.TO,
    Inflection.GENITIVE: Role.OF,
    Inflection.ACCUSATIVE: Role.WITH,
    Inflection.INSTRUMENTAL: Role.WITH,
    Inflection.OF_PEOPLE: Role.WITH,
    Inflection.ADJECTIVE: Role.WITH,
}
_OF_PREPOSITION = (
    (words.IN_BEFORE, Role.IN),
    (words.NEAR_BEFORE, Role.NEAR),
    (words.FROM_BEFORE, Role.FROM),
    (words.TO_BEFORE, Role.TO),
    (words.ALONG_BEFORE, Role.ALONG),
)
_FLAGS = (
    *("settlement", "district_word", "region_word", "street", "person", "self", "here", "calling", "road", "negated"),
    *("left", "comes", "numbered"),
)


@dataclass(frozen=True, slots=True)
class Context:
    """Of one mention. `before`: folded words, the nearest first, without kinds ("в селе"); `after`: in order, cut at the end of
    the sentence. `flags`: what holds, by name."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    flags: frozenset[str] = field(default_factory=frozenset)

    def role(self, inflection: Inflection) -> Role:
        """What the text says of the place, if the name stands in this case."""
        inflection_of_its_kind = self._inflection_of_kind()
        if inflection is Inflection.BARE and inflection_of_its_kind is not None:
            inflection = inflection_of_its_kind
        if self._is_towards():
            return Role.TO
        if _is_beside(words.NOT_REACHED_BEFORE, self.before) or _is_beside(words.NOT_REACHED_AFTER, self.after):
            return Role.NOT_REACHED
        near = self.after[:2] if inflection is Inflection.GENITIVE else self.after[:1]
        if any(word in words.NEAR_AFTER for word in near):
            return Role.NEAR
        if any(word in words.BETWEEN for word in (*self.before[:1], *self.before[2:3], *self.after[:3])):
            return Role.BETWEEN
        if inflection in _OF_INFLECTION:
            return _OF_INFLECTION[inflection]
        return self._by_preposition(Role.BARE if inflection is Inflection.BARE else Role.OF)

    def _by_preposition(self, otherwise: Role) -> Role:
        first = self.before[0] if self.before else ""
        return next((role for known, role in _OF_PREPOSITION if first in known), otherwise)

    def _is_towards(self) -> bool:
        """Whether a road leads there: "в сторону Астаны", "Астана бағытында", "bound for Astana"."""
        first, second, third = (*self.before, "", "", "")[:3]
        after = (*self.after, "")[0]
        is_bound = first in words.FOR_BEFORE and (second in words.BOUND or third in words.BOUND)
        return is_bound or first in words.TOWARDS_BEFORE or after in words.TOWARDS_AFTER

    def _inflection_of_kind(self) -> Inflection | None:
        """The case of "ауылынан" behind a name; None if the word behind it is no such kind."""
        first = self.after[0] if self.after else ""
        for kinds in (words.SETTLEMENT_AFTER, words.DISTRICT_AFTER, words.REGION_AFTER):
            if begin := kinds.begin_of(first):
                return inflection_of(first[len(begin) :])
        return None


def _is_beside(wanted: words.Words, some: tuple[str, ...]) -> bool:
    """Whether one of these words stands there with nothing but a distance before it: the place that it belongs to."""
    at = next((at for at, word in enumerate(some) if word in wanted), None)
    return at is not None and all(word.isdecimal() or word in words.HOW_FAR for word in some[:at])


def context_of(mention: Mention, text: Text) -> Context:
    start, end = mention.span
    first, last = mention.first, mention.last
    before = [
        word.folded for word in mention.words[max(0, first - BESIDE - 1) : first] if word.end > _begin(text, start)
    ]
    stop = _end(text, end)
    after = [word.folded for word in mention.words[last + 1 : last + 2 + BESIDE] if word.start < stop]
    before.reverse()
    flags = _flags(before, after)
    if before and before[0] in words.SETTLEMENT_BEFORE:
        before = before[1:]
    return Context(tuple(before[:BESIDE]), tuple(after[:BESIDE]), flags)


def _flags(before: list[str], after: list[str]) -> frozenset[str]:
    first_before, first_after = (before or [""])[0], (after or [""])[0]
    second_after = after[1] if len(after) > 1 else ""
    # "Самал-2", "Батыс 2" are quarters of towns; "Ақкөлге 15 шақырым" is a distance.
    is_numbered = first_after.isdecimal() and second_after not in words.UNITS
    holds = (
        first_before in words.SETTLEMENT_BEFORE or first_after in words.SETTLEMENT_AFTER,
        first_after in words.DISTRICT_AFTER,
        first_after in words.REGION_AFTER,
        first_before in words.STREET or first_after in words.STREET or (is_numbered and second_after in words.STREET),
        first_after in words.PERSON_AFTER,
        any(word in words.SELF for word in before[:3]),
        any(word in words.HERE for word in (*before[:2], *after[:1])),
        any(word in words.CALLING for word in (*before[:3], *after[:3])),
        any(word in words.ROAD for word in (*before[:2], *after[:3])),
        any(word in words.NOT_BEFORE for word in before[:3]) or first_after in words.NOT_AFTER,
        any(word in words.LEFT for word in (*before[:2], *after[:2])),
        first_after in words.COMES,
        is_numbered,
    )
    return frozenset(flag for flag, is_so in zip(_FLAGS, holds, strict=True) if is_so)


def anchored(offsets: list[Offset], contexts: list[tuple[Mention, Context]]) -> dict[Span, Offset]:
    """Span of a mention → the distance that is stated from it. Each distance belongs to one mention: "5 miles from Pavlodar" to
    what follows, "Аралдан … 60 шақырым" to what was left, else to the nearest; and of two distances a mention has the nearest."""
    found: dict[Span, tuple[int, Offset]] = {}
    for offset in offsets:
        apart = [(_apart(offset.span, mention.span), mention, context) for mention, context in contexts]
        beside = [one for one in apart if one[0] <= _OFFSET_BESIDE]
        if beside:
            gap, mention, _ = min(beside, key=lambda one: (_order(offset, one[1], one[2]), one[0]))
            if mention.span not in found or gap < found[mention.span][0]:
                found[mention.span] = gap, offset
    return {span: offset for span, (_, offset) in found.items()}


def _order(offset: Offset, mention: Mention, context: Context) -> int:
    role = context.role(mention.named[0].reading.inflection)
    follows = mention.span[0] >= offset.span[1]
    if follows and role in (Role.FROM, Role.TO, Role.NOT_REACHED, Role.NEAR):
        return 0
    return 1 if role in (Role.FROM, Role.NOT_REACHED) and not follows else 2


def _apart(one: Span, other: Span) -> int:
    return max(one[0] - other[1], other[0] - one[1], 0)


def _begin(text: Text, start: int) -> int:
    """Where the sentence begins in which a position is."""
    return max((end for end in text.sentence_ends if end <= start), default=0)


def _end(text: Text, end: int) -> int:
    return min((one for one in text.sentence_ends if one >= end), default=len(text.whole))
