"""How right the rules are about the labelled messages. Floors lie below what is reached: a change that makes it worse is seen."""

from functools import cache

import pytest

from tests.dispatch.assistant.labelled import FACTS, Share, messages, shares

FLOORS = {
    "people: exact": 0.95,
    "people: none where none is labelled": 0.97,
    "people: a lone person is named": 0.80,
    "phone: exact": 0.95,
    "phone: none where none is labelled": 0.99,
    "when: right": 0.93,
    "when: past is found": 0.80,
    "when: future is found": 0.70,
    "negation: found": 0.85,
    "negation: none where none is labelled": 0.95,
    "life threat: found": 0.83,
    "life threat: is labelled so": 0.83,
    "life threat: never true where labelled false": 0.95,
}


@cache
def reached() -> dict[str, Share]:
    return {share.name: share for share in shares(FACTS, messages())}


@pytest.mark.parametrize("name", FLOORS)
def test_the_rules_are_right_about_the_labelled_messages(name: str) -> None:
    share = reached()[name]

    assert share.of
    assert share.value >= FLOORS[name]


def test_the_interval_of_a_share_contains_it() -> None:
    for right, of in ((0, 5), (3, 5), (5, 5), (95, 100)):
        low, high = Share(name="", right=right, of=of).interval

        assert 0 <= low <= right / of <= high <= 1
    assert Share(name="", right=0, of=0).interval == (0.0, 1.0)
