"""Events of one offer: made, moved to another state, job changed and confirmed."""

from dataclasses import dataclass

from dispatch.model.offers import TrustFigures
from dispatch.model.places import Place
from dispatch.model.reasons import SoftRule
from dispatch.model.recorded_way import RecordedM, RecordedS
from dispatch.model.vocabulary import Capability, ConfirmationState, OfferSource, OfferState, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade:
    offer_id: str
    requirement_id: str
    volunteer_id: str
    capability: Capability
    skill: str
    # An absolute time of the decision, so every reader sees the same end.
    expires_ms: int
    # Types with one constructor each: an exact distance would tell the person's place (DESIGN 116).
    distance_m: RecordedM | None
    eta_s: RecordedS | None
    task: Task | None
    # Estimated once, here: later waves and explanations use the same number.
    chance: float | None = None
    """Estimated probability of an acceptance within the window."""
    shares_language: bool | None = None
    right: TrustFigures | None = None
    staging: Place | None = None
    source: OfferSource = OfferSource.SEARCH
    by: str | None = None
    """The operator who selected the person."""
    set_aside: tuple[SoftRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMoved:
    """An offer entered another state; `reason` is set where several causes lead to it."""

    offer_id: str
    volunteer_id: str
    state: OfferState
    reason: str | None = None
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReminded:
    """The person of a live offer is sent its notice once more, because an operator ordered it."""

    offer_id: str
    volunteer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChanged:
    """The job of a person with a live offer has changed, whoever caused it. `changes`: names of fields (`JobField`), never
    values. `to_confirm`: those of them that the person must confirm by `due_ms` before they are reminded; empty if the offer
    is not answered yet."""

    offer_id: str
    volunteer_id: str
    # The phone reads the offer again; values would put texts and places into the log (DESIGN 82).
    changes: tuple[str, ...]
    to_confirm: tuple[str, ...] = ()
    due_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationMissed:
    """Changes were not confirmed in time: the person is reminded, then the operator is alerted. `due_ms`: when the next of these
    follows. `changes`: the unconfirmed fields."""

    offer_id: str
    volunteer_id: str
    # Nobody is withdrawn for a missing confirmation (DESIGN 83).
    state: ConfirmationState
    due_ms: int | None
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesConfirmed:
    """The person confirmed all changes up to this epoch. `due_ms`: deadline of the changes still unconfirmed; None: none are."""

    offer_id: str
    volunteer_id: str
    version: int
    due_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRemeasured:
    """New distance and travel time of a person after the incident moved."""

    offer_id: str
    volunteer_id: str
    # Positions of engaged people never leave Redis (DESIGN 19).
    distance_m: RecordedM
    eta_s: RecordedS
