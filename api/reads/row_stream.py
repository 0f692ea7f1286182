"""The row view of the event stream: which records it shows, and what it adds to them (`tick`, `alarm`, `positions`).

The full view shows every state whole, some kilobytes with every step of an offer. A console shows rows, and the people of the one
incident that it has open.
"""

from collections.abc import Iterator

import msgspec

from api.caller import Caller
from api.process.live_views import Wanted
from api.views import offers, rows
from api.views.values import View, time
from dispatch.model.decisions import StatusRecord
from dispatch.model.geo import Box
from dispatch.model.incidents import Incident
from dispatch.model.private_refs import MESSAGE
from dispatch.model.recorded_way import coarse_centre
from dispatch.notices.ladder import ChannelKind
from dispatch.notices.rules import NoticeOutcome
from streams.notices.requests import BY_API
from streams.readers.feed_records import FeedRecord
from streams.tokens import Role
from streams.wire import NoticeRecord

TICK_EVERY_S = 5.0
"""A client that has received nothing for twice as long knows that the stream is broken, not quiet."""
APP = "app"
"""The way of a notice that the person has seen in the app."""
_WAYS = frozenset(kind.value for kind in ChannelKind)
LOOK_EVERY_S = 1.0
"""How often a view looks for news that are in no topic of the feed."""
_encode = msgspec.json.Encoder().encode


class RowFilter:
    """What one view with `is_row` receives of the records that its role may see."""

    def __init__(self, caller: Caller, wanted: Wanted) -> None:
        self._role = caller.role
        self._wanted = wanted
        # One that leaves the box is shown once more, so that the client can remove it.
        self._inside: set[str] = set()

    def keeps(self, entry: FeedRecord) -> bool:
        record = entry.record
        if self._role is Role.VOLUNTEER:
            return True
        if isinstance(record, StatusRecord):
            return self._wanted.box is None or self._is_near(self._wanted.box, record.incident)
        # Of an acknowledgement to the public: it concerns no person whom operators know.
        if isinstance(record, NoticeRecord) and record.volunteer_id.startswith(MESSAGE):
            return False
        if isinstance(record, NoticeRecord) and record.outcome is NoticeOutcome.FAILED:
            return True
        # Some notices are about no incident.
        return bool(record.incident_id) and record.incident_id == self._wanted.incident_id

    def _is_near(self, box: Box, state: Incident) -> bool:
        # Without a place it may be anywhere, so everybody is told.
        is_inside = state.area is None or (
            box.has(coarse_centre(state.area)) if self._role is Role.MONITOR else box.meets(state.area)
        )
        was_inside = state.id in self._inside
        if is_inside and state.is_open:
            self._inside.add(state.id)
        else:
            self._inside.discard(state.id)
        return is_inside or was_inside


def row_data(record: StatusRecord, role: Role) -> View:
    """The data of an `incident` event in the row view."""
    return rows.row_for_monitor(record.incident) if role is Role.MONITOR else rows.row(record.incident)


def notice_data(record: NoticeRecord) -> View:
    """The data of a `notice` event for operators, with its channel and outcome, and how it changes the reach of the offer."""
    return {**offers.notice(record), "channel": record.channel, "outcome": record.outcome, "reach": _reach(record)}


def _reach(record: NoticeRecord) -> View | None:
    """`schemas.offers.ReachShown`; None for a notice that says nothing of it: no offer, only asked for, or in an app or log."""
    is_said = record.channel == BY_API and record.outcome is NoticeOutcome.SEEN
    if not record.offer_id or not (is_said or record.channel in _WAYS):
        return None
    way = APP if is_said else record.channel
    return {"way": way, "outcome": record.outcome, "code": record.code, "at": time(record.at_ms)}


class Changes:
    """The events of one view that follow from comparing a state with the one sent last."""

    def __init__(self) -> None:
        self._sent: dict[str, bytes] = {}

    def of(self, name: str, state: object) -> Iterator[bytes]:
        """The data of an event if the state is another than the last one of this name."""
        data = _encode(state)
        if self._sent.get(name) != data:
            self._sent[name] = data
            yield data
