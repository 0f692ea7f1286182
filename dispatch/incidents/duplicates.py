"""Duplicate detection: open incidents that may be the same event as a new report. They are proposed, never merged silently.

Place, time, type and text each give a likeness from 0 to 1; the score is their weighted mean. Texts are compared by a keyed
fingerprint made at intake (a 64-bit SimHash), so the text itself never leaves the topic `private`. The text is left out of the
score where one is missing or the languages differ.

The same number in another system (`external_id`) weighs more than all of these. Two reports of one reporter under one number are
one event, wherever and whenever. Two reporters may use the same number by chance, since every system counts from one; the
likeness then changes the score, but the pair is always proposed. A number shared by too many open incidents is a placeholder
("n/a") and is ignored. The numbers of merged reports stand for the incident that adopted them.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from dispatch.model.context import NEAR_M, Neighbour
from dispatch.model.digests import are_comparable, external_digest
from dispatch.model.geo import METRES_A_DEGREE, distance_m
from dispatch.model.incidents import Incident
from dispatch.model.languages import primary
from dispatch.model.merges import MergeCandidate, ReportNumber

APART_S = 1_800.0
"""Reports further apart in time are not compared by likeness; an operator finds such duplicates by hand."""
PROPOSED_FROM = 0.6
MOST_PROPOSED = 3
SAME_FAMILY = 0.5
TEXT_ALIKE = 0.4
"""Least likeness of the texts of two reports whose types are unrelated."""
SPEAKS_FOR_IT = 0.4
"""Least likeness that is listed as a reason."""
SAME_NUMBER = 0.98
"""Score of two reports of one reporter under one number; below 1 because numbers are reused."""
NUMBER_OF_ANOTHER = 0.7
"""Score of two reporters' reports under one number without any likeness: above `PROPOSED_FROM`. An estimate."""
_LIKENESS_COUNTS = 0.25
"""Added to it in proportion to the likeness. An estimate."""
_WEIGHT_PLACE, _WEIGHT_TIME, _WEIGHT_TYPE, _WEIGHT_TEXT = 0.4, 0.1, 0.25, 0.25
"""They sum to 1; without comparable texts the mean is over the other three."""
_BITS = 64
_PRINT = re.compile("(?:[0-9a-z-]+:)?([0-9a-f]{16})")
"""With the scheme of its key; older fingerprints have none."""


def neighbour_of(incident: Incident) -> Neighbour | None:
    """The incident as compared by others; None when it has ended, or has neither a place nor an external id."""
    external = external_digest(incident)
    if not incident.is_open or (incident.area is None and external is None):
        return None
    return _neighbour(incident, external, incident.reported_by)


def numbers_of(incident: Incident) -> tuple[ReportNumber, ...]:
    """The external numbers that stand for this incident, each once: its own, then those of the reports merged into it."""
    own = external_digest(incident)
    numbers = [ReportNumber(digest=own, reported_by=incident.reported_by)] if own else []
    numbers += [number for adopted in incident.report_numbers.values() for number in adopted]
    # Its own reporter counts for a number that a merged report has as well.
    return tuple({number.digest: number for number in reversed(numbers)}.values())[::-1]


def neighbours_by_number(incident: Incident) -> dict[str, Neighbour]:
    """Digest of an external number → the incident as compared with another report under it; empty when it has ended."""
    if not incident.is_open:
        return {}
    return {number.digest: _neighbour(incident, number.digest, number.reported_by) for number in numbers_of(incident)}


def _neighbour(incident: Incident, external: str | None, reported_by: str) -> Neighbour:
    return Neighbour(
        incident_id=incident.id,
        type=incident.type,
        centre=incident.area.centre if incident.area else None,
        reach_m=incident.area.reach_m if incident.area else 0.0,
        logged_ms=incident.times.logged_ms,
        language=incident.language,
        text_print=incident.text_print,
        external=external,
        reported_by=reported_by,
        exercise=incident.exercise,
    )


def candidates(report: Neighbour, others: Iterable[Neighbour]) -> tuple[MergeCandidate, ...]:
    """The duplicates to propose, best score first: at most `MOST_PROPOSED`, each with a score of at least `PROPOSED_FROM`."""
    # Found by place and by number is found once: by the number, which may be that of a merged report.
    known: dict[str, Neighbour] = {}
    for other in others:
        is_named = report.external is not None and other.external == report.external
        # A repeated report does not find itself.
        # Nor is a drill the same event as a real one.
        if other.exercise is not report.exercise:
            continue
        if other.incident_id != report.incident_id and (is_named or other.incident_id not in known):
            known[other.incident_id] = other
    judged = [_judged(report, other) for other in known.values()]
    likely = [entry for entry in judged if entry is not None and entry.score >= PROPOSED_FROM]
    # Incidents with the same external id come first here, so that the cut never removes one.
    likely.sort(key=lambda entry: (not entry.external_id, -entry.score, entry.incident_id))
    return tuple(sorted(likely[:MOST_PROPOSED], key=lambda entry: (-entry.score, entry.incident_id)))


