"""People in memory: the rules of `streams/store/lua/person.lua` and `fixes.lua` in Python."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from dispatch.matching.estimates import ANSWER_HALF_LIFE_MS, WORK_HALF_LIFE_MS, decayed
from dispatch.matching.place_uncertainty import is_coarse
from dispatch.matching.position_checks import Fix, Track, followed
from dispatch.matching.trust import HALF_LIFE_MS as TRUST_HALF_LIFE_MS
from dispatch.model.people import AskedLately
from dispatch.model.places import Place
from dispatch.model.travel import reach_m
from dispatch.model.vocabulary import Capability
from dispatch.ports import Claim
from streams.retention.classes import HOLD_S
from streams.store.memory.distances import district, metres
from streams.store.memory.duty_ends import DutyEnds, is_over
from streams.store.memory.verified import Verified
from streams.store.people import FixWrite, ProfileWrite, fix_in
from streams.store.track_record import LOAD_HALF_LIFE_MS, TrackRecord
from streams.wire import VolunteerRecord

HOLD_MS, NEVER = HOLD_S * 1000, 2**53 - 1
STILL_M = 25.0
"""A person who moved less is not indexed again."""


@dataclass(slots=True, kw_only=True)
class StoredPerson:
    """`found_at`: the person's place in the field search, None while not indexed. `is_open`: free for digital work."""

    id: str
    now_ms: Callable[[], int] = lambda: 0
    offset: int = -1
    profile: VolunteerRecord | None = None
    track: Track | None = None
    home: Place | None = None
    claim: Claim | None = None
    is_confirmed: bool = False
    load: float = 0.0
    found_at: Place | None = None
    field_mode: str = ""
    digital_mode: str = ""
    standing: TrackRecord = field(default_factory=TrackRecord)
    skills: tuple[str, ...] = ()
    heard_ms: int = 0
    """Last sign of life; 0: never."""
    fixes_from_ms: int = 0
    distress_ids: set[str] = field(default_factory=set)
    """Ids of the open incidents that are about the danger of this person."""
    duty_at: int | None = None
    """Offset of the record that states the duty, -1 if not seen; None: the newest record does."""

    @property
    def fix(self) -> Fix | None:
        """The newest fix that passed the position checks."""
        return self.track.believed if self.track else None

    @property
    def is_on_duty(self) -> bool:
        """Whether the duty holds at present: it may have ended by itself."""
        profile = self.profile
        return profile is not None and profile.on_duty and not is_over(profile.duty_until_ms, self.now_ms())

    def has(self, capability: Capability) -> bool:
        return self.profile is not None and capability in self.profile.capabilities

    def add_load(self, at_ms: int) -> None:
        # log2(2^high + 2^low) without the powers, which would overflow: `entry` exceeds 10^5 (ms since 1970 / 4 h).
        entry = at_ms / LOAD_HALF_LIFE_MS
        high, low = max(self.load, entry), min(self.load, entry)
        self.load = entry if self.load == 0 else high + math.log2(1 + 2 ** (low - high))

    def load_at(self, now_ms: int) -> float:
        return decayed(self.load, now_ms, LOAD_HALF_LIFE_MS)


