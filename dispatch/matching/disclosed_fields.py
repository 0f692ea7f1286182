"""What a person sees of an incident because of the work that they accepted; it ends with that work.

Before acceptance, and after the end of the offer or of the incident, a person sees what an offer shows: type, priority, language
and a coarse place. `disclosure.py` takes caller and texts of critical incidents away again from people whom nobody has verified.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.vocabulary import Capability, Task


class Disclosed(StrEnum):
    """A part of an incident that not everybody needs."""

    NAME = "name"  # of the caller
    PHONE = "phone"  # of the caller
    DESCRIPTION = "description"  # and its translations
    ADDRESS = "address"
    LOCATION = "location"  # exact
    MATERIAL = "material"  # results of other digital work
    PERSON = "person"  # latest place of the person in distress


PRIVATE = frozenset({Disclosed.NAME, Disclosed.PHONE, Disclosed.DESCRIPTION, Disclosed.ADDRESS})
"""What the encrypted records of an incident hold."""
NOTHING: frozenset[Disclosed] = frozenset()
FIELD_WORK = frozenset(Disclosed)
BY_TASK: Mapping[Task, frozenset[Disclosed]] = MappingProxyType(
    {
        # Nothing of the caller, and no address: a report can be judged without them, and may be made to have somebody found.
        Task.VERIFY_REPORT: frozenset({Disclosed.DESCRIPTION}),
        Task.CALL_BACK: frozenset({Disclosed.NAME, Disclosed.PHONE, Disclosed.DESCRIPTION}),
        Task.GEOLOCATE: frozenset({Disclosed.DESCRIPTION, Disclosed.ADDRESS, Disclosed.LOCATION}),
        Task.TRANSLATE: frozenset({Disclosed.DESCRIPTION}),
        Task.MAP_DAMAGE: frozenset({Disclosed.LOCATION}),
        Task.FIND_DUPLICATES: frozenset({Disclosed.DESCRIPTION}),
        Task.MONITOR_MEDIA: frozenset({Disclosed.DESCRIPTION}),
        # The texts of others are what is summarised.
        Task.SUMMARISE: frozenset({Disclosed.DESCRIPTION, Disclosed.MATERIAL}),
    }
)
UNKNOWN_TASK = frozenset.intersection(*BY_TASK.values())
"""Of digital work without a task or with one that is not listed: what every task gives, which is nothing."""


def is_at_work(incident: Incident, offer: Offer) -> bool:
    """Whether the person works on the incident now: they accepted, and neither their work nor the incident has ended."""
    # Without `done`, which counts towards the requirement: who has finished needs nothing any more.
    return incident.is_open and offer.is_assigned


def disclosed_by(incident: Incident, offers: Iterable[Offer]) -> frozenset[Disclosed]:
    """What one person sees by these offers of theirs to this incident together."""
    return NOTHING.union(*(_of_work(offer) for offer in offers if is_at_work(incident, offer)))


def _of_work(offer: Offer) -> frozenset[Disclosed]:
    if offer.capability is Capability.FIELD:
        return FIELD_WORK
    return UNKNOWN_TASK if offer.task is None else BY_TASK.get(offer.task, UNKNOWN_TASK)
