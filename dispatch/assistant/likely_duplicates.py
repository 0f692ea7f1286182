"""Which open incidents a new report may tell of once more, across languages, and why.

A logistic regression over place, people, the likeness of sketches and what both say specifically (`specifics.py`)
(`data/duplicate_weights.json`; figures: `data/README.md`).
What no labelled message shows is weighed by estimates: the time between two reports, one telephone number in both, unlike types,
a place that is not known. What the incident's own rules propose (`dispatch/incidents/duplicates.py`) is always among the found,
never less probable than their score. Deterministic; a hint to a person, who alone merges.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files

from dispatch.assistant.report_vectors import BY_WORDS, WITH_EMBEDDER
from dispatch.assistant.sketches import kind_of, likeness
from dispatch.assistant.specifics import NOTHING, Comparison, Specifics, compared
from dispatch.model.geo import distance_m
from dispatch.model.merges import MergeCandidate
from dispatch.model.places import Place

MOST = 5
LEAST = 0.1
"""Probability from which a pair is shown."""
SAME_PLACE_M, NEAR_M = 1_000.0, 10_000.0
ONE_TOWN_M = 30_000.0
"""Within it, streets and numbers are compared: sources differ about the middle of a town, and callers name the next one."""
LIKE_WORDS = 0.35
"""Likeness from which the words are a reason: of ten pairs of other events of one type one has as much."""
SAME_TIME_S = 1_800.0
_SAME_PHONE = 3.0
"""Log-odds of one telephone number in both. An estimate: people call twice, and about other things as well."""
_AN_HOUR_LATER, _LATEST = -0.5, -4.0
"""Log-odds for each hour between the two, and their least. An estimate: floods and searches last for days."""
_OTHER_TYPE = -2.0
"""Log-odds where the report is of another type for certain. An estimate: only pairs of one type were compared, and callers name
one event by several."""
_NO_PLACE = -1.0
"""Log-odds where one of the two has no place: less than in one place, more than far apart. An estimate."""
_FADES_M = 3_000.0
_FAR_M = 50_000.0
_SURE_PLACE = 0.2
_MOST_REASONS = 3
"""Specific facts that are named, of those that agree and of those that differ."""
NO_SKETCH = "none"
"""The kind of a pair whose sketches are not comparable."""


class DuplicateReason(StrEnum):
    """Why two reports may tell of one event, and what speaks against it (`other_`). Values are on the wire."""

    SAME_NUMBER = "same_number"
    SAME_PHONE = "same_phone"
    SAME_PLACE = "same_place"
    NEAR_PLACE = "near_place"
    LIKE_WORDS = "like_words"
    SAME_TYPE = "same_type"
    SAME_PEOPLE = "same_people"
    SAME_TIME = "same_time"
    SAME_NAME = "same_name"
    SAME_FIGURE = "same_figure"
    SAME_ADDRESS = "same_address"
    OTHER_ADDRESS = "other_address"
    SAME_FLOOR = "same_floor"
    OTHER_FLOOR = "other_floor"
    SAME_AGE = "same_age"
    OTHER_AGE = "other_age"
    SAME_DISTANCE = "same_distance"
    OTHER_DISTANCE = "other_distance"
    SAME_LANDMARK = "same_landmark"
    OTHER_LANDMARK = "other_landmark"
    SAME_THING = "same_thing"
    OTHER_THING = "other_thing"
    SAME_VEHICLE = "same_vehicle"
    OTHER_VEHICLE = "other_vehicle"
    SAME_SUBSTANCE = "same_substance"
    OTHER_SUBSTANCE = "other_substance"
    SAME_ILLNESS = "same_illness"
    OTHER_ILLNESS = "other_illness"
    SAME_COLOUR = "same_colour"
    OTHER_COLOUR = "other_colour"
    SAME_PERSON = "same_person"
    OTHER_PERSON = "other_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A report, or an open incident with what its reports told, as it is compared: no texts and no numbers of telephones.

    `types`: each with its probability; that of an incident with 1. `places`: likewise, in any order. `sketches`: of each report.
    `phones`: keyed digests. `told_ms`: when it came in. `specifics`: of all its reports together; None where no text was read.
    """

    id: str
    told_ms: int
    types: Mapping[str, float] = field(default_factory=dict)
    places: Sequence[tuple[Place, float]] = ()
    reach_m: float = 0.0
    sketches: Sequence[str] = ()
    people: int | None = None
    phones: frozenset[str] = frozenset()
    exercise: bool = False
    specifics: Specifics | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyDuplicate:
    """`likeness`: of the words, from 0 to 1, None where they are not comparable. `reasons`: what counts most first. `apart_m`:
    between the nearest places of both, None where one has none."""

    incident_id: str
    probability: float
    likeness: float | None
    reasons: tuple[DuplicateReason, ...]
    apart_m: float | None = None


