"""One person's danger is one open incident: by an offer and without one, in any order, and where two processes race."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from dispatch.decide import decide
from dispatch.follow_ups import follow_ups
from dispatch.model.answer_commands import RaiseDistress
from dispatch.model.commands import CloseIncident, Command
from dispatch.model.incidents import Incident
from dispatch.model.people import Found
from dispatch.model.places import Place
from dispatch.model.vocabulary import IncidentStatus, OfferState
from dispatch.safety import distress
from dispatch.safety.distress import AGAIN_AFTER_S, LOOKED_AT, PERIOD_S, first_of_person, heard_by, line_of_person
from dispatch.state.lifecycle import fold
from streams.retention.classes import ENDED_S
from tests.support.builders import ALMATY, INCIDENT, NOW_MS, incident, offer, plans, point, view

PERSON = "v-1"
ELSEWHERE = Place(lon=51.2, lat=51.2)


class Log:
    """The incidents, and the signals of one person. What follows from a decision is heard after all that was sent before."""

    def __init__(self, *sent_to: str) -> None:
        offers = [
            offer(OfferState.ON_SCENE, id=f"o-{at}", volunteer_id=PERSON, accepted_ms=NOW_MS) for at in sent_to or "a"
        ]
        places = [INCIDENT[:-1] + at for at in sent_to or "a"]
        self.known: dict[str, Incident] = {
            at: replace(incident(id=at, offers=(held,)), area=point()) for at, held in zip(places, offers, strict=True)
        }
        self.waiting: list[Command] = []
        self.now_ms = NOW_MS
        self.sent = 0

    def api(self) -> dict[str, Incident]:
        """What an API process reads in Redis now."""
        return dict(self.known)

    def by_offer(self, seen: dict[str, Incident] | None, at: str = "a") -> None:
        """`seen` None: Redis does not answer."""
        self.sent += 1
        self.waiting.append(
            RaiseDistress(
                id=f"c-{self.sent}",
                incident_id=INCIDENT[:-1] + at,
                by=PERSON,
                sent_ms=self.now_ms,
                offer_id=f"o-{at}",
                volunteer_id=PERSON,
                heard_at=None if seen is None else self._heard_by(seen),
            )
        )

    def alone(self, seen: dict[str, Incident] | None, place: Place | None = ALMATY) -> None:
        self.sent += 1
        self.waiting.append(
            distress.report_of_person(
                command_id=f"c-{self.sent}",
                volunteer_id=PERSON,
                heard_at=self._heard_by(seen or {}),
                place=place,
                sent_ms=self.now_ms,
                said_ms=None,
            )
        )

    def _heard_by(self, seen: dict[str, Incident]) -> str:
        asked = set(distress.lines_to_look_at(PERSON, self.now_ms))
        return heard_by(PERSON, [state for at, state in seen.items() if at in asked], self.now_ms)

    def decide(self) -> None:
        while self.waiting:
            command = self.waiting.pop(0)
            state = self.known.get(command.incident_id)
            decision = decide(view(state, command, now_ms=self.now_ms), command, plans(), lambda _: Found())
            after = fold(state, decision)
            if after is not None:
                self.known[command.incident_id] = after
            self.waiting += follow_ups(decision)

    def end(self) -> None:
        for state in self.open:
            self.sent += 1
            order = CloseIncident(id=f"c-{self.sent}", incident_id=state.id, by="operator", sent_ms=self.now_ms)
            self.waiting.append(order)
        self.decide()
        self.now_ms += AGAIN_AFTER_S * 1000

    @property
    def all(self) -> list[Incident]:
        return [state for state in self.known.values() if state.distress_of == PERSON]

    @property
    def open(self) -> list[Incident]:
        return [state for state in self.all if state.is_open]


def signals(log: Log, ways: Sequence[str], seen: dict[str, Incident] | None) -> None:
    for way in ways:
        if way == "by offer":
            log.by_offer(seen)
        else:
            log.alone(seen, {"alone": ALMATY, "elsewhere": ELSEWHERE, "nowhere": None}[way])


WAYS = [
    *permutations(("by offer", "alone")),
    *permutations(("alone", "elsewhere", "nowhere")),
    ("by offer", "by offer"),
]


@pytest.mark.parametrize("ways", WAYS, ids=" then ".join)
def test_signals_one_after_the_other_are_one_incident(ways: tuple[str, ...]) -> None:
    log = Log()

    for way in ways:
        signals(log, [way], log.api())
        log.decide()
        log.now_ms += AGAIN_AFTER_S * 1000

    assert len(log.all) == 1


@pytest.mark.parametrize("ways", WAYS, ids=" then ".join)
def test_signals_that_race_on_two_processes_are_one_incident(ways: tuple[str, ...]) -> None:
    """No process has read what the other one has sent."""
    log = Log()

    signals(log, ways, log.api())
    log.decide()

    assert len(log.all) == 1


@pytest.mark.parametrize("ways", WAYS, ids=" then ".join)
def test_signals_without_redis_are_one_incident(ways: tuple[str, ...]) -> None:
    log = Log()

    signals(log, ways, None)
    log.decide()

    assert len(log.all) == 1


@pytest.mark.parametrize("ways", WAYS, ids=" then ".join)
@pytest.mark.parametrize("ended", [1, 2, 3])
def test_after_the_end_they_are_one_incident_again_whatever_each_process_has_read(
    ways: tuple[str, ...], ended: int
) -> None:
    """The second process, or Redis, is behind by any number of ends."""
    log = Log()
    read = [log.api(), None]
    for _ in range(ended):
        log.alone(log.api())
        log.decide()
        read.append(log.api())
        log.end()
        read.append(log.api())

    for seen in read:
        signals(log, ways, seen)
    log.decide()

    assert (len(log.open), len(log.all)) == (1, ended + 1)


def test_somebody_who_was_sent_to_two_incidents_in_turn_has_one_danger() -> None:
    log = Log("a", "b")
    seen = log.api()

    log.by_offer(seen, "a")
    log.by_offer(seen, "b")
    log.decide()

    (own,) = log.open
    signals_kept = [
        held.distress for state in log.known.values() for held in state.offers if held.volunteer_id == PERSON
    ]
    assert [kept and kept.incident_id for kept in signals_kept] == [own.id, own.id]


def test_a_danger_that_was_opened_without_a_place_takes_that_of_the_offer() -> None:
    log = Log()
    log.alone(log.api(), None)
    log.decide()
    log.now_ms += AGAIN_AFTER_S * 1000

    log.by_offer(log.api())
    log.decide()

    (own,) = log.open
    assert own.area == point()


@pytest.mark.parametrize("by_offer", [True, False])
def test_an_open_danger_hears_its_person_in_the_next_period_too(by_offer: bool) -> None:
    log = Log()
    log.alone(log.api())
    log.decide()
    log.now_ms += PERIOD_S * 1000

    signals(log, ["by offer" if by_offer else "alone"], log.api())
    log.decide()

    assert len(log.all) == 1


def test_a_process_that_saw_the_danger_of_the_last_period_open_and_one_that_saw_its_end_meet() -> None:
    log = Log()
    log.alone(log.api())
    log.decide()
    log.now_ms += PERIOD_S * 1000
    open_still = log.api()
    log.end()

    for seen in (open_still, log.api()):
        signals(log, ["by offer", "alone"], seen)
    log.decide()

    assert (len(log.open), len(log.all)) == (1, 2)


def test_an_id_never_comes_back_while_redis_knows_the_incident_that_had_it() -> None:
    assert PERIOD_S < ENDED_S
    assert first_of_person(PERSON, NOW_MS) != first_of_person(PERSON, NOW_MS + PERIOD_S * 1000)


def test_the_line_of_a_person_has_one_order_and_belongs_to_them_alone() -> None:
    line = line_of_person(PERSON, NOW_MS)

    assert len(set(line)) == LOOKED_AT
    assert not set(line) & set(line_of_person("v-2", NOW_MS))
    ended = [incident(id=one, distress_of=PERSON, status=IncidentStatus.CLOSED) for one in line]
    # Redis has forgotten the first ones: what they were followed by counts.
    assert heard_by(PERSON, ended[1:3], NOW_MS) == line[3]
    assert heard_by(PERSON, ended, NOW_MS) not in line
    assert heard_by("v-2", ended, NOW_MS) == line_of_person("v-2", NOW_MS)[0]
