"""Commands about one offer by the person who holds it: answers, progress, check-ins, distress, results."""

from dataclasses import dataclass

from dispatch.model.commands import Command
from dispatch.model.offers import HintOpinion
from dispatch.model.places import Geometry
from dispatch.model.reasons import DeclineReason
from dispatch.model.vocabulary import AnswerWay, HeardBy, OfferState


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCommand(Command):
    """A command about one offer by the person who holds it; the dispatcher checks that the offer is theirs.

    `heard_by`: the operator `by` enters what the person said. `volunteer_id` is then empty if the API could not look it up.
    """

    offer_id: str
    volunteer_id: str
    heard_by: HeardBy | None = None
    said_ms: int | None = None
    """When the person gave the answer, by the clock of the sender. Displayed only: the log decides who was first."""
    way: AnswerWay | None = None
    """How the person's own answer arrived; None: from the app, or entered by an operator."""

    def speaks_for(self, volunteer_id: str) -> bool:
        """Whether the command counts as the answer of this person, the holder of the offer."""
        # While Redis is down the API does not know whose offer it is; the dispatcher does (DESIGN 102).
        return self.heard_by is not None or self.volunteer_id == volunteer_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptOffer(AnswerCommand):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineOffer(AnswerCommand):
    reason: DeclineReason = DeclineReason.OTHER
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportProgress(AnswerCommand):
    state: OfferState


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn(AnswerCommand):
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmChanges(AnswerCommand):
    """The person has seen the changes of their job up to this version of the incident."""

    # Covers everything not newer, so changes made meanwhile stay unconfirmed (DESIGN 83).
    version: int


# Accepted from everybody who ever accepted, also after the end of the offer (DESIGN 26).
@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseDistress(AnswerCommand):
    """The person who holds the offer is in danger."""

    private_ref: str | None = None
    heard_at: str | None = None
    """The incident that hears the person, as far as the API knows; None: it follows from the person (`distress.py`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForHelp(AnswerCommand):
    """A person on scene requests more people; without a skill, of the kind of their own requirement."""

    skill: str | None = None
    # Bounded in total by the dispatcher (DESIGN 28).
    count: int = 1
    private_ref: str | None = None


# Not an answer over HTTP: going off duty releases people without waiting for the next absence check (DESIGN 27).
@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveDuty(AnswerCommand):
    """The person went off duty while they held this offer; sent by the service that reads profiles."""


# Not an answer over HTTP either; sent by the service that reads verifications (DESIGN 118).
@dataclass(frozen=True, slots=True, kw_only=True)
class LoseVerification(AnswerCommand):
    """The verification of a skill ended or was withdrawn while the person held this offer."""

    skill: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveResult(AnswerCommand):
    """The result of digital work."""

    outcome: str
    location: Geometry | None = None
    other_incident_id: str | None = None
    private_ref: str | None = None
    language: str | None = None
    assisted_by: tuple[str, ...] | None = None
    opinion: HintOpinion | None = None
