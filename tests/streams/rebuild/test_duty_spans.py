"""From when on positions of a person count in a rebuild."""

from dataclasses import replace

import pytest

from streams.rebuild.duty_spans import DutySpans
from streams.retention.classes import HOLD_S
from streams.store.people import ProfileWrite
from tests.contracts.builders import fix, profile

HOLD_MS = HOLD_S * 1000
BEGAN_MS = 50_000_000


def on(at_ms: int) -> ProfileWrite:
    return replace(profile("v-1", 1), logged_ms=at_ms)


def off(at_ms: int) -> ProfileWrite:
    return replace(profile("v-1", 1, on_duty=False), logged_ms=at_ms)


def kept(at_ms: int, on_duty: bool) -> ProfileWrite:
    return replace(profile("v-1", 1, on_duty=on_duty, keeps_duty=True), logged_ms=at_ms)


def erased(at_ms: int) -> ProfileWrite:
    return ProfileWrite(volunteer_id="v-1", offset=1, record=None, logged_ms=at_ms)


@pytest.mark.parametrize(
    ("log", "counts_from_ms"),
    [
        ((), None),  # unknown
        ((off(0),), None),
        ((on(BEGAN_MS),), 0),  # the first record that compaction left
        ((off(0), on(BEGAN_MS)), BEGAN_MS - HOLD_MS),
        ((off(0), on(BEGAN_MS), on(BEGAN_MS + HOLD_MS)), BEGAN_MS - HOLD_MS),  # said again
        ((on(0), off(1), on(BEGAN_MS)), BEGAN_MS - HOLD_MS),
        ((on(0), off(BEGAN_MS)), None),
        ((on(0), erased(BEGAN_MS)), None),
        ((on(0), erased(BEGAN_MS), on(BEGAN_MS + 1)), BEGAN_MS + 1),  # nothing from before the erasure
        ((on(0), off(BEGAN_MS), kept(BEGAN_MS + 1, True)), None),  # a copy is no news
        ((kept(BEGAN_MS, True),), 0),  # but counts when the record that stated the duty is gone
    ],
)
def test_positions_count_from_shortly_before_the_duty(
    log: tuple[ProfileWrite, ...], counts_from_ms: int | None
) -> None:
    spans = DutySpans()
    for write in log:
        spans.add(write)

    if counts_from_ms is None:
        assert not spans.counts(fix("v-1", BEGAN_MS * 2))
    else:
        assert spans.counts(fix("v-1", counts_from_ms))
        assert not spans.counts(fix("v-1", counts_from_ms - 1))
