"""Orders of operators about one offer: the request, its precondition, and the fields that every command has."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

from fastapi.responses import Response

from api.http.audit import record_done
from api.process.services import Services
from api.views.links import answer_links
from api.writes.idempotency import IdempotentRequest
from api.writes.incident_orders import texts_of
from api.writes.offer_answers import offer_with_incident
from api.writes.offer_preconditions import OfferWithIncident
from api.writes.send import PreparedWrite, write_once
from dispatch.model.commands import Command
from dispatch.model.ids import OfferParts
from dispatch.model.private_refs import text_ref
from streams import clock


class OfferOrderFields(TypedDict):
    """The fields of `Command`, the offer, and the reference of the reason."""

    id: str
    incident_id: str
    by: str
    sent_ms: int
    offer_id: str
    private_ref: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferOrder:
    """One request of an operator about one offer, under its Idempotency-Key."""

    id: str
    place: OfferParts
    once: IdempotentRequest
    services: Services

    async def live(self) -> OfferWithIncident | None:
        """The offer with its incident; None while Redis cannot be read: the dispatcher then decides.

        Raises:
            ProblemResponse: 404, or 409 if the offer has ended.
        """
        held = await offer_with_incident(self.services, (self.id, self.place))
        if held is not None:
            held.refuse_ended()
        return held

    def fields(self, verb: str, reason: str | None) -> OfferOrderFields:
        command_id = self.once.command_id(f"{verb}:{self.id}")
        return {
            "id": command_id,
            "incident_id": self.place.incident_id,
            "by": self.once.caller.id,
            "sent_ms": clock.now_ms(),
            "offer_id": self.id,
            "private_ref": text_ref(self.place.incident_id, "reason", command_id) if reason else None,
        }

    async def respond(
        self,
        verb: str,
        build: Callable[[OfferOrderFields, OfferWithIncident | None], Command],
        reason: str | None,
    ) -> Response:
        """`write_once` for an order; its audit entry names the person. `build` checks the preconditions that are its own."""

        async def prepared() -> PreparedWrite:
            held = await self.live()
            command = build(self.fields(verb, reason), held)

            # Of an offer that cannot be looked up while Redis is away the entry has the id alone.
            async def recorded() -> None:
                person = None if held is None else [held.offer.volunteer_id]
                record_done(self.services, self.once.caller, f"offer.{verb}", self.id, person)

            return PreparedWrite(
                command=command,
                subject=self.id,
                links=answer_links(self.id, self.place.incident_id, self.once.caller.role),
                private=texts_of(command, reason),
                after=recorded,
            )

        return await write_once(self.services, self.once, prepared)
