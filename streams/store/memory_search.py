"""The search in memory: judges people in the order find.lua does, over all of them instead of an index."""

import math
from collections import Counter, deque
from collections.abc import Iterable

from dispatch.model import Candidate, Found, Need
from dispatch.vocabulary import Exclusion
from streams.store.memory_people import People, Person, metres
from streams.store.search import LOOK_AT_MOST, enough, first_ring_m, kind_of, limit_m, wider_m


def find(people: People, need: Need) -> Found:
    search = _Search(people, need)
    kind = kind_of(need)
    if kind == "field":
        return search.by_rings()
    return search.anywhere() if kind == "anywhere" else search.digital()


class _Search:
    def __init__(self, people: People, need: Need) -> None:
        self._people = people
        self._need = need
        self._spoken = frozenset(need.requirement.languages)
        self._candidates: list[Candidate] = []
        self._excluded: Counter[Exclusion] = Counter()
        self._seen: set[str] = set()

    def by_rings(self) -> Found:
        need = self._need
        assert need.area is not None
        limit = limit_m(need)
        near = sorted(
            (metres(need.area.centre, person.found_at), person.id, person)
            for person in self._with_mode("field_mode", "free")
            if person.found_at is not None
        )
        within = deque((distance, person) for distance, _, person in near if distance <= limit)
        radius = first_ring_m(need)
        while within and not self._is_enough():
            distance, person = within.popleft()
            while distance > radius:
                radius = wider_m(radius, len(self._seen), need)
            self._judge(person, distance)
        radius = radius if self._is_enough() else limit
        complete = not within and radius >= limit
        for person in self._with_mode("field_mode", "engaged"):
            if person.found_at is not None and metres(need.area.centre, person.found_at) <= radius:
                self._leave_out_engaged(person)
        return self._found(radius, complete)

    def anywhere(self) -> Found:
        complete = self._judge_all(self._with_mode("field_mode", "free"), enough(self._need.want))
        for person in self._with_mode("field_mode", "engaged"):
            self._leave_out_engaged(person)
        return self._found(None, complete)

    def digital(self) -> Found:
        need = self._need
        free = sorted(self._with_mode("digital_mode", "free"), key=lambda person: (person.load, person.id))
        languages = need.requirement.languages
        complete = True
        for language in languages:
            speakers = [person for person in free if person.profile and language in person.profile.languages]
            complete = self._judge_all(speakers, enough(need.want)) and complete
        if not languages:
            complete = self._judge_all(free, enough(need.want))
        elif len(self._candidates) < need.want:
            self._judge_all(free[:200], 10**9)
        for person in self._with_mode("digital_mode", "engaged"):
            self._leave_out_engaged(person)
        return self._found(None, complete)

    def _with_mode(self, attribute: str, mode: str) -> list[Person]:
        people = self._people.with_skill(self._need.requirement.skill)
        return [person for person in people if getattr(person, attribute) == mode]

    def _judge_all(self, people: Iterable[Person], stop: int) -> bool:
        """False when it stopped before the last."""
        rest = [person for person in people if person.id not in self._seen]
        found = len(self._candidates)
        for at, person in enumerate(rest, start=1):
            self._judge(person, None)
            if len(self._candidates) - found >= stop or len(self._seen) >= LOOK_AT_MOST:
                return at == len(rest)
        return True

    def _is_enough(self) -> bool:
        return len(self._candidates) >= enough(self._need.want) or len(self._seen) >= LOOK_AT_MOST

    def _leave_out_engaged(self, person: Person) -> None:
        asked = person.id in self._need.asked_before
        self._excluded[Exclusion.ASKED_BEFORE if asked else Exclusion.ENGAGED] += 1

    def _judge(self, person: Person, distance: float | None) -> None:
        self._seen.add(person.id)
        reason = self._reason_against(person)
        if reason is None and distance is not None:
            distance, reason = self._measured(person, distance)
        if reason is not None:
            self._excluded[reason] += 1
        else:
            self._candidates.append(self._candidate(person, distance))

    def _reason_against(self, person: Person) -> Exclusion | None:
        if person.id in self._need.asked_before:
            return Exclusion.ASKED_BEFORE
        if person.profile is None or not person.is_on_duty:
            return Exclusion.OFF_DUTY
        claim = person.claim
        if claim and (person.is_confirmed or claim.command_id != self._need.command_id):
            return Exclusion.ENGAGED
        if self._spoken and self._spoken.isdisjoint(person.profile.languages):
            return Exclusion.LANGUAGE
        return None

    def _measured(self, person: Person, distance: float) -> tuple[float, Exclusion | None]:
        area = self._need.area
        assert area is not None
        assert person.profile is not None
        if not self._is_fresh(person):
            if person.home is None:
                return distance, Exclusion.STALE_PLACE
            distance = metres(area.centre, person.home)
            if distance > limit_m(self._need):
                return distance, Exclusion.STALE_PLACE
        own = person.profile.max_distance_m
        too_far = own is not None and distance - area.reach_m > own
        return distance, Exclusion.TOO_FAR if too_far else None

    def _is_fresh(self, person: Person) -> bool:
        fix = person.fix
        return fix is not None and self._people.now_ms() - fix.at_ms <= self._people.fix_age_limit_ms

    def _candidate(self, person: Person, distance: float | None) -> Candidate:
        profile, fix = person.profile, person.fix
        assert profile is not None
        from_home = distance is not None and not self._is_fresh(person)
        place = person.home if from_home else fix.place if fix else None
        return Candidate(
            volunteer_id=person.id,
            skills=frozenset(profile.skills),
            languages=profile.languages,
            travel_mode=profile.travel_mode,
            max_distance_m=profile.max_distance_m,
            distance_m=distance,
            place=place,
            fix_age_s=(self._people.now_ms() - fix.at_ms) / 1000 if fix and not from_home else None,
            from_home=from_home,
            load=person.load_at(self._people.now_ms()),
        )

    def _found(self, radius: float | None, complete: bool) -> Found:
        def order(candidate: Candidate) -> tuple[float, float, str]:
            if candidate.distance_m is not None:
                return candidate.distance_m, 0.0, candidate.volunteer_id
            return math.inf, candidate.load, candidate.volunteer_id

        return Found(
            candidates=tuple(sorted(self._candidates, key=order)[: enough(self._need.want)]),
            excluded=dict(self._excluded),
            searched_m=radius,
            complete=complete,
        )
