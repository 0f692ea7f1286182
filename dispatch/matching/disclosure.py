"""To whom caller and description of an incident are shown, of those whose work needs them (`disclosed_fields.py`).

People are sent to a critical incident on their own word. The place is needed to help; who called and what happened is shown only
to people whom somebody has verified, unless the plan of the type says otherwise.
"""

from collections.abc import Collection, Iterable

from dispatch.matching.disclosed_fields import Disclosed, disclosed_by
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.vocabulary import Capability, Details, Priority
from dispatch.plans.book import PlanBook

WITHOUT_DETAILS = frozenset({Disclosed.ADDRESS, Disclosed.LOCATION, Disclosed.PERSON})
"""What is needed to get there."""


def disclosed_to(
    incident: Incident, offers: Iterable[Offer], plans: PlanBook, verified: Collection[str]
) -> frozenset[Disclosed]:
    """What a person with these validly verified skills sees by their offers to this incident."""
    by_work = disclosed_by(incident, offers)
    return by_work if may_see_details(incident, plans, verified) else by_work & WITHOUT_DETAILS


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
