"""`dispatch.ports.Store` in memory, for tests and simulations of the core. `tests/contracts` tests it and `RedisStore` alike.

It fulfils the whole contract of the ports except durability. `forget` corresponds to FLUSHALL.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import attrgetter

from dispatch.deadlines import timers_of
from dispatch.incidents.duplicates import APART_S, neighbour_of
from dispatch.matching.lessons import Lesson, WorkEnded
from dispatch.model.context import Neighbour, Spot, Whereabouts
from dispatch.model.hazard_areas import HazardArea, Inside
from dispatch.model.ids import parts_of_offer
from dispatch.model.incidents import Incident
from dispatch.model.languages import shares_language
from dispatch.model.people import AskedLately, Found, Hold, Need, Presence
from dispatch.model.places import Area
from dispatch.model.timers import Timer
from dispatch.model.travel import reach_m
from dispatch.model.vocabulary import DeadlineKind
from dispatch.ports import (
    Application,
    Applied,
    AppliedState,
    Claim,
    ClaimAnswer,
    Loaded,
    NotReady,
    PartitionProgress,
    UnderWay,
)
from streams.store.apply import Terms, terms_of, waited_skills, waiting_member, waiting_requirements
from streams.store.memory import hazards, search
from streams.store.memory.people import People, StoredPerson, metres
from streams.store.memory.rivals import waiting_beside
from streams.store.nearby import NAMED_AT_MOST, NEAR_AT_MOST
from streams.store.people import FixWrite, PrivateWrite, ProfileWrite
from streams.store.redis_client import FIX_AGE_LIMIT_MS, NOT_REBUILT
from streams.store.redis_store import PUT_OFF_MS
from streams.store.restore import RestoredIncident
from streams.store.search import LOOK_AT_MOST, look_at_most
from streams.store.track_record import Standings

WAKE_AT_ONCE = 3
WAKE_EVERY_MS = 600
HOLD_BACK_AT_MOST = 13
LATER_PER_TIMER_MS = 2
SCARCE_WAITS_MS = 1_500


class MemoryStore:
    """`now_ms`: the store's clock. Ready from the start unless `is_ready` is false."""

    def __init__(
        self, now_ms: Callable[[], int], *, fix_age_limit_ms: int = FIX_AGE_LIMIT_MS, is_ready: bool = True
    ) -> None:
        self._clock = now_ms
        self._fix_age_limit_ms = fix_age_limit_ms
        self.is_ready = is_ready
        self._grounds = hazards.HazardGrounds()
        self._empty()

    def _empty(self) -> None:
        self.people = People(self._clock, self._fix_age_limit_ms)
        self.incidents: dict[str, Incident] = {}
        self.commands: dict[str, int] = {}
        self.timeline: dict[str, list[tuple[int, int]]] = {}
        self.offers_of = self.people.offers_of
        self._taught = Standings()
        self.private: dict[str, tuple[int, bytes | None]] = {}
        self._progress: dict[int, PartitionProgress] = {}
        self._timers: dict[str, dict[Timer, int]] = {}
        self._waiting: dict[str, dict[str, tuple[Incident, str]]] = {}
        self._pending: dict[Hold, int] = {}
        self._ending: dict[Hold, tuple[int, int]] = {}
        self._grounds.clear()

    def forget(self) -> None:
        """Deletes everything. All methods raise `NotReady` until `mark_ready`."""
        self._empty()
        self.is_ready = False

    def mark_ready(self) -> None:
        self.is_ready = True

    def _check(self) -> None:
        if not self.is_ready:
            raise NotReady(NOT_REBUILT)

    async def close(self) -> None:
        """Nothing to close."""

    async def now_ms(self) -> int:
        return self._clock()

    async def load(self, commands: Sequence[tuple[str, str]]) -> tuple[int, list[Loaded]]:
        self._check()
        priors = self._taught.priors(self._clock())
        known = [
            Loaded(decided_at=self.commands.get(command), incident=self.incidents.get(incident), priors=priors)
            for command, incident in commands
        ]
        return self._clock(), known

    async def find(self, needs: Sequence[Need]) -> list[Found]:
        self._check()
        return [self._find(need) for need in needs]

    async def find_more(
        self,
        searches: Sequence[tuple[Need, Found]],
        *,
        within_s: float,  # noqa: ARG002 -- as RedisStore
    ) -> list[Found]:
        self._check()
        most = look_at_most(len(searches))
        return [self._find(need, before, most) for need, before in searches]

    def _find(self, need: Need, before: Found | None = None, most: int = LOOK_AT_MOST) -> Found:
        found = search.find(self.people, need, before, most)
        return (
            replace(found, waiting=waiting_beside(need, self._waiting.values(), self._clock()))
            if found.complete
            else found
        )

    async def near(self, spots: Sequence[Spot]) -> list[tuple[Neighbour, ...]]:
        self._check()
        return list(map(self._near, spots))

    async def named(self, externals: Sequence[str]) -> list[tuple[Neighbour, ...]]:
        self._check()
        return [self._named(digest) for digest in externals]

    def _named(self, digest: str) -> tuple[Neighbour, ...]:
        found = tuple(neighbour for neighbour in self._neighbours() if neighbour.external == digest)
        return tuple(sorted(found, key=attrgetter("incident_id"))) if len(found) <= NAMED_AT_MOST else ()

    def _neighbours(self) -> list[Neighbour]:
        return [neighbour for incident in self.incidents.values() if (neighbour := neighbour_of(incident))]

    def _near(self, spot: Spot) -> tuple[Neighbour, ...]:
        within = [
            (distance, neighbour.incident_id, neighbour)
            for neighbour in self._neighbours()
            if neighbour.centre is not None
            and (distance := metres(spot.place, neighbour.centre)) - neighbour.reach_m <= spot.within_m
            and (spot.logged_ms is None or abs(neighbour.logged_ms - spot.logged_ms) <= APART_S * 1000)
        ]
        return tuple(neighbour for _, _, neighbour in sorted(within, key=lambda row: row[:2])[:NEAR_AT_MOST])

    async def whereabouts(self, volunteer_ids: Sequence[str]) -> dict[str, Whereabouts]:
        self._check()
        found = {volunteer_id: self._whereabouts(volunteer_id) for volunteer_id in volunteer_ids}
        return {volunteer_id: seen for volunteer_id, seen in found.items() if seen}

    def _whereabouts(self, volunteer_id: str) -> Whereabouts | None:
        person = self.people.known.get(volunteer_id)
        if person is None or person.profile is None:
            return None
        fix = person.fix
        own_m = reach_m(person.profile.max_distance_m, person.profile.travel_mode)
        place = fix.place if fix is not None and self.people.is_usable(fix, own_m) else person.home
        if place is None:
            return None
        skills = frozenset(person.profile.skills)
        return Whereabouts(place=place, travel_mode=person.profile.travel_mode, skills=skills)

    async def presence(self, volunteer_ids: Sequence[str]) -> dict[str, Presence]:
        self._check()
        seen = {one: hazards.presence(self.people.known.get(one)) for one in volunteer_ids}
        return {one: known for one, known in seen.items() if known}

    async def asked_lately(self, volunteer_ids: Sequence[str]) -> dict[str, AskedLately]:
        self._check()
        people = ((one, self.people.known.get(one)) for one in volunteer_ids)
        return {one: self.people.asked_lately(person) for one, person in people if person and person.profile}

    async def inside(self, areas: Sequence[Area]) -> list[Inside]:
        self._check()
        return [hazards.inside(self.people, area) for area in areas]

    async def hazards(self, known: str) -> tuple[str, tuple[HazardArea, ...] | None]:
        self._check()
        return self._grounds.since(known)

    async def under_way(self, areas: Sequence[Area]) -> list[UnderWay]:
        self._check()
        return [hazards.under_way(self.incidents.values(), area) for area in areas]

    async def claim(self, claims: Sequence[Claim]) -> list[ClaimAnswer]:
        self._check()
        return [self._claim(claim) for claim in claims]

    def _claim(self, claim: Claim) -> ClaimAnswer:
        self._pending[Hold(volunteer_id=claim.volunteer_id, offer_id=claim.offer_id)] = self._clock()
        person = self.people.known.get(claim.volunteer_id)
        held = person.claim if person else None
        if held and held.offer_id == claim.offer_id:
            return ClaimAnswer.GRANTED
        if person and held:
            if held.incident_id == claim.incident_id and held.epoch > claim.epoch:
                return ClaimAnswer.FENCED
            if person.is_confirmed or held.command_id != claim.command_id:
                return ClaimAnswer.BUSY
        if person is None or not person.is_on_duty:
            return ClaimAnswer.OFF_DUTY
        person.claim, person.is_confirmed = claim, False
        return ClaimAnswer.GRANTED

    async def release(self, holds: Sequence[Hold]) -> None:
        self._check()
        for hold in holds:
            self._pending.pop(hold, None)
            person = self.people.known.get(hold.volunteer_id)
            if person and person.claim and person.claim.offer_id == hold.offer_id and not person.is_confirmed:
                person.claim = None
                self.people.settle(person)
                self._wake(person, None)

    async def sweep_pending(self, older_than_ms: int, owned: Callable[[str], bool], *, limit: int = 1000) -> list[Hold]:
        """As `RedisStore.sweep_pending`."""
        self._check()
        old = [hold for hold, at in self._pending.items() if at <= self._clock() - older_than_ms][:limit]
        for hold in old:
            if not self._is_pending(hold):
                del self._pending[hold]
        zones = {hold: parts_of_offer(hold.offer_id) for hold in old if hold in self._pending}
        return [hold for hold, parts in zones.items() if parts and owned(parts.zone)]

    def _is_pending(self, hold: Hold) -> bool:
        person = self.people.known.get(hold.volunteer_id)
        return bool(person and person.claim and person.claim.offer_id == hold.offer_id and not person.is_confirmed)

    async def apply(self, applications: Sequence[Application]) -> list[Applied]:
        self._check()
        return [self._apply(application) for application in applications]

    def _apply(self, a: Application) -> Applied:
        progress = self._progress.get(a.partition, PartitionProgress())
        if a.offset > progress.applied + 1:
            return Applied(state=AppliedState.GAP)
        if self.commands.get(a.command_id, a.offset) != a.offset:
            self._set_progress(a.partition, applied=max(progress.applied, a.offset))
            return Applied(state=AppliedState.VOID)
        if a.offset <= progress.applied:
            refused = tuple(hold for hold in a.holds if hold.offer_id in progress.refused)
            return Applied(state=AppliedState.ALREADY, refused=refused)
        self.commands[a.command_id] = a.offset
        self._ending.update(dict.fromkeys(a.freed, (a.partition, a.offset)))
        for hold in a.holds:
            self._ending.pop(hold, None)
            self._note_offer(hold, a.incident)
        lost = tuple(hold for hold in a.holds if not self._confirm(hold, a))
        self._learn(a.lessons, a.work_ended)
        for judged in a.judged:
            if person := self._profiled(judged.volunteer_id):
                person.standing.judge(judged)
        kept = dict(progress.refused) | {hold.offer_id: hold for hold in lost}
        for offer_id in a.voided:
            kept.pop(offer_id, None)
        self.timeline.setdefault(a.incident_id, []).append((a.partition, a.offset))
        if a.incident is not None:
            self._write_incident(a.incident)
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

    def _free(self, hold: Hold) -> StoredPerson | None:
        self._pending.pop(hold, None)
        person = self.people.known.get(hold.volunteer_id)
        if person is None or person.claim is None or person.claim.offer_id != hold.offer_id:
            return None
        person.claim, person.is_confirmed = None, False
        self.people.settle(person)
        return person

    def _note_offer(self, hold: Hold, incident: Incident | None) -> None:
        offer = incident.offer(hold.offer_id) if incident else None
        at_ms = offer.created_ms if offer else 0
        known = self.offers_of.setdefault(hold.volunteer_id, {})
        person = self.people.known.get(hold.volunteer_id)
        if hold.offer_id not in known and person and person.profile:
            person.add_load(at_ms)
        known[hold.offer_id] = at_ms

    def _confirm(self, hold: Hold, a: Application) -> bool:
        person = self.people.person(hold.volunteer_id)
        if person.claim and person.claim.offer_id != hold.offer_id and person.is_confirmed:
            return False
        self._pending.pop(hold, None)
        offer = a.incident.offer(hold.offer_id) if a.incident else None
        person.claim = Claim(
            volunteer_id=hold.volunteer_id,
            offer_id=hold.offer_id,
            incident_id=a.incident_id,
            epoch=offer.epoch if offer else 0,
            command_id=a.command_id,
        )
        person.is_confirmed = True
        self.people.settle(person)
        return True

    def _write_incident(self, incident: Incident) -> None:
        self.incidents[incident.id] = incident
        self._grounds.write(incident)
        old = self._timers.get(incident.id, {})
        self._timers[incident.id] = {timer: old.get(timer, timer.due_ms) for timer in timers_of(incident)}
        self._waiting[incident.id] = {
            waiting_member(incident, requirement): (incident, requirement.id)
            for requirement in waiting_requirements(incident)
        }

    async def progress(self, partition: int) -> PartitionProgress:
        self._check()
        return self._progress.get(partition, PartitionProgress())

    async def mark_published(self, partition: int, offset: int) -> None:
        self._check()
        old = self._progress.get(partition, PartitionProgress())
        published = max(old.published, offset)
        self._progress[partition] = PartitionProgress(applied=old.applied, published=published, refused=old.refused)
        due = [hold for hold, (at, of) in self._ending.items() if at == partition and of <= offset]
        freed = [(person, hold) for hold in due if (person := self._free(hold))]
        for hold in due:
            del self._ending[hold]
        for person, hold in freed:
            parts = parts_of_offer(hold.offer_id)
            self._wake(person, parts.incident_id if parts else None)

    async def take_due(self, limit: int) -> list[Timer]:
        self._check()
        now = self._clock()
        due = [(at, timer) for timers in self._timers.values() for timer, at in timers.items() if at <= now]
        due.sort(key=lambda entry: (entry[0], entry[1].incident_id, entry[1].ref, entry[1].kind))
        taken = [timer for _, timer in due[:limit]]
        for timer in taken:
            # Back off: a command that already waits in a long queue must not be sent again and again.
            self._timers[timer.incident_id][timer] = now + max(PUT_OFF_MS, now - timer.due_ms)
        return taken

    def _wake(self, person: StoredPerson, except_incident: str | None) -> None:
        if person.claim or not person.is_on_duty:
            return
        now = self._clock()
        soon = sum(at <= now + 1000 for timers in self._timers.values() for at in timers.values())
        first = now + 100 + LATER_PER_TIMER_MS * soon
        others = [entry for entry in self._waiting_for(person) if entry[0] != except_incident]
        for place, (incident_id, is_scarce) in enumerate(others[: WAKE_AT_ONCE + HOLD_BACK_AT_MOST]):
            turn = first + WAKE_EVERY_MS * min(place, WAKE_AT_ONCE)
            turn = max(turn, now + SCARCE_WAITS_MS) if is_scarce else turn
            self._take_turn(incident_id, turn, is_first=place == 0, is_woken=place < WAKE_AT_ONCE)

    def _take_turn(self, incident_id: str, turn: int, *, is_first: bool, is_woken: bool) -> None:
        timers = self._timers[incident_id]
        for timer, at in timers.items():
            if timer.kind is DeadlineKind.RETRY:
                holds_back = not is_first and at < turn and at == timer.due_ms
                if holds_back or (is_woken and at > turn):
                    timers[timer] = turn

    def _waiting_for(self, person: StoredPerson) -> list[tuple[str, bool]]:
        """Waiting incidents, most urgent first, each once, and whether only its wave fell short of its certainty."""
        members = (
            sorted(
                (member, incident)
                for waiting in self._waiting.values()
                for member, (incident, requirement_id) in waiting.items()
                if self._might_end(person, incident, requirement_id)
            )
            if self._waiting
            else []
        )
        first: dict[str, bool] = {}
        for member, incident in members:
            first.setdefault(incident.id, member[0] >= "2")
        return list(first.items())

    def _might_end(self, person: StoredPerson, incident: Incident, requirement_id: str) -> bool:
        requirement = next(line for line in incident.requirements if line.id == requirement_id)
        if person.profile is None:
            return False
        profile = person.profile
        return any(
            self._could_help(person, incident, terms_of(incident, requirement, skill), placed)
            for skill, placed in waited_skills(incident, requirement)
            if skill in profile.skills
        )

    @staticmethod
    def _could_help(person: StoredPerson, incident: Incident, terms: Terms, placed: bool) -> bool:
        profile = person.profile
        assert profile is not None
        if terms.capability not in profile.capabilities:
            return False
        if terms.languages and not shares_language(terms.languages, profile.languages):
            return False
        if not placed or incident.area is None:
            return True
        if person.field_mode != "free" or person.found_at is None:
            return False
        own_m = min(reach_m(profile.max_distance_m, profile.travel_mode), terms.limit_m)
        return metres(incident.area.centre, person.found_at) - terms.reach_m <= own_m

    async def put_profiles(self, writes: Sequence[ProfileWrite]) -> int:
        self._check()
        return sum(self._changed(write.volunteer_id, self.people.put_profile(write)) for write in writes)

    async def put_private(self, writes: Sequence[PrivateWrite]) -> int:
        self._check()
        return sum(map(self._put_private, writes))

    def _put_private(self, write: PrivateWrite) -> bool:
        offset, _ = self.private.get(write.ref, (-1, None))
        if write.offset <= offset:
            return False
        self.private[write.ref] = (write.offset, write.sealed)
        volunteer_id = write.ref.removeprefix("volunteer:")
        if volunteer_id != write.ref and (write.home or volunteer_id in self.people.known):
            person = self.people.person(volunteer_id)
            person.home = write.home
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
        if private_offset is not None:
            ref = f"volunteer:{volunteer_id}"
            await self.put_private([PrivateWrite(ref=ref, offset=private_offset, sealed=None)])

    async def sweep_fixes(self, ttl_ms: int, *, limit: int = 500) -> int:
        self._check()
        aged = self.people.aged(ttl_ms, limit)
        for person in aged:
            self._changed(person.id, True)
        return len(aged)

    def retries(self) -> list[tuple[str, int, int]]:
        """Incidents with a retry timer: incident id, the time it was set for, and the time it is due now."""
        return [
            (timer.incident_id, timer.due_ms, at)
            for timers in self._timers.values()
            for timer, at in timers.items()
            if timer.kind is DeadlineKind.RETRY
        ]

    async def restore_incidents(self, batch: Sequence[RestoredIncident]) -> list[Hold]:
        """As `Restore.restore_incidents`; needs no lock and no readiness."""
        conflicts: list[Hold] = []
        for item in batch:
            self.timeline[item.incident.id] = list(item.timeline)
            for offer in item.incident.offers:
                self._note_offer(Hold(volunteer_id=offer.volunteer_id, offer_id=offer.id), item.incident)
            made = Application(
                partition=0, offset=0, command_id="", incident_id=item.incident.id, incident=item.incident
            )
            conflicts.extend(hold for hold in item.holds if not self._confirm(hold, made))
            self._write_incident(item.incident)
        return conflicts

    async def restore_standings(self, taught: Standings) -> None:
        self._taught.cells = dict(taught.cells)
        for volunteer_id, standing in taught.people.items():
            if person := self._profiled(volunteer_id):
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
