"""The clock of duties that end by themselves, in every worker.

A duty with an end counts as ended from that time on, for every reader, whether or not a worker runs (`is_on_duty` of
prelude.lua). This service acts on it: the person leaves the search and loses their position, an offer that they hold is ended by
`LeaveDuty`, and `WARN_BEFORE_S` before the end they are told by a notice. Two workers that find the same people send commands and
notices with the same ids.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeAlias

import structlog
from mode import Service

from dispatch.model.answer_commands import LeaveDuty
from dispatch.model.ids import derived
from dispatch.notices.rules import APP, NoticeOutcome
from dispatch.notices.texts import TextKey
from dispatch.ports import NotReady, StoreUnavailable
from dispatch.safety.absence import leave_duty_command
from streams.errors import LogUnavailable
from streams.store.duty_clock import DutyClock, DutyEnd
from streams.wire import NoticeRecord

log = structlog.get_logger(__name__)
EVERY_S = 1.0

SendCommands: TypeAlias = Callable[[Sequence[LeaveDuty]], Awaitable[None]]
SendNotices: TypeAlias = Callable[[Sequence[NoticeRecord]], Awaitable[None]]
"""Both return after the broker confirmed the records, and raise `LogUnavailable` when that is not certain."""


class PeopleOnDuty(Protocol):
    """`streams.store.people.PeopleStore`."""

    async def duty_clock(self, done: DutyClock | None = None) -> DutyClock: ...
    async def engaged(self, volunteer_ids: Sequence[str]) -> dict[str, str]: ...


class DutyService(Service):
    """Acts on duties that end by themselves."""

    def __init__(self, people: PeopleOnDuty, *, tell: SendCommands, warn: SendNotices, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._people = people
        self._tell = tell
        self._warn = warn

    @Service.task
    async def _watch(self) -> None:
        while not self.should_stop:
            try:
                await self.turn_once()
            except (StoreUnavailable, NotReady, LogUnavailable) as trouble:
                log.info("ends of duties are retried", cause=type(trouble).__name__)
            await self.sleep(EVERY_S)

    async def turn_once(self) -> int:
        """Acts on what the clock has passed; returns how many ends and warnings it were.

        Raises:
            StoreUnavailable, NotReady, LogUnavailable: a repeat is harmless.
        """
        count = 0
        found = await self._people.duty_clock()
        while found:
            if commands := await self._commands(found.ended):
                await self._tell(commands)
            if found.to_warn:
                await self._warn([warning_of(one) for one in found.to_warn])
            count += len(found.ended) + len(found.to_warn)
            # Only now: what was found by a worker that ends here is found again.
            found = await self._people.duty_clock(found)
        return count

    async def _commands(self, ended: Sequence[DutyEnd]) -> list[LeaveDuty]:
        held = await self._people.engaged([one.volunteer_id for one in ended]) if ended else {}
        commands = [
            # The time of the end instead of an offset: both only make the id of the command.
            leave_duty_command(one.volunteer_id, held[one.volunteer_id], profile_offset=one.at_ms, sent_ms=one.at_ms)
            for one in ended
            if one.volunteer_id in held
        ]
        return [command for command in commands if command is not None]


def warning_of(one: DutyEnd) -> NoticeRecord:
    event_id = str(derived("duty-ends", one.volunteer_id, str(one.at_ms)))
    return NoticeRecord(
        id=event_id,
        event_id=event_id,
        offer_id="",
        incident_id="",
        volunteer_id=one.volunteer_id,
        # It belongs to no offer. The notifier carries it to devices (`notices/requests.py`).
        kind=TextKey.DUTY_ENDS.value,
        channel=APP,
        outcome=NoticeOutcome.SENT,
        attempts=1,
        at_ms=one.at_ms,
    )
