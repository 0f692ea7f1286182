"""Orders of operators to one incident: the request, its preconditions, and the fields that every command has."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypedDict

from fastapi import Depends
from fastapi.responses import Response

from api.deps import IncidentId, ServicesDep, zone_of_known_cell
from api.http.audit import record_done
from api.http.problems import ProblemResponse, invalid
from api.process.services import Services
from api.schemas.reports import Split
from api.views.links import incident_links
from api.writes.idempotency import IdempotentRequest, OnceOnly
from api.writes.send import PreparedWrite, PrivateRecord, write_once
from dispatch.incidents import splitting
from dispatch.model.answer_commands import RaiseDistress
from dispatch.model.commands import Command
from dispatch.model.ids import parts_of_offer
from dispatch.model.incidents import Incident
from dispatch.model.private_refs import text_ref
from dispatch.model.proposals import Proposal
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock, wire
from streams.tokens import Role
from streams.wire import IncidentPrivate


class CommandFields(TypedDict):
    """The fields of `Command`."""

    id: str
    incident_id: str
    by: str
    sent_ms: int


class OrderFields(CommandFields):
    """The fields of a command with a private text."""

    private_ref: str | None


@dataclass(frozen=True, slots=True)
class IncidentOrder:
    """One request that orders something of the incident in its path, under its Idempotency-Key."""

    incident_id: str
    once: IdempotentRequest
    services: Services

    def command_fields(self, verb: str) -> CommandFields:
        """The command id is derived from caller, key, verb and body."""
        return {
            "id": self.once.command_id(f"{verb}:{self.incident_id}"),
            "incident_id": self.incident_id,
            "by": self.once.caller.id,
            # Displayed only: decisions take their times from Redis and from the log (DESIGN 8).
            "sent_ms": clock.now_ms(),
        }

    def fields(self, verb: str, reason: str | None) -> OrderFields:
        """With the reference under which `respond` stores the reason."""
        common = self.command_fields(verb)
        return {**common, "private_ref": text_ref(self.incident_id, "reason", common["id"]) if reason else None}

    async def respond(self, prepare: Callable[[], Awaitable[Command]], text: str | None = None) -> Response:
        """`write_once` for an order that is answered with the links of its incident.

        `prepare` checks the preconditions and gives the command; `text` is stored under its `private_ref`.
        """

        async def prepared() -> PreparedWrite:
            command = await prepare()
            return self.prepared(command, private=texts_of(command, text))

        return await write_once(self.services, self.once, prepared)

    def prepared(self, command: Command, *, private: Sequence[PrivateRecord] = ()) -> PreparedWrite:
        return PreparedWrite(
            command=command, subject=self.incident_id, links=incident_links(self.incident_id), private=private
        )

    def recorded(self, action: str, subject: str, people: Sequence[str] | None) -> Callable[[], Awaitable[None]]:
        """Writes the audit entry of an order that names people, once it is in the log. None: they cannot be looked up now."""

        async def record() -> None:
            record_done(self.services, self.once.caller, action, subject, people)

        return record

    async def known_state(self) -> Incident | None:
        """As `known_state` of this module, for the incident of the order; for a feed as `own_state`."""
        caller = self.once.caller
        if caller.role is Role.FEED:
            return await own_state(self.services, self.incident_id, caller.id)
        return await known_state(self.services, self.incident_id)

    async def open_state(self) -> Incident | None:
        """As `known_state`.

        Raises:
            ProblemResponse: 404 as there; 409 if the incident is closed, cancelled or merged.
        """
        state = await self.known_state()
        if state is not None and not state.is_open:
            if state.merged_into is not None:
                detail = f"the incident was merged into {state.merged_into}"
                raise ProblemResponse("incident_ended", detail, state="merged", merged_into=state.merged_into)
            raise ProblemResponse("incident_ended", f"the incident is {state.status}", state=state.status)
        return state


async def _order(incident_id: IncidentId, once: OnceOnly, services: ServicesDep) -> IncidentOrder:
    return IncidentOrder(incident_id, once, services)


OrderDep = Annotated[IncidentOrder, Depends(_order)]


def texts_of(command: Command, text: str | None) -> list[PrivateRecord]:
    """The private record of a command whose `private_ref` refers to a text."""
    ref: str | None = getattr(command, "private_ref", None)
    if ref is None or text is None:
        return []
    # Words of a person in danger are read twice: in the timeline, and as the description of the incident about them.
    description = text if isinstance(command, RaiseDistress) else None
    return [(ref, IncidentPrivate(text=text, description=description))]


async def known_state(services: Services, incident_id: str) -> Incident | None:
    """The state in Redis. None while the incident is only reported or Redis does not answer: the dispatcher then decides.

    Raises:
        ProblemResponse: 404 if Redis answers and knows neither the incident nor its report.
    """
    try:
        state = await services.marks.read_promptly(services.reads.incident(incident_id))
    except (StoreUnavailable, NotReady):
        return None
    # A report that is not decided yet has no state, and may receive orders.
    if state is None and await services.marks.reported(incident_id) is None:
        raise ProblemResponse("not_found", "there is no incident with this id")
    return state


async def own_state(services: Services, incident_id: str, reporter: str) -> Incident | None:
    """The state of an incident that `reporter` reported; None while it is only reported.

    Raises:
        ProblemResponse: 404 if somebody else reported it, as for an incident that does not exist.
        StoreUnavailable, NotReady: nobody can say now whose it is.
    """
    state = await services.marks.read_promptly(services.reads.incident(incident_id))
    if state is not None:
        reported_by: str | None = state.reported_by
    else:
        report = await services.marks.reported(incident_id)
        reported_by = wire.decode_command(report).by if report is not None else None
    if reported_by != reporter:
        raise ProblemResponse("not_found", "there is no incident with this id that this feed reported")
    return state


async def check_adopts_reports(services: Services, into: str, state: Incident | None) -> None:
    """Checks that another incident can adopt a report, unless Redis does not answer.

    Raises:
        ProblemResponse: 422 if it is unknown; 409 if it has ended or is being merged itself.
    """
    try:
        target = await services.marks.read_promptly(services.reads.incident(into))
    except (StoreUnavailable, NotReady):
        return
    if target is None:
        raise invalid("into", "the id of a known incident", "text")
    if state is not None and state.exercise is not target.exercise:
        raise ProblemResponse("conflict", "one of the two incidents is an exercise", state=target.status)
    # An incident that is merging absorbs no other, so merges cannot form a cycle (DESIGN 20).
    if not target.is_open or target.merging is not None:
        found = "merging" if target.is_open else "merged" if target.merged_into else target.status
        raise ProblemResponse("conflict", f"the other incident is {found}", state=found, merged_into=target.merged_into)


def check_proposed(state: Incident | None, proposal_id: str) -> Proposal | None:
    """The proposal of the incident; None if the state is not known: the dispatcher then decides.

    Raises:
        ProblemResponse: 409 if the incident has no such proposal any more.
    """
    if state is None:
        return None
    proposal = state.proposal(proposal_id)
    if proposal is None:
        open_ones = [one.id for one in state.proposals]
        raise ProblemResponse("proposal_outdated", "the incident has no such proposal any more", proposals=open_ones)
    return proposal


def check_ids(incident_id: str, body: Split) -> None:
    """Checks that the ids to transfer can belong to this incident; needs no state.

    Raises:
        ProblemResponse: 422 for the first that cannot.
    """
    for number, offer_id in enumerate(body.offers):
        parts = parts_of_offer(offer_id)
        if parts is None or parts.incident_id != incident_id:
            raise invalid(f"offers[{number}]", "an offer of this incident", "text")
    for number, report in enumerate(body.reports):
        if zone_of_known_cell(report) is None or report == incident_id:
            raise invalid(f"reports[{number}]", "a report that was merged into this incident", "text")


def check_belongs(state: Incident, body: Split) -> None:
    """Checks that the offers and reports to transfer belong to this incident.

    Raises:
        ProblemResponse: 422 for the first that does not; 409 if all of them are gone, `already_split` if by another split.
    """
    for number, offer_id in enumerate(body.offers):
        if state.offer(offer_id) is None:
            raise invalid(f"offers[{number}]", "an offer of this incident", "text")
    for number, report in enumerate(body.reports):
        if report not in state.reports and report not in state.moved_by_split:
            raise invalid(f"reports[{number}]", "a report that was merged into this incident", "text")
    named = splitting.named_in(state, body.offers, body.reports)
    if named.obstacle == "already_split":
        detail = f"these people or reports were split off into {named.other_incident}"
        raise ProblemResponse("already_split", detail, incident_id=named.other_incident)
    if named.obstacle is not None:
        ended = named.gone[0].state
        raise ProblemResponse("offer_ended", f"all of these offers have ended, the first as {ended}", state=ended)
