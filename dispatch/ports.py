"""Interfaces that the worker needs from a store of the present state and from a travel router.

The store has two implementations, `streams/store/` on Redis and its in-memory twin; one suite (`tests/contracts`) checks both.

Every `Store` method may wait up to 2 s. It raises `StoreUnavailable` when the store cannot be reached or does not answer (the
effect is then unknown, and a repeat is harmless), and `NotReady` when the store lost its data and has not been rebuilt since
(nothing was changed). Searches are hints; only a claim reserves a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from dispatch.matching.estimates import Priors
from dispatch.matching.lessons import Lesson, WorkEnded
from dispatch.matching.trust import Judged
from dispatch.model.call_numbers import Series
from dispatch.model.context import Neighbour, Spot, Whereabouts
from dispatch.model.hazard_areas import HazardArea, Inside
from dispatch.model.incidents import Incident
from dispatch.model.people import AskedLately, Found, Hold, Need, Presence
from dispatch.model.places import Area, Place
from dispatch.model.timers import Timer
from dispatch.model.vocabulary import TravelMode


class StoreUnavailable(Exception):
    """The store did not answer in time. The effect is unknown; repeat the call."""


class NotReady(Exception):
    """The store lost its data and is not rebuilt from the log yet. Nothing was changed; try again after the rebuild."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What the store knows of a command. `decided_at`: offset in `decisions` of its first decision, None while undecided."""

    decided_at: int | None
    incident: Incident | None
    priors: Priors = field(default_factory=dict)
    """Acceptance estimates for the present hour from everybody's answers; the same for all commands loaded together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A request to hold a person for an offer, fenced by the incident's epoch."""

    volunteer_id: str
    offer_id: str
    incident_id: str
    # Fences late workers: a claim of an older epoch than the person's newest for this incident is refused.
    epoch: int
    command_id: str
    despite_duty: bool = False
    """Also while the person is off duty, because an operator overrode that."""


class ClaimAnswer(StrEnum):
    """Result of a claim."""

    GRANTED = "granted"  # new, or the same offer id again
    BUSY = "busy"  # engaged by another offer
    OFF_DUTY = "off_duty"  # off duty, erased or unknown at this moment
    IN_DISTRESS = "in_distress"  # an incident of their own danger is open
    FENCED = "fenced"  # the person's claim for this incident is of a newer epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A decision at its offset in the log, with its effects on the store.

    `incident` is the state after it (None for a decision that changed nothing); `holds` are the offers made or revived that
    must be confirmed, `freed` those that ended. The store derives the incident's timers and waiting requirements from
    `incident` (`deadlines.timers_of`, `deadlines.waiting_of`) and replaces the earlier ones.
    """

    partition: int
    offset: int
    command_id: str
    incident_id: str
    incident: Incident | None
    # Confirmed in the same atomic step as the state changes; `freed` people are let go only by `mark_published`.
    holds: tuple[Hold, ...] = ()
    freed: tuple[Hold, ...] = ()
    voided: tuple[str, ...] = ()
    """Ids of offers that this decision voids; the store clears their entries among the refused holds."""
    lessons: tuple[Lesson, ...] = ()
    """Answers that update the estimates of people and the table of priors, once, when the decision is applied."""
    work_ended: tuple[WorkEnded, ...] = ()
    judged: tuple[Judged, ...] = ()
    """Digital answers that others confirmed or overruled; they update the trust in the people who gave them."""


class AppliedState(StrEnum):
    """Result of applying a decision."""

    APPLIED = "applied"
    ALREADY = "already"  # at or before the applied offset: nothing was changed
    VOID = "void"  # another decision of the same command stands earlier in the log; only the offset moved on
    GAP = "gap"  # offsets before this one have not been applied: nothing was changed, read them first


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """`refused`: holds that could not be confirmed because an offer earlier in the log engages the person. A repeat (`ALREADY`)
    returns those again that no record has voided yet."""

    state: AppliedState
    refused: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionProgress:
    """Progress of one partition of `decisions`: the last offset applied, the last offset whose offers and status are in the log,
    and refused holds by offer id that no record has voided yet."""

    applied: int = -1
    published: int = -1
    refused: Mapping[str, Hold] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """Incidents near an area, the nearest first; `beyond`: there are more than the limit."""

    incident_ids: tuple[str, ...] = ()
    beyond: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """From a candidate's position to the target."""

    origin: Place
    target: Place
    mode: TravelMode


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelAnswer:
    """Travel time of each trip in seconds, None where the router has no answer; `source` is recorded (`Found.travel`)."""

    seconds: tuple[float | None, ...]
    source: str


