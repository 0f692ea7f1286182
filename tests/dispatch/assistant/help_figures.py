"""How good the helps are that stand on a reading, on the labelled messages: cards, contradictions, reused texts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations, pairwise

from dispatch.assistant.claims import Claims, claims_of
from dispatch.assistant.contradictions import FAR_M, Against, contradictions
from dispatch.assistant.reading import Reading, read
from dispatch.assistant.report_card import CardCode, card
from dispatch.assistant.reused_texts import reused
from dispatch.model.geo import distance_m
from dispatch.model.places import Place
from tests.dispatch.assistant.labelled import Message, Share
from tests.dispatch.assistant.place_figures import is_right

Pair = tuple[Message, Message]


@cache
def read_once(text: str) -> Reading:
    return read(text)


def cards_complete(of: Sequence[Message]) -> Iterator[Share]:
    """A card is complete if all that is labelled stands on it: the type among three, the place, the number of people from two on,
    the phone, that something is denied, that life is in danger."""
    reports = [message for message in of if message.type is not None]
    right = [not _lacking(message) for message in reports]
    yield Share(name="card: complete", right=sum(right), of=len(right))


def _lacking(message: Message) -> set[str]:
    lines = card(read_once(message.text))
    said = {line.code for line in lines}
    on_card = {
        "type": any(line.code is CardCode.TYPE and line.params["value"] in message.types_ok for line in lines),
        "place": message.place is None
        or any(_is_place(line.params, message) for line in lines if "district" in line.params),
        "people": (message.people or 0) < 2
        or any(line.code is CardCode.PEOPLE and line.params["count"] == message.people for line in lines),
        "phone": message.phone is None
        or any(line.code is CardCode.PHONE and line.params["value"] == message.phone for line in lines),
        "denied": not message.negated or CardCode.DENIED in said,
        "threat": not message.life_threat or CardCode.THREAT in said,
    }
    return {name for name, is_there in on_card.items() if not is_there}


def _is_place(params: Mapping[str, object], message: Message) -> bool:
    assert message.place is not None
    place = next(one for one in read_once(message.text).places if one.known.id == params["id"])
    return is_right(place.known, message.place)


def contradictions_found(of: Sequence[Message]) -> Iterator[Share]:
    """Between two messages of one event whose labels differ, and the false ones: where the labels do not. Of denials it is not
    labelled what is denied."""
    for code, differs in _DIFFERS.items():
        pairs = list(_pairs(of))
        found = [code in _between(pair) for pair in pairs]
        is_so = [differs(pair) for pair in pairs]
        hits = [is_found for is_found, so in zip(found, is_so, strict=True) if so]
        yield Share(name=f"contradiction of {code}: found", right=sum(hits), of=len(hits))
        others = [not is_found for is_found, so in zip(found, is_so, strict=True) if not so]
        yield Share(name=f"contradiction of {code}: none where labels agree", right=sum(others), of=len(others))


def far_places_told_apart(of: Sequence[Message]) -> Iterator[Share]:
    """Between messages of two events next to each other in the file that happen far apart: both name a place."""
    apart = [pair for pair in pairwise(of) if pair[0].event != pair[1].event and _is_far(pair)]
    found = [Against.PLACE in _between(pair) for pair in apart]
    yield Share(name="contradiction of place: found between events", right=sum(found), of=len(found))


def texts_not_reused(of: Sequence[Message]) -> Iterator[Share]:
    """Witnesses who write by themselves are not taken for copies."""
    alone = [not reused(first.text, {second.msg: second.text}) for first, second in _pairs(of)]
    yield Share(name="reused text: none in one event", right=sum(alone), of=len(alone))


@cache
def _claims_once(text: str) -> Claims:
    return claims_of(read_once(text))


def _between(pair: Pair) -> set[Against]:
    first, second = pair
    return between_texts(first.text, second.text)


def between_texts(first: str, second: str) -> set[Against]:
    return {one.code for one in contradictions(_claims_once(first), _claims_once(second))}


def _pairs(of: Sequence[Message]) -> Iterator[Pair]:
    of_event = defaultdict(list)
    for message in of:
        of_event[message.event].append(message)
    for told in of_event.values():
        yield from combinations(told, 2)


def _is_far(pair: Pair) -> bool:
    first, second = (message.place for message in pair)
    if first is None or second is None:
        return False
    one, other = (Place(lon=place["lon"], lat=place["lat"]) for place in (first, second))
    return distance_m(one, other) > FAR_M


def _counts_differ(pair: Pair) -> bool:
    first, second = (message.people or 0 for message in pair)
    return min(first, second) > 1 and first != second


def _types_differ(pair: Pair) -> bool:
    first, second = pair
    return None not in (first.type, second.type) and not set(first.types_ok) & set(second.types_ok)


def _times_differ(pair: Pair) -> bool:
    return {message.when for message in pair} == {"now", "future"}


_DIFFERS = {
    Against.PLACE: _is_far,
    Against.COUNT: _counts_differ,
    Against.TYPE: _types_differ,
    Against.TIME: _times_differ,
}
HELPS = (cards_complete, contradictions_found, far_places_told_apart, texts_not_reused)
