"""Whether a person of a replay still says what they were going to say."""

from dispatch.model.answer_commands import AcceptOffer, AnswerCommand, DeclineOffer
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.vocabulary import OfferState
from streams.policy_replay.agenda import PlannedAnswer
from streams.policy_replay.recorded_answers import as_of
from streams.store.memory.people import People


def meant(coming: PlannedAnswer, incident: Incident | None, people: People) -> AnswerCommand | None:
    """The command; None: its offer has ended or does not exist, or the person works elsewhere by then."""
    if incident is None:
        return None
    if coming.is_as_recorded:
        return coming.command
    offer = incident.offer(coming.command.offer_id)
    if offer is None or not _says(coming, offer, people):
        return None
    return as_of(coming.command, incident)


def _says(coming: PlannedAnswer, offer: Offer, people: People) -> bool:
    if isinstance(coming.command, DeclineOffer):
        return offer.state is OfferState.OFFERED
    if not isinstance(coming.command, AcceptOffer):
        return offer.is_assigned
    if offer.state is not OfferState.EXPIRED or coming.is_drawn:
        return offer.state is OfferState.OFFERED
    # Too late, as in the record; who is held by other work by then does not say so.
    person = people.known.get(offer.volunteer_id)
    return person is not None and person.claim is None
