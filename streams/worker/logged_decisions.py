"""A decision in the log, and what follows from it for Redis and for refused offers."""

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.matching.lessons import lessons_of, work_ended
from dispatch.matching.trust import judged_by
from dispatch.model.commands import DISPATCHER, VoidOffer
from dispatch.model.decisions import Decision
from dispatch.model.ids import derived, parts_of_offer
from dispatch.model.incidents import Incident
from dispatch.model.people import Hold
from dispatch.ports import Application
from dispatch.state.offer_effects import freed_by, held_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A decision with its position in `decisions` and the state after it."""

    partition: int
    offset: int
    decision: Decision
    incident: Incident | None


def application(entry: Logged) -> Application:
    """What Redis has to change for a logged decision."""
    decision = entry.decision
    freed = freed_by(decision)
    return Application(
        partition=entry.partition,
        offset=entry.offset,
        command_id=decision.cause.command_id,
        incident_id=decision.incident_id,
        # Without events the state is unchanged and need not be written.
        incident=entry.incident if decision.events else None,
        holds=held_by(decision),
        freed=freed,
        # However a refused offer ended (void, expiry, withdrawal), it needs no voiding any more.
        voided=tuple(hold.offer_id for hold in freed),
        lessons=lessons_of(decision, entry.incident) if entry.incident else (),
        work_ended=work_ended(decision, entry.incident) if entry.incident else (),
        judged=judged_by(decision, entry.incident) if entry.incident else (),
    )


def refused_of(refused: Mapping[str, Hold], entry: Logged) -> tuple[Hold, ...]:
    """The holds of this decision that were refused when it was applied."""
    return tuple(hold for hold in held_by(entry.decision) if hold.offer_id in refused)


def void_command(hold: Hold, now_ms: int) -> VoidOffer:
    """The command that voids an offer; its id depends on the offer only, so a repeat is harmless.

    Raises:
        ValueError: the hold has no valid offer id.
    """
    parts = parts_of_offer(hold.offer_id)
    if parts is None:
        raise ValueError(f"{hold.offer_id} is not an offer id")
    return VoidOffer(
        id=str(derived("void", hold.offer_id)),
        incident_id=parts.incident_id,
        by=DISPATCHER,
        sent_ms=now_ms,
        offer_id=hold.offer_id,
    )
