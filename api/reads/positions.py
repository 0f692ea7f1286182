"""Positions of the people engaged in one incident. Nobody else's are shown, and each reading is in the audit."""

import msgspec

from api.caller import Caller
from api.http.audit import record_audit
from api.process.live_views import NewsItem, Wanted
from api.process.services import Services
from api.reads.disclosure import labels_of
from api.reads.row_stream import Changes
from api.views import positions
from api.views.alarms import alarm_view
from api.views.values import View
from dispatch.model.incidents import Incident
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock
from streams.tokens import Role

POSITIONS_EVERY_S = 5.0
_encode = msgspec.json.Encoder().encode


async def positions_of(services: Services, state: Incident) -> list[View]:
    """`schemas.positions.PersonUnderWay` of each person. The caller writes the audit entry. Raises StoreUnavailable, NotReady."""
    held = positions.engaged(state)
    ids = [offer.volunteer_id for offer in held]
    known = await services.reads.volunteers_by_id(ids, with_places=True)
    labels = await labels_of(services, ids)
    return [
        positions.person(state, offer, person, labels.get(offer.volunteer_id))
        for offer, person in zip(held, known, strict=True)
    ]


class RowNews:
    """The events of one operator's row view that are in no topic: alarms, and positions of the open incident."""

    def __init__(self, services: Services, caller: Caller, wanted: Wanted) -> None:
        self._services = services
        self._caller = caller
        self._incident_id = wanted.incident_id if caller.role is Role.OPERATOR else None
        self._changes = Changes()
        self._looked_s: float | None = None
        self._shown: set[str] = set()

    async def __call__(self) -> list[NewsItem]:
        """Raises AuditUnavailable."""
        told = self._services.alarms.told()
        alarms = {"alarms": list(map(alarm_view, told.alarms)), "unknown": told.unknown}
        # The details of some alarms are numbers; an entry about them does no harm, a missing one about an incident would.
        named = tuple(dict.fromkeys(one for alarm in told.alarms for one in alarm.details))
        events = [NewsItem("alarm", data, named) for data in self._changes.of("alarm", alarms)]
        now_s = clock.monotonic_s()
        if self._incident_id is not None and (self._looked_s is None or now_s - self._looked_s >= POSITIONS_EVERY_S):
            self._looked_s = now_s
            events += await self._positions(self._incident_id)
        return events

    async def _positions(self, incident_id: str) -> list[NewsItem]:
        try:
            state = await self._services.reads.incident(incident_id)
            items = await positions_of(self._services, state) if state else []
        except (StoreUnavailable, NotReady):
            # The last ones stay with the age they had; `status` says that Redis is away.
            return []
        people = {str(item["volunteer_id"]) for item in items}
        if new := people - self._shown:
            record_audit(self._services, self._caller, "incident.positions.read", incident_id, sorted(new))
            self._shown |= new
        found = {"incident_id": incident_id, "items": items}
        # Ages alone are no news: the client counts them itself.
        key = [{**item, "fix_age_s": None} for item in items]
        about = (incident_id, *sorted(people))
        return [NewsItem("positions", _encode(found), about) for _ in self._changes.of("positions", key)]
