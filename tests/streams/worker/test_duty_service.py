"""What a worker does about duties that end by themselves."""

from collections.abc import Sequence

import pytest

from dispatch.model.answer_commands import LeaveDuty
from streams.errors import LogUnavailable
from streams.store.duty_clock import DutyClock, DutyEnd
from streams.wire import NoticeRecord
from streams.worker.duty_service import DutyService, warning_of

OFFER = "o-8320e5-" + "a" * 32 + "-" + "b" * 16
ENDED = DutyEnd(volunteer_id="v-1", at_ms=1_000)
WARNED = DutyEnd(volunteer_id="v-2", at_ms=2_000)


class People:
    def __init__(self, *found: DutyClock) -> None:
        self.found = list(found)
        self.acted: list[DutyClock] = []

    async def duty_clock(self, done: DutyClock | None = None) -> DutyClock:
        if done is not None:
            self.acted.append(done)
            self.found.remove(done)
        return self.found[0] if self.found else DutyClock()

    async def engaged(self, volunteer_ids: Sequence[str]) -> dict[str, str]:
        return {one: OFFER for one in volunteer_ids if one == "v-1"}


class Log:
    def __init__(self) -> None:
        self.commands: list[LeaveDuty] = []
        self.notices: list[NoticeRecord] = []
        self.is_down = False

    async def tell(self, commands: Sequence[LeaveDuty]) -> None:
        if self.is_down:
            raise LogUnavailable("down")
        self.commands += commands

    async def warn(self, notices: Sequence[NoticeRecord]) -> None:
        self.notices += notices


def service(people: People, log: Log) -> DutyService:
    return DutyService(people, tell=log.tell, warn=log.warn)


async def test_who_holds_an_offer_at_the_end_of_their_duty_leaves_it_and_others_are_told() -> None:
    free = DutyEnd(volunteer_id="v-3", at_ms=1_000)
    people, log = People(DutyClock(ended=(ENDED, free), to_warn=(WARNED,))), Log()

    count = await service(people, log).turn_once()

    assert count == 3
    (left,) = log.commands
    assert (left.volunteer_id, left.offer_id) == ("v-1", OFFER)
    (told,) = log.notices
    assert (told.volunteer_id, told.kind, told.offer_id, told.at_ms) == ("v-2", "duty_ends", "", 2_000)


async def test_nothing_counts_as_done_before_it_is_in_the_log() -> None:
    people, log = People(DutyClock(ended=(ENDED,))), Log()
    log.is_down = True

    with pytest.raises(LogUnavailable):
        await service(people, log).turn_once()

    assert people.acted == []
    log.is_down = False
    assert await service(people, log).turn_once() == 1


async def test_two_workers_send_the_same_command_and_the_same_notice() -> None:
    first, second = Log(), Log()
    for log in (first, second):
        await service(People(DutyClock(ended=(ENDED,), to_warn=(WARNED,))), log).turn_once()

    assert first.commands == second.commands
    assert first.notices == second.notices == [warning_of(WARNED)]
