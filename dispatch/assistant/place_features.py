"""Numbers about each place that a text may mean, for the weights of `place_ranking.py`.

A candidate is a mention and one place of that name. All numbers are between about 0 and 2, so that one penalty suits all weights.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from dispatch.assistant.distances import Offset, offsets_in
from dispatch.assistant.mentions import Mention, mentions_in
from dispatch.assistant.place_context import HAPPENS, Context, Role, anchored, context_of
from dispatch.assistant.place_names import Named, PlaceNames
from dispatch.assistant.texts import Text
from dispatch.gazetteer.folding import folded
from dispatch.gazetteer.records import Kind, Known
from dispatch.model.geo import distance_m
from dispatch.model.places import Place

Features = dict[str, float]
MOST_CANDIDATES = 100
MOST_ANCHORS = 12
"""Named places to which the others are compared: the work grows with their product."""
_AREAS = (Kind.DISTRICT, Kind.REGION)
_AREA_WORDS = frozenset({"district_word", "region_word"})
_TOWN = 2_000
"""Inhabitants of a place that is named for itself, even without a capital."""
_COMMON = 3.5
"""Logarithm of the uses of a word from which it is rather a word than a name (`place_names.common_words`)."""
_SAME_SENTENCE = frozenset(" ,-–—:()«»\"'/\t")
"""What may stand between words of one sentence."""
_BESIDE = 3
"""Words from one name to the next of "Посёлок Дамба под Атырау"."""
_CLOSE_M = 30_000.0
"""Distance from the caller's point at which a place is half as much "here"."""
_FAR_KM = 100.0


