"""What type of incident a report tells of: at most three, none chosen for the person, each with the words that speak for it.

Evidence are the concepts of `concepts.py`; a logistic regression weighs them (`data/type_weights.tsv`, made by
`.ci/type_weights.py`; figures in `data/README.md`). A text may as well tell of no incident at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from dispatch.assistant import logistic
from dispatch.assistant.concepts import DETAIL
from dispatch.assistant.texts import Span, Text

NONE = "-"
"""The class of texts that report no incident."""
MOST_TYPES = 3
LEAST = 0.01
"""Types below this are not worth a line."""
_SAID_OFTEN = 2
SPEAKS_FOR = 0.1
"""Weight from which on a concept is shown as a reason for a type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyType:
    """`spans`: the words that speak for it, ascending; a type has at least one."""

    value: str
    probability: float
    spans: tuple[Span, ...]


def features(text: Text, concepts: Mapping[str, Sequence[Span]]) -> dict[str, float]:
    """What a model of types knows of a text: how often each concept is spoken of, and whether the text asks or is long."""
    found = {
        concept: 1.0 if concept.startswith(DETAIL) else float(min(len(spans), _SAID_OFTEN))
        for concept, spans in concepts.items()
    }
    if "?" in text.whole:
        found["asks"] = 1.0
    return found


def likely_types(
    text: Text, concepts: Mapping[str, Sequence[Span]], model: logistic.Model | None = None
) -> tuple[LikelyType, ...]:
    """The likeliest types, best first. Probabilities sum to less than 1: the rest are other types and no incident."""
    model = built_in_model() if model is None else model
    probabilities = model.probabilities(features(text, concepts))
    ordered = sorted(probabilities.items(), key=lambda one: (-one[1], one[0]))
    likely: list[LikelyType] = []
    for value, probability in ordered:
        if value != NONE and probability >= LEAST and len(likely) < MOST_TYPES:
            spans = _reasons(value, concepts, model)
            # Without a word that speaks for it, it would be a guess from what is usual.
            if spans:
                likely.append(LikelyType(value=value, probability=probability, spans=spans))
    return tuple(likely)


@cache
def built_in_model() -> logistic.Model:
    """The weights that come with Komek."""
    written = files("dispatch.assistant").joinpath("data", "type_weights.tsv").read_text("utf-8")
    return logistic.read(written.splitlines())


def _reasons(value: str, concepts: Mapping[str, Sequence[Span]], model: logistic.Model) -> tuple[Span, ...]:
    speaking = (one for one in concepts if model.weight(one, value) >= SPEAKS_FOR)
    return tuple(sorted({span for concept in speaking for span in concepts[concept]}))
