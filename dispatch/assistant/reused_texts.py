"""Text that is used again: one message passed on by many looks like many witnesses. `reused(text, others)`.

Compared are runs of `RUN` folded words, so another alphabet, other signs and a word added at the end hide nothing; `likeness`
adds what a model of meanings holds for nearly the same, such as a translation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice

from dispatch.assistant.phrases import Line
from dispatch.assistant.texts import Span, Text

RUN = 4
FEWEST = 3
"""Runs in common from which a text counts as used again: a formula such as "come quickly, please" has fewer."""
LEAST = 0.6
MOST_OTHERS = 1_000
MOST = 10

Likeness = Callable[[str, str], float]
"""How alike in meaning two texts are, 0 to 1. Must not raise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reused:
    """`share` of the shorter text that stands in the other too, or the likeness. `spans`: of the text, what is the same."""

    other: str
    share: float
    spans: tuple[Span, ...]


def reused(text: str, others: Mapping[str, str], *, likeness: Likeness | None = None) -> tuple[Reused, ...]:
    """The other texts, by their ids, that are nearly the same as this one: at most `MOST`, the most alike first. Compared are the
    first `MOST_OTHERS`."""
    own = _runs(text)
    found = []
    for other, written in islice(others.items(), MOST_OTHERS):
        share, spans = _common(own, _runs(written))
        if likeness is not None:
            share = max(share, min(1.0, likeness(text, written)))
        if share >= LEAST:
            found.append(Reused(other=other, share=round(share, 3), spans=spans))
    return tuple(sorted(found, key=lambda one: (-one.share, one.other))[:MOST])


def _runs(text: str) -> dict[tuple[str, ...], Span]:
    """Each run of words, and where it first stands."""
    pieces = Line(Text(text)).pieces
    runs: dict[tuple[str, ...], Span] = {}
    for at in range(len(pieces) - RUN + 1):
        part = pieces[at : at + RUN]
        runs.setdefault(tuple(piece.plain for piece in part), (part[0].start, part[-1].end))
    return runs


def _common(own: dict[tuple[str, ...], Span], other: dict[tuple[str, ...], Span]) -> tuple[float, tuple[Span, ...]]:
    common = [span for run, span in own.items() if run in other]
    if len(common) < FEWEST:
        return 0.0, ()
    return len(common) / min(len(own), len(other)), _joined(common)


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