@dataclass(frozen=True, slots=True)
class Candidate:
    mention: Mention
    context: Context
    named: Named
    known: Known
    role: Role
    offset: Offset | None


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A mention that is surely a place: what the others may lie near to."""

    mention: Mention
    places: tuple[Known, ...]
    role: Role


def candidates_in(text: Text, names: PlaceNames) -> list[Candidate]:
    """Every place that the text may mean, in the order of the text; at most `MOST_CANDIDATES`."""
    contexts = [(mention, context_of(mention, text)) for mention in mentions_in(text, names)]
    known_as = names.gazetteer.places
    sure = [one for one in contexts if any(_is_sure(one[0], known_as[named.number], names) for named in one[0].named)]
    offsets = anchored(offsets_in(text), sure or contexts)
    found: list[Candidate] = []
    for mention, context in contexts:
        for named in sorted(mention.named, key=lambda one: one.cost)[:_PER_MENTION]:
            known, role = known_as[named.number], context.role(named.reading.inflection)
            found.append(Candidate(mention, context, named, known, role, offsets.get(mention.span)))
    return found[:MOST_CANDIDATES]


_PER_MENTION = 40
"""The commonest name in the country has 38 places."""


def features_of(
    candidates: list[Candidate], text: Text, names: PlaceNames, near: Place | None = None
) -> list[Features]:
    """In the order of the candidates."""
    anchors = list(islice(_anchors(candidates, names), MOST_ANCHORS))
    mentions = {one.mention.span: one.mention for one in candidates}
    shared = {span: _of_mention(mention, text, names, len(mentions)) for span, mention in mentions.items()}
    return [
        {
            **shared[one.mention.span],
            **_of_context(one),
            **_of_name(one),
            **_of_place(one, near),
            **_of_others(one, anchors),
        }
        for one in candidates
    ]


def _of_mention(mention: Mention, text: Text, names: PlaceNames, mentions: int) -> Features:
    first = mention.words[mention.first]
    has_capitals = any(word.is_capital for word in text.words[1:])
    common = names.common.get(mention.folded, 0.0) / 6
    best = min(one.cost[0] for one in mention.named)
    settled = [one for one in mention.named if names.gazetteer.places[one.number].kind not in _AREAS]
    starts = mention.first == 0 or not _SAME_SENTENCE.issuperset(text.between(mention.words[mention.first - 1], first))
    return {
        "bias": 1.0,
        "capital": float(first.is_capital and not starts),
        "capital_at_start": float(first.is_capital and starts),
        "small_among_capitals": float(not first.is_capital and has_capitals),
        "common": common * (not first.is_capital),
        "common_capital": common * first.is_capital,
        "short": max(0.0, (6 - len(mention.folded)) / 4),
        "several_words": float(mention.last > mention.first),
        "ambiguous": math.log10(max(1, len(settled))),
        "first": float(mention.first <= 1),
        "position": min(1.0, mention.first / max(1, len(text.words))),
        "alone": float(mentions == 1),
        "misspelt": float(best > 0),
    }


def _of_context(one: Candidate) -> Features:
    found = {f"role_{one.role}": 1.0, **{f"beside_{flag}": 1.0 for flag in one.context.flags}}
    if one.offset is not None:
        found["offset"] = 1.0
        if one.role in (Role.FROM, Role.NOT_REACHED):
            found[f"offset_{one.role}"] = 1.0
    if one.context.flags & {"left"} and one.role is not Role.FROM:
        found["left_other"] = 1.0
    if one.role is Role.FROM and "calling" in one.context.flags:
        found["calling_from"] = 1.0
    return found


def _of_name(one: Candidate) -> Features:
    return {
        "edits": one.named.edits / 2,
        "edits_of_short": float(one.named.edits > 0 and len(one.named.reading.stem) <= 5),
        "lost": one.named.lost / 2,
        "merged": float(one.named.is_merged),
        "as_written": float(_is_as_written(one)),
        "other_name": float(_is_other_name(one)),
        "short_stem": float(len(one.named.reading.stem) <= 4),
        "ending_of_short": float(one.named.reading.ending > 0 and len(one.named.reading.stem) <= 4),
    }


def _is_as_written(one: Candidate) -> bool:
    """Whether the name stands in the text letter by letter: Достық is rather the village that is written with қ."""
    words = one.mention.words[one.mention.first : one.mention.last + 1]
    written = " ".join(word.low for word in words)
    name = one.known.name
    return any(written.startswith(each.casefold()) for each in (name.kk, name.ru, name.en) if each)


def _is_other_name(one: Candidate) -> bool:
    """Whether it is an earlier or a foreign name."""
    name, stem = one.known.name, one.named.reading.stem
    return one.named.edits == 0 and not any(folded(each).startswith(stem) for each in (name.kk, name.ru, name.en))


def _of_place(one: Candidate, near: Place | None) -> Features:
    known, flags = one.known, one.context.flags
    is_area = known.kind in _AREAS
    found = {
        # GeoNames calls every place a town, so a city and a town differ by their inhabitants alone.
        "kind_town" if known.kind in (Kind.CITY, Kind.TOWN) else f"kind_{known.kind}": 1.0,
        "inhabitants": 0.0 if is_area else math.log10(1 + known.inhabitants) / 4,
        "area_as_said": float(is_area and bool(flags & _AREA_WORDS)),
        "area_not_said": float(is_area and not flags & _AREA_WORDS),
        "no_area_but_said": float(not is_area and bool(flags & _AREA_WORDS)),
    }
    if near is not None:
        found["near"] = _far(near, known.place)
        found["near_close"] = 1 / (1 + distance_m(near, known.place) / _CLOSE_M)
    return found


def _of_others(one: Candidate, anchors: list[_Anchor]) -> Features:
    others = [anchor for anchor in anchors if anchor.mention.span != one.mention.span]
    if not others:
        return {"only_anchor": float(any(anchor.mention.span == one.mention.span for anchor in anchors))}
    same_area = any(_holds(known, one.known) for anchor in others for known in anchor.places if known.kind in _AREAS)
    found = {
        "far_from_others": min(min(_far(known.place, one.known.place) for known in anchor.places) for anchor in others),
        "in_named_area": float(same_area),
        "others_happen": float(any(anchor.role in HAPPENS for anchor in others)),
        "same_again": float(any(one.known in anchor.places for anchor in others)),
    }
    if one.role not in HAPPENS and found["others_happen"]:
        found["others_rather"] = 1.0
    if one.role is Role.NEAR and any(_is_beside(one.mention, anchor.mention) for anchor in others):
        # "Посёлок Дамба под Атырау": it only says which one.
        found["says_which"] = 1.0
    if one.role is Role.FROM and any(anchor.role is Role.TO for anchor in others):
        found["from_here_to_other"] = 1.0
    return found | _beside_bigger(one, others)


def _beside_bigger(one: Candidate, others: list[_Anchor]) -> Features:
    """ "Алматы, Думан": a quarter of the town, not the far village of that name."""
    for anchor in others:
        bigger = [known for known in anchor.places if known.inhabitants > 5 * one.known.inhabitants]
        if bigger and _is_beside(one.mention, anchor.mention):
            is_far = distance_m(bigger[0].place, one.known.place) > _FAR_KM * 1000
            return {"beside_bigger": 1.0, "beside_far_bigger": float(is_far)}
    return {}


def _is_beside(one: Mention, other: Mention) -> bool:
    return max(one.first - other.last, other.first - one.last) <= _BESIDE


def _holds(area: Known, known: Known) -> bool:
    if area.kind is Kind.REGION:
        return known.region == area.region and known.kind is not Kind.REGION
    return known.district == area.district and known.kind not in _AREAS


def _anchors(candidates: list[Candidate], names: PlaceNames) -> Iterator[_Anchor]:
    by_span: dict[tuple[int, int], list[Candidate]] = {}
    for one in candidates:
        by_span.setdefault(one.mention.span, []).append(one)
    for ones in by_span.values():
        exact = sorted((one for one in ones if one.named.edits == 0), key=lambda one: -one.known.inhabitants)
        areas = [one for one in exact if one.known.kind in _AREAS]
        # "Алматы облысы" is not the town; "ЗКО" is nothing else.
        if areas and (areas[0].context.flags & _AREA_WORDS or len(areas) == len(exact)):
            exact = areas
        else:
            areas = []
        if exact and (areas or _is_sure(exact[0].mention, exact[0].known, names)):
            yield _Anchor(exact[0].mention, tuple(one.known for one in exact[:4]), exact[0].role)


def _is_sure(mention: Mention, known: Known, names: PlaceNames) -> bool:
    common = names.common.get(mention.folded, 0.0)
    is_town = known.inhabitants >= _TOWN and (common < _COMMON or known.inhabitants >= 10 * _TOWN)
    return len(mention.folded) > 3 and (is_town or (mention.is_capital and common < _COMMON))


def _far(a: Place, b: Place) -> float:
    """0 at the same place, 1 at 1,000 km, by the logarithm of the distance."""
    return math.log10(1 + distance_m(a, b) / 1000) / 3
