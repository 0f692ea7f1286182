"""What a report says is not so: `negations(line)`.

Each denial is found together with what it denies ("пострадавших нет", "үйге кірген жоқ", "not a fire"), so that "no" beside
something else ("не дышит", "жауап жоқ", "no fuel") denies nothing: it is the emergency itself.
"""

from dataclasses import dataclass
from enum import StrEnum

from dispatch.assistant.phrases import Line, Phrases
from dispatch.assistant.texts import Span, once_each


class Denied(StrEnum):
    """What is said not to be so. `FALSE`: the report or rumour itself; `UNWANTED`: that help is needed; `OVER`: that it lasts."""

    CASUALTIES = "casualties"
    PEOPLE = "people"
    FIRE = "fire"
    GAS = "gas"
    SPREAD = "spread"
    DAMAGE = "damage"
    THREAT = "danger"
    FALSE = "false"
    UNWANTED = "unwanted"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Negation:
    """One denial; `span` is the denied with its negation."""

    what: Denied
    span: Span


_LISTS = {denied: Phrases("negations", denied.value) for denied in Denied}


@once_each
def negations(line: Line) -> tuple[Negation, ...]:
    """In the order of the text; of two kinds that overlap, the one that begins first."""
    found = sorted(
        (Negation(denied, hit.span) for denied, phrases in _LISTS.items() for hit in line.hits(phrases)),
        key=lambda negation: (negation.span[0], -negation.span[1]),
    )
    kept: list[Negation] = []
    for negation in found:
        if not kept or negation.span[0] >= kept[-1].span[1]:
            kept.append(negation)
    return tuple(kept)
