"""What the core's shell needs from a store of the live picture, and what it promises.

Two implementations: `streams/store/` on Redis and its in-memory twin; one suite (`tests/contracts`) judges both.

Promises, for every method: it may wait up to 2 s; it raises `StoreTrouble` when the store cannot be reached or gave no
answer (the effect is then unknown, and a repeat is harmless), and `NotReady` when the picture has not been rebuilt since the
store last lost its memory (nothing was changed). No method invents people: a claim alone decides who is taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from dispatch.matching.estimates import Priors
from dispatch.matching.lessons import Lesson, WorkEnded
from dispatch.matching.trust import Judged
from dispatch.model.context import Neighbour, Spot, Whereabouts
from dispatch.model.hazard_areas import HazardArea, Inside
from dispatch.model.incidents import Area, Incident, Place
from dispatch.model.people import AskedLately, Found, Hold, Need, Presence
from dispatch.model.timers import Timer
from dispatch.model.vocabulary import TravelMode


class StoreTrouble(Exception):
    """The store did not answer in time; try the same again."""


class NotReady(Exception):
    """The store lost its memory and has not been rebuilt from the log yet; try again after the rebuild."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """`decided_at`: offset in `decisions` of this command's first decision, None while undecided."""

    decided_at: int | None
    incident: Incident | None
    priors: Priors = field(default_factory=dict)
    """What answers of everybody have taught for the present hour; the same for all that are loaded together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    volunteer_id: str
    offer_id: str
    incident_id: str
    epoch: int
    command_id: str


class ClaimAnswer(StrEnum):
    GRANTED = "granted"  # new, or the same offer id again
    BUSY = "busy"  # engaged by another offer
    OFF_DUTY = "off_duty"  # off duty, erased or unknown at this very moment
    FENCED = "fenced"  # the person's claim for this incident is of a newer epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A decision at its place in the log, with what follows from it for the picture.

    `incident` is the state after it (None for a decision that changed nothing); `holds` are the offers made or revived that
    must be confirmed, `freed` those that ended. `timers` and `waiting` of the incident are derived from `incident` by the
    store through `deadlines.timers_of` and `deadlines.waiting_of`; what stood there for the incident before is replaced.
    """

    partition: int
    offset: int
    command_id: str
    incident_id: str
    incident: Incident | None
    holds: tuple[Hold, ...] = ()
    freed: tuple[Hold, ...] = ()
    voided: tuple[str, ...] = ()
    """Offers this decision voids: their entry among the refused is cleared."""
    lessons: tuple[Lesson, ...] = ()
    """Answers, for the estimates of the people and for the prior table. Learnt once, when the decision is applied."""
    work_ended: tuple[WorkEnded, ...] = ()
    judged: tuple[Judged, ...] = ()
    """Digital answers that others have borne out or set aside, for the trust in who gave them."""


class AppliedState(StrEnum):
    APPLIED = "applied"
    ALREADY = "already"  # at or before the applied offset: nothing was changed
    VOID = "void"  # another decision of the same command stands earlier in the log; only the offset moved on
    GAP = "gap"  # offsets before this one have not been applied: nothing was changed, read them first


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """`refused`: holds that could not be confirmed because the person is engaged by an offer that stood earlier; the repeat
    (`ALREADY`) gives those again that no record has voided yet."""

    state: AppliedState
    refused: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionProgress:
    """Of one partition of `decisions`: the last offset applied, the last whose offers and status are in the log, and what
    apply refused and no record has voided yet."""

    applied: int = -1
    published: int = -1
    refused: Mapping[str, Hold] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """Incidents near some ground, the nearest first; `beyond`: there are more of them."""

    incident_ids: tuple[str, ...] = ()
    beyond: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """From where a candidate is to where they would go."""

    origin: Place
    target: Place
    mode: TravelMode


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelAnswer:
    """Seconds on the way for each trip, None where there is no answer; `source` for the record (`Found.travel`)."""

    seconds: tuple[float | None, ...]
    source: str


class TravelTimes(Protocol):
    """A router outside the core. It waits at most `within_s` for all its trips together, raises
    nothing, changes nothing. What it does not answer is left to the built-in model."""

    async def travel_times(self, trips: Sequence[Sequence[Trip]], *, within_s: float) -> list[TravelAnswer]:
        """For each list of trips, in the given order."""


