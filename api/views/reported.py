"""A report that has no decision yet, as an incident of version 0."""

from api.views.incidents import LATER_TIMES, requirement, without_people
from api.views.links import incident_links
from api.views.values import View, time
from dispatch.model.commands import ReportIncident
from dispatch.model.ids import zone_of_incident
from dispatch.model.languages import as_shown
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Certainty, IncidentStatus, Priority
from dispatch.plans.book import PlanBook


def as_reported(command: ReportIncident, plans: PlanBook) -> tuple[Priority, tuple[Requirement, ...]]:
    """Priority and requirements that the report gets by the response plans in force."""
    # By the book in force now; the decision may use a newer one.
    plan = plans.plan(command.type)
    priority = command.priority or plan.priority
    return priority, plans.requirements(command.requirements) if command.requirements else plan.stated(priority)


def reported(command: ReportIncident, plans: PlanBook) -> View:
    """A report without a decision, as an incident of version 0."""
    priority, requirements = as_reported(command, plans)
    return {
        # The same keys as `incident`, so that clients need no second case before the first decision.
        "id": command.incident_id,
        "call_number": None,
        "type": command.type,
        "priority": priority,
        "status": IncidentStatus.REPORTED,
        "end_code": None,
        "exercise": command.exercise,
        "location": command.area.geometry if command.area else None,
        "zone": zone_of_incident(command.incident_id),
        "version": 0,
        "edit_version": 0,
        "language": as_shown(command.language),
        # Encrypted, like the texts of the report, which are shown once it is decided.
        "external_id": command.external_id,
        "alarm_level": 1,
        "escalations": [],
        "certainty": Certainty.UNCONFIRMED,
        "attention": [],
        "proposals": [],
        "hazard": None,
        "warned": [],
        "parent_id": None,
        "distress_of": None,
        "reports": [],
        "split_from": command.split_from,
        "split_into": [],
        "merging_into": None,
        "merged_into": None,
        "merge_candidates": [],
        "material": [],
        "requirements": [requirement(entry, ()) for entry in requirements],
        "offers": [],
        "times": {
            "reported": time(command.reported_ms or command.sent_ms),
            **dict.fromkeys(LATER_TIMES),
        },
        "links": incident_links(command.incident_id),
    }


def reported_for_monitor(command: ReportIncident, plans: PlanBook) -> View:
    """A report without a decision, as monitors see it."""
    return without_people(reported(command, plans), command.area)
