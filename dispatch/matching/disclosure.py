"""To whom caller and description of an incident are shown after acceptance; address and exact place are shown to all of them.

People are sent to a critical incident on their own word. The place is needed to help; who called and what happened is shown only
to people whom somebody has verified, unless the plan of the type says otherwise.
"""

from collections.abc import Collection

from dispatch.model.incidents import Incident
from dispatch.model.vocabulary import Capability, Details, Priority
from dispatch.plans.book import PlanBook


def details_of(incident: Incident, plans: PlanBook) -> Details:
    """The rule in force for this incident: that of its type's plan, else by its present priority."""
    stated = plans.plan(incident.type).details
    return stated or (Details.VERIFIED_ONLY if incident.priority is Priority.CRITICAL else Details.ALL)


def may_see_details(incident: Incident, plans: PlanBook, verified: Collection[str]) -> bool:
    """Whether a person with these validly verified skills may see caller and description."""
    return details_of(incident, plans) is Details.ALL or bool(verified)


def needs_vouched(incident: Incident, capability: Capability, plans: PlanBook) -> bool:
    """Whether work of this capability is only for people who may see the details: digital work is done on them."""
    return capability is Capability.DIGITAL and details_of(incident, plans) is Details.VERIFIED_ONLY
