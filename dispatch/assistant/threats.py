"""Danger to somebody's life, as a report says it: `life_threat(line)`.

Words of danger count unless the same sentence denies them ("ешкім жараланған жоқ", "nobody is trapped"). Silence is no denial:
the answer is false only where the report says that nobody is hurt, that there is no danger or that it is over.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dispatch.assistant.negations import Denied, Negation, negations
from dispatch.assistant.phrases import Line, Phrases
from dispatch.assistant.texts import Span, once_each

KINDS = (
    "breathing", "heart", "unconscious", "stroke", "bleeding", "trapped", "drowning", "flood", "burns", "poison", "gas", "cold",
    "crash", "dying",
)  # fmt: skip
"""What threatens life; the lists of `lexicons/threats.toml`."""

_LISTS = {kind: Phrases("threats", kind) for kind in KINDS}
_SAFE = Phrases("threats", "safe")
_CALMING = frozenset(
    (Denied.CASUALTIES, Denied.PEOPLE, Denied.THREAT, Denied.FALSE, Denied.UNWANTED, Denied.OVER, Denied.SPREAD)
)
_OF_ALL = frozenset((Denied.FALSE, Denied.UNWANTED, Denied.OVER))
"""Denials of the whole report, wherever they stand."""


@dataclass(frozen=True, slots=True)
class Threat:
    """One sign of danger to life."""

    kind: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeThreat:
    """`value`: true, false (denied in words) or None (not said). `threats` make it true, `denials` make it false."""

    value: bool | None
    threats: tuple[Threat, ...] = ()
    denials: tuple[Negation, ...] = ()
    safe: tuple[Span, ...] = ()
    """What says that people are well."""


@once_each
def life_threat(line: Line) -> LifeThreat:
    """Whether somebody's life is in danger, with what says so."""
    denied = negations(line)
    threats = tuple(sorted(_threats(line, denied), key=lambda threat: threat.span))
    denials = tuple(negation for negation in denied if negation.what in _CALMING)
    safe = tuple(hit.span for hit in line.hits(_SAFE))
    if safe:
        # A crash whose people are well threatens nobody.
        threats = tuple(threat for threat in threats if threat.kind != "crash")
    if threats and not any(negation.what in _OF_ALL for negation in denials):
        return LifeThreat(value=True, threats=threats, safe=safe)
    return LifeThreat(value=False if denials or safe else None, threats=threats, denials=denials, safe=safe)


def _threats(line: Line, denied: tuple[Negation, ...]) -> Iterator[Threat]:
    for kind, phrases in _LISTS.items():
        for hit in line.hits(phrases):
            start, end = hit.span
            if not any(negation.span[0] < end and start < negation.span[1] for negation in denied):
                yield Threat(kind, hit.span)
