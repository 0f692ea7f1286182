"""Operators acknowledge or silence an alarm for all desks (DESIGN 170).

`ref` says what an alarm is about, so that a new cause of the same name sounds again: `-` for an alarm of the system, the incident
id for `severe`, `unanswered` and an incident of a person in distress, and `<incident id>.<ms>`, with the time of the cause, for
an entry of `attention` and for a later cause of the others: somebody who had accepted has left, the person signals again.
"""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable

from api.caller import Caller
from api.deps import zone_of_known_cell
from api.http.audit import record_done
from api.http.problems import ProblemResponse
from api.process.services import Alarms, Services, StateReads
from api.views.rows import ABOUT_PEOPLE, ABOUT_PLACES
from api.views.standing_alarms import has_ended, stands, system_stands
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock, event_loop, metrics
from streams.errors import IntakeError, LogUnavailable, Overloaded
from streams.monitoring.alarms import NAMES
from streams.readers.alarm_answers import AlarmBook, key_of
from streams.wire import AlarmAnswer

SYSTEM_REF = "-"
KEPT_MS = 12 * 3_600_000
"""A shift. An alarm that is still active after it sounds again, for other people."""
TIDY_EVERY_S = 30.0
_REF = re.compile(r"([^.]{1,64})(?:\.([1-9][0-9]{0,14}))?")


def check_alarm(name: str, ref: str) -> None:
    """Raises ProblemResponse (404): there can be no alarm of this name about this."""
    if ref == SYSTEM_REF:
        is_known = name in NAMES
    else:
        match = _REF.fullmatch(ref)
        is_known = match is not None and zone_of_known_cell(match[1]) is not None
        is_known = is_known and (name in ABOUT_PEOPLE or name in ABOUT_PLACES)
    if not is_known:
        raise ProblemResponse("not_found", "there is no alarm with this name and ref")


async def answer(
    services: Services, caller: Caller, name: str, ref: str, *, sounded: int, shelved_ms: int | None = None
) -> AlarmAnswer:
    """Writes the answer to the log. Without Redis it is not known what stands, and everything is taken; a repeat renews it.

    Raises:
        ProblemResponse: 404, 409.
        IntakeError: Kafka did not confirm; the answer may hold or not.
    """
    check_alarm(name, ref)
    await _require_standing(services, name, ref)
    if services.alarm_book.is_full:
        raise Overloaded("too many alarms are answered at once")
    now_ms = clock.now_ms()
    record = AlarmAnswer(
        name=name,
        ref=ref,
        by=caller.id,
        at_ms=now_ms,
        until_ms=now_ms + KEPT_MS,
        shelved_until_ms=None if shelved_ms is None else now_ms + shelved_ms,
    )
    await services.intake.send_alarm_answer(key_of(name, ref), record)
    kind = "ack" if shelved_ms is None else "shelve"
    metrics.ALARMS_ANSWERED.labels(name=name, answer=kind).inc()
    metrics.ALARM_SOUNDS.labels(name=name).inc(sounded)
    record_done(services, caller, f"alarm.{kind}", ref.partition(".")[0] if ref != SYSTEM_REF else "")
    return record


async def _require_standing(services: Services, name: str, ref: str) -> None:
    """Raises ProblemResponse: 404, there is no such incident; 409, the alarm does not stand: it is over, or never was."""
    if ref == SYSTEM_REF:
        is_standing = system_stands(name, services.alarms.told())
    else:
        try:
            (state,) = await services.reads.incidents([ref.partition(".")[0]])
        except (StoreUnavailable, NotReady):
            return
        if state is None:
            raise ProblemResponse("not_found", "there is no incident with this id")
        is_standing = stands(name, ref, state, clock.now_ms())
    if not is_standing:
        raise ProblemResponse("alarm_not_standing", "the alarm is over, or has not begun: nothing was silenced")


class AlarmTidy:
    """Writes tombstones for answers whose alarm is over, so that it sounds when it comes again. Every API process does so."""

    def __init__(
        self,
        book: AlarmBook,
        reads: StateReads,
        alarms: Alarms,
        end: Callable[[str, None], Awaitable[object]],
    ) -> None:
        self._book = book
        self._reads = reads
        self._alarms = alarms
        self._end = end
        self._seemed_over: frozenset[str] = frozenset()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.ensure_future(self._keep_tidy())

    async def stop(self) -> None:
        await event_loop.cancel(self._task)

    async def tidy(self) -> None:
        """One round. An alarm is over after two rounds without it: another process may see it a moment later than this one.

        Raises:
            IntakeError: Kafka did not confirm a tombstone; the next round repeats it.
        """
        over = frozenset(await self._over())
        for key in sorted({*(over & self._seemed_over), *self._book.ended()}):
            await self._end(key, None)
        self._seemed_over = over

    async def _over(self) -> list[str]:
        given = self._book.in_force()
        told = self._alarms.told()
        over = [key for key, one in given.items() if one.ref == SYSTEM_REF and not system_stands(one.name, told)]
        of_incidents = {key: one for key, one in given.items() if one.ref != SYSTEM_REF}
        try:
            states = await self._reads.incidents([one.ref.partition(".")[0] for one in of_incidents.values()])
        except (StoreUnavailable, NotReady):
            # They wait for Redis, at most until their own end.
            return over
        pairs = zip(of_incidents.items(), states, strict=True)
        return over + [key for (key, one), state in pairs if state is not None and has_ended(one.name, one.ref, state)]

    async def _keep_tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY_EVERY_S)
            with contextlib.suppress(IntakeError, LogUnavailable):
                await self.tidy()