@dataclass(slots=True)
class People:
    now_ms: Callable[[], int]
    fix_age_limit_ms: int
    known: dict[str, StoredPerson] = field(default_factory=dict)
    by_skill: dict[str, set[str]] = field(default_factory=dict)
    erased: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Offset and time of the tombstone."""
    held: dict[str, FixWrite] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    look_at: dict[str, int] = field(default_factory=dict)
    offers_of: dict[str, dict[str, int]] = field(default_factory=dict)
    duty_ends: DutyEnds = field(default_factory=DutyEnds)
    verified: Verified = field(init=False)

    def __post_init__(self) -> None:
        self.verified = Verified(self.now_ms)

    def person(self, volunteer_id: str) -> StoredPerson:
        return self.known.setdefault(volunteer_id, StoredPerson(id=volunteer_id, now_ms=self.now_ms))

    def with_skill(self, skill: str) -> Iterator[StoredPerson]:
        # Sorted: a set of strings has another order in each process, and a seed must repeat.
        return (self.known[volunteer_id] for volunteer_id in sorted(self.by_skill.get(skill, ())))

    def place_of(self, person: StoredPerson) -> Place | None:
        """The fix while it is usable or there is no home place, else the home place."""
        profile, fix = person.profile, person.fix
        own_m = reach_m(profile.max_distance_m, profile.travel_mode) if profile else 0
        if fix and (person.home is None or self.is_usable(fix, own_m)):
            return fix.place
        return person.home

    def is_usable(self, fix: Fix, own_m: float) -> bool:
        return self.now_ms() - fix.at_ms <= self.fix_age_limit_ms and not is_coarse(fix.accuracy_m, own_m)

    def settle(self, person: StoredPerson) -> bool:
        """Updates the search indexes of the person. True when they became available somewhere."""
        field_ = self._settle_field(person)
        digital = self._settle_digital(person)
        self._forget_if_empty(person)
        return field_ or digital

    def _settle_field(self, person: StoredPerson) -> bool:
        place = self.place_of(person)
        profile = person.profile
        if profile is None or not (person.is_on_duty and person.has(Capability.FIELD) and place):
            person.field_mode, person.found_at, person.skills = "", None, ()
            return False
        # A pending claim changes nothing here: a redelivered command must find the people it claimed itself.
        mode = "engaged" if person.is_confirmed else "free"
        same = person.field_mode == mode and person.skills == profile.skills
        was = person.found_at
        if same and was and metres(was, place) <= STILL_M:
            return False
        entered = not same or was is None or district(was) != district(place)
        person.field_mode, person.found_at, person.skills = mode, place, profile.skills
        return entered and mode == "free"

    def _settle_digital(self, person: StoredPerson) -> bool:
        was = person.digital_mode
        person.digital_mode = ""
        if person.is_on_duty and person.has(Capability.DIGITAL):
            person.digital_mode = "engaged" if person.is_confirmed else "free"
        return person.digital_mode == "free" and was != "free"

    def _forget_if_empty(self, person: StoredPerson) -> None:
        if not (person.profile or person.fix or person.home or person.claim or person.distress_ids):
            self.known.pop(person.id, None)

    def asked_lately(self, person: StoredPerson) -> AskedLately:
        now_ms, standing = self.now_ms(), person.standing
        offers = self.offers_of.get(person.id, {}).values()
        return AskedLately(
            heard_ms=person.heard_ms or None,
            worked_ms=standing.worked_ms,
            worked_heavy=standing.worked_heavy,
            offers_last_hour=sum(at_ms >= now_ms - 3_600_000 for at_ms in offers),
            offers_last_day=sum(at_ms >= now_ms - 86_400_000 for at_ms in offers),
            accepted=decayed(standing.accepted, now_ms, ANSWER_HALF_LIFE_MS),
            refused=decayed(standing.refused, now_ms, ANSWER_HALF_LIFE_MS),
            work=decayed(standing.work, now_ms, WORK_HALF_LIFE_MS),
            upheld=decayed(standing.upheld, now_ms, TRUST_HALF_LIFE_MS),
            overruled=decayed(standing.overruled, now_ms, TRUST_HALF_LIFE_MS),
        )

    def history(self, person: StoredPerson) -> dict[str, Any]:
        """The fields of `Candidate` about past answers, work and offers."""
        now_ms, standing = self.now_ms(), person.standing
        heard = {"heard_s": (now_ms - person.heard_ms) / 1000 if person.heard_ms else None}
        if not (person.load or standing.accepted or standing.refused):
            return heard
        offers = self.offers_of.get(person.id, {}).values()
        return heard | {
            "accepted": decayed(standing.accepted, now_ms, ANSWER_HALF_LIFE_MS),
            "refused": decayed(standing.refused, now_ms, ANSWER_HALF_LIFE_MS),
            "work": decayed(standing.work, now_ms, WORK_HALF_LIFE_MS),
            "upheld": decayed(standing.upheld, now_ms, TRUST_HALF_LIFE_MS),
            "overruled": decayed(standing.overruled, now_ms, TRUST_HALF_LIFE_MS),
            "offers_last_hour": sum(at_ms >= now_ms - 3_600_000 for at_ms in offers),
            "offers_last_day": sum(at_ms >= now_ms - 86_400_000 for at_ms in offers),
            "rested_s": (now_ms - standing.worked_ms) / 1000 if standing.worked_ms is not None else None,
            "worked_heavy": standing.worked_heavy,
        }

    def put_profile(self, write: ProfileWrite) -> bool:
        person = self.person(write.volunteer_id)
        # The tombstone's offset counts too: an older profile must not recreate an erased person.
        newest = max(person.offset if person.profile else -1, self.erased.get(person.id, (-1, 0))[0])
        if write.offset <= newest:
            changed = self._put_late_duty(person, write)
            self._forget_if_empty(person)
            return changed
        for skill in person.profile.skills if person.profile else ():
            self.by_skill[skill].discard(person.id)
        was_on_duty = person.is_on_duty
        self._put_duty(person, write)
        self.duty_ends.note(person.id, person.profile, self.now_ms())
        self._turn_duty(person, was_on_duty, write.logged_ms)
        person.offset = write.offset
        # Never moved back: a later writer may not have known of it.
        person.heard_ms = max(person.heard_ms, write.record.heard_ms or 0) if write.record else 0
        for skill in write.record.skills if write.record else ():
            self.by_skill.setdefault(skill, set()).add(person.id)
        if write.record is None:
            self.erased[person.id] = (write.offset, self.now_ms() if write.logged_ms is None else write.logged_ms)
            self.held.pop(person.id, None)
            self.withheld.discard(person.id)
            person.track, person.home, person.load = None, None, 0.0
            person.standing = TrackRecord()
            self.offers_of.pop(person.id, None)
            self.look_at.pop(person.id, None)
            self.verified.forget(person.id)
        return True

    def _put_duty(self, person: StoredPerson, write: ProfileWrite) -> None:
        """Stores the profile with the duty that counts (`VolunteerRecord.keeps_duty`)."""
        record, before = write.record, person.profile
        if record is None or not record.keeps_duty:
            person.profile, person.duty_at = record, None
            return
        if before is None:
            person.duty_at = self.erased.get(person.id, (-1, 0))[0]
        elif person.duty_at is None:
            person.duty_at = person.offset
        if person.duty_at == -1:
            person.profile = record
            return
        until_ms = before.duty_until_ms if before is not None else None
        person.profile = replace(record, on_duty=before is not None and before.on_duty, duty_until_ms=until_ms)

    def _put_late_duty(self, person: StoredPerson, write: ProfileWrite) -> bool:
        """Whether an older write states a duty that all newer ones only copied; its duty is then stored."""
        if person.profile is None or person.duty_at is None or write.offset <= person.duty_at:
            return False
        if write.record is not None and write.record.keeps_duty:
            return False
        was_on_duty, person.duty_at = person.is_on_duty, write.offset
        stated = write.record
        person.profile = replace(
            person.profile,
            on_duty=stated is not None and stated.on_duty,
            duty_until_ms=stated.duty_until_ms if stated is not None else None,
        )
        self.duty_ends.note(person.id, person.profile, self.now_ms())
        self._turn_duty(person, was_on_duty, write.logged_ms)
        person.heard_ms = max(person.heard_ms, write.record.heard_ms or 0) if write.record else person.heard_ms
        return True

    def _turn_duty(self, person: StoredPerson, was_on_duty: bool, logged_ms: int | None) -> None:
        """As `set_duty` of people.lua."""
        if person.is_on_duty == was_on_duty:
            return
        person.fixes_from_ms = 0
        if not person.is_on_duty:
            person.track = None
            self.look_at.pop(person.id, None)
            return
        _, erased_ms = self.erased.get(person.id, (-1, 0))
        person.fixes_from_ms = NEVER if person.id in self.withheld else max((logged_ms or 0) - HOLD_MS, erased_ms + 1)
        held = self.held.pop(person.id, None)
        if held is not None and self.now_ms() - held.at_ms < HOLD_MS:
            self.put_fix(held)

    def _hold(self, write: FixWrite) -> None:
        held = self.held.get(write.volunteer_id)
        is_barred = write.volunteer_id in self.erased and write.volunteer_id not in self.known
        is_barred = is_barred or write.volunteer_id in self.withheld
        if is_barred or self.now_ms() - write.at_ms >= HOLD_MS or (held is not None and held.at_ms >= write.at_ms):
            return
        self.held[write.volunteer_id] = write

    def put_fix(self, write: FixWrite) -> bool:
        """Stores a fix of a person on duty. False when it does not place them: it is old, vague, or an unconfirmed leap."""
        person = self.known.get(write.volunteer_id)
        if person is None or not person.is_on_duty:
            self._hold(write)
            return False
        if person.track is None and write.at_ms < person.fixes_from_ms:
            return False
        if person.track is None:
            self.look_at[person.id] = write.at_ms + self.fix_age_limit_ms
        fix = fix_in(write)
        person.track = followed(person.track, fix, person.profile.travel_mode if person.profile else None)
        # Identity: the fix was taken over, and is not merely equal to the one before.
        return person.track.believed is fix

    def restore_track(self, volunteer_id: str, track: Track) -> None:
        self.person(volunteer_id).track = track
        self.look_at[volunteer_id] = track.believed.at_ms + self.fix_age_limit_ms
