"""Looks up what commands must know beyond their own incidents, for a whole batch at once (`dispatch/context_query.py`)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from dispatch.context_query import look_of
from dispatch.model.commands import Command, ReportIncident
from dispatch.model.context import NOTHING, ContextQuery, DecisionContext, Neighbour, Spot, Whereabouts
from dispatch.model.geo import METRES_A_DEGREE, distance_m
from dispatch.model.ids import external_digest
from dispatch.model.incidents import Incident, Place
from dispatch.model.people import Found
from dispatch.ports import Store

T = TypeVar("T")
AT_ONCE = 20
"""A report is compared with so many near it of its batch at most: a disaster must not slow itself down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandContext:
    """A command, what is known of its incident, and when it came into the log."""

    command: Command
    incident: Incident | None
    logged_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    near: dict[int, tuple[Neighbour, ...]]
    named: dict[str, tuple[Neighbour, ...]]
    people: dict[str, Whereabouts]
    free: dict[tuple[int, str], Found]
    targets: dict[str, Incident]


async def look_around(store: Store, asking: Sequence[CommandContext]) -> list[DecisionContext]:
    """In the given order. Costs no round trip when nothing has to be looked up, one otherwise.

    Reports of the same batch see the ones before them, which no picture holds yet.
    """
    looks = [look_of(one.incident, one.command) for one in asking]
    if not any(looks):
        return [NOTHING] * len(asking)
    answers = await _answered(store, asking, looks)
    reported: list[Neighbour] = []
    surroundings = []
    for number, (one, look) in enumerate(zip(asking, looks, strict=True)):
        surroundings.append(_surroundings(number, look, answers, reported) if look else NOTHING)
        reported += _reported(one)
    return surroundings


async def _answered(store: Store, asking: Sequence[CommandContext], looks: Sequence[ContextQuery | None]) -> _Answers:
    known = [(number, look) for number, look in enumerate(looks) if look]
    spots = [
        (number, Spot(place=look.near, within_m=look.near_m, logged_ms=_logged_ms(asking[number])))
        for number, look in known
        if look.near
    ]
    people = list(dict.fromkeys(person for _, look in known for person in look.people))
    needs = [(number, need) for number, look in known for need in look.needs]
    externals = list(dict.fromkeys(look.external for _, look in known if look.external))
    targets = list(dict.fromkeys(look.target for _, look in known if look.target))
    near, named, seen, found, loaded = await asyncio.gather(
        _near(store, [spot for _, spot in spots]),
        store.named(externals) if externals else _nothing([]),
        store.whereabouts(people) if people else _nothing({}),
        store.find([need for _, need in needs]) if needs else _nothing([]),
        store.load([("", target) for target in targets]) if targets else _nothing((0, [])),
    )
    return _Answers(
        near=dict(zip((number for number, _ in spots), near, strict=True)),
        named=dict(zip(externals, named, strict=True)),
        people=seen,
        free={(number, need.requirement.id): answer for (number, need), answer in zip(needs, found, strict=True)},
        targets={target: entry.incident for target, entry in zip(targets, loaded[1], strict=True) if entry.incident},
    )


async def _near(store: Store, spots: Sequence[Spot]) -> list[tuple[Neighbour, ...]]:
    return await store.near(spots) if spots else []


async def _nothing(value: T) -> T:
    return value


def _surroundings(number: int, look: ContextQuery, answers: _Answers, reported: Sequence[Neighbour]) -> DecisionContext:
    return DecisionContext(
        whereabouts={person: answers.people[person] for person in look.people if person in answers.people},
        free={need.requirement.id: answers.free[number, need.requirement.id].candidates for need in look.needs},
        neighbours=(
            *answers.near.get(number, ()),
            *answers.named.get(look.external or "", ()),
            *_beside(look, reported),
            *(one for one in reported if look.external is not None and one.external == look.external),
        ),
        target=answers.targets.get(look.target) if look.target else None,
    )


def _beside(look: ContextQuery, reported: Sequence[Neighbour]) -> list[Neighbour]:
    """The newest of those near."""
    place = look.near
    if place is None:
        return []
    return [one for one in reported if one.centre is not None and _is_near(one, one.centre, look, place)][-AT_ONCE:]


def _is_near(one: Neighbour, centre: Place, look: ContextQuery, place: Place) -> bool:
    """The cheap test is a box of latitudes."""
    within_m = look.near_m + one.reach_m
    return abs(centre.lat - place.lat) * METRES_A_DEGREE <= within_m and distance_m(centre, place) <= within_m


def _logged_ms(one: CommandContext) -> int:
    return one.incident.times.logged_ms if one.incident else one.logged_ms


def _reported(one: CommandContext) -> list[Neighbour]:
    """How the reports after it see a report of the same batch, which no picture holds yet."""
    command = one.command
    if not isinstance(command, ReportIncident) or one.incident is not None:
        return []
    external = external_digest(command.external_id)
    if command.area is None and external is None:
        return []
    return [
        Neighbour(
            incident_id=command.incident_id,
            type=command.type,
            centre=command.area.centre if command.area else None,
            reach_m=command.area.reach_m if command.area else 0.0,
            logged_ms=one.logged_ms,
            language=command.language,
            text_print=command.text_print,
            external=external,
            reported_by=command.by,
        )
    ]
