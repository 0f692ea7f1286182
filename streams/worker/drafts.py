"""Drafts of decisions: commands of a batch on their way from settled to decided, and the claims that a decision needs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from dispatch.decide import Settled, sift
from dispatch.model.commands import Command
from dispatch.model.copying import changed
from dispatch.model.decisions import Decision
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMade, OfferMoved
from dispatch.model.people import Found, Need
from dispatch.model.reasons import Exclusion, SoftRule
from dispatch.model.staffing_events import LadderStepped
from dispatch.model.vocabulary import OfferState
from dispatch.plans.book import PlanBook
from dispatch.ports import Claim
from dispatch.staffing.rival_needs import with_rivals
from dispatch.staffing.turn_order import precedence
from streams import metrics
from streams.kafka.records import Consumed

log = structlog.get_logger(__name__)


# eq=False: drafts change while they are decided, so they are compared by identity.
@dataclass(slots=True, kw_only=True, eq=False)
class Draft:
    """A settled command whose decision is not written yet."""

    record: Consumed
    command: Command
    settled: Settled
    found: dict[str, Found] = field(default_factory=dict)
    """Search results by requirement id."""
    lost: dict[str, Exclusion] = field(default_factory=dict)
    """People whose claim was refused, with the reason."""
    taken: dict[str, Exclusion] = field(default_factory=dict)
    """People whom the decision could not choose: `lost`, and those chosen by drafts before this one."""
    looks: Counter[str] = field(default_factory=Counter)
    """How often the search for each requirement was continued."""
    decision: Decision | None = None

    def sifted(self, need: Need, plans: PlanBook) -> Found:
        """The search result of a need, reduced to what continuing the search has to know."""
        return sift(self.settled, plans, need, self.found[need.requirement.id])

    def needs_to_search_on(self) -> list[Need]:
        """Needs whose wave fell short although their search has not seen all candidates.

        Candidates of the first search may be excluded, claimed by other drafts, or less likely to accept than it assumed.
        """
        assert self.decision is not None
        short = {why.requirement_id for why in self.decision.why.requirements if why.wave and why.wave.is_short}
        return [
            need
            for need in self.settled.needs
            if need.requirement.id in short
            and (found := self.found.get(need.requirement.id))
            and found.mark is not None
            and not found.bounded
        ]

    def has_named(self, claim: Claim) -> bool:
        """Whether the claim is of the person that an operator assigns by this command."""
        events = self.settled.ruling.events
        return any(isinstance(fact, OfferMade) and fact.offer_id == claim.offer_id for fact in events)


def by_urgency(drafts: Sequence[Draft]) -> list[Draft]:
    """The order in which drafts choose people (DESIGN 62); they are written and applied in the order of the log."""
    return sorted(drafts, key=lambda draft: precedence(draft.settled.incident, draft.settled.needs))


def count_rivals(drafts: Sequence[Draft]) -> None:
    """Notes in each need the rival needs of the batch, by urgency."""
    drafts = by_urgency(drafts)
    for draft, needs in zip(drafts, with_rivals([draft.settled.needs for draft in drafts]), strict=True):
        draft.settled = changed(draft.settled, needs=needs)


def claims_of(decision: Decision | None, incident: Incident | None = None) -> list[Claim]:
    """Claims that a decision needs: one for each new offer and for each late acceptance.

    `incident` has the offers of late acceptances, with the rules that an operator overrode; None: none was overridden.
    """
    if decision is None:
        return []
    return [
        Claim(
            volunteer_id=fact.volunteer_id,
            offer_id=fact.offer_id,
            incident_id=decision.incident_id,
            epoch=decision.version,
            command_id=decision.cause.command_id,
            despite_duty=_is_despite_duty(fact, incident),
        )
        for fact in decision.events
        if isinstance(fact, OfferMade)
        # A late acceptance: the hold of the expired offer was released, so it needs a claim again.
        or (isinstance(fact, OfferMoved) and fact.state is OfferState.ACCEPTED and fact.reason == "late")
    ]


def _is_despite_duty(fact: OfferMade | OfferMoved, incident: Incident | None) -> bool:
    offer = incident.offer(fact.offer_id) if incident else None
    set_aside = fact.set_aside if isinstance(fact, OfferMade) else offer.set_aside if offer else ()
    return SoftRule.OFF_DUTY in set_aside


def count_decisions(decisions: Sequence[Decision], drafts: Sequence[Draft]) -> None:
    """Counts and logs written decisions; `drafts` are theirs, in the same order."""
    for draft, decision in zip(drafts, decisions, strict=True):
        metrics.COMMANDS.labels(kind=decision.cause.command_kind, outcome=decision.outcome).inc()
        for fact in decision.events:
            if isinstance(fact, LadderStepped) and fact.climb.ended:
                metrics.LADDERS_ENDED.inc()
                log.info("a ladder has ended", incident=decision.incident_id, requirement=fact.requirement_id)
            if isinstance(fact, OfferMade):
                metrics.OFFERS_MADE.labels(capability=fact.capability).inc()
        log.debug(
            "decided",
            command=draft.command.id,
            incident=decision.incident_id,
            outcome=decision.outcome,
            reason=decision.reason,
        )
