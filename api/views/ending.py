"""Whether an open incident may have come to its end: nothing is left to do, or who was in danger says that they are safe."""

from dispatch.model.incidents import Incident
from dispatch.model.vocabulary import OfferState
from dispatch.safety.distress_links import signalled_ms


def is_ready_to_close(state: Incident) -> bool:
    """Somebody has done the work, or an operator has taken the last person and place away; nobody is missing, asked or at work,
    and nothing waits for an operator.

    A hint for people: nothing closes by itself, because only somebody who has asked at the scene knows that it is over.
    """
    return (
        state.is_open
        and state.merging is None
        and (
            any(offer.state is OfferState.DONE for offer in state.offers)
            or (bool(state.offers) and not state.requirements)
        )
        and not any(offer.is_live for offer in state.offers)
        and not any(state.open_places(entry) for entry in state.requirements)
        # A person in danger, a call for help, a result that contradicts: each is a reason to look first.
        and not state.attention
        # Also after an operator has handled the attention: who was sent here is still in danger.
        and not state.sent_in_distress
        and not state.proposals
    )


def said_safe_ms(state: Incident) -> int | None:
    """When the last of those whose danger this is said that they are safe; None: not each of them since the newest signal."""
    people = state.people_in_distress
    if not state.is_open or not people:
        return None
    said = [state.said_safe_ms.get(one, -1) for one in people]
    return max(said) if min(said) >= signalled_ms(state) else None