def likely_duplicates(
    report: Told, others: Iterable[Told], proposed: Sequence[MergeCandidate] = ()
) -> tuple[LikelyDuplicate, ...]:
    """The likeliest, best first, at most `MOST`. `proposed`: what `dispatch.incidents.duplicates.candidates` says of the report;
    an incident that it names is always there, with no less than its score."""
    by_rules = {one.incident_id: one for one in proposed}
    compared_with = [
        (other, _compare(report, other))
        for other in others
        if other.id != report.id and other.exercise is report.exercise
    ]
    # Reasons cost more than the rest, and most incidents are others.
    found = [
        _judged(report, other, what, by_rules.get(other.id))
        for other, what in compared_with
        if what.probability >= LEAST or other.id in by_rules
    ]
    shown = [one for one in found if _speaks_for(one)]
    # What the rules propose comes before the cut.
    shown.sort(key=lambda one: (one.incident_id not in by_rules, -one.probability, one.incident_id))
    return tuple(sorted(shown[:MOST], key=lambda one: (-one.probability, one.incident_id)))


def judged(report: Told, other: Told, by_rules: MergeCandidate | None = None) -> LikelyDuplicate:
    """How probable it is that both tell of one event, and why."""
    return _judged(report, other, _compare(report, other), by_rules)


@dataclass(frozen=True, slots=True)
class _Compared:
    probability: float
    cosine: float | None
    apart_m: float | None
    specific: Comparison


def _compare(report: Told, other: Told) -> _Compared:
    alike = _likeness(report, other)
    kind, cosine = (NO_SKETCH, None) if alike is None else alike
    apart_m = nearest_m(report, other)
    specific = specifically(report, other, apart_m)
    weights = built_in_weights()[kind]
    score = sum(weights[name] * value for name, value in features(report, other, cosine, apart_m, specific).items())
    score += _estimated(report, other, apart_m)
    return _Compared(1 / (1 + math.exp(-max(-30.0, min(30.0, score)))), cosine, apart_m, specific)


def _judged(report: Told, other: Told, what: _Compared, by_rules: MergeCandidate | None) -> LikelyDuplicate:
    probability = what.probability if by_rules is None else max(what.probability, by_rules.score)
    cosine, apart_m = what.cosine, what.apart_m
    return LikelyDuplicate(
        incident_id=other.id,
        probability=round(probability, 3),
        likeness=None if cosine is None else round(max(0.0, cosine), 3),
        reasons=(*_reasons(report, other, cosine, apart_m, by_rules), *_of_aspects(what.specific)),
        apart_m=apart_m,
    )


def specifically(report: Told, other: Told, apart_m: float | None) -> Comparison:
    """What both say specifically. A house of the same number in another town says nothing."""
    if apart_m is not None and apart_m > ONE_TOWN_M:
        return NOTHING
    return compared(report.specifics, other.specifics)


def features(
    report: Told, other: Told, cosine: float | None, apart_m: float | None, specific: Comparison | None = None
) -> dict[str, float]:
    """What the regression weighs. `specific`: as `specifically` says it, if that is known already."""
    specific = specifically(report, other, apart_m) if specific is None else specific
    counts = report.people is not None and other.people is not None
    return {
        "always": 1.0,
        "likeness": 0.0 if cosine is None else cosine,
        "near": 0.0 if apart_m is None else math.exp(-apart_m / _FADES_M),
        "far": 0.0 if apart_m is None else min(1.0, apart_m / _FAR_M),
        "type": same_type(report, other),
        "same_people": float(counts and report.people == other.people),
        "other_people": float(counts and report.people != other.people),
        "specifics": specific.evidence,
    }