class TravelTimes(Protocol):
    """A travel router. It waits at most `within_s` for all trips together, raises nothing and changes nothing. The built-in
    model covers trips without an answer."""

    async def travel_times(self, trips: Sequence[Sequence[Trip]], *, within_s: float) -> list[TravelAnswer]:
        """One answer per list of trips, in the given order."""


class Lookups(Protocol):
    """What a decision reads of the present state; nothing is changed. Raises `StoreUnavailable` and `NotReady` as the module
    describes."""

    async def now_ms(self) -> int:
        """The store's clock (Redis TIME): the `now` of decisions."""

    async def load(self, commands: Sequence[tuple[str, str]]) -> tuple[int, list[Loaded]]:
        """For (command id, incident id) pairs, in one round trip: the store's clock and what is known of each."""

    async def find(self, needs: Sequence[Need], *, most: int | None = None) -> list[Found]:
        """People for each need, in one round trip for all: free (or held for the same command), on duty, fitting. A hint: the
        claim decides. At least `need.want` candidates when there are that many. A field need has an area (DESIGN 105).

        The search may stop earlier, with a `mark`, at its own limit of people examined in one call, or at `most` of each need."""

    async def find_more(self, searches: Sequence[tuple[Need, Found]], *, within_s: float) -> list[Found]:
        """Continues the searches from their marks, in one round trip for all: each returns the people it had (as the caller kept
        them) and about `need.want` more. People examined before are not examined again. It waits `within_s` at most, then raises
        `StoreUnavailable`.

        This search itself excludes people without equipment inside the incident's own hazard area, and people who sleep: there
        may be thousands of them."""

    async def near(self, spots: Sequence[Spot]) -> list[tuple[Neighbour, ...]]:
        """For each spot, in one round trip: the open incidents whose areas come within its distance and that were reported
        within `duplicates.APART_S` of it, at most 20, the nearest centres first. As of the decisions applied so far."""

    async def named(self, externals: Sequence[str]) -> list[tuple[Neighbour, ...]]:
        """For each digest of an external id, in one round trip: the open incidents that have it, wherever they are; empty where
        there are more than 20. As of the decisions applied so far."""

    async def last_calls(self, series: Sequence[Series]) -> list[int]:
        """The highest call number of each series, 0 before the first. As of the decisions applied so far."""

    async def whereabouts(self, volunteer_ids: Sequence[str]) -> dict[str, Whereabouts]:
        """Positions of people, engaged or not, in one round trip: a fresh fix, else home; people with neither are left out."""

    async def presence(self, volunteer_ids: Sequence[str]) -> dict[str, Presence]:
        """Duty and newest fix of people, in one round trip; unknown people are left out."""

    async def asked_lately(self, volunteer_ids: Sequence[str]) -> dict[str, AskedLately]:
        """Recent offers and work of people, in one round trip; unknown people are left out."""

    async def inside(self, areas: Sequence[Area]) -> list[Inside]:
        """People on duty inside each area, engaged or not, by their fresh fix, else home; in one round trip. People without a
        field skill or a place are not found; a long list may be cut; `beyond` is then a lower bound of the number left out."""

    async def hazards(self, known: str) -> tuple[str, tuple[HazardArea, ...] | None]:
        """The version of all hazard areas of open incidents, and the areas themselves, sorted by incident, or None when the
        version equals `known`. As of the decisions applied so far."""

    async def under_way(self, areas: Sequence[Area]) -> list[UnderWay]:
        """For each area, in one round trip: open incidents that have a place and people assigned to field work, whose centres lie
        within `hazard_crossings.LOOKED_AT_M` of it, at most `INCIDENTS_MOST`. As of the decisions applied so far."""


class Store(Lookups, Protocol):
    """The present state, derived from the log. Raises as `Lookups`."""

    async def claim(self, claims: Sequence[Claim]) -> list[ClaimAnswer]:
        """Claims people, each atomically on one key, all in one round trip. Claims are pending until `apply` confirms them."""

    async def release(self, holds: Sequence[Hold]) -> None:
        """Releases claims that no decision will confirm. It acts only where the person still holds that offer, pending; only a
        decision ends a confirmed claim."""

    async def apply(self, applications: Sequence[Application]) -> list[Applied]:
        """Applies decisions in the given order, each atomically. The first decision of a command wins; offsets of a
        partition must follow without a gap (`AppliedState.GAP`)."""

    async def progress(self, partition: int) -> PartitionProgress:
        """Offsets applied and published of this partition of `decisions`."""

    async def mark_published(self, partition: int, offset: int) -> None:
        """Records that offers and status of decisions up to `offset` are confirmed in the log. Never moves back.

        This frees the people whose offers ended there: nobody is offered other work before the log has the end of their offer.
        """

    async def take_due(self, limit: int) -> list[Timer]:
        """Timers due by the store's clock, most overdue first. Each is postponed by 5 s so that other workers skip it; it is
        removed only when the decision on it is applied."""
