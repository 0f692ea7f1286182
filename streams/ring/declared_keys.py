"""The keys of a deployment as its log declares them: a fold over the records of `keys`, in the order of the log.

Two processes that start at the same moment with different keys may both declare theirs; the first in the log counts, and the
other process does not start.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from streams.ring.key_ring import KeyRing, KeyState, KeyUse, RingKey


class KeyStep(StrEnum):
    """What a record declares about a key. A step that does not apply has no effect."""

    FOUNDED = "founded"  # the first key of its use: active
    ADDED = "added"  # accepted: everybody must hold it before it becomes active
    ACTIVATED = "activated"  # active; the key before it stays accepted
    RETIRED = "retired"  # in use nowhere; not for the active key


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """A record of `keys`. `check`: the check value of the key, which reveals nothing of it. `by`: who wrote it."""

    key_id: str
    use: KeyUse
    check: str
    step: KeyStep
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredKey:
    use: KeyUse
    check: str
    state: KeyState


@dataclass(frozen=True, slots=True)
class DeclaredKeys:
    """Immutable. `keys`: by id."""

    keys: Mapping[str, DeclaredKey] = field(default_factory=dict)

    @property
    def states(self) -> dict[str, KeyState]:
        return {key_id: key.state for key_id, key in self.keys.items()}

    def knows(self, use: KeyUse) -> bool:
        """Whether a key of this use has been declared."""
        return any(key.use is use for key in self.keys.values())

    def active(self, use: KeyUse) -> str | None:
        """The id of the active key."""
        return next((name for name, key in self.keys.items() if key.use is use and key.state is KeyState.ACTIVE), None)

    def after(self, record: KeyRecord) -> "DeclaredKeys":
        """The keys after the next record of the log."""
        known = self.keys.get(record.key_id)
        new = DeclaredKey(use=record.use, check=record.check, state=KeyState.ACCEPTED)
        if record.step is KeyStep.FOUNDED and not self.knows(record.use):
            return self._with(record.key_id, replace(new, state=KeyState.ACTIVE))
        if record.step is KeyStep.ADDED and known is None:
            return self._with(record.key_id, new)
        if known is None or known.state is KeyState.RETIRED or known.state is KeyState.ACTIVE:
            return self
        if record.step is KeyStep.ACTIVATED:
            before = self.active(known.use)
            calmed = self if before is None else self._with(before, replace(self.keys[before], state=KeyState.ACCEPTED))
            return calmed._with(record.key_id, replace(known, state=KeyState.ACTIVE))
        if record.step is KeyStep.RETIRED:
            return self._with(record.key_id, replace(known, state=KeyState.RETIRED))
        return self

    def after_all(self, records: Iterable[KeyRecord]) -> "DeclaredKeys":
        found = self
        for record in records:
            found = found.after(record)
        return found

    def lacking(self, ring: KeyRing, uses: Iterable[KeyUse]) -> list[str]:
        """Why this ring must not be used: one sentence for each declared key that it lacks or holds another key for."""
        wanted = set(uses)
        problems = []
        for key_id, key in self.keys.items():
            if key.use not in wanted or key.state is KeyState.RETIRED:
                continue
            held = ring.get(key_id)
            if held is None:
                problems.append(f"the deployment uses the {key.state} {key.use} key {key_id}, which the key ring lacks")
            elif held.check != key.check:
                problems.append(f"the key ring holds another key as {key_id}: the check value in the log differs")
        return problems

    def _with(self, key_id: str, key: DeclaredKey) -> "DeclaredKeys":
        return DeclaredKeys({**self.keys, key_id: key})


def record_of(key: RingKey, step: KeyStep, *, by: str, at_ms: int) -> KeyRecord:
    return KeyRecord(key_id=key.id, use=key.use, check=key.check, step=step, by=by, at_ms=at_ms)
