"""Digital work across incidents."""

from api.schemas.base import Shown, Time
from api.schemas.incidents import ProposalShown
from api.views.tasks import TaskState
from dispatch.model.vocabulary import OfferState, Priority, Task


class TaskPerson(Shown):
    """An offer of the work. `label`: how the person chose to be shown. `outcome`: of the answer; its text is in the incident."""

    offer_id: str
    volunteer_id: str
    label: str | None
    state: OfferState
    expires_at: Time
    lease_expires_at: Time | None
    outcome: str | None


class LookShown(Shown):
    """`worth`: weight of the priority (1, 0.75, 0.5, 0.25) times `uncertainty`: 1 where the assistant's best hint has a
    probability of 0.5, or there is none; 0 where it is sure either way."""

    worth: float
    uncertainty: float


class WaitingTask(Shown):
    """A digital requirement of an open incident. `wanted`: places; `answered`: those with an answer.
    `proposals`: its results that wait for an operator."""

    incident_id: str
    requirement_id: str
    type: str
    priority: Priority
    kind: Task | None
    skill: str
    state: TaskState
    wanted: int
    answered: int
    settled: str | None
    look: LookShown | None
    """With `sort=assistant`."""
    people: list[TaskPerson]
    proposals: list[ProposalShown]


class TaskPage(Shown):
    """`next`: cursor of the next page; null on the last one. A page has the work of up to `limit` incidents."""

    items: list[WaitingTask]
    next: str | None
