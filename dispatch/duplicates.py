"""Which open incidents may be the same event as a new report. They are proposed, never merged silently.

Each of place, time, type and text gives a likeness from 0 to 1; the score is their weighted mean. Texts are compared by a
keyed fingerprint made at intake (64 bits of a SimHash), so the words themselves never leave `private`; where either text is
missing or the two are in different languages, the text has no say.
"""

import re

from dispatch.geo import METRES_A_DEGREE, distance_m
from dispatch.languages import primary
from dispatch.model import Incident, MergeCandidate
from dispatch.surroundings import NEAR_M, Neighbour

APART_S = 1_800.0
"""Reports of one event come within half an hour of each other, or an operator finds the second by hand."""
PROPOSED_FROM = 0.6
MOST_PROPOSED = 3
SAME_FAMILY = 0.5
TEXT_ALIKE = 0.4
"""Types that have nothing to do with each other need texts that are at least this much alike."""
_WEIGHT_PLACE, _WEIGHT_TIME, _WEIGHT_TYPE, _WEIGHT_TEXT = 0.4, 0.1, 0.25, 0.25
_BITS = 64
_PRINT = re.compile("[0-9a-f]{16}")


def neighbour_of(incident: Incident) -> Neighbour | None:
    """How others see this incident; None when it has ended or has no place."""
    if not incident.is_open or incident.area is None:
        return None
    return Neighbour(
        incident_id=incident.id,
        type=incident.type,
        centre=incident.area.centre,
        reach_m=incident.area.reach_m,
        logged_ms=incident.times.logged_ms,
        language=incident.language,
        text_print=incident.text_print,
    )


def candidates(report: Neighbour, others: tuple[Neighbour, ...]) -> tuple[MergeCandidate, ...]:
    """The likeliest first."""
    judged = [_judged(report, other) for other in others if other.incident_id != report.incident_id]
    likely = [entry for entry in judged if entry is not None and entry.score >= PROPOSED_FROM]
    likely.sort(key=lambda entry: (-entry.score, entry.incident_id))
    return tuple(likely[:MOST_PROPOSED])


def _judged(report: Neighbour, other: Neighbour) -> MergeCandidate | None:
    """The cheap tests first: in a disaster this is asked of many, and of few with a yes."""
    apart_s = abs(report.logged_ms - other.logged_ms) / 1000
    if apart_s > APART_S:
        return None
    reach_m = report.reach_m + other.reach_m
    if abs(report.centre.lat - other.centre.lat) * METRES_A_DEGREE > NEAR_M + reach_m:
        return None
    type_ = likeness_of_types(report.type, other.type)
    text = likeness_of_texts(report, other)
    if type_ == 0 and (text or 0.0) < TEXT_ALIKE:
        return None
    apart_m = max(0.0, distance_m(report.centre, other.centre) - reach_m)
    if apart_m > NEAR_M:
        return None
    score = _WEIGHT_PLACE * (1 - apart_m / NEAR_M) + _WEIGHT_TIME * (1 - apart_s / APART_S) + _WEIGHT_TYPE * type_
    weight = _WEIGHT_PLACE + _WEIGHT_TIME + _WEIGHT_TYPE
    if text is not None:
        score, weight = score + _WEIGHT_TEXT * text, weight + _WEIGHT_TEXT
    return MergeCandidate(
        incident_id=other.incident_id,
        score=round(score / weight, 3),
        distance_m=round(apart_m, 1),
        apart_s=round(apart_s, 1),
        type=type_,
        text=text if text is None else round(text, 3),
    )


def likeness_of_types(one: str, other: str) -> float:
    """1 for the same type, 0.5 within a family (`fire.building`, `fire.wildland`)."""
    if one == other:
        return 1.0
    return SAME_FAMILY if one.split(".")[0] == other.split(".")[0] else 0.0


def likeness_of_texts(one: Neighbour, other: Neighbour) -> float | None:
    """Fingerprints of unrelated texts differ in half their bits, which counts as no likeness at all."""
    if one.text_print is None or other.text_print is None:
        return None
    here, there = _bits(one.text_print), _bits(other.text_print)
    if here is None or there is None:
        return None
    if one.language and other.language and primary(one.language) != primary(other.language):
        return None
    return max(0.0, 1 - 2 * (here ^ there).bit_count() / _BITS)


def _bits(text_print: str) -> int | None:
    """None for what is no fingerprint: it came from outside."""
    return int(text_print, 16) if _PRINT.fullmatch(text_print) else None
