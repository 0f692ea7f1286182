"""The search in memory. Examines people in the same order as find.lua, but scans all of them instead of an index."""

import math
from collections import Counter, deque
from collections.abc import Iterable

from dispatch.matching.eligibility import limit_m as limit_by_mode_m
from dispatch.model.languages import canonicals, primaries
from dispatch.model.outlines import Outline
from dispatch.model.people import Candidate, Found, Need
from dispatch.model.places import Place
from dispatch.model.reasons import Exclusion
from dispatch.model.travel import reach_m
from dispatch.model.verifications import counted
from dispatch.model.vocabulary import Capability, TravelMode
from streams.store.memory.distances import metres
from streams.store.memory.people import People, StoredPerson
from streams.store.search import LOOK_AT_MOST, enough, first_ring_m, joined, limit_m, wider_m
from streams.wire import VolunteerRecord


def find(people: People, need: Need, before: Found | None = None, most: int = LOOK_AT_MOST) -> Found:
    search = _Search(people, need, before, most)
    return search.by_rings() if need.requirement.capability is Capability.FIELD else search.digital()


class _Search:
    def __init__(self, people: People, need: Need, before: Found | None = None, most: int = LOOK_AT_MOST) -> None:
        self._most = most
        self._people = people
        self._need = need
        self._before = before
        self._mark = before.mark if before else None
        # Hazard area and quiet hours are judged only when a search is continued, as in the script.
        self._ground = Outline(need.area) if self._mark and need.ground and need.area else None
        self._spoken = frozenset(primaries(need.requirement.languages))
        self._candidates: list[Candidate] = []
        self._excluded: Counter[Exclusion] = Counter()
        self._around: Counter[Exclusion] = Counter()
        self._left_out: list[str] = []
        self._looked = 0
        self._seen: set[str] = set(self._mark.judged) if self._mark else set()

    def by_rings(self) -> Found:
        need = self._need
        assert need.area is not None
        limit = limit_m(need)
        rows = [self._row(need.area.centre, skill) for skill in need.requirement.skills]
        radius = self._first_m()
        while self._judge_ring(rows, radius) and not self._is_enough():
            radius = wider_m(radius, self._looked, need, goes_on=self._mark is not None)
        radius = radius if self._is_enough() else limit
        complete = not any(row and row[0][0] <= limit for row in rows) and radius >= limit
        for person in self._with_mode("field_mode", "engaged"):
            if person.found_at is not None and metres(need.area.centre, person.found_at) <= radius:
                self._leave_out_engaged(person)
        return self._found(radius, complete)

    def _first_m(self) -> float:
        started_m = self._mark.radius_m if self._mark else None
        return first_ring_m(self._need) if started_m is None else started_m

    def _row(self, centre: Place, skill: str) -> deque[tuple[float, StoredPerson]]:
        near = sorted(
            (metres(centre, person.found_at), person.id, person)
            for person in self._people.with_skill(skill)
            if person.found_at is not None and person.field_mode == "free"
        )
        return deque((distance, person) for distance, _, person in near)

    def _judge_ring(self, rows: list[deque[tuple[float, StoredPerson]]], radius: float) -> bool:
        """Examines one ring, the preferred skill first. True while people are left within the limit."""
        for row in rows:
            while row and row[0][0] <= radius:
                distance, person = row.popleft()
                if person.id not in self._seen:
                    self._judge(person, distance)
                if self._is_enough():
                    return True
        return any(row and row[0][0] <= limit_m(self._need) for row in rows)

    def digital(self) -> Found:
        complete = True
        for skill in self._need.requirement.skills:
            complete = self._digital(skill) and complete
        for person in self._with_mode("digital_mode", "engaged"):
            self._leave_out_engaged(person)
        return self._found(None, complete)

    def _digital(self, skill: str) -> bool:
        need = self._need
        people = [person for person in self._people.with_skill(skill) if person.digital_mode == "free"]
        # The digital indexes are ZSETs by load, so the least loaded come first.
        free = sorted(people, key=lambda person: (person.load, person.id))
        languages = primaries(need.requirement.languages)
        complete = True
        for language in languages:
            speakers = [one for one in free if one.profile and language in primaries(one.profile.languages)]
            complete = self._judge_all(speakers, enough(need.want)) and complete
        if not languages:
            complete = self._judge_all(free, enough(need.want))
        elif len(self._candidates) < need.want:
            # Only to count those who share no language as a reason; 200 is COUNT_ENGAGED_AT_MOST of find.lua.
            self._judge_all(free[:200], 10**9)
        return complete

    def _with_mode(self, attribute: str, mode: str) -> list[StoredPerson]:
        """People with any acceptable skill, each person once."""
        people = {one.id: one for skill in self._need.requirement.skills for one in self._people.with_skill(skill)}
        return [person for person in people.values() if getattr(person, attribute) == mode]

    def _judge_all(self, people: Iterable[StoredPerson], stop: int) -> bool:
        """Examines people in order. False when it stopped early."""
        rest = [person for person in people if person.id not in self._seen]
        found = len(self._candidates)
        for at, person in enumerate(rest, start=1):
            self._judge(person, None)
            if len(self._candidates) - found >= stop or self._looked >= self._most:
                return at == len(rest)
        return True

    def _is_enough(self) -> bool:
        return len(self._candidates) >= enough(self._need.want) or self._looked >= self._most

    def _leave_out_engaged(self, person: StoredPerson) -> None:
        asked = person.id in self._need.asked_before
        self._around[Exclusion.ASKED_BEFORE if asked else Exclusion.ENGAGED] += 1

    def _judge(self, person: StoredPerson, distance: float | None) -> None:
        self._seen.add(person.id)
        self._looked += 1
        reason = self._reason_against(person)
        if reason is None and distance is not None:
            distance, reason = self._measured(person, distance)
        if reason is None and self._sleeps(person):
            reason = Exclusion.QUIET_HOURS
        if reason is not None:
            self._excluded[reason] += 1
            self._left_out.append(person.id)
        else:
            self._candidates.append(self._candidate(person, distance))

    def _reason_against(self, person: StoredPerson) -> Exclusion | None:
        if person.id in self._need.asked_before:
            return Exclusion.ASKED_BEFORE
        if person.profile is None or not person.is_on_duty:
            return Exclusion.OFF_DUTY
        if person.distress_ids:
            return Exclusion.IN_DISTRESS
        # The pending claim of the same command is its own, from an attempt before.
        claim = person.claim
        if claim and (person.is_confirmed or claim.command_id != self._need.command_id):
            return Exclusion.ENGAGED
        if not self._is_qualified(person):
            return Exclusion.NOT_VERIFIED
        if self._spoken and self._spoken.isdisjoint(primaries(person.profile.languages)):
            return Exclusion.LANGUAGE
        return None

    def _is_qualified(self, person: StoredPerson) -> bool:
        """As `is_qualified` in find.lua."""
        need, valid = self._need, self._people.verified.valid(person.id)
        if need.vouched and not valid:
            return False
        claimed = person.profile.skills if person.profile else ()
        wanted = need.requirement.skills
        return not need.requirement.gated or bool(counted(wanted, need.requirement.verified, claimed, valid))

    def _measured(self, person: StoredPerson, distance: float) -> tuple[float, Exclusion | None]:
        area = self._need.area
        assert area is not None
        assert person.profile is not None
        # A fix that has become stale since the last sweep: the home place counts, as it will in the index.
        if not self._is_usable(person, person.profile):
            if person.home is None:
                return distance, Exclusion.STALE_PLACE
            distance = metres(area.centre, person.home)
            if distance > limit_m(self._need):
                return distance, Exclusion.STALE_PLACE
        is_at_fix = person.fix is not None and self._is_usable(person, person.profile)
        place = person.fix.place if person.fix and is_at_fix else person.home
        if self._is_barred(person.profile.skills, place):
            return distance, Exclusion.IN_HAZARD
        mode = person.profile.travel_mode
        own = min(reach_m(person.profile.max_distance_m, mode), self._timed_m(mode))
        too_far = distance - area.reach_m > own
        return distance, Exclusion.TOO_FAR if too_far else None

    def _is_barred(self, skills: Iterable[str], place: Place | None) -> bool:
        ground = self._need.ground
        if self._ground is None or ground is None or place is None or not set(ground.equipped).isdisjoint(skills):
            return False
        return self._ground.covers(place)

    def _sleeps(self, person: StoredPerson) -> bool:
        heard_ms = self._need.asleep_unless_heard_ms
        return bool(self._mark and heard_ms is not None and person.heard_ms < heard_ms)

    def _timed_m(self, mode: TravelMode) -> float:
        requirement = self._need.requirement
        return math.inf if requirement.max_eta_s is None else limit_by_mode_m(requirement, mode)

    def _most_m(self, profile: VolunteerRecord) -> float:
        """The largest distance from the work at which this person is asked."""
        own = min(reach_m(profile.max_distance_m, profile.travel_mode), self._timed_m(profile.travel_mode))
        return min(own, self._need.requirement.max_distance_m)

    def _is_usable(self, person: StoredPerson, profile: VolunteerRecord) -> bool:
        return person.fix is not None and self._people.is_usable(person.fix, self._most_m(profile))

    def _candidate(self, person: StoredPerson, distance: float | None) -> Candidate:
        profile, fix = person.profile, person.fix
        assert profile is not None
        from_home = distance is not None and not self._is_usable(person, profile)
        place = person.home if from_home else fix.place if fix else None
        return Candidate(
            volunteer_id=person.id,
            skills=frozenset(profile.skills),
            languages=canonicals(profile.languages),
            travel_mode=profile.travel_mode,
            max_distance_m=profile.max_distance_m,
            distance_m=distance,
            place=place,
            accuracy_m=fix.accuracy_m if fix and not from_home else None,
            fix_age_s=(self._people.now_ms() - fix.at_ms) / 1000 if fix and not from_home else None,
            from_home=from_home,
            home_m=metres(fix.place, person.home) if fix and person.home and not from_home else None,
            load=person.load_at(self._people.now_ms()),
            verified=self._people.verified.valid(person.id),
            **self._people.history(person),
        )

    def _found(self, radius: float | None, complete: bool) -> Found:
        return joined(
            self._before,
            self._candidates,
            self._excluded,
            around=self._around,
            left_out=self._left_out,
            radius_m=radius,
            complete=complete,
        )
