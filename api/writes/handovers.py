"""Notes that operators leave for the next shift (DESIGN 237): written, read by others, deleted, and ended after a week."""

import asyncio
import contextlib
from collections.abc import Sequence

from api.caller import Caller
from api.http.audit import record_done
from api.http.problems import ProblemResponse
from api.process.services import Commands, PeoplePort, Services
from api.schemas.handovers import HandoverIn
from dispatch.model.private_refs import handover_ref
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock, event_loop
from streams.errors import IntakeError, LogUnavailable, Overloaded
from streams.intake.commands import LogOffset, Message
from streams.readers.handovers import KEPT_MS, MOST_READERS, HandoverBook, KeptNote, note_key, read_key
from streams.store.people import PrivateWrite
from streams.tokens import Role
from streams.wire import HandoverNote, HandoverRead, IncidentPrivate

TIDY_EVERY_S = 300.0


def known(services: Services, note_id: str) -> KeptNote:
    """Raises ProblemResponse (404)."""
    kept = services.handover_book.get(note_id)
    if kept is None:
        raise ProblemResponse("not_found", "there is no hand-over note with this id")
    return kept


async def write(services: Services, caller: Caller, note_id: str, body: HandoverIn) -> None:
    """Writes the text, then the note, so that whoever sees the note finds its text.

    Raises:
        Overloaded: too many notes, or the intake is full; nothing was written.
        IntakeError: Kafka did not confirm; a repeat under the same id continues. Without one, the text ends after a week.
    """
    if services.handover_book.get(note_id) is not None:
        # An earlier try whose confirmation was lost.
        return
    if services.handover_book.is_full:
        raise Overloaded("too many hand-over notes are kept: delete some")
    ref, now_ms = handover_ref(note_id), clock.now_ms()
    note = HandoverNote(id=note_id, by=caller.id, at_ms=now_ms, until_ms=now_ms + KEPT_MS, exercise=body.exercise)
    text = services.intake.private_message(ref, IncidentPrivate(text=body.text))
    shown: list[asyncio.Task[None]] = []

    def on_acknowledged(message: Message, position: LogOffset) -> None:
        if message is text:
            through = PrivateWrite(ref=ref, offset=position.offset, sealed=message.value)
            shown.append(asyncio.ensure_future(_show(services, through)))

    messages = [text, services.intake.handover_message(note_key(note_id), note)]
    try:
        await services.intake.send_in_order(messages, on_acknowledged)
    finally:
        await asyncio.gather(*shown)
    record_done(services, caller, "handover.write", note_id)


async def _show(services: Services, through: PrivateWrite) -> None:
    """Writes a text through to Redis, so that whoever is told of its note can read it. Without Redis the worker does it later."""
    with contextlib.suppress(StoreUnavailable, NotReady):
        await services.marks.read_promptly(services.people.put_private([through]))


async def mark_read(services: Services, caller: Caller, note_id: str) -> None:
    """Tells the others that the caller has read the note; whoever wrote it has, and a repeat changes nothing.

    Raises:
        ProblemResponse: 404.
        IntakeError: Kafka did not confirm; a repeat is harmless.
    """
    kept = known(services, note_id)
    if caller.id == kept.note.by or kept.is_read_by(caller.id):
        return
    if len(kept.reads) >= MOST_READERS:
        raise Overloaded("too many people have read this note")
    record = HandoverRead(note_id=note_id, by=caller.id, at_ms=clock.now_ms())
    await services.intake.send_in_order([services.intake.handover_message(read_key(note_id, caller.id), record)])
    record_done(services, caller, "handover.read", note_id)


async def delete(services: Services, caller: Caller, note_id: str) -> None:
    """Deletes a note with its text.

    Raises:
        ProblemResponse: 404; 403, somebody else's note, unless the caller is an admin.
        IntakeError: Kafka did not confirm; the note remains listed, and a repeat continues.
    """
    kept = known(services, note_id)
    if caller.id != kept.note.by and caller.role is not Role.ADMIN:
        raise ProblemResponse("forbidden", "only whoever wrote a hand-over note, or an admin, deletes it")
    await end(services.intake, services.people, services.handover_book, note_id)
    record_done(services, caller, "handover.delete", note_id)


async def erase_person(services: Services, person: str) -> None:
    """Deletes the notes that this person wrote, and that they have read others. Raises IntakeError; a repeat continues."""
    book = services.handover_book
    for note_id in book.written_by(person):
        await end(services.intake, services.people, book, note_id)
    reads = [services.intake.handover_message(read_key(note_id, person), None) for note_id in book.read_by(person)]
    if reads:
        await services.intake.send_in_order(reads)


async def end(intake: Commands, people: PeoplePort, book: HandoverBook, note_id: str) -> None:
    """Writes tombstones for the text, for the readers and for the note, in this order: what broke off is found again by the note.

    Raises:
        IntakeError: Kafka did not confirm; a repeat continues.
    """
    ref = handover_ref(note_id)
    position = await intake.erase_private(ref)
    with contextlib.suppress(StoreUnavailable, NotReady):
        # At once. Without Redis, the worker that follows the topic does it.
        await people.put_private([PrivateWrite(ref=ref, offset=position.offset, sealed=None)])
    await _send(intake, [intake.handover_message(key, None) for key in book.keys_of(note_id)])


async def _send(intake: Commands, messages: Sequence[Message]) -> None:
    # The last one waits for the others; in order, each of 200 would wait for the one before it.
    if messages:
        *others, last = messages
        await asyncio.gather(*(intake.send_in_order([one]) for one in others))
        await intake.send_in_order([last])


class HandoverTidy:
    """Ends notes whose time is over. Every API process does so; a second tombstone changes nothing."""

    def __init__(self, book: HandoverBook, intake: Commands, people: PeoplePort) -> None:
        self._book = book
        self._intake = intake
        self._people = people
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.ensure_future(self._keep_tidy())

    async def stop(self) -> None:
        await event_loop.cancel(self._task)

    async def tidy(self) -> None:
        """One round. Raises IntakeError: Kafka did not confirm a tombstone; the next round continues."""
        for note_id in self._book.ended():
            await end(self._intake, self._people, self._book, note_id)

    async def _keep_tidy(self) -> None:
        while True:
            with contextlib.suppress(IntakeError, LogUnavailable):
                await self.tidy()
            await asyncio.sleep(TIDY_EVERY_S)
