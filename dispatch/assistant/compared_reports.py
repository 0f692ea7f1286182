"""The texts about one incident held against each other, and against what is known of it: `compared(texts, known)`.

What comes out are hints: two texts that cannot both be right, and reports in the same words, which look like many witnesses and
may be one. Translations and summaries repeat words on purpose, so only reports are compared for that. Nobody is told who is
right, and nothing follows but a look of a person.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations
from typing import Any

from dispatch.assistant.claims import ClaimedPlace, Claims
from dispatch.assistant.contradictions import Against, Contradiction, contradictions
from dispatch.assistant.hint_kinds import HintKind
from dispatch.assistant.reused_texts import reused
from dispatch.assistant.sealed_claims import SpannedHint, claims_of_hints
from dispatch.assistant.texts import Span
from dispatch.model.ids import derived
from dispatch.model.places import Place

MOST_TEXTS = 20
"""The first ones: 190 pairs."""
MOST_FOUND = 20
VERSION = "1"


class TextKind(StrEnum):
    """What a text about an incident is. Names are values of the API: never change them."""

    DESCRIPTION = "description"
    RESULT = "result"
    REPORT = "report"
    """The description of a report that was merged into the incident."""
    INCIDENT = "incident"
    """No text: what the incident holds for true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOfIncident:
    """`of`: the offer of a result, or the incident of a merged report. `text` None: it cannot be read now, or no longer. `place`:
    where a result says it is, whatever its words are."""

    ref: str
    kind: TextKind
    of: str | None = None
    hints: Sequence[SpannedHint] = ()
    text: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A hint about `source`. `value`: JSON; `other` there names the other side, `other_spans` its words."""

    id: str
    source: TextOfIncident
    kind: HintKind
    value: Mapping[str, Any]
    spans: tuple[Span, ...]
    probability: float | None = None


def compared(texts: Sequence[TextOfIncident], known: Claims) -> tuple[Compared, ...]:
    """Contradictions first, then what is used again; about the later text of two. At most `MOST_FOUND`."""
    read = [(one, _claims(one)) for one in texts[:MOST_TEXTS]]
    found = [*_against_incident(read, known), *_against_each_other(read), *_used_again(texts[:MOST_TEXTS])]
    return tuple(found[:MOST_FOUND])


def against_description(found: Sequence[Compared], *, is_type_stated: bool) -> tuple[Compared, ...]:
    """The contradictions that speak against an answer about the description. `is_type_stated`: a person has changed the type
    since it was reported, so they know better than the text. Where the incident lies is for others to find out."""
    return tuple(
        one
        for one in found
        if one.kind is HintKind.CONTRADICTION
        and TextKind.DESCRIPTION in (one.source.kind, one.value["other"]["kind"])
        and (
            one.value["other"]["kind"] != TextKind.INCIDENT
            or (one.value["code"] == Against.TYPE and not is_type_stated)
        )
    )


def told_again(texts: Sequence[TextOfIncident]) -> bool:
    """Whether another report, in other words, surely tells of what the description tells: the same type, and no place that lies
    elsewhere."""
    of_description = next((one for one in texts if one.kind is TextKind.DESCRIPTION), None)
    if of_description is None or of_description.text is None:
        return False
    own = _claims(of_description)
    return any(
        one.kind is TextKind.REPORT
        and one.text is not None
        and _tells_the_same(own, _claims(one))
        and not reused(one.text, {of_description.ref: of_description.text})
        for one in texts[:MOST_TEXTS]
    )


def _tells_the_same(own: Claims, other: Claims) -> bool:
    is_one_type = bool(own.types) and own.types[:1] == other.types[:1]
    return is_one_type and not contradictions(own, other)


def as_told_of_description(
    source: TextKind, value: Mapping[str, Any], spans: tuple[Span, ...]
) -> tuple[dict[str, Any], tuple[Span, ...]] | None:
    """Value and spans for whoever judges the description and has read no other text: what it says first, then what the other
    says, without what leads to a place, a person or another text. None: the description has no part in it."""
    other = value["other"]["kind"]
    if TextKind.DESCRIPTION.value not in (source.value, other):
        return None
    told = {name: part for name, part in value.items() if name in ("code", "first", "second", "apart_m", "share")}
    if source is not TextKind.DESCRIPTION:
        first, other, spans = told.get("first"), source.value, tuple((one[0], one[1]) for one in value["other_spans"])
        told |= {"first": told["second"], "second": first} if first is not None else {}
    if value.get("code") == Against.PLACE.value:
        told |= {"first": "", "second": ""}
    return {**told, "other": {"kind": other, "of": None}, "other_spans": []}, spans


def _claims(text: TextOfIncident) -> Claims:
    claims = claims_of_hints(text.hints)
    return claims if text.place is None else replace(claims, places=(ClaimedPlace(place=text.place),))


def _against_incident(read: Sequence[tuple[TextOfIncident, Claims]], known: Claims) -> Iterator[Compared]:
    incident = TextOfIncident(ref="", kind=TextKind.INCIDENT)
    for text, claims in read:
        for one in contradictions(claims, known):
            yield _contradiction(text, incident, one)


def _against_each_other(read: Sequence[tuple[TextOfIncident, Claims]]) -> Iterator[Compared]:
    for (earlier, earlier_claims), (later, later_claims) in combinations(read, 2):
        for one in contradictions(later_claims, earlier_claims):
            yield _contradiction(later, earlier, one)


def _contradiction(source: TextOfIncident, other: TextOfIncident, found: Contradiction) -> Compared:
    value: dict[str, Any] = {"code": found.code.value, "first": found.first, "second": found.second}
    if found.code is Against.PLACE:
        value |= {"apart_m": found.apart_m, "first_place": _place_name(source), "second_place": _place_name(other)}
    return _made(source, other, HintKind.CONTRADICTION, value, found.first_spans, found.second_spans)


def _place_name(text: TextOfIncident) -> Mapping[str, str] | None:
    if text.place is not None:
        return None
    likeliest = next((one for one in text.hints if one.kind is HintKind.PLACE), None)
    name = likeliest.value.get("name") if likeliest else None
    return name if isinstance(name, Mapping) else None


def _used_again(texts: Sequence[TextOfIncident]) -> Iterator[Compared]:
    reports = [one for one in texts if one.kind in (TextKind.DESCRIPTION, TextKind.REPORT) and one.text]
    for at, later in enumerate(reports):
        earlier = {one.ref: one for one in reports[:at]}
        for found in reused(later.text or "", {ref: one.text or "" for ref, one in earlier.items()}):
            yield _made(later, earlier[found.other], HintKind.REUSED, {"share": found.share}, found.spans, ())


def _made(
    source: TextOfIncident,
    other: TextOfIncident,
    kind: HintKind,
    value: Mapping[str, Any],
    spans: Sequence[Span],
    other_spans: Sequence[Span],
) -> Compared:
    named = {"kind": other.kind.value, "of": other.of}
    code = f"{value.get('code')} {value.get('first')} {value.get('second')}"
    return Compared(
        id=str(derived("hint", "compared", VERSION, source.ref, other.ref, kind.value, code)),
        source=source,
        kind=kind,
        value={**value, "other": named, "other_spans": [list(span) for span in other_spans]},
        spans=tuple(spans),
    )
