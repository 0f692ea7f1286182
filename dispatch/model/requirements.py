"""What an incident needs: requirements, their shortfalls and their progress on an escalation ladder."""

from dataclasses import dataclass

from dispatch.model.reasons import ShortfallReason, StepReason
from dispatch.model.verifications import EVERY_SKILL
from dispatch.model.vocabulary import Capability, LanguageRule, OnFalse, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A fixed rule for how many people are asked, instead of a certainty. Exactly one of `nearest`, `within_m`, `greedy` and
    `offers_per_place` is set; they serve for comparison with other systems."""

    nearest: int | None = None
    """Ask this many of the nearest people at a time."""
    within_m: int | None = None
    """Ask everybody within this distance at once."""
    greedy: bool = False
    """Ask the nearest person for each open place, by travel time alone."""
    offers_per_place: float | None = None
    window_s: int | None = None
    """Replaces the window of every requirement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementSpec:
    """A requirement as a response plan or an operator states it. Unset values come from the defaults of the plans."""

    capability: Capability
    skill: str
    count: int = 1
    languages: tuple[str, ...] = ()
    task: Task | None = None
    max_distance_m: int | None = None
    window_s: int | None = None
    any_of: tuple[str, ...] = ()
    """Alternative skills, the better first."""
    language: LanguageRule | None = None
    max_eta_s: int | None = None
    ladder: str | None = None
    role: str = ""
    lease_s: int | None = None
    answers_wanted: int = 1
    agree: int = 1
    validated: bool = False
    assistant_counts: bool = False
    on_false: OnFalse = OnFalse.STAND_DOWN
    certainty: float | None = None
    verified: bool | None = None
    """Whether its skills count only if verified; None: as the plans say for each skill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """The unfilled part of a requirement. `final`: the ladder has ended; only new people or an operator can change it."""

    missing: int
    reason: ShortfallReason
    since_ms: int
    final: bool = False


# No slots: `copying.changed` copies `__dict__` (DESIGN 45).
@dataclass(frozen=True, kw_only=True)
class Climb:
    """Progress of a requirement on its escalation ladder, and what the steps taken allow.

    `since_ms`: start of its clock (the report, or when a place became open again); None while all places are filled.
    """

    # The name, not the steps: a corrected plan also corrects incidents in progress (DESIGN 31).
    ladder: str
    taken: int = 0
    """Number of consecutive steps taken, from the first on."""
    # Widening steps may overtake steps that weaken the requirement, never the reverse (DESIGN 98).
    ahead: tuple[int, ...] = ()
    """Numbers of later steps that were taken early, ahead of steps that still wait."""
    since_ms: int | None = None
    due_ms: int | None = None
    due_reason: StepReason | None = None
    ring: int = 1
    """Factor by which the plan's limits of distance and time are widened; distances are capped at 100 km (DESIGN 30)."""
    substitutes: tuple[str, ...] = ()
    bridged: bool = False
    """A translator is assigned to the incident, so a shared language is no longer required."""
    ended: bool = False

    @property
    def steps_taken(self) -> int:
        return self.taken + len(self.ahead)


# No slots: `copying.changed` copies `__dict__` (DESIGN 45).
@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One line of what an incident needs. `languages`: speaking one of them suffices; empty: no language is required."""

    id: str
    capability: Capability
    skill: str
    # Places needed now: digital work raises it for validation and third opinions (DESIGN 17), a request from the scene too.
    count: int
    languages: tuple[str, ...] = ()
    task: Task | None = None
    max_distance_m: int
    window_s: int
    certainty: float = 0.95
    """Required probability that enough of the people asked accept within the window."""
    policy: Policy | None = None
    """Fixed rule that replaces the certainty."""
    heavy: bool = False
    """Heavy work: people rest longer afterwards."""
    # A timer, so the next wave does not wait for the end of a window that is already lost (DESIGN 37).
    look_at_ms: int | None = None
    """When to check the present wave if nobody answers; None: an answer or the end of the window comes first."""
    shortfall: Shortfall | None = None
    # Not a shortfall: such a requirement waits behind every shortfall and is nobody's rival (DESIGN 55).
    short_since_ms: int | None = None
    """Since when its wave is smaller than the certainty needs, because people are scarce; None: it is large enough."""
    role: str = ""
    any_of: tuple[str, ...] = ()
    """Alternative skills, the better first."""
    language: LanguageRule | None = None
    max_eta_s: int | None = None
    climb: Climb | None = None
    # A translator is a requirement of the same incident; it is never itself bridged (DESIGN 33).
    bridges: str | None = None
    """For a translator: id of the requirement whose people they help; None for all other requirements."""
    # Wakes the requirement when a translator becomes available (DESIGN 99).
    translator_since_ms: int | None = None
    """Since when a needed translator is missing; None: none is needed, or one is assigned to the incident."""
    lease_s: int | None = None
    """Digital work: how long an acceptance holds without a sign of life; None: no limit."""
    answers_wanted: int = 1
    """How many people do the same digital work in parallel; `agree` equal answers settle it."""
    agree: int = 1
    validated: bool = False
    """A second person repeats the work after the first has answered."""
    assistant_counts: bool = False
    """A hint that is usually right may stand for one of two equal answers (`digital/hint_weight.py`)."""
    on_false: OnFalse = OnFalse.STAND_DOWN
    # Closes the requirement early, whatever its count (DESIGN 17).
    settled: str | None = None
    """The outcome on which enough answers agree; nobody else is asked."""
    helped: int = 0
    """Places added by requests from people on scene; at most ten, however often they ask (DESIGN 28)."""
    # Two lines of the same kind can have either origin, so the plan cannot tell which one an operator asked for (DESIGN 57).
    stated: bool = False
    """Stated by an operator, in the report or an update; a change of type or priority never removes it."""
    # Kept with the requirement, so that ladders, indexes and replays judge by the same list as its first decision.
    verified: tuple[str, ...] = ()
    """Skills that count for it only if verified, whether it accepts them now or as later substitutes; `*`: every skill."""

    @property
    def is_repeated(self) -> bool:
        """Whether several people do the same digital work, so that their answers can be compared."""
        return self.answers_wanted > 1 or self.validated

    @property
    def skills(self) -> tuple[str, ...]:
        """All accepted skills, the preferred one first."""
        return (self.skill, *self.any_of)

    def needs_verified(self, skill: str) -> bool:
        return skill in self.verified or EVERY_SKILL in self.verified

    @property
    def gated(self) -> tuple[str, ...]:
        """The accepted skills that count only if verified."""
        return tuple(filter(self.needs_verified, self.skills))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkKind:
    """A kind of work, independent of a requirement: two requirements with equal kinds ask for the same work."""

    capability: Capability
    skill: str
    task: Task | None = None
