"""What this process has read of the logs of hazard areas, so that a feed does not read them anew."""

from collections import OrderedDict
from dataclasses import dataclass

from dispatch.cap.warnings import Ground
from dispatch.model.incidents import Incident

MOST = 1_200
"""Incidents: more than a feed is about, else each request would read all of them anew; some 10 MB of states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The incident after the first `count` decisions of its timeline, the last of them at `last`, and its areas until then."""

    count: int
    last: tuple[int, int]
    state: Incident | None
    grounds: tuple[Ground, ...]


class WarningLog:
    def __init__(self) -> None:
        self._known: OrderedDict[str, Known] = OrderedDict()

    def get(self, incident_id: str) -> Known | None:
        return self._known.get(incident_id)

    def put(self, incident_id: str, known: Known) -> None:
        self._known[incident_id] = known
        self._known.move_to_end(incident_id)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
