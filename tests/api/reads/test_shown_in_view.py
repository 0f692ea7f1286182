"""Whom a live view shows is recorded before it is sent, once for each view."""

from collections.abc import Sequence

import pytest

from api.caller import Caller
from api.reads.event_stream import Live
from api.reads.shown_in_view import KEPT, ShownInView
from streams.audit.audit_log import AuditUnavailable
from streams.tokens import Role
from tests.api.reads.test_event_stream import MONITOR, ONE, OPERATOR, begun, fields_of, notice, status, step, tell


@pytest.mark.parametrize(
    ("caller", "names"),
    [
        (OPERATOR, ["i-a", "i-1", "v-1", "i-b"]),
        (MONITOR, ["i-a", "i-b"]),
        (Caller("v-1", Role.VOLUNTEER), []),  # what is their own
    ],
)
async def test_a_view_records_each_incident_and_person_once(caller: Caller, names: list[str]) -> None:
    feed, recorded = begun(), list[str]()
    # More than one batch.
    tell(feed, *[status(incident_id="i-a")] * 40, notice("v-1"), status(incident_id="i-a"), status(incident_id="i-b"))
    feed.end_listeners()

    chunks = [chunk async for chunk in Live(feed).frames(caller, ONE, recorded.extend)]

    assert len(chunks) > 1
    assert recorded == names


async def test_a_view_that_cannot_be_recorded_shows_nothing_more() -> None:
    feed = begun()
    tell(feed, status(), step("v-1"))

    def full(_: Sequence[str]) -> None:
        raise AuditUnavailable("no disk, no Kafka")

    events = [one async for chunk in Live(feed).frames(OPERATOR, ONE, full) for one in fields_of(chunk)]

    assert [one["event"] for one in events] == ["ready", "reset"]


def test_a_long_view_forgets_whom_it_named_long_ago() -> None:
    recorded = list[str]()
    shown = ShownInView(OPERATOR, recorded.extend)

    for number in range(KEPT + 1):
        shown.add([f"i-{number}"])
    shown.add(["i-0"])

    assert recorded[-1] == "i-0"
    assert len(recorded) == KEPT + 2
