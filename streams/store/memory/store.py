"""`dispatch.ports.Store` in memory, for tests and simulations of the core. `tests/contracts` tests it and `RedisStore` alike.

It fulfils the whole contract of the ports except durability. `forget` corresponds to FLUSHALL.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from dispatch.matching.lessons import Lesson, WorkEnded
from dispatch.model.ids import parts_of_offer
from dispatch.model.incidents import Incident
from dispatch.model.people import Hold
from dispatch.model.timers import Timer
from dispatch.ports import (
    Application,
    Applied,
    AppliedState,
    Claim,
    ClaimAnswer,
    PartitionProgress,
)
from streams.store.apply import waiting_member, waiting_requirements
from streams.store.duty_clock import DutyClock
from streams.store.memory.aging import aged
from streams.store.memory.consents import set_consent
from streams.store.memory.people import StoredPerson
from streams.store.memory.reads import MemoryReads
from streams.store.memory.wake import wake
from streams.store.people import FixWrite, PrivateWrite, ProfileWrite, kept_home
from streams.store.restore import RestoredIncident
from streams.store.track_record import Standings
from streams.store.verifications import Ending, VerificationWrite


class MemoryStore(MemoryReads):
    """The writes, in addition to `MemoryReads`. No method awaits anything, so each call is atomic, as a script is."""

    async def claim(self, claims: Sequence[Claim]) -> list[ClaimAnswer]:
        self._check()
        return [self._claims.claim(claim) for claim in claims]

    async def release(self, holds: Sequence[Hold]) -> None:
        self._check()
        for hold in holds:
            if person := self._claims.release(hold):
                self._wake(person, None)

    async def sweep_pending(self, older_than_ms: int, owned: Callable[[str], bool], *, limit: int = 1000) -> list[Hold]:
        """As `RedisStore.sweep_pending`."""
        self._check()
        return self._claims.sweep_pending(older_than_ms, owned, limit)

    async def apply(self, applications: Sequence[Application]) -> list[Applied]:
        self._check()
        return [self._apply(application) for application in applications]

    def _apply(self, a: Application) -> Applied:
        progress = self._progress.get(a.partition, PartitionProgress())
        # The order of these checks is that of apply.lua: a void decision that is applied again is void again.
        if a.offset > progress.applied + 1:
            return Applied(state=AppliedState.GAP)
        if self.commands.get(a.command_id, a.offset) != a.offset:
            self._set_progress(a.partition, applied=max(progress.applied, a.offset))
            return Applied(state=AppliedState.VOID)
        if a.offset <= progress.applied:
            refused = tuple(hold for hold in a.holds if hold.offer_id in progress.refused)
            return Applied(state=AppliedState.ALREADY, refused=refused)
        self.commands[a.command_id] = a.offset
        # Not free yet: their next offer must not precede the end of this one in `offers` (DESIGN 66).
        self._ending.update(dict.fromkeys(a.freed, (a.partition, a.offset)))
        for hold in a.holds:
            self._ending.pop(hold, None)
            self._claims.note_offer(hold, a.incident)
        lost = tuple(hold for hold in a.holds if not self._claims.confirm(hold, a))
        self._learn(a.lessons, a.work_ended)
        for judged in a.judged:
            if person := self._profiled(judged.volunteer_id):
                person.standing.judge(judged)
        kept = dict(progress.refused) | {hold.offer_id: hold for hold in lost}
        for offer_id in a.voided:
            kept.pop(offer_id, None)
        self.timeline.setdefault(a.incident_id, []).append((a.partition, a.offset))
        if a.incident is not None:
            for person in self._write_incident(a.incident):
                self._wake(person, None)
        self._progress[a.partition] = PartitionProgress(applied=a.offset, published=progress.published, refused=kept)
        return Applied(state=AppliedState.APPLIED, refused=lost)

    def _learn(self, lessons: Sequence[Lesson], work_ended: Sequence[WorkEnded]) -> None:
        for lesson in lessons:
            self._taught.teach(lesson)
            if person := self._profiled(lesson.volunteer_id):
                person.standing.learn(lesson)
        for ended in work_ended:
            if person := self._profiled(ended.volunteer_id):
                person.standing.end_work(ended)

    def _profiled(self, volunteer_id: str) -> StoredPerson | None:
        person = self.people.known.get(volunteer_id)
        return person if person and person.profile else None

    def _set_progress(self, partition: int, *, applied: int) -> None:
        old = self._progress.get(partition, PartitionProgress())
        self._progress[partition] = PartitionProgress(applied=applied, published=old.published, refused=old.refused)

    def _write_incident(self, incident: Incident) -> list[StoredPerson]:
        """Returns the people who are in danger no more."""
        self.incidents[incident.id] = incident
        self._grounds.write(incident)
        self.timers.replace(incident)
        self._waiting[incident.id] = {
            waiting_member(incident, requirement): (incident, requirement.id)
            for requirement in waiting_requirements(incident)
        }
        return self.distress.write(incident)

    async def mark_published(self, partition: int, offset: int) -> None:
        self._check()
        old = self._progress.get(partition, PartitionProgress())
        published = max(old.published, offset)
        self._progress[partition] = PartitionProgress(applied=old.applied, published=published, refused=old.refused)
        due = [hold for hold, (at, of) in self._ending.items() if at == partition and of <= offset]
        freed = [(person, hold) for hold in due if (person := self._claims.free(hold))]
        for hold in due:
            del self._ending[hold]
        for person, hold in freed:
            parts = parts_of_offer(hold.offer_id)
            self._wake(person, parts.incident_id if parts else None)

    async def take_due(self, limit: int) -> list[Timer]:
        self._check()
        return self.timers.take_due(self._clock(), limit)

    def _wake(self, person: StoredPerson, except_incident: str | None) -> None:
        valid = self.people.verified.valid(person.id)
        wake(person, self._waiting, self.timers, self._clock(), except_incident, valid)

    async def put_profiles(self, writes: Sequence[ProfileWrite]) -> int:
        self._check()
        return sum(self._changed(write.volunteer_id, self.people.put_profile(write)) for write in writes)

    async def put_verifications(self, writes: Sequence[VerificationWrite]) -> int:
        self._check()
        return sum(map(self._put_verification, writes))

    def _put_verification(self, write: VerificationWrite) -> bool:
        person = self._profiled(write.volunteer_id)
        # Erased: a record that arrives late must not restore anything about the person.
        if person is None and write.volunteer_id in self.people.erased:
            return False
        changed = self.people.verified.put(write)
        if changed and person and write.record and write.record.until_ms > self._clock():
            self._wake(person, None)
        return changed

    async def ended_verifications(self, done: Sequence[Ending] = ()) -> list[Ending]:
        self._check()
        return self.people.verified.ended(done, self._clock())

    async def duty_clock(self, done: DutyClock | None = None) -> DutyClock:
        self._check()
        found = self.people.duty_ends.turned(done, self._clock())
        for one in found.ended:
            person = self.people.known.get(one.volunteer_id)
            if person is not None and not person.is_on_duty:
                person.track, person.fixes_from_ms = None, 0
                self.people.look_at.pop(person.id, None)
                self.people.settle(person)
        return found

    async def put_private(self, writes: Sequence[PrivateWrite]) -> int:
        self._check()
        return sum(map(self._put_private, writes))

    def _put_private(self, write: PrivateWrite) -> bool:
        offset, _ = self.private.get(write.ref, (-1, None))
        if write.offset == offset and write.is_resealed and write.sealed:
            self.private[write.ref] = (offset, write.sealed)
            return True
        if write.offset <= offset:
            return False
        self.private[write.ref] = (write.offset, write.sealed)
        if write.ref.startswith("consents:"):
            set_consent(self.people, write)
        volunteer_id = write.ref.removeprefix("volunteer:")
        # A home place alone makes a person known; its removal does not.
        if volunteer_id != write.ref and (write.home or volunteer_id in self.people.known):
            person = self.people.person(volunteer_id)
            person.home = kept_home(write)
            self._changed(volunteer_id, True)
        return True

    async def put_fixes(self, fixes: Sequence[FixWrite]) -> frozenset[FixWrite]:
        self._check()
        return frozenset(fix for fix in fixes if self._put_fix(fix))

    def _put_fix(self, fix: FixWrite) -> bool:
        """Whether the fix is newer than the stored one but did not pass the checks."""
        known = self.people.known.get(fix.volunteer_id)
        is_newer = known is None or known.fix is None or fix.at_ms > known.fix.at_ms
        return not self._changed(fix.volunteer_id, self.people.put_fix(fix)) and is_newer

    def _changed(self, volunteer_id: str, changed: bool) -> bool:
        person = self.people.known.get(volunteer_id)
        if changed and person and self.people.settle(person):
            self._wake(person, None)
        return changed

    async def erase(self, volunteer_id: str, *, profile_offset: int, private_offset: int | None = None) -> None:
        gone = ProfileWrite(volunteer_id=volunteer_id, offset=profile_offset, record=None)
        await self.put_profiles([gone])
        self.offers_of.pop(volunteer_id, None)
        self.distress.of.pop(volunteer_id, None)
        if private_offset is not None:
            ref = f"volunteer:{volunteer_id}"
            await self.put_private([PrivateWrite(ref=ref, offset=private_offset, sealed=None)])

    async def sweep_fixes(self, ttl_ms: int, *, limit: int = 500) -> int:
        self._check()
        examined = aged(self.people, ttl_ms, limit)
        for person in examined:
            self._changed(person.id, True)
        return len(examined)

    async def restore_incidents(self, batch: Sequence[RestoredIncident]) -> list[Hold]:
        """As `Restore.restore_incidents`; needs no lock and no readiness."""
        conflicts: list[Hold] = []
        for item in batch:
            self.timeline[item.incident.id] = list(item.timeline)
            for offer in item.incident.offers:
                self._claims.note_offer(Hold(volunteer_id=offer.volunteer_id, offer_id=offer.id), item.incident)
            made = Application(
                partition=0, offset=0, command_id="", incident_id=item.incident.id, incident=item.incident
            )
            conflicts.extend(hold for hold in item.holds if not self._claims.confirm(hold, made))
            self._write_incident(item.incident)
        return conflicts

    async def restore_standings(self, taught: Standings) -> None:
        self._taught.cells = dict(taught.cells)
        for volunteer_id, standing in taught.people.items():
            if person := self._profiled(volunteer_id):
                # A copy: later decisions change it, and `taught` belongs to the caller.
                person.standing = replace(standing)

    async def restore_commands(self, commands: Sequence[tuple[str, int]]) -> None:
        self.commands.update(commands)

    async def restore_progress(
        self,
        partition: int,
        *,
        applied: int,
        published: int,
        refused: Sequence[Hold] = (),
        ending: Sequence[tuple[Hold, int]] = (),
    ) -> None:
        self._ending.update({hold: (partition, offset) for hold, offset in ending})
        kept = {hold.offer_id: hold for hold in refused}
        self._progress[partition] = PartitionProgress(applied=applied, published=published, refused=kept)