def _judged(report: Neighbour, other: Neighbour) -> MergeCandidate | None:
    if report.external is not None and report.external == other.external:
        return _same_number(report, other)
    return _alike(report, other)


def _same_number(report: Neighbour, other: Neighbour) -> MergeCandidate:
    found = _compared(report, other)
    is_same_reporter = report.reported_by is not None and report.reported_by == other.reported_by
    # Two systems may both have a number 17, so likeness still moves the score (DESIGN 95).
    by_number = SAME_NUMBER if is_same_reporter else NUMBER_OF_ANOTHER + _LIKENESS_COUNTS * found.score
    words = ("external_id", *(("reporter",) if is_same_reporter else ()), *found.reasons)
    return replace(found, score=round(max(by_number, found.score), 3), external_id=True, reasons=words)


def _alike(report: Neighbour, other: Neighbour) -> MergeCandidate | None:
    """None for unlike reports. The cheap tests come first: in a disaster there are many pairs, and few are alike."""
    if report.centre is None or other.centre is None:
        return None
    if abs(report.logged_ms - other.logged_ms) / 1000 > APART_S:
        return None
    # Latitude alone: its degrees have one length everywhere, and it has no seam at 180 degrees.
    if abs(report.centre.lat - other.centre.lat) * METRES_A_DEGREE > NEAR_M + report.reach_m + other.reach_m:
        return None
    # Callers may name one event by unrelated types; then the texts have to agree.
    if likeness_of_types(report.type, other.type) == 0 and (likeness_of_texts(report, other) or 0.0) < TEXT_ALIKE:
        return None
    found = _compared(report, other)
    return None if found.distance_m is None or found.distance_m > NEAR_M else found


def _compared(report: Neighbour, other: Neighbour) -> MergeCandidate:
    """All likenesses of the two reports, and their weighted mean."""
    apart_s = abs(report.logged_ms - other.logged_ms) / 1000
    apart_m = _apart_m(report, other)
    text: float | None = likeness_of_texts(report, other)
    parts = {
        "place": (_WEIGHT_PLACE, 0.0 if apart_m is None else max(0.0, 1 - apart_m / NEAR_M)),
        "type": (_WEIGHT_TYPE, likeness_of_types(report.type, other.type)),
        **({} if text is None else {"text": (_WEIGHT_TEXT, text)}),
        "time": (_WEIGHT_TIME, max(0.0, 1 - apart_s / APART_S)),
    }
    weight = sum(part for part, _ in parts.values())
    # By their share in the score, so that the first reason is the one that counted most.
    strongest = sorted(parts, key=lambda name: -parts[name][0] * parts[name][1])
    return MergeCandidate(
        incident_id=other.incident_id,
        score=round(sum(part * likeness for part, likeness in parts.values()) / weight, 3),
        distance_m=None if apart_m is None else round(apart_m, 1),
        apart_s=round(apart_s, 1),
        type=parts["type"][1],
        text=text if text is None else round(text, 3),
        reasons=tuple(name for name in strongest if parts[name][1] >= SPEAKS_FOR_IT),
    )


def _apart_m(one: Neighbour, other: Neighbour) -> float | None:
    if one.centre is None or other.centre is None:
        return None
    return max(0.0, distance_m(one.centre, other.centre) - one.reach_m - other.reach_m)


def likeness_of_types(one: str, other: str) -> float:
    """1 for the same type, 0.5 within a family (`fire.building`, `fire.wildland`)."""
    if one == other:
        return 1.0
    return SAME_FAMILY if one.split(".")[0] == other.split(".")[0] else 0.0


def likeness_of_texts(one: Neighbour, other: Neighbour) -> float | None:
    """1 for the same fingerprint, 0 for half the bits different, as in unrelated texts. None: not comparable."""
    if one.text_print is None or other.text_print is None:
        return None
    here, there = _bits(one.text_print), _bits(other.text_print)
    if here is None or there is None or not are_comparable(one.text_print, other.text_print):
        return None
    if one.language and other.language and primary(one.language) != primary(other.language):
        return None
    return max(0.0, 1 - 2 * (here ^ there).bit_count() / _BITS)


def _bits(text_print: str) -> int | None:
    """The fingerprint as a number; None when the text, which a client may have sent, is not one."""
    match = _PRINT.fullmatch(text_print)
    return int(match[1], 16) if match else None