def same_type(report: Told, other: Told) -> float:
    """From 0 to 1: the probability of the other's likeliest type in the report; half of it within a family."""
    if not other.types or not report.types:
        return 0.5
    value = max(other.types, key=lambda one: (other.types[one], one))
    family = value.partition(".")[0]
    alike = sum(share for one, share in report.types.items() if one != value and one.partition(".")[0] == family)
    return min(1.0, report.types.get(value, 0.0) + alike / 2)


def nearest_m(report: Told, other: Told) -> float | None:
    """Between the nearest two places that are likely enough, less what the incident reaches."""
    apart = [
        distance_m(here, there)
        for here, share in report.places
        if share >= _SURE_PLACE
        for there, other_share in other.places
        if other_share >= _SURE_PLACE
    ]
    return max(0.0, min(apart) - report.reach_m - other.reach_m) if apart else None


@cache
def built_in_weights() -> Mapping[str, Mapping[str, float]]:
    """By the kind of sketch, `NO_SKETCH` among them."""
    written = files("dispatch.assistant").joinpath("data", "duplicate_weights.json").read_text("utf-8")
    weights: Mapping[str, Mapping[str, float]] = json.loads(written)["weights"]
    return weights


def _likeness(report: Told, other: Told) -> tuple[str, float] | None:
    """The kind of the likest two sketches, and their likeness."""
    found = [
        (alike, kind_of(here)[:1])
        for here in report.sketches
        for there in other.sketches
        if (alike := likeness(here, there)) is not None and kind_of(here)[:1] in (WITH_EMBEDDER, BY_WORDS)
    ]
    if not found:
        return None
    most, kind = max(found)
    return kind, most


def _estimated(report: Told, other: Told, apart_m: float | None) -> float:
    hours = abs(report.told_ms - other.told_ms) / 3_600_000
    later = max(_LATEST, _AN_HOUR_LATER * hours)
    by_phone = _SAME_PHONE if report.phones & other.phones else 0.0
    by_type = _OTHER_TYPE * max(0.0, 1 - 2 * same_type(report, other))
    return later + by_phone + by_type + (_NO_PLACE if apart_m is None else 0.0)


def _reasons(
    report: Told, other: Told, cosine: float | None, apart_m: float | None, by_rules: MergeCandidate | None
) -> Iterable[DuplicateReason]:
    if by_rules is not None and by_rules.external_id:
        yield DuplicateReason.SAME_NUMBER
    if report.phones & other.phones:
        yield DuplicateReason.SAME_PHONE
    if apart_m is not None and apart_m <= SAME_PLACE_M:
        yield DuplicateReason.SAME_PLACE
    elif apart_m is not None and apart_m <= NEAR_M:
        yield DuplicateReason.NEAR_PLACE
    if (cosine is not None and cosine >= LIKE_WORDS) or (by_rules is not None and "text" in by_rules.reasons):
        yield DuplicateReason.LIKE_WORDS
    if same_type(report, other) >= 0.5 and report.types and other.types:
        yield DuplicateReason.SAME_TYPE
    if report.people is not None and report.people == other.people:
        yield DuplicateReason.SAME_PEOPLE
    if abs(report.told_ms - other.told_ms) / 1000 <= SAME_TIME_S:
        yield DuplicateReason.SAME_TIME


def _of_aspects(found: Comparison) -> Iterable[DuplicateReason]:
    """What agrees, then what differs, as far as it counts most."""
    yield from (DuplicateReason(f"same_{aspect}") for aspect in found.agree[:_MOST_REASONS])
    yield from (DuplicateReason(f"other_{aspect}") for aspect in found.differ[:_MOST_REASONS])


def _speaks_for(one: LikelyDuplicate) -> bool:
    """Whether anything but the clock does: in a busy hour every report comes at the time of others."""
    return any(reason is not DuplicateReason.SAME_TIME and not reason.startswith("other_") for reason in one.reasons)
