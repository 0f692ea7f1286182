"""Safety fields of incidents and offers: check-ins, confirmations, hazard areas, distress."""

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.base import Geometry, LonLat, Shown, Time
from dispatch.model.job_fields import JobField
from dispatch.model.vocabulary import CheckInState, ConfirmationState, Priority


class CheckInShown(Shown):
    """`due_at`: while `running`, when the person is asked; once `asked` or `warned`, until when they must answer."""

    state: CheckInState
    due_at: Time | None


class ToConfirm(Shown):
    """Changes of the job that the person has not confirmed (`POST /v1/offers/{id}/confirm`)."""

    fields: Annotated[list[JobField], Field(description="all fields that changed since `since`, each once")]
    since: Annotated[Time, Field(description="of the oldest change")]
    version: Annotated[int, Field(description="confirming it confirms all changes; a lower version, only older ones")]
    state: Annotated[
        ConfirmationState,
        Field(description="`asked`, `reminded` by a second notice, or `overdue`: the operator was alerted"),
    ]
    due_at: Annotated[Time | None, Field(description="when the next of these steps follows")]


class ConfirmedShown(Shown):
    """The newest version that the person confirmed, and when."""

    version: int
    at: Time


class DistressShown(Shown):
    """The latest distress signal of the person, and the incident that it opened."""

    incident_id: str
    at: Time


class HazardShown(Shown):
    """The polygon of the incident is a hazard area. People with one of the `equipped` skills may enter it."""

    equipped: list[str]


class WarningShown(Shown):
    """A hazard area in which the person was found, or which lies on their way."""

    incident_id: str
    type: str
    priority: Priority
    state: Literal["active", "ended"]
    area: Geometry | None


class WarningList(Shown):
    items: list[WarningShown]


class OwnDistressShown(Shown):
    """How it stands with the danger that the person signalled. Nobody else reads it."""

    incident_id: str
    received_at: Annotated[Time, Field(description="of the newest signal")]
    seen_at: Annotated[
        Time | None, Field(description="since when an operator is known to have seen it; null: nobody has yet")
    ]
    coming: Annotated[int, Field(description="people who have accepted and are not there yet")]
    first_in_s: Annotated[
        float | None,
        Field(description="until the first of them arrives, between cells, in half minutes; null: not known"),
    ]
    there: Annotated[int, Field(description="people who have said that they are at the place")]
    safe_said_at: Annotated[
        Time | None, Field(description="when the person said that they are safe; null: not since the newest signal")
    ] = None
    ended_at: Annotated[Time | None, Field(description="when an operator ended it")]


class OwnDistressAnswer(Shown):
    """`distress` null: there is none that is open or ended within the hour, as far as is decided by now."""

    distress: OwnDistressShown | None
    now: Time


class PersonInDistress(Shown):
    """The latest known place of a person in distress; null where it is not known. `label`: how they chose to be shown, for
    operators."""

    volunteer_id: str
    label: str | None = None
    place: LonLat | None
    accuracy_m: float | None
    seen_at: Time | None
