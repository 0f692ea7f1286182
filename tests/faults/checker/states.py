"""States of all incidents: the ones touched last as objects, the others packed, so that memory stays bounded."""

import json
import zlib
from collections import OrderedDict
from collections.abc import Iterator

from tests.faults.checker.reducer import State

HOT = 2_000


class States:
    def __init__(self, hot: int = HOT) -> None:
        self._limit = hot
        self._hot: OrderedDict[str, State] = OrderedDict()
        self._packed: dict[str, bytes] = {}

    def __len__(self) -> int:
        return len(self._hot) + len(self._packed)

    def __iter__(self) -> Iterator[str]:
        yield from list(self._hot)
        yield from list(self._packed)

    def __contains__(self, incident_id: str) -> bool:
        return incident_id in self._hot or incident_id in self._packed

    def get(self, incident_id: str) -> State | None:
        """The state itself; whoever changes it puts it back."""
        if incident_id in self._hot:
            self._hot.move_to_end(incident_id)
            return self._hot[incident_id]
        packed = self._packed.get(incident_id)
        return None if packed is None else unpacked(packed)

    def put(self, state: State) -> None:
        incident_id = state["id"]
        self._packed.pop(incident_id, None)
        self._hot[incident_id] = state
        self._hot.move_to_end(incident_id)
        if len(self._hot) > self._limit:
            oldest, old = self._hot.popitem(last=False)
            self._packed[oldest] = packed_of(old)

    def items(self) -> Iterator[tuple[str, State]]:
        for incident_id in self:
            state = self.get(incident_id)
            if state is not None:
                yield incident_id, state


def packed_of(state: State) -> bytes:
    return zlib.compress(json.dumps(state, separators=(",", ":")).encode(), 1)


def unpacked(packed: bytes) -> State:
    state: State = json.loads(zlib.decompress(packed))
    return state
