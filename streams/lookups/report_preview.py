"""What the decision on a report would find, without deciding anything: similar incidents, and the people it would ask."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

from dispatch.decide import ForeseenNeed, View, foreseen_needs, settle
from dispatch.matching.approximate_place import at_wide_cell
from dispatch.model.commands import ReportIncident
from dispatch.model.context import Neighbour
from dispatch.model.decisions import Cause
from dispatch.model.merges import MergeCandidate
from dispatch.model.people import Candidate, Found, Need
from dispatch.model.places import Area
from dispatch.model.recorded_way import WIDE_CELL_REACH_M
from dispatch.plans.book import PlanBook
from dispatch.ports import Lookups
from streams.lookups.batch_context import CommandContext, load_context
from streams.lookups.batch_lookups import BatchLookups

FEW = 3
"""Fewer people than this are no crowd in which one of them is hidden."""
COUNTED = 30
"""People searched for each requirement: bounds above 30 are not told apart."""
EXAMINED_MOST = 250
"""People examined for each requirement, some 4 ms of Redis. A decision may examine 4,000: nobody types decisions."""
_NOWHERE = Cause(topic="", partition=0, offset=0, command_id="", command_kind="")
"""A report that is not in the log has no place there, and no record will name it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPreview:
    """`similar`: what the decision would propose to merge, the likeliest first, each with the incident it was compared with."""

    similar: tuple[tuple[MergeCandidate, Neighbour], ...]
    needs: tuple[ForeseenNeed, ...]
    told_of: tuple[str, ...] = ()
    """Ids of people who are found for a requirement with fewer than FEW others: what is told of it is told of them."""


class ReportPreviews:
    """Previews of reports from the store, which is only read."""

    def __init__(self, store: Lookups) -> None:
        self._store = store
        # Without a router: what is shown of a way is by the built-in model between cells anyway.
        self._hazards = BatchLookups(store)

    async def of(self, command: ReportIncident, plans: PlanBook, *, logged_ms: int) -> ReportPreview:
        """The preview of a report that would reach the log at `logged_ms`; two or three round trips.

        Raises:
            StoreUnavailable, NotReady: Redis did not answer, or is not rebuilt.
        """
        asking = CommandContext(command=command, incident=None, logged_ms=logged_ms)
        (now_ms, loaded), contexts, people, _ = await asyncio.gather(
            self._store.load([(command.id, command.incident_id)]),
            load_context(self._store, [asking]),
            self._hazards.people([(None, command)]),
            self._hazards.look(),
        )
        view = View(
            incident=None,
            cause=_NOWHERE,
            logged_ms=logged_ms,
            now_ms=now_ms,
            around=self._hazards.seen(contexts, people)[0],
            priors=loaded[0].priors,
        )
        settled = settle(view, command, plans)
        ids = [need.requirement.id for need in settled.needs]
        wider = list(map(_wider, settled.needs))
        hits = await self._store.find(wider, most=EXAMINED_MOST) if wider else []
        found = {key: _by_cells(hit, need.area) for key, hit, need in zip(ids, hits, settled.needs, strict=True)}
        known = {one.incident_id: one for one in view.around.neighbours}
        proposed = settled.incident.merge_candidates if settled.incident else ()
        return ReportPreview(
            similar=tuple((one, known[one.incident_id]) for one in proposed),
            needs=foreseen_needs(settled, plans, found),
            told_of=_told_of(found.values()),
        )


def _wider(need: Need) -> Need:
    """The search for a need: for more people than the decision looks for at first, so that "free" means more than "as many as
    are asked", and with everybody whose cell may be within a limit."""
    area = need.area and replace(need.area, reach_m=need.area.reach_m + WIDE_CELL_REACH_M)
    return replace(need, want=max(need.want, COUNTED), area=area)


def _told_of(found: Iterable[Found]) -> tuple[str, ...]:
    few = (one.candidates for one in found if len(one.candidates) < FEW)
    # Of people for digital work no place is used.
    return tuple(sorted({one.volunteer_id for candidates in few for one in candidates if one.distance_m is not None}))


def _by_cells(found: Found, area: Area | None) -> Found:
    """The same people, each in the middle of their wide cell: the caller chooses place and limits, and could measure."""
    return replace(found, candidates=tuple(_in_cell(one, area) for one in found.candidates))


def _in_cell(one: Candidate, area: Area | None) -> Candidate:
    # People for digital work have no distance.
    return one if one.distance_m is None else at_wide_cell(one, area)
