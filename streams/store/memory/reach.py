"""`ReachPort` in memory: the same fields as in Redis, without TTLs."""

from collections.abc import Mapping, Sequence

from streams.store import ways
from streams.store.reach import DeviceState, Reached, Told, device_states, fields_of, reach_text, reached
from streams.store.ways import WayHealth


class MemoryReach:
    def __init__(self) -> None:
        self._devices: dict[str, dict[str, str]] = {}
        self._offers: dict[str, dict[str, str]] = {}
        self._replies: dict[str, tuple[str, str]] = {}
        self._links: dict[str, tuple[str, str]] = {}
        self._offer_links: dict[str, tuple[str, str]] = {}
        self._ways: dict[str, dict[str, str]] = {}

    async def put(self, told: Told) -> None:
        if told.device is not None:
            fields = fields_of(told)
            of_person = self._devices.setdefault(told.volunteer_id, {})
            of_person |= dict(zip(fields[::2], fields[1::2], strict=True))
        if told.offer_id:
            self._offers.setdefault(told.offer_id, {})[told.kind] = reach_text(told)
        if told.way is not None:
            state = self._ways.setdefault(ways.NOW, {})
            fields = ways.state_fields(told.way, told.code, told.at_ms)
            state |= dict(zip(fields[::2], fields[1::2], strict=True))
            if told.code:
                _add_one(state, f"{told.way}|run")
            minute = self._ways.setdefault(str(ways.minute_of(told.at_ms)), {})
            _add_one(minute, ways.count_field(told.way, told.code))

    async def devices(self, volunteer_id: str) -> Mapping[str, DeviceState]:
        return device_states(self._devices.get(volunteer_id, {}))

    async def of_offers(self, offer_ids: Sequence[str]) -> list[tuple[Reached, ...]]:
        return [
            tuple(reached(kind, text) for kind, text in self._offers.get(offer_id, {}).items())
            for offer_id in offer_ids
        ]

    async def ways(self, now_ms: int) -> list[WayHealth]:
        minutes = [str(ways.minute_of(now_ms) - ago) for ago in range(ways.WINDOW_MINUTES + 1)]
        return ways.healths(self._ways.get(ways.NOW, {}), [self._ways.get(minute, {}) for minute in minutes])

    async def forget(self, volunteer_id: str) -> None:
        self._devices.pop(volunteer_id, None)

    async def await_reply(self, address: str, volunteer_id: str, offer_id: str) -> None:
        self._replies[address] = (volunteer_id, offer_id)

    async def replied(self, address: str) -> tuple[str, str] | None:
        return self._replies.get(address)

    async def put_link(self, code: str, volunteer_id: str, channel_id: str) -> None:
        self._links[code] = (volunteer_id, channel_id)

    async def linked(self, code: str) -> tuple[str, str] | None:
        return self._links.get(code)

    async def put_offer_link(self, name: str, volunteer_id: str, offer_id: str) -> None:
        self._offer_links[name] = (volunteer_id, offer_id)

    async def offer_linked(self, name: str) -> tuple[str, str] | None:
        return self._offer_links.get(name)


def _add_one(fields: dict[str, str], name: str) -> None:
    fields[name] = str(int(fields.get(name, "0")) + 1)
