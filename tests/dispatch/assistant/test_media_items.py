"""Items that belong together, and which to look at next."""

from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.assistant.media_items import MOST_ITEMS, MOST_TOGETHER, Item, clusters, next_items
from dispatch.assistant.reading import read
from tests.support.strategies import UNTIMED  # noqa: F401 -- its import sets the profile of Hypothesis

# The places of the country are read with the first text: not while tests are collected, which every process does.
reading_of = cache(read)


def item(name: str, text: str = "", at_ms: int = 0) -> Item:
    return Item(id=name, at_ms=at_ms, reading=reading_of(text))


def alike(*pairs: str) -> "dict[frozenset[str], float]":
    return {frozenset(pair): 0.9 for pair in pairs}


def test_alike_to_one_of_a_cluster_is_enough() -> None:
    likeness = alike("ab", "bc")

    found = clusters(map(item, "abcd"), lambda one, other: likeness.get(frozenset((one, other)), 0.0))

    assert found == (("a", "b", "c"), ("d",)) or set(map(frozenset, found)) == {frozenset("abc"), frozenset("d")}
    assert len(found[0]) == 3


def test_in_a_cluster_the_oldest_comes_first() -> None:
    items = [item("new", at_ms=3), item("old", at_ms=1), item("middle", at_ms=2)]

    assert clusters(items, lambda _one, _other: 1.0) == (("old", "middle", "new"),)


def test_a_cluster_never_grows_without_bound() -> None:
    items = [item(f"{number:03}") for number in range(MOST_TOGETHER * 2 + 1)]

    found = clusters(items, lambda _one, _other: 1.0)

    assert max(map(len, found)) <= MOST_TOGETHER
    assert sum(map(len, found)) == len(items)


def test_only_the_newest_are_compared() -> None:
    asked = []

    def likeness(one: str, other: str) -> float:
        asked.append((one, other))
        return 0.0

    items = [item(f"{number:04}", at_ms=number) for number in range(MOST_ITEMS + 10)]

    assert len(clusters(items, likeness)) == MOST_ITEMS + 10
    assert len(asked) == MOST_ITEMS * (MOST_ITEMS - 1) // 2
    assert "0009" not in {one for pair in asked for one in pair}


@given(order=st.permutations("abcdef"), linked=st.sets(st.sampled_from(["ab", "bc", "de", "af", "cd"])))
def test_the_order_of_the_items_does_not_matter(order: list[str], linked: set[str]) -> None:
    likeness = alike(*linked)

    def of(one: str, other: str) -> float:
        return likeness.get(frozenset((one, other)), 0.0)

    assert clusters(map(item, order), of) == clusters(map(item, "abcdef"), of)


def test_danger_to_life_that_is_not_clear_comes_first() -> None:
    items = [
        item("greeting", "Қайырлы таң"),
        item("calm", "Пожар потушен, пострадавших нет, горел дом в Талгаре"),
        item("danger", "Помогите, дети под завалом, не можем выбраться"),
    ]

    ranked = next_items(items, ())

    assert ranked[0].id == "danger"
    assert ranked[-1].id != "danger"
    assert all(one.score >= other.score for one, other in pairwise(ranked))


def test_one_more_copy_of_what_was_looked_at_comes_later_and_is_not_hidden() -> None:
    text = "Помогите, дети под завалом"
    items = [item("a", text), item("b", text), item("c", text, at_ms=1)]

    first, second = next_items(items, [("a", "b")], seen=["a"])

    assert (first.id, first.seen, first.novelty) == ("c", 0, 1.0)
    assert (second.id, second.seen, second.like) == ("b", 1, ("a",))
    assert second.novelty == pytest.approx(0.5)


def test_each_factor_is_told() -> None:
    (found,) = next_items([item("a", "Пожар в Талгаре, горит дом")], ())

    assert found.score == pytest.approx(found.urgency * found.uncertainty * found.novelty, abs=0.001)
    assert all(0.2 <= factor <= 1 for factor in (found.urgency, found.uncertainty, found.novelty))
