"""`HerePort` in memory. `is_down`: every call raises StoreUnavailable."""

from dispatch.ports import StoreUnavailable
from streams.store.operators_here import OperatorHere, here_now, text_of


class MemoryHere:
    def __init__(self) -> None:
        self.is_down = False
        self._texts: dict[str, dict[str, str]] = {}

    async def put(self, incident_id: str, one: OperatorHere, now_ms: int) -> list[OperatorHere]:
        self._texts.setdefault(incident_id, {})[one.id] = text_of(one, now_ms)
        return await self.of(incident_id, now_ms)

    async def of(self, incident_id: str, now_ms: int) -> list[OperatorHere]:
        if self.is_down:
            raise StoreUnavailable("away")
        return here_now(self._texts.get(incident_id, {}), now_ms)
