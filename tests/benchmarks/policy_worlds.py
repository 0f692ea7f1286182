"""What the policies are played against: days of a replayed month, a city after an earthquake. The same seed, the same world."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from dispatch.model import geo, geojson, ids
from dispatch.model.commands import ReportIncident
from dispatch.model.local_time import OFFSET_MS
from dispatch.model.vocabulary import Priority
from streams.simulator.call_records import Calls
from streams.simulator.incidents import draw_reports
from streams.simulator.people import Crowd, SimulatedPerson, draw_people
from streams.simulator.places import City, city_named
from streams.simulator.replay import reports_of
from streams.simulator.scenarios import scenario_named

CITY = "almaty"
MONTH_PEOPLE = 3_000
DAY_S = 86_400
MONTH_AFTERWARDS_S = 1_800
SURGE_AFTERWARDS_S = 1_200
SURGE_BEGINS_MS = 1_779_771_600_000
"""10:00 of a May morning in Almaty; any morning would do."""
REPORTER = "benchmark"

IsWanted = Callable[[str, Priority | None], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    at_ms: int
    report: ReportIncident


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyWorld:
    """People on duty and what is reported, in order of time; the play ends at `until_ms`."""

    name: str
    seed: int
    people: tuple[SimulatedPerson, ...]
    events: tuple[Event, ...]
    until_ms: int

    @property
    def begins_ms(self) -> int:
        return self.events[0].at_ms

    @property
    def halfway_ms(self) -> int:
        """When half of the reports are in."""
        return self.events[len(self.events) // 2].at_ms


def month_days(calls: Calls, is_wanted: IsWanted, *, seed: int, days: float, people: int) -> PolicyWorld:
    """`days` whole or in part, of a day of the month that the seed draws, at the hours of their own clock, in Almaty. Parts of a
    day begin with the seed at one hour or another, so that all seeds together see day and night."""
    first_s = calls.calls[0].at_s // DAY_S * DAY_S
    length = int((calls.calls[-1].at_s - first_s) // DAY_S) + 1
    drawn = list(range(max(1, length - int(days - 1e-9))))
    Random("days of the month").shuffle(drawn)
    begins_s = first_s + drawn[seed % len(drawn)] * DAY_S
    begins_s += seed * days % 1.0 * DAY_S
    events = [
        Event(at_ms=round(one.call.at_s * 1000) - OFFSET_MS, report=_report(one.key, one.body))
        for one in reports_of(calls, at=_city().centre)
        if begins_s <= one.call.at_s < begins_s + days * DAY_S and is_wanted(one.call.kind.type, one.call.kind.priority)
    ]
    until_ms = round((begins_s + days * DAY_S + MONTH_AFTERWARDS_S) * 1000) - OFFSET_MS
    crowd = Crowd(count=people, cities=(_city(),), seed=seed)
    return _world("month", seed, crowd, events, until_ms)


def surge(is_wanted: IsWanted, *, seed: int, scale: float) -> PolicyWorld:
    """400 reports in twenty minutes, most of them at the beginning, and 20,000 volunteers; both times `scale`."""
    base = scenario_named("earthquake", {"seed": seed})
    scenario = scenario_named(
        "earthquake", {"seed": seed, "rate": base.rate * scale, "volunteers": max(1, round(base.volunteers * scale))}
    )
    events = [
        Event(at_ms=SURGE_BEGINS_MS + round(one.at_s * 1000), report=_report(one.key, one.body))
        for one in draw_reports(scenario, run=f"policies-{seed}")
        if is_wanted(one.body["type"], _priority(one.body))
    ]
    until_ms = SURGE_BEGINS_MS + round(scenario.minutes * 60 + SURGE_AFTERWARDS_S) * 1000
    return _world("surge", seed, scenario.crowd, events, until_ms)


def _world(name: str, seed: int, crowd: Crowd, events: Sequence[Event], until_ms: int) -> PolicyWorld:
    on_duty = tuple(person for person in draw_people(crowd) if person.on_duty)
    ordered = tuple(sorted(events, key=lambda event: event.at_ms))
    return PolicyWorld(name=name, seed=seed, people=on_duty, events=ordered, until_ms=until_ms)


def _city() -> City:
    city = city_named(CITY)
    assert city is not None
    return city


def _priority(body: Mapping[str, Any]) -> Priority | None:
    return Priority(body["priority"]) if body.get("priority") else None


def _report(key: str, body: Mapping[str, Any]) -> ReportIncident:
    area = geojson.area_of(body["location"]) if body["location"] else None
    zone = geo.zone_of(area.centre if area else _city().centre)
    return ReportIncident(
        id=ids.command_id(REPORTER, key, "report"),
        incident_id=ids.incident_id(zone, REPORTER, key),
        by=REPORTER,
        sent_ms=0,
        type=body["type"],
        body_digest=key,
        priority=_priority(body),
        area=area,
        language=body.get("language"),
    )
