"""What a replay knows of a stretch of the log: commands with their decisions, the state at its beginning, and the people."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dispatch.model.commands import Command
from dispatch.model.decisions import Decision
from dispatch.model.incidents import Incident
from dispatch.model.places import Place
from dispatch.plans.book import PlanBook
from streams.errors import GiveUp
from streams.store.people import FixWrite, ProfileWrite
from streams.store.track_record import Standings
from streams.store.verifications import VerificationWrite


class NothingToReplay(GiveUp):
    """The log holds no command in the interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCommand:
    """A command at its place in the log. `decision`: the first one about it; None: it was not decided in the interval."""

    logged_ms: int
    partition: int
    offset: int
    command: Command
    decision: Decision | None = None

    @property
    def at_ms(self) -> int:
        """When it was decided, by the store's clock of then; else when it was logged."""
        return self.logged_ms if self.decision is None else self.decision.decided_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDecision:
    """A recorded decision with the state after it; None: it is about no incident."""

    decision: Decision
    incident: Incident | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPeople:
    """Writes in the order of the log. `homes`: of the newest private records; `fixes` with the time of their record, thinned."""

    profiles: Sequence[ProfileWrite] = ()
    verifications: Sequence[tuple[int, VerificationWrite]] = ()
    homes: Mapping[str, Place] = field(default_factory=dict)
    fixes: Sequence[tuple[int, FixWrite]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedLog:
    """`commands` in the order in which they were decided, each id once; `decided` likewise. `left_out`: records that a replay
    cannot use, by reason. `begun`: incidents that were open at the beginning, or are spoken of later; they hold people and are
    not compared."""

    begins_ms: int
    until_ms: int
    commands: Sequence[RecordedCommand]
    decided: Sequence[RecordedDecision]
    begun: Mapping[str, Incident]
    standings: Standings
    people: RecordedPeople
    book: PlanBook | None = None
    """The applied plans; None: none are applied."""
    left_out: Counter[str] = field(default_factory=Counter)
    notes: Sequence[str] = ()
    """What a reader of the result has to know of the record, in sentences."""

    @property
    def asked(self) -> frozenset[str]:
        """Ids of the incidents that were reported in the interval: those that are compared."""
        return frozenset(
            one.decision.incident_id
            for one in self.decided
            if one.incident is not None and one.decision.version == 1 and one.decision.events
        )
