"""Answers to one offer: who may answer, preconditions, and the fields that every command has."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypedDict

from fastapi.responses import Response

from api.caller import Caller
from api.http.audit import record_done
from api.http.auth import OPERATOR
from api.http.problems import ProblemResponse
from api.process.services import Services
from api.schemas.answers import Said
from api.views.links import answer_links
from api.writes.idempotency import IdempotentRequest
from api.writes.incident_orders import texts_of
from api.writes.offer_preconditions import OfferWithIncident
from api.writes.send import PreparedWrite, write_once
from dispatch.model.answer_commands import AnswerCommand
from dispatch.model.ids import OfferParts
from dispatch.model.private_refs import text_ref
from dispatch.model.vocabulary import AnswerWay, HeardBy
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock
from streams.tokens import Role


class AnswerFields(TypedDict):
    """The fields of `AnswerCommand`."""

    id: str
    incident_id: str
    by: str
    sent_ms: int
    offer_id: str
    volunteer_id: str
    heard_by: HeardBy | None
    said_ms: int | None
    way: AnswerWay | None


def answer_ref(kind: str, fields: AnswerFields, text: str | None) -> str | None:
    """The reference under which the text of an answer is stored; None without a text."""
    return text_ref(fields["incident_id"], kind, fields["id"]) if text else None


def heard_by_of(caller: Caller, body: Said | None) -> HeardBy | None:
    """How an operator heard the person; None: the caller is the person.

    Raises:
        ProblemResponse: 403 for a volunteer with `on_behalf`, or an operator without it.
    """
    on_behalf = body.on_behalf if body else None
    if caller.role is Role.VOLUNTEER and on_behalf is not None:
        raise ProblemResponse("forbidden", "on_behalf is for operators: a volunteer answers only for themselves")
    if caller.role is OPERATOR and on_behalf is None:
        raise ProblemResponse(
            "forbidden", "an operator answers for a person only with on_behalf, which says how they were heard"
        )
    return on_behalf.heard_by if on_behalf else None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAnswer:
    """An answer about one offer. `heard_by`: how the operator received it; None: the caller is the person. `said_ms`: when it was
    given, by the clock of the sender."""

    id: str
    place: OfferParts
    caller: Caller
    once: IdempotentRequest
    services: Services
    heard_by: HeardBy | None
    said_ms: int | None = None

    @classmethod
    def of(
        cls,
        offer: tuple[str, OfferParts],
        caller: Caller,
        once: IdempotentRequest,
        services: Services,
        body: Said | None,
    ) -> "OfferAnswer":
        """Raises ProblemResponse (403): a volunteer with `on_behalf`, or an operator without it."""
        heard_by = heard_by_of(caller, body)
        said_ms = body.at if body else None
        return cls(
            id=offer[0],
            place=offer[1],
            caller=caller,
            once=once,
            services=services,
            heard_by=heard_by,
            said_ms=said_ms,
        )

    async def respond(
        self,
        verb: str,
        refuse: Callable[[OfferWithIncident], None],
        build: Callable[[AnswerFields], AnswerCommand | Awaitable[AnswerCommand]],
        text: str | None = None,
    ) -> Response:
        """`write_once` for an answer. `refuse`: its precondition. `text` is stored under the `private_ref` of the command."""

        async def prepared() -> PreparedWrite:
            person = await self._check(refuse)
            built = build(
                {
                    "id": self.once.command_id(f"{verb}:{self.id}"),
                    "incident_id": self.place.incident_id,
                    "by": self.caller.id,
                    "sent_ms": clock.now_ms(),
                    "offer_id": self.id,
                    "volunteer_id": person,
                    "heard_by": self.heard_by,
                    "said_ms": self.said_ms,
                    "way": AnswerWay.LINK if self.caller.link else None,
                }
            )
            command = await built if isinstance(built, Awaitable) else built

            # Until the decision, later answers of this phone are not judged by the old state.
            async def mark() -> None:
                self.services.marks.put_answering(self.id, command.id)

            return PreparedWrite(
                command=command,
                subject=self.id,
                status="received",
                links=answer_links(self.id, self.place.incident_id, self.caller.role),
                private=texts_of(command, text),
                after=mark,
            )

        return await write_once(self.services, self.once, prepared)

    async def _check(self, refuse: Callable[[OfferWithIncident], None]) -> str:
        """The id of the person; empty if an operator answers for somebody who cannot be looked up while Redis is down.

        A conflict is not refused while an earlier answer of this person waits for its decision: a phone that was offline sends
        several answers at once, and the dispatcher sees them in order.

        Raises:
            ProblemResponse: 404, 403 for the offer of somebody else, or that of `refuse`.
        """
        held = await self._own()
        if self.heard_by:
            person = None if held is None else [held.offer.volunteer_id]
            record_done(self.services, self.caller, f"offer.on_behalf.{self.heard_by}", self.id, person)
        if held is None:
            # The dispatcher looks the person up: only the state says whose offer it is.
            return "" if self.heard_by else self.caller.id
        try:
            refuse(held)
        except ProblemResponse as problem:
            if problem.status_code != HTTPStatus.CONFLICT:
                raise
            if await self.services.marks.answer_waits(self.id):
                return held.offer.volunteer_id
            again = await self._own()  # the earlier answer may have been decided since the first read
            if again is not None:
                refuse(again)
        return held.offer.volunteer_id

    async def _own(self) -> OfferWithIncident | None:
        held = await offer_with_incident(self.services, (self.id, self.place))
        if held is not None and self.heard_by is None and held.offer.volunteer_id != self.caller.id:
            raise ProblemResponse("not_your_offer")
        return held


async def offer_with_incident(services: Services, offer: tuple[str, OfferParts]) -> OfferWithIncident | None:
    """The offer with its incident; None while Redis cannot be read. Raises ProblemResponse (404)."""
    try:
        state = await services.marks.read_promptly(services.reads.incident(offer[1].incident_id))
    except (StoreUnavailable, NotReady):
        return None
    # An unknown incident is an unknown offer: offers come only from decisions.
    held = state.offer(offer[0]) if state else None
    if state is None or held is None:
        raise ProblemResponse("not_found", "there is no offer with this id")
    return OfferWithIncident(incident=state, offer=held)
