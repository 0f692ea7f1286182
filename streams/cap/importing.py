"""Carries out the steps of alerts: in the order in which they were sent, each written to the ledger once the API has answered."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from dispatch.cap.messages import Alert, BadAlert
from dispatch.cap.rules import Rules
from dispatch.cap.steps import Known, Step, StepKind, external_id, step_of
from dispatch.model.service_area import ServiceArea
from streams.cap.ledger import Ledger
from streams.errors import InvalidInput

EXPIRED = "expired"
FORGOTTEN_MS = 400 * 86_400_000
"""How long the ledger knows a message: longer than any feed names it."""


class OrderRefused(InvalidInput):
    """The API refuses an order for good; the message has its code. It hinders no other message."""


@dataclass(frozen=True, slots=True)
class FoundIncident:
    id: str
    type: str
    is_open: bool
    merged_into: str | None = None


class Desk(Protocol):
    """Orders to the API. Each is repeated with the same key without a second effect.

    Raises:
        OrderRefused: this order is refused for good; the next message is tried.
        RetryLater: the API does not answer. It ends the run, and the next one goes on from the ledger.
    """

    def report(self, body: Mapping[str, Any], key: str) -> str:
        """Returns the id of the incident."""

    def edit(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        """False: the incident has ended already."""

    def close(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:
        """False: the incident has ended already."""

    def find(self, external: str) -> FoundIncident | None:
        """The incident with this number in another system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of one message. `step`: None for one that cannot be used; `incident_id`: the incident that it is about;
    `is_refused`: the API refused its order, so nothing was entered, and the next run tries it again."""

    identifier: str
    event: str
    reason: str
    step: StepKind | None
    rule: str = ""
    incident_id: str | None = None
    is_refused: bool = False


class DryRun:
    """A desk that does nothing, so that an update in the same files finds what would be its incident."""

    def report(self, body: Mapping[str, Any], key: str) -> str:  # noqa: ARG002 - a port's arguments
        return f"(new, {key})"

    def edit(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:  # noqa: ARG002 - a port's arguments
        return True

    def close(self, incident_id: str, body: Mapping[str, Any], key: str) -> bool:  # noqa: ARG002 - a port's arguments
        return True

    def find(self, external: str) -> None:  # noqa: ARG002 - a port's arguments
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """One run. Whatever stops it between two messages, the next run goes on from the ledger."""

    rules: Rules
    ledger: Ledger
    desk: Desk
    served: ServiceArea | None
    now_ms: int
    own_sender: str = ""
    """Of this deployment's own warnings: they come back in the feeds of others, and are its own incidents already."""

    def run(self, alerts: Iterable[Alert]) -> Iterator[Done]:
        """The messages in the order in which they were sent, then those that waited before, then the incidents that are over."""
        given = sorted(alerts, key=lambda alert: (alert.sent_ms, alert.identifier))
        for alert in given:
            yield self._done(alert)
        names = {alert.name for alert in given}
        for waiting in self.ledger.held():
            if waiting.alert.name not in names:
                yield self._done(waiting.alert)
        for incident_id in self.ledger.over(self.now_ms):
            yield self._expired(incident_id)
        self.ledger.forget(self.now_ms - FORGOTTEN_MS)

    def _expired(self, incident_id: str) -> Done:
        done = Done(identifier="", event="", reason=EXPIRED, step=StepKind.CLOSE, incident_id=incident_id)
        try:
            self.desk.close(incident_id, {"code": "resolved", "reason": "CAP: expired"}, f"cap-expired-{incident_id}")
        except OrderRefused as error:
            return replace(done, step=None, reason=str(error), is_refused=True)
        self.ledger.end(incident_id)
        return done

    def _done(self, alert: Alert) -> Done:
        event = alert.infos[0].event if alert.infos else ""
        if alert.sender == self.own_sender:
            return Done(identifier=alert.identifier, event=event, reason="own", step=StepKind.IGNORE)
        try:
            step = step_of(alert, self.rules, self._known(alert), self.served, self.now_ms)
            step, incident_id = self._carried_out(alert, step)
        except (BadAlert, OrderRefused) as error:
            is_refused = isinstance(error, OrderRefused)
            return Done(identifier=alert.identifier, event=event, reason=str(error), step=None, is_refused=is_refused)
        return Done(
            identifier=alert.identifier,
            event=event,
            reason=step.reason,
            step=step.kind,
            rule=step.rule,
            incident_id=incident_id,
        )

    def _known(self, alert: Alert) -> Known:
        known = self.ledger.known(alert)
        if known.is_seen or known.is_referenced or not alert.references:
            return known
        # Reported from another machine, or the ledger was lost.
        for reference in alert.references:
            found = self.desk.find(external_id(reference))
            if found is not None and found.is_open:
                self.ledger.adopt(reference, found.id, found.type)
        return self.ledger.known(alert)

    def _carried_out(self, alert: Alert, step: Step) -> tuple[Step, str | None]:
        """The step as it was carried out, and the incident."""
        key, incident_id, kind = external_id(alert.name), step.incident_id, str(step.body.get("type", ""))
        if step.kind is StepKind.IGNORE:
            return step, None
        if step.kind is StepKind.HOLD:
            if not self.ledger.hold(alert, self.now_ms):
                return replace(step, kind=StepKind.IGNORE, reason="too_many_wait"), None
            return step, None
        is_ended = step.kind is StepKind.CLOSE
        if step.kind is StepKind.REPORT:
            incident_id = self.desk.report(step.body, key)
        elif step.kind is StepKind.EDIT and incident_id is not None:
            is_ended = not self.desk.edit(incident_id, step.body, f"{key}-edit")
            # An operator has ended it: their word counts more than another text of the same warning.
            step = replace(step, kind=StepKind.RECORD, reason="ended_before") if is_ended else step
        elif step.kind is StepKind.CLOSE and incident_id is not None:
            self.desk.close(incident_id, step.body, f"{key}-close")
        self.ledger.record(alert, step.kind, incident_id, kind, is_ended=is_ended)
        return step, incident_id