class Store(Protocol):
    async def now_ms(self) -> int:
        """The store's clock (Redis TIME): the `now` of decisions."""

    async def load(self, commands: Sequence[tuple[str, str]]) -> tuple[int, list[Loaded]]:
        """For (command id, incident id) pairs, in one round trip: the store's clock and what is known of each."""

    async def find(self, needs: Sequence[Need]) -> list[Found]:
        """People for each need, in one round trip for all. Free (or held for the same command), on duty, fitting. A hint:
        the claim decides. At least `need.want` candidates when there are that many.

        It may stop before that, with a `mark`, at a bound of its own on the people it looks at in one look."""

    async def find_more(self, searches: Sequence[tuple[Need, Found]], *, within_s: float) -> list[Found]:
        """The same searches, gone on with behind where they stopped, in one round trip for all: each with the people it had
        (as the caller has kept them) and about `need.want` more. Who was looked at before is not looked at again. It waits
        `within_s` at most, then raises `StoreTrouble`.

        Here the search leaves out by itself who stands unequipped on the incident's own dangerous ground and who sleeps: of
        these there may be thousands."""

    async def near(self, spots: Sequence[Spot]) -> list[tuple[Neighbour, ...]]:
        """For each spot, in one round trip: the open incidents whose areas come within its distance and that were reported
        within `duplicates.APART_S` of it, at most 20, the nearest centres first. As of the decisions applied so far."""

    async def named(self, externals: Sequence[str]) -> list[tuple[Neighbour, ...]]:
        """For each digest of an external id, in one round trip: the open incidents that have it, wherever they are; none where
        there are more than 20. As of the decisions applied so far."""

    async def whereabouts(self, volunteer_ids: Sequence[str]) -> dict[str, Whereabouts]:
        """Where people are, engaged or not, in one round trip: a fresh fix, else home; who has neither is left out."""

    async def presence(self, volunteer_ids: Sequence[str]) -> dict[str, Presence]:
        """Duty and newest fix of people, in one round trip; who is not known is left out."""

    async def asked_lately(self, volunteer_ids: Sequence[str]) -> dict[str, AskedLately]:
        """What was asked of people of late, in one round trip; who is not known is left out."""

    async def inside(self, areas: Sequence[Area]) -> list[Inside]:
        """People on duty on each of these grounds, engaged or not, at their fresh fix, else at home; in one round trip. Who
        has no field skill or no place is not found; a crowd may be cut short, and `beyond` says so."""

    async def hazards(self, known: str) -> tuple[str, tuple[HazardArea, ...] | None]:
        """The version of the dangerous ground of all open incidents, and the areas themselves, sorted by incident, when it is
        another than the `known` one. As of the decisions applied so far."""

    async def under_way(self, areas: Sequence[Area]) -> list[UnderWay]:
        """For each area, in one round trip: open incidents that have a place and people assigned to field work, whose centres lie
        within `ways.LOOKED_AT_M` of it, at most `ways.INCIDENTS_MOST`. As of the decisions applied so far."""

    async def claim(self, claims: Sequence[Claim]) -> list[ClaimAnswer]:
        """Each atomically on one key; all in one round trip. Claims are pending until `apply` confirms them."""

    async def release(self, holds: Sequence[Hold]) -> None:
        """Give up claims that no decision will confirm; acts only where the person still holds that very offer, pending.
        A confirmed claim ends by a decision alone."""

    async def apply(self, applications: Sequence[Application]) -> list[Applied]:
        """In the given order, each atomically: first decision of a command wins, offsets of a partition without a gap."""

    async def progress(self, partition: int) -> PartitionProgress:
        """How far this partition's decisions have come."""

    async def mark_published(self, partition: int, offset: int) -> None:
        """Offers and status of decisions up to `offset` are confirmed in the log. Never moves back.

        Only now those are free whose offers ended there: nobody is offered other work before the log has the end of theirs.
        """

    async def take_due(self, limit: int) -> list[Timer]:
        """Timers due by the store's clock, most overdue first; each is put off by 5 s so that other sweepers leave it for
        now. It is gone for good only when the decision on it is applied."""
