"""Whatever is written: no exception, spans that lie in the text, bounded work."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.assistant.missing import known_facts
from dispatch.assistant.negations import negations
from dispatch.assistant.numerals import numbers
from dispatch.assistant.people import people
from dispatch.assistant.phones import phones
from dispatch.assistant.phrases import Line
from dispatch.assistant.texts import LONGEST, Span, Text
from dispatch.assistant.threats import life_threat
from dispatch.assistant.times import times
from tests.dispatch.assistant.labelled import messages
from tests.support.strategies import UNTIMED  # noqa: F401 -- its import sets the profile of Hypothesis

WORDS = sorted({word.text for message in messages() for word in Text(message.text).words})
HOSTILE = {
    "a novel": " ".join(message.text for message in messages()),
    "one word": "а" * 100_000,
    "one number": "7" * 100_000,
    "numbers": "5 " * 50_000,
    "ranges": "5-" * 50_000,
    "numerals": "он " * 30_000,
    "groups": "5 старых " * 12_000,
    "inversions": "нас в доме " * 9_000,
    "brackets": "(8 " * 30_000,
    "denials": "не " * 30_000,
    "cues": "тел " * 25_000,
    "spaces": " " * 100_000,
    "emoji": "🔥👨‍👩‍👧‍👦🏳️‍🌈" * 10_000,
    "right to left": "حريق خمسة أشخاص ٥ " * 5_000,
    "combining marks": "е\u0301\u0302\u0303" * 20_000,
    "zero width": "\u200b\u200d\ufeff" * 30_000,
    "controls": "\x00\x01\x1b[31m" * 10_000,
    "a lone surrogate": "пожар \ud800 5 человек",
    "fullwidth": "\uff17\uff10\uff11 \uff15 человек " * 2_000,
    "other digits": "\u0665 \u06f5 \u096b человек",
    "superscripts": "5² человек ½ ⅔ ➄",
    "capitals": "İSTANBUL ẞ ŉ ǰ ΐ ﬃ",
    "injection": "'; DROP TABLE reports; -- {{7*7}} ${jndi:ldap://x} <script>alert(1)</script>",
    "format": "{kin} %s %n {0} \\d+ (?P<x> [",
}


def spans_of(text: str) -> Iterator[Span]:
    """Everything that has a span."""
    line = Line(Text(text))
    counted = people(line)
    told = times(line)
    threat = life_threat(line)
    known_facts(line, has_place=False)
    yield from (number.span for number in numbers(line))
    yield from (*counted.spans, *counted.lone, *(group.span for group in counted.groups))
    yield from (phone.span for phone in phones(line.text))
    yield from (*told.spans, *(moment.span for moment in told.moments))
    yield from (negation.span for negation in negations(line))
    yield from (*threat.safe, *(sign.span for sign in threat.threats), *(denial.span for denial in threat.denials))


def assert_all_lie_in(text: str) -> None:
    end = min(len(text), LONGEST)
    assert all(0 <= first < last <= end for first, last in spans_of(text))


@given(text=st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert_all_lie_in(text)


@given(words=st.lists(st.sampled_from([*WORDS, ".", ",", "-", "5", "12", "\n", "🔥", "8 701 000 22 08"]), max_size=40))
def test_any_words_of_reports_in_any_order_are_read(words: list[str]) -> None:
    assert_all_lie_in(" ".join(words))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_read(name: str) -> None:
    assert_all_lie_in(HOSTILE[name])


@given(words=st.lists(st.sampled_from([*WORDS, ".", ","]), max_size=40))
def test_values_are_in_the_order_of_the_text(words: list[str]) -> None:
    line = Line(Text(" ".join(words)))

    for spans in (
        [number.span for number in numbers(line)],
        [phone.span for phone in phones(line.text)],
        [negation.span for negation in negations(line)],
        [moment.span for moment in times(line).moments],
    ):
        assert spans == sorted(spans)


def test_what_stands_behind_the_longest_text_costs_nothing() -> None:
    """The work is bounded by what is read: the pieces of 100 kB are those of its beginning."""
    text = "5 старых рыбаков на льдине, " * 4_000

    assert Line(Text(text)).line == Line(Text(text[:LONGEST])).line
    assert list(spans_of(text)) == list(spans_of(text[:LONGEST]))


@given(text=st.text(max_size=200))
def test_the_same_text_gives_the_same_values(text: str) -> None:
    assert list(spans_of(text)) == list(spans_of(text))
