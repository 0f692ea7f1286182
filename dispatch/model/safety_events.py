"""Events of the safety of people: hazard areas, check-ins, absence checks, requests for help, distress."""

from dataclasses import dataclass

from dispatch.model.incidents import Hazard
from dispatch.model.offers import Watch
from dispatch.model.places import Area, Place
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import CheckInState


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedIn:
    offer_id: str
    volunteer_id: str
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardDeclared:
    """The polygon of the incident is a hazard area from now on; people with one of the skills `equipped` may enter it."""

    equipped: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardEnded:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardWarned:
    """People inside the hazard area who were not warned of it before; `beyond`: lower bound of how many more there are."""

    # At most 500; beyond that the operator is asked to order sirens (DESIGN 23).
    volunteer_ids: tuple[str, ...]
    beyond: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StagingMoved:
    """New staging point of a person after the hazard area changed; None: they go to the scene itself."""

    offer_id: str
    volunteer_id: str
    # It follows from the polygon alone, so it reveals no position (DESIGN 23).
    staging: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInClockSet:
    """A person on scene is asked to check in at `due_ms`, unless they check in before. None: no longer, because the plan of
    another type asks for no check-ins."""

    offer_id: str
    volunteer_id: str
    due_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInAsked:
    """A person on scene was asked to check in, then warned, then overdue; `due_ms`: when the next of these follows."""

    offer_id: str
    volunteer_id: str
    # A missed check-in raises an alarm and replaces nobody: the person may need help (DESIGN 28).
    state: CheckInState
    due_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSet:
    """Observations of a person on their way, and when to check again."""

    offer_id: str
    volunteer_id: str
    watch: Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysToCheck:
    """Incidents whose people may cross the hazard area that the decision creates, moves or ends; each is sent `CheckWay`."""

    # Ids only: a decision changes one incident, and no log contains positions (DESIGN 84).
    incident_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardOnWay:
    """The hazard area of another incident lies on the way of this person, or where they work. Carries no positions."""

    offer_id: str
    volunteer_id: str
    hazard_incident_id: str
    # `Hazard.since`, so a person is told once per version of the area (DESIGN 84).
    ground: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WayCleared:
    """The hazards that this person was told of have ended or no longer concern them."""

    offer_id: str
    volunteer_id: str
    hazard_incident_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingAsked:
    """A person on their way is asked whether they are still coming, because of `reason` (`AbsenceReason`)."""

    offer_id: str
    volunteer_id: str
    # Asked before any withdrawal: a phone that switches to navigation sends nothing (DESIGN 87).
    reason: str
    watch: Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpAsked:
    """A person on scene requests more people. `requirement`: the state after it, new or with a higher count."""

    offer_id: str
    volunteer_id: str
    requirement: Requirement
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DistressRaised:
    """A person who was sent is in danger; `child_id` is the incident that is opened for them.

    `area` is that of the incident to which they were sent: positions of people never enter `decisions`.
    """

    offer_id: str
    volunteer_id: str
    # Derived from the signal, so a redelivery opens the same incident (DESIGN 26).
    child_id: str
    area: Area | None
    hazard: Hazard | None = None
    language: str | None = None
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DistressAgain:
    """A person in danger signals again; `child_id` is the incident that hears it, and is opened unless it exists.

    `offer_id`: of a person who was sent, at the incident to which they were sent. None: at an incident of their danger that has
    ended, whose successor `child_id` is. `area`: for an incident that is opened.
    """

    volunteer_id: str
    child_id: str
    parent_id: str
    area: Area | None
    offer_id: str | None = None
    hazard: Hazard | None = None
    private_ref: str | None = None
    private_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DistressLinked:
    """The person in danger signalled from another incident to which they were sent."""

    parent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DistressTold:
    """The danger of people begins or ends with this decision, and `parent_id`, to which they were sent, is told: `volunteer_ids`
    are those in danger here now."""

    # All of them, not the difference: so a message that is lost or repeated leaves nothing wrong for good (DESIGN 221).
    parent_id: str
    volunteer_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DistressMarked:
    """`volunteer_ids`: the people who were sent here and are in danger at `distress_id`, since its version `distress_version`."""

    distress_id: str
    distress_version: int
    volunteer_ids: tuple[str, ...]
    at_ms: int
    """When it was decided there: a signal that is newer is not answered by this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferYielded:
    """A person whose danger begins here holds an offer of another incident; it is sent `YieldOffer`."""

    offer_id: str
    volunteer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyStated:
    """A person says that their own danger, which is this incident, is over. It stays open until an operator ends it."""

    volunteer_id: str
    private_ref: str | None = None
