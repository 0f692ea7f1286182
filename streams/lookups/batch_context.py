"""Loads the context that commands need beyond their own incidents, for a whole batch (`dispatch/context_query.py`)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from dispatch.context_query import query_of
from dispatch.model.commands import Command, ReportIncident
from dispatch.model.context import NOTHING, ContextQuery, DecisionContext, Neighbour, Spot, Whereabouts
from dispatch.model.digests import external_digest
from dispatch.model.geo import METRES_A_DEGREE, distance_m
from dispatch.model.incidents import Incident
from dispatch.model.people import Found
from dispatch.model.places import Place
from dispatch.ports import Lookups

T = TypeVar("T")
MOST_NEAR = 20
"""A report is compared with at most this many nearby reports of its batch: a disaster must not slow down its own batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandContext:
    """A command, its incident if known, and the append time of its record."""

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


async def load_context(store: Lookups, commands: Sequence[CommandContext]) -> list[DecisionContext]:
    """The context of each command, in the given order. One round trip, none when no command needs context.

    A report also sees earlier reports of the same batch, which are not in Redis yet.

    Raises:
        StoreUnavailable, NotReady: Redis did not answer.
    """
    queries = [query_of(one.incident, one.command) for one in commands]
    # Ordinary batches (answers, timers) need nothing and cost no round trip.
    if not any(queries):
        return [NOTHING] * len(commands)
    answers = await _answered(store, commands, queries)
    reported: list[Neighbour] = []
    contexts = []
    for number, (one, query) in enumerate(zip(commands, queries, strict=True)):
        # Before this command is added: a report must not be compared with itself.
        contexts.append(_context_of(number, query, answers, reported) if query else NOTHING)
        reported += _reported(one)
    return contexts


async def _answered(
    store: Lookups, commands: Sequence[CommandContext], queries: Sequence[ContextQuery | None]
) -> _Answers:
    known = [(number, query) for number, query in enumerate(queries) if query]
    spots = [
        (number, Spot(place=query.near, within_m=query.near_m, logged_ms=_logged_ms(commands[number])))
        for number, query in known
        if query.near
    ]
    people = list(dict.fromkeys(person for _, query in known for person in query.people))
    needs = [(number, need) for number, query in known for need in query.needs]
    externals = list(dict.fromkeys(query.external for _, query in known if query.external))
    targets = list(dict.fromkeys(query.target for _, query in known if query.target))
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


async def _near(store: Lookups, spots: Sequence[Spot]) -> list[tuple[Neighbour, ...]]:
    return await store.near(spots) if spots else []


async def _nothing(value: T) -> T:
    return value


def _context_of(number: int, query: ContextQuery, answers: _Answers, reported: Sequence[Neighbour]) -> DecisionContext:
    return DecisionContext(
        whereabouts={person: answers.people[person] for person in query.people if person in answers.people},
        free={need.requirement.id: answers.free[number, need.requirement.id].candidates for need in query.needs},
        neighbours=(
            *answers.near.get(number, ()),
            *answers.named.get(query.external or "", ()),
            *_beside(query, reported),
            *(one for one in reported if query.external is not None and one.external == query.external),
        ),
        target=answers.targets.get(query.target) if query.target else None,
    )


def _beside(query: ContextQuery, reported: Sequence[Neighbour]) -> list[Neighbour]:
    """The newest nearby reports of the same batch."""
    place = query.near
    if place is None:
        return []
    return [one for one in reported if one.centre is not None and _is_near(one, one.centre, query, place)][-MOST_NEAR:]


def _is_near(one: Neighbour, centre: Place, query: ContextQuery, place: Place) -> bool:
    """Compares latitudes first, which is cheap."""
    within_m = query.near_m + one.reach_m
    return abs(centre.lat - place.lat) * METRES_A_DEGREE <= within_m and distance_m(centre, place) <= within_m


def _logged_ms(one: CommandContext) -> int:
    # Of a known incident the time of its own report counts, not that of the command (30 minutes around it are compared).
    return one.incident.times.logged_ms if one.incident else one.logged_ms


def _reported(one: CommandContext) -> list[Neighbour]:
    """A report as later reports of the same batch see it; empty for other commands."""
    command = one.command
    if not isinstance(command, ReportIncident) or one.incident is not None:
        return []
    external = external_digest(command)
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
            exercise=command.exercise,
        )
    ]
