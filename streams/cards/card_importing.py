"""Carries out the steps of cards: in the order in which they changed, each entered once the API has answered."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from dispatch.cap.steps import Step, StepKind
from dispatch.cards.card_steps import CardRefused, Judged, KnownCard, judged, step_of_card
from dispatch.cards.card_table import CardTable
from dispatch.cards.eido_writing import is_own
from dispatch.cards.received_card import BadCard, Card, CardState
from dispatch.model.service_area import ServiceArea
from streams.cap.importing import FORGOTTEN_MS, Done, DryRun, FoundIncident, OrderRefused
from streams.cards.card_ledger import CardLedger

CLOSES = (StepKind.CLOSE, StepKind.MERGE)


class CardDesk(Protocol):
    """Orders to the API. Each is repeated with the same key without a second effect.

    Raises:
        OrderRefused: this order is refused for good; the next card is tried.
        RetryLater: the API does not answer. It ends the run, and the next one goes on from the ledger.
    """

    def reported(self, body: Mapping[str, Any], key: str) -> tuple[str, bool]:
        """The incident, and whether it has this body: False if it was reported with another one before."""

    def edit(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        """False: the incident has ended already."""

    def close(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        """False: the incident has ended already."""

    def merge(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        """False: the incident has ended already."""

    def note(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        """False: the incident has ended already."""

    def find(self, external: str) -> FoundIncident | None:
        """The incident with this number in another system."""

    def present(self, incident_id: str) -> FoundIncident | None:
        """The incident as it is now; None: it is not known any more."""


class DryCardRun(DryRun):
    """A desk that does nothing, so that an update in the same files finds what would be its incident."""

    def reported(self, body: Mapping[str, Any], key: str) -> tuple[str, bool]:
        return self.report(body, key), True

    def merge(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        return self.edit(incident_id, body, key)

    def note(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        return self.edit(incident_id, body, key)

    def present(self, incident_id: str) -> FoundIncident | None:  # noqa: ARG002 - a port's arguments
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardImporter:
    """One run. Whatever stops it between two cards, the next run goes on from the ledger. `own_sender`: of the EIDOs of this
    deployment, which come back from others and are its own incidents already."""

    table: CardTable
    ledger: CardLedger
    desk: CardDesk
    served: ServiceArea | None
    now_ms: int
    own_sender: str = ""

    def run(self, cards: Iterable[Card]) -> Iterator[Done]:
        for card in sorted(cards, key=lambda one: (one.changed_ms or 0, one.source, one.number, one.order)):
            yield self._done(card)
        self.ledger.forget(self.now_ms - FORGOTTEN_MS)

    def _done(self, card: Card) -> Done:
        event = next((str(kind) for kind in card.kinds), "")
        done = Done(identifier=card.external_id, event=event, reason="own", step=StepKind.IGNORE)
        if is_own(card.number, self.own_sender):
            return done
        found = judged(card, self.table, self.served, self.now_ms)
        try:
            step, incident_id = self._carried_out(found, self._known(found))
        except (CardRefused, OrderRefused) as error:
            is_refused = isinstance(error, OrderRefused)
            return replace(done, reason=str(error), step=None, is_refused=is_refused)
        return replace(done, reason=step.reason, step=step.kind, rule=step.rule, incident_id=incident_id)

    def _known(self, found: Judged) -> KnownCard:
        known = self.ledger.known(found)
        card = found.card
        if known.is_ended and card.state is CardState.OPEN and known.order != card.order:
            return self._after_its_end(known)
        if known.order is not None or not (card.replaced_by or card.state is not CardState.OPEN):
            return known
        # An end whose card was reported from another machine, or by a ledger that was lost.
        there = self.desk.find(card.external_id)
        return known if there is None else replace(known, incident_id=there.id, is_ended=not there.is_open)

    def _after_its_end(self, known: KnownCard) -> KnownCard:
        """What became of an incident that has ended: an operator may have opened it again, or merged it."""
        now = self.desk.present(known.incident_id) if known.incident_id else None
        return known if now is None else replace(known, is_ended=not now.is_open, merged_into=now.merged_into)

    def _carried_out(self, found: Judged, known: KnownCard) -> tuple[Step, str | None]:
        """The step as it was carried out, and the incident of the card."""
        card, step = found.card, step_of_card(found, known)
        if step.kind is StepKind.IGNORE:
            return step, known.incident_id
        incident_id, is_ended = known.incident_id, known.is_ended or step.kind in CLOSES
        if step.kind is StepKind.REPORT:
            incident_id, is_new = self.desk.reported(step.body, card.key)
            if not is_new:
                known = replace(known, incident_id=incident_id)
                step = step_of_card(found, known)
        if step.kind is StepKind.EDIT and not self._ordered(step, card):
            # An operator has ended it: their word counts more than another text about the same event.
            is_ended = True
            step = step_of_card(found, replace(self._after_its_end(known), is_ended=True))
        if step.kind in (*CLOSES, StepKind.NOTE) and not self._ordered(step, card):
            step = replace(step, kind=StepKind.RECORD, reason="ended_before")
        self.ledger.enter(found, incident_id, self.now_ms, is_ended=is_ended)
        return step, incident_id

    def _ordered(self, step: Step, card: Card) -> bool:
        """Gives the order of a step. False: the incident has ended already."""
        order = {
            StepKind.EDIT: self.desk.edit,
            StepKind.CLOSE: self.desk.close,
            StepKind.MERGE: self.desk.merge,
            StepKind.NOTE: self.desk.note,
        }[step.kind]
        assert step.incident_id is not None
        # With the names of what is sent: another ledger, which knows of other versions, edits other fields of this one.
        what = "-".join([step.kind.value, *step.body]) if step.kind is StepKind.EDIT else step.kind.value
        return order(step.incident_id, step.body, f"{card.version_key}-{what}")


def unusable(error: BadCard, source: str) -> Done:
    """The outcome of a card that could not be read, by its number, or by the file if it has none."""
    return Done(identifier=error.number or source, event="", reason=str(error), step=None)
