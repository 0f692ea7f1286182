"""Cursors come from clients: any text is parsed or refused, and nothing that Redis refuses is passed on to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.readers.feed_records import FeedCursor
from streams.store.reads import _parsed_cursor
from tests.support import strategies  # noqa: F401 - the profile of Hypothesis

TEXTS = st.text() | st.text("0123456789٣²|._x")


@given(TEXTS)
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    try:
        score, after = _parsed_cursor(text)
    except ValueError:
        return

    assert score.isascii()
    assert after == (int(score), text.partition("|")[2])


@given(TEXTS)
def test_any_text_is_a_feed_cursor_or_refused(text: str) -> None:
    try:
        cursor = FeedCursor.parsed(text)
    except ValueError:
        return

    assert all(0 <= offset < 10**19 for topic in (cursor.status, cursor.offers, cursor.notices) for offset in topic)


@pytest.mark.parametrize("text", ["٣|x", "²|x", "|x", "1", "9" * 16 + "|x", "9" * 5_000 + "|x", "-1|x", "1.5|x", ""])
def test_no_cursor(text: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        _parsed_cursor(text)
