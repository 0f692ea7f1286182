"""The protocol of every write that becomes a command: idempotency, preconditions, private records, command, response."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from fastapi.responses import Response

from api.process.services import Services
from api.views.links import outcome_link
from api.writes.idempotency import IdempotentRequest
from dispatch.model.commands import Command
from streams.intake.commands import LogOffset, Message
from streams.store.people import PrivateWrite
from streams.tokens import Role
from streams.wire import IncidentPrivate

PrivateRecord = tuple[str, IncidentPrivate]
"""A reference and the record to encrypt under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedWrite:
    """A command that met its preconditions, with the response that follows its acknowledgement.

    `subject` and `links`: the id and links of the response. `after`: runs between the acknowledgement and the response.
    """

    command: Command
    subject: str
    links: dict[str, str]
    status: str = "accepted"
    private: Sequence[PrivateRecord] = ()
    after: Callable[[], Awaitable[None]] | None = None


async def write_once(
    services: Services, once: IdempotentRequest, prepare: Callable[[], Awaitable[PreparedWrite]]
) -> Response:
    """Responds to a repeat with the first response; otherwise prepares the command, sends it and responds 202.

    Raises:
        ProblemResponse: the Idempotency-Key was used for another request, or a precondition failed.
        IntakeError: Kafka did not acknowledge the command.
    """
    if repeated := await once.repeated():
        return repeated
    write = await prepare()
    # The response is stored only after the acknowledgement: 202 means that the command is in the log.
    await send(services, write.command, write.private)
    if write.after is not None:
        await write.after()
    links = write.links
    # Only operators may read the route of outcomes.
    if once.caller.role is Role.OPERATOR:
        links = links | outcome_link(write.command.incident_id, write.command.id)
    return once.accepted(write.subject, write.status, links)


async def send(services: Services, command: Command, private: Sequence[PrivateRecord] = ()) -> None:
    """Sends the private records, then the command, so that whoever reads the command finds its records (DESIGN 14).

    Raises:
        IntakeError: Kafka did not acknowledge one of them.
    """
    messages = [services.intake.private_message(ref, record) for ref, record in private]

    def on_acknowledged(message: Message, position: LogOffset) -> None:
        # Written through to Redis, so that the texts are readable as soon as the decision that refers to them is applied.
        # The command is acknowledged through this callback as well.
        if message in messages:
            ref, _ = private[messages.index(message)]
            write = PrivateWrite(ref=ref, offset=position.offset, sealed=message.value)
            services.marks.in_background(services.people.put_private([write]))

    # In order: each message is sent after the acknowledgement of the one before it.
    await services.intake.send_in_order([*messages, services.intake.command_message(command)], on_acknowledged)
