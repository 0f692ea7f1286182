"""Media and messages that somebody watches: which belong together, and which to look at next. `clusters`, `next_items`.

Nothing is hidden: an item that is less urgent comes later. What is looked at next is urgent, not clear by itself, and not one
more copy of what has been looked at; each of the three is told, so that the order can be understood and overruled.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from dispatch.assistant.reading import SURE, Reading

MOST_ITEMS = 300
"""The newest that are compared with each other: 45,000 pairs."""
MOST_TOGETHER = 50
"""A cluster that is larger chains items that have nothing in common any more."""
ALIKE = 0.8
_FLOOR = 0.2
"""Of each factor: what is certain, or known already, is looked at last and not never."""
_URGENCY = {True: 1.0, None: 0.6, False: 0.3}
"""By what the text says about danger to life."""
_WITHOUT_TYPE, _WITHOUT_TYPE_UNCERTAIN = 0.25, 0.5
"""Most texts in which no type is found report nothing; some do, so they keep a rank."""

Likeness = Callable[[str, str], float]
"""How alike the items of two ids are, 0 to 1; symmetrical. Must not raise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One post or message. `at_ms`: when it was published."""

    id: str
    at_ms: int
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class NextItem:
    """`score` is the product of the three factors, each from 0.2 to 1. `like`: the items of its cluster, of which `seen` have
    been looked at."""

    id: str
    score: float
    urgency: float
    uncertainty: float
    novelty: float
    like: tuple[str, ...]
    seen: int


def clusters(items: Iterable[Item], likeness: Likeness, *, alike: float = ALIKE) -> tuple[tuple[str, ...], ...]:
    """The ids of items that belong together, the largest cluster first, in a cluster the oldest first. Single-link: alike to one
    of a cluster is enough, the likest pairs first, while both together are no more than `MOST_TOGETHER`. The order of `items`
    does not matter; beyond the `MOST_ITEMS` newest, each is alone."""
    ordered = sorted(items, key=lambda item: (-item.at_ms, item.id))
    ids = [item.id for item in ordered]
    cluster_of = {one: [one] for one in ids}
    pairs = []
    for first, second in combinations(sorted(ids[:MOST_ITEMS]), 2):
        if (value := likeness(first, second)) >= alike:
            pairs.append((-value, first, second))
    for _, first, second in sorted(pairs):
        one, other = cluster_of[first], cluster_of[second]
        if one is not other and len(one) + len(other) <= MOST_TOGETHER:
            one += other
            cluster_of.update(dict.fromkeys(other, one))
    age = {one: -number for number, one in enumerate(ids)}
    each = {id(cluster): tuple(sorted(cluster, key=age.__getitem__)) for cluster in cluster_of.values()}
    return tuple(sorted(each.values(), key=lambda cluster: (-len(cluster), cluster)))


def next_items(
    items: Iterable[Item], together: Iterable[Sequence[str]], seen: Collection[str] = ()
) -> tuple[NextItem, ...]:
    """The items that nobody has looked at, the one to look at next first; of equal ones the oldest. `together`: `clusters`."""
    cluster_of = {one: tuple(cluster) for cluster in together for one in cluster}
    ordered = sorted((item for item in items if item.id not in seen), key=lambda item: (item.at_ms, item.id))
    return tuple(sorted((_next(item, cluster_of, seen) for item in ordered), key=lambda one: -one.score))


def _next(item: Item, cluster_of: dict[str, tuple[str, ...]], seen: Collection[str]) -> NextItem:
    like = tuple(one for one in cluster_of.get(item.id, ()) if one != item.id)
    looked_at = sum(one in seen for one in like)
    urgency, uncertainty = _urgency(item.reading), _uncertainty(item.reading)
    novelty = max(_FLOOR, 1 / (1 + looked_at))
    return NextItem(
        id=item.id,
        score=round(urgency * uncertainty * novelty, 4),
        urgency=urgency,
        uncertainty=uncertainty,
        novelty=round(novelty, 3),
        like=like,
        seen=looked_at,
    )


def _urgency(reading: Reading) -> float:
    if reading.threat.value is True:
        return _URGENCY[True]
    return _URGENCY[reading.threat.value] if reading.types else _WITHOUT_TYPE


def _uncertainty(reading: Reading) -> float:
    """Of the least sure of what it is and where: a person adds most where software knows least."""
    if not reading.types:
        return _WITHOUT_TYPE_UNCERTAIN
    what = reading.types[0].probability
    where = reading.places[0].probability if reading.places else SURE
    return round(max(_FLOOR, *(1 - abs(2 * one - 1) for one in (what, where))), 3)
