"""What people did about the offers of the record, and what of it is said again when a replay asks them.

A person who is asked for the same incident does what they did, at the same times after the offer: accept or decline, set off,
arrive, check in, finish, leave their duty. Who did not answer while the offer was open does not answer. Whose offer ended
before they had answered has no recorded answer from then on, and so has everybody whom the record never asked for the incident.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from dispatch.model.answer_commands import AcceptOffer, AnswerCommand, ConfirmChanges, DeclineOffer, GiveResult
from dispatch.model.ids import derived
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMade, OfferMoved
from dispatch.model.vocabulary import LIVE_STATES, Capability, OfferState, Task
from streams.policy_replay.recorded_log import RecordedCommand, RecordedLog


@dataclass(slots=True, kw_only=True)
class RecordedAsk:
    """An offer of the record. `said`: its person's commands, by time. `ended_ms`: when it ended last; None: it did not."""

    offer_id: str
    incident_id: str
    volunteer_id: str
    capability: Capability
    task: Task | None
    made_ms: int
    said: list[RecordedCommand] = field(default_factory=list)
    ended_ms: int | None = None
    ended_as: OfferState | None = None

    @property
    def is_answered(self) -> bool:
        return any(isinstance(one.command, AcceptOffer | DeclineOffer) for one in self.said)

    @property
    def is_silent(self) -> bool:
        """The person let it pass: they were asked to its end and said nothing."""
        return not self.is_answered and self.ended_as is OfferState.EXPIRED

    @property
    def accepted_ms(self) -> int | None:
        return next((one.at_ms for one in self.said if isinstance(one.command, AcceptOffer)), None)


class RecordedAnswers:
    def __init__(self, log: RecordedLog) -> None:
        self.by_offer: dict[str, RecordedAsk] = {}
        self._by_person: dict[tuple[str, str], list[RecordedAsk]] = defaultdict(list)
        for incident in log.begun.values():
            self._add_begun(incident)
        for one in log.decided:
            for fact in one.decision.events:
                if isinstance(fact, OfferMade):
                    self._add(fact, one.decision.incident_id, one.decision.decided_ms)
                elif isinstance(fact, OfferMoved):
                    self._end(fact, one.decision.decided_ms)
        for command in log.commands:
            if isinstance(command.command, AnswerCommand) and (ask := self.by_offer.get(command.command.offer_id)):
                ask.said.append(command)
        self._results = self._first_results()

    def of(self, incident_id: str, volunteer_id: str, nth: int) -> RecordedAsk | None:
        """What the person did when they were asked for this incident for the nth time (from 0), else for the last time; None:
        the record never asked them."""
        asks = self._by_person.get((incident_id, volunteer_id))
        return asks[min(nth, len(asks) - 1)] if asks else None

    def result_of(self, incident_id: str, task: Task | None) -> tuple[int, GiveResult] | None:
        """The first recorded result of this work of the incident, and how long after its acceptance it came (ms)."""
        return self._results.get((incident_id, task))

    def all(self) -> Iterator[RecordedAsk]:
        return iter(self.by_offer.values())

    def _add_begun(self, incident: Incident) -> None:
        for offer in incident.offers:
            ask = RecordedAsk(
                offer_id=offer.id,
                incident_id=incident.id,
                volunteer_id=offer.volunteer_id,
                capability=offer.capability,
                task=offer.task,
                made_ms=offer.created_ms,
            )
            if not offer.is_live:
                ask.ended_ms, ask.ended_as = offer.changed_ms, offer.state
            self.by_offer[offer.id] = ask
            self._by_person[incident.id, offer.volunteer_id].append(ask)

    def _add(self, fact: OfferMade, incident_id: str, made_ms: int) -> None:
        ask = RecordedAsk(
            offer_id=fact.offer_id,
            incident_id=incident_id,
            volunteer_id=fact.volunteer_id,
            capability=fact.capability,
            task=fact.task,
            made_ms=made_ms,
        )
        self.by_offer[fact.offer_id] = ask
        self._by_person[incident_id, fact.volunteer_id].append(ask)

    def _end(self, fact: OfferMoved, at_ms: int) -> None:
        ask = self.by_offer.get(fact.offer_id)
        if ask is not None and fact.state not in LIVE_STATES:
            ask.ended_ms, ask.ended_as = at_ms, fact.state

    def _first_results(self) -> dict[tuple[str, Task | None], tuple[int, GiveResult]]:
        found: dict[tuple[str, Task | None], tuple[int, GiveResult]] = {}
        for ask in self.by_offer.values():
            for one in ask.said:
                if isinstance(one.command, GiveResult) and ask.accepted_ms is not None:
                    found.setdefault((ask.incident_id, ask.task), (one.at_ms - ask.accepted_ms, one.command))
        return found


def said_again(
    ask: RecordedAsk, offer: OfferMade, incident_id: str, made_ms: int
) -> Iterator[tuple[int, AnswerCommand, RecordedCommand]]:
    """The recorded commands of `ask` about this offer of a replay, with their times, and as they were recorded. The same offer,
    made at the same time, gives the commands of the record as they are."""
    is_same = offer.offer_id == ask.offer_id and made_ms == ask.made_ms
    shift_ms = made_ms - ask.made_ms
    for one in _that_fit(ask, offer):
        command = one.command
        assert isinstance(command, AnswerCommand)
        at_ms = one.at_ms + shift_ms
        yield at_ms, command if is_same else spoken_for(command, offer.offer_id, incident_id, at_ms), one


def spoken_for(command: AnswerCommand, offer_id: str, incident_id: str, at_ms: int) -> AnswerCommand:
    """The command, about another offer at another time."""
    return replace(
        command,
        id=str(derived("replayed", command.id, offer_id, str(at_ms))),
        incident_id=incident_id,
        offer_id=offer_id,
        sent_ms=at_ms,
        said_ms=None,
    )


def as_of(command: AnswerCommand, incident: Incident) -> AnswerCommand:
    """The command, as said of an incident whose versions count otherwise than in the record."""
    return replace(command, version=incident.version) if isinstance(command, ConfirmChanges) else command


def _that_fit(ask: RecordedAsk, offer: OfferMade) -> Sequence[RecordedCommand]:
    # Of work of another kind only the answer says something: nobody arrives at a translation.
    if (ask.capability, ask.task) == (offer.capability, offer.task):
        return ask.said
    return [one for one in ask.said if isinstance(one.command, AcceptOffer | DeclineOffer)]
