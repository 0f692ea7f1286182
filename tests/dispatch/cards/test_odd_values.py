"""Whatever stands at any place of a card: it is a card or has a fault, and its report is JSON."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from dispatch.cap.steps import Step
from dispatch.cards import card_table
from dispatch.cards.card_reading import card_of
from dispatch.cards.card_steps import CardRefused, KnownCard, judged, step_of_card
from dispatch.cards.received_card import BadCard
from tests.support.card_samples import eido, national

TABLE = card_table.load(None)
ODD: list[Any] = [
    None,
    True,
    -1,
    10**18,
    1e308,
    "",
    " ",
    "\x00\ud83d",
    "x" * 70_000,
    [],
    {},
    [[]],
    [None, {}],
    {"$ref": 7},
    [{"a": [1]}],
]
NOW = 1_795_813_200_000
FULL = national(version=2, priority="high", service="101", isTraining=0, isExtreme=1)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every member and entry, the deepest last."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield (*path, key)
        yield from places(inner, (*path, key))


def changed(document: dict[str, Any], path: tuple[Any, ...], odd: Any) -> dict[str, Any]:
    made = copy.deepcopy(document)
    at: Any = made
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = odd
    return made


@pytest.mark.parametrize("document", [FULL, eido()], ids=["112 card", "EIDO"])
def test_an_odd_value_at_any_place_gives_a_card_or_a_fault(document: dict[str, Any]) -> None:
    for path in places(document):
        for odd in ODD:
            told = outcome(changed(document, path, odd))
            assert isinstance(told, Step) or len(told) < 300, path


def outcome(document: dict[str, Any]) -> Step | str:
    """What follows from it, or its fault."""
    try:
        found = judged(card_of(document, TABLE), TABLE, None, NOW)
        step = step_of_card(found, KnownCard())
    except (BadCard, CardRefused) as fault:
        return str(fault)
    # A sealed text is UTF-8: half a pair of surrogates must not come so far.
    json.dumps([found.body, step.body, step.reason], allow_nan=False, ensure_ascii=False).encode()
    return step
