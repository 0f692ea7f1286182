"""Input and intermediate result of a decision: what is known of the command's incident, and the state after the command."""

from dataclasses import dataclass, field

from dispatch.matching.estimates import Priors
from dispatch.model.call_numbers import CallNumber
from dispatch.model.commands import Command
from dispatch.model.context import NOTHING, DecisionContext
from dispatch.model.decisions import Cause
from dispatch.model.hazard_areas import Inside
from dispatch.model.ids import zone_of_incident
from dispatch.model.incidents import Incident
from dispatch.model.people import Need
from dispatch.model.places import Area
from dispatch.model.rulings import Ruling
from dispatch.safety import hazard_crossings, hazards
from dispatch.safety.hazard_crossings import WaysFound
from dispatch.state.moment import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is known when a command is decided. `logged_ms` is the log's time of the command, `now_ms` the store's clock."""

    incident: Incident | None
    cause: Cause
    logged_ms: int
    now_ms: int
    around: DecisionContext = NOTHING
    priors: Priors = field(default_factory=dict)
    call_number: CallNumber | None = None
    """The next of its series, for a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The ruling on a command, the state after it, and the needs that are still open."""

    view: View
    command: Command
    ruling: Ruling
    incident: Incident | None
    needs: tuple[Need, ...]
    inside: Inside | None = None
    """People inside `new_ground`; None until they are looked up."""
    ways: WaysFound | None = None
    """Incidents whose people are affected by `ground_to_check`; None until they are looked up."""

    @property
    def moment(self) -> Moment:
        return moment_of(self.view, self.command)

    @property
    def new_ground(self) -> Area | None:
        """The hazard area in which people have to be looked up and warned; None when there is nobody new to warn."""
        return hazards.new_ground(self.view.incident, self.incident)

    @property
    def ground_to_check(self) -> Area | None:
        """The hazard area that was declared, moved or ended by this decision; people travelling near it have to be checked."""
        return hazard_crossings.ground_to_check(self.view.incident, self.incident)


def moment_of(view: View, command: Command) -> Moment:
    """The epoch, time and author that events of this decision carry."""
    version = (view.incident.version if view.incident else 0) + 1
    zone = zone_of_incident(command.incident_id) or ""
    return Moment(incident_id=command.incident_id, zone=zone, version=version, at_ms=view.now_ms, by=command.by)
