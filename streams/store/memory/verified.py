"""Verifications in memory. Counterpart of `verifications.lua`, `verified.lua` and `ended_verifications.lua`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dispatch.model.verifications import Verification, valid_skills
from streams.store.verifications import AT_ONCE, Ending, VerificationWrite


@dataclass(slots=True)
class Verified:
    """`stored`: by person, then skill ("": their organisation), the newest write. `looked_at`: ends that were handled."""

    now_ms: Callable[[], int]
    stored: dict[str, dict[str, VerificationWrite]] = field(default_factory=dict)
    looked_at: set[Ending] = field(default_factory=set)

    def put(self, write: VerificationWrite) -> bool:
        known = self.stored.setdefault(write.volunteer_id, {})
        if write.skill in known and write.offset <= known[write.skill].offset:
            return False
        if write.record is None:
            known.pop(write.skill, None)
        else:
            known[write.skill] = write
        return True

    def forget(self, volunteer_id: str) -> None:
        self.stored.pop(volunteer_id, None)

    def ends(self, volunteer_id: str) -> dict[str, int]:
        return {
            skill: write.record.until_ms
            for skill, write in self.stored.get(volunteer_id, {}).items()
            if skill and write.record is not None and write.record.until_ms > 0
        }

    def valid(self, volunteer_id: str) -> frozenset[str]:
        return valid_skills(self.ends(volunteer_id), self.now_ms())

    def of(self, volunteer_id: str) -> tuple[dict[str, Verification], str | None]:
        """As `streams.store.verifications.decoded`."""
        known = self.stored.get(volunteer_id, {})
        shown = {
            skill: Verification(until_ms=record.until_ms, by=record.by, organisation=record.organisation)
            for skill, write in sorted(known.items())
            if skill and (record := write.record) is not None and record.until_ms > 0
        }
        own = known[""].record if "" in known else None
        return shown, own.organisation if own else None

    def ending_before(self, before_ms: int) -> list[Ending]:
        found = [
            Ending(volunteer_id=volunteer_id, skill=skill, until_ms=until_ms)
            for volunteer_id in self.stored
            for skill, until_ms in self.ends(volunteer_id).items()
            if until_ms < before_ms
        ]
        left = (one for one in found if one not in self.looked_at)
        return sorted(left, key=lambda one: (one.until_ms, one.volunteer_id, one.skill))

    def ended(self, done: Sequence[Ending], now_ms: int) -> list[Ending]:
        self.looked_at.update(done)
        return self.ending_before(now_ms + 1)[:AT_ONCE]
