"""Login codes, sessions and renewals, with one process and with two."""

import pytest

from streams.errors import LogUnavailable, OutcomeUnknown, Overloaded
from streams.sessions.limits import ACCESS_MS, CODE_MS, IDLE_MS, RENEWAL_GRACE_MS, SESSION_MS
from streams.sessions.sessions import MOST_CODES, CodeRefused, OpenSession, SessionEnded
from streams.tokens import Role
from streams.wire import Revoked
from tests.support.session_processes import HOUR_MS, MINUTE_MS, Log, Process

MONTH_MS = SESSION_MS[Role.VOLUNTEER]


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def here(log: Log) -> Process:
    return Process(log)


async def logged_in(process: Process, role: Role = Role.VOLUNTEER) -> OpenSession:
    made = await process.sessions.new_code(role, "v-1", "desk")
    return await process.sessions.exchange(made.code)


async def gives_access(process: Process, cookie: str) -> bool:
    try:
        await process.sessions.used(cookie)
    except SessionEnded:
        return False
    return True


async def test_a_code_opens_one_session(here: Process, log: Log) -> None:
    made = await here.sessions.new_code(Role.OPERATOR, "op-1", "desk")

    opened = await here.sessions.exchange(made.code)

    assert (opened.record.sub, opened.record.role, opened.record.method) == ("op-1", "operator", "link")
    assert await gives_access(here, opened.cookie)
    with pytest.raises(CodeRefused):
        await here.sessions.exchange(made.code)
    with pytest.raises(CodeRefused):
        await Process(log).sessions.exchange(made.code)
    with pytest.raises(CodeRefused):
        await Process(log.compacted()).sessions.exchange(made.code)


async def test_of_two_processes_that_spend_a_code_at_once_the_first_in_the_log_wins(log: Log) -> None:
    here, there = Process(log), Process(log)
    made = await here.sessions.new_code(Role.OPERATOR, "op-1", "desk")
    there.read()
    unread = len(log.records)

    opened = await here.sessions.exchange(made.code)

    # `there` has not read the claim when it writes its own.
    assert there.book.code(here.sessions.signer.code_digests(made.code)[0]) is not None
    assert len(log.records) > unread
    with pytest.raises(CodeRefused):
        await there.sessions.exchange(made.code)
    assert [one for one, _ in Process(log).book.sessions("op-1", log.now_ms)] == [opened.id]


async def test_a_code_made_by_another_process_is_found(log: Log) -> None:
    here, there = Process(log), Process(log)
    made = await here.sessions.new_code(Role.OPERATOR, "op-1", "desk")

    assert (await there.sessions.exchange(made.code)).record.sub == "op-1"


@pytest.mark.parametrize("code", ["", "x", "secret", "\ud800", "n" * 128])
async def test_a_code_that_nobody_made_is_refused_and_leaves_no_record(here: Process, log: Log, code: str) -> None:
    with pytest.raises(CodeRefused):
        await here.sessions.exchange(code)

    assert log.records == []


async def test_a_code_ends_after_ten_minutes(here: Process, log: Log) -> None:
    made = await here.sessions.new_code(Role.OPERATOR, "op-1", "desk")
    log.now_ms += CODE_MS

    with pytest.raises(CodeRefused):
        await here.sessions.exchange(made.code)


async def test_a_code_ends_with_its_person(here: Process) -> None:
    made = await here.sessions.new_code(Role.VOLUNTEER, "v-1", "desk")
    await here.sessions.revoke(Revoked.SUBJECT, "v-1")

    with pytest.raises(CodeRefused):
        await here.sessions.exchange(made.code)


async def test_the_log_holds_no_code_and_no_cookie(here: Process, log: Log) -> None:
    made = await here.sessions.new_code(Role.OPERATOR, "op-1", "desk")
    opened = await here.sessions.exchange(made.code)

    assert made.code not in repr(log.records)
    assert opened.cookie not in repr(log.records)
    assert opened.cookie.rpartition(".")[2] not in repr(log.records)


@pytest.mark.parametrize("place", range(5))
async def test_a_cookie_with_another_part_is_refused(here: Process, place: int) -> None:
    parts = (await logged_in(here)).cookie.split(".")
    changed = ["s2", "other", "1", str(10**15), "0" * 64]
    parts[place] = changed[place]

    assert not await gives_access(here, ".".join(parts))


@pytest.mark.parametrize("value", ["", "....", "s1.a.1.1.", "s1.a.\u0663.1.x", "s1.a.-1.1.x", "x" * 5000, "\ud800"])
async def test_any_text_in_place_of_a_cookie_is_refused(here: Process, value: str) -> None:
    assert not await gives_access(here, value)


async def test_a_cookie_gives_access_for_a_quarter_of_an_hour_and_is_renewed_until_the_session_ends(
    here: Process, log: Log
) -> None:
    opened = await logged_in(here)
    start_ms = log.now_ms

    log.now_ms = start_ms + ACCESS_MS
    assert not await gives_access(here, opened.cookie)
    while log.now_ms < start_ms + MONTH_MS - 24 * HOUR_MS:
        opened = await here.sessions.renew(opened.cookie)
        assert await gives_access(here, opened.cookie)
        log.now_ms += 24 * HOUR_MS

    last = await here.sessions.renew(opened.cookie)
    assert last.record.until_ms == (last.record.opened_ms or 0) + MONTH_MS
    log.now_ms = last.record.until_ms
    with pytest.raises(SessionEnded):
        await here.sessions.renew(last.cookie)


@pytest.mark.parametrize("role", list(SESSION_MS))
async def test_a_session_ends_when_it_is_idle(here: Process, log: Log, role: Role) -> None:
    opened = await logged_in(here, role)
    log.now_ms = opened.record.at_ms + IDLE_MS[role] - 1
    renewed = await here.sessions.renew(opened.cookie)

    log.now_ms = renewed.record.at_ms + IDLE_MS[role]

    with pytest.raises(SessionEnded):
        await here.sessions.renew(renewed.cookie)


async def test_parallel_renewals_of_two_tabs_give_the_same_next_cookie(log: Log) -> None:
    here, there = Process(log), Process(log)
    opened = await logged_in(here)
    there.read()

    # Neither has read the other's record.
    first, second = await here.sessions.renew(opened.cookie), await there.sessions.renew(opened.cookie)

    here.read()
    assert first.cookie == second.cookie
    assert await gives_access(here, first.cookie)
    third = await here.sessions.renew(opened.cookie)
    assert third.cookie == first.cookie


async def test_a_cookie_that_is_renewed_again_much_later_was_copied_and_ends_the_session(
    here: Process, log: Log
) -> None:
    opened = await logged_in(here)
    renewed = await here.sessions.renew(opened.cookie)
    assert await gives_access(here, renewed.cookie)
    log.now_ms += RENEWAL_GRACE_MS + 1000

    with pytest.raises(SessionEnded):
        await here.sessions.renew(opened.cookie)

    assert not await gives_access(here, renewed.cookie)
    assert not await gives_access(Process(log), renewed.cookie)


async def test_a_cookie_two_renewals_old_ends_the_session_at_once(here: Process, log: Log) -> None:
    opened = await logged_in(here)
    first = await here.sessions.renew(opened.cookie)
    log.now_ms += RENEWAL_GRACE_MS + 1000
    renewed = await here.sessions.renew(first.cookie)

    with pytest.raises(SessionEnded):
        await here.sessions.renew(opened.cookie)

    assert not await gives_access(here, renewed.cookie)


async def test_a_renewal_whose_response_was_lost_is_repeated_hours_later(here: Process, log: Log) -> None:
    opened = await logged_in(here)
    lost = await here.sessions.renew(opened.cookie)
    log.now_ms += 5 * HOUR_MS

    repeated = await here.sessions.renew(opened.cookie)

    assert repeated.cookie.split(".")[:3] == lost.cookie.split(".")[:3]
    assert await gives_access(here, repeated.cookie)


@pytest.mark.parametrize("trouble", [OutcomeUnknown("no answer"), LogUnavailable("not read back")])
async def test_people_at_work_are_not_logged_out_while_kafka_does_not_answer(
    here: Process, log: Log, trouble: Exception
) -> None:
    opened = await logged_in(here)
    log.trouble = trouble
    log.now_ms += 10 * MINUTE_MS

    renewed = await here.sessions.renew(opened.cookie)

    log.now_ms += 10 * MINUTE_MS
    assert await gives_access(here, renewed.cookie)
    log.trouble = None
    again = await here.sessions.renew(renewed.cookie)
    assert await gives_access(here, again.cookie)


async def test_a_session_that_was_ended_stays_ended_whatever_a_renewal_under_way_writes_after_it(log: Log) -> None:
    here, there = Process(log), Process(log)
    opened = await logged_in(here)
    there.read()
    before = len(log.records)
    await here.sessions.end(opened.id, opened.record)
    ended = log.records[before:]
    del log.records[before:]

    # `there` renews before it can read the end, and its record comes after it.
    renewed = await there.sessions.renew(opened.cookie)
    log.records[before:before] = ended

    for process in (Process(log), Process(log.compacted())):
        assert not await gives_access(process, renewed.cookie)


async def test_a_session_that_another_process_opened_a_moment_ago_is_found(log: Log) -> None:
    here, there = Process(log), Process(log)

    opened = await logged_in(here)

    assert await gives_access(there, opened.cookie)


async def test_a_live_view_goes_on_while_its_session_is_renewed_and_ends_with_it(here: Process, log: Log) -> None:
    opened = await logged_in(here)
    cookie, _ = await here.sessions.used(opened.cookie)
    log.now_ms += 10 * MINUTE_MS
    renewed = await here.sessions.renew(opened.cookie)
    log.now_ms += 10 * MINUTE_MS

    assert here.sessions.valid_until_ms(cookie) > log.now_ms

    await here.sessions.end(renewed.id, renewed.record)
    assert here.sessions.valid_until_ms(cookie) == 0


async def test_a_live_view_ends_when_its_session_is_not_renewed(here: Process) -> None:
    opened = await logged_in(here)
    cookie, _ = await here.sessions.used(opened.cookie)

    assert here.sessions.valid_until_ms(cookie) <= opened.record.at_ms + ACCESS_MS + RENEWAL_GRACE_MS


async def test_a_tracker_has_no_session(here: Process) -> None:
    with pytest.raises(CodeRefused):
        await here.sessions.open(Role.TRACKER, "t-1", "link")


async def test_renewing_again_and_again_writes_nothing(here: Process, log: Log) -> None:
    opened = await logged_in(here)
    renewed = await here.sessions.renew(opened.cookie)
    count = len(log.records)

    for _ in range(20):
        renewed = await here.sessions.renew(renewed.cookie)
        log.now_ms += 1000

    assert len(log.records) == count
    assert await gives_access(here, renewed.cookie)


async def test_login_codes_cannot_fill_the_memory(here: Process, log: Log) -> None:
    here.book.codes = MOST_CODES
    with pytest.raises(Overloaded):
        await here.sessions.new_code(Role.VOLUNTEER, "v-1", "desk")
    assert log.records == []
    here.book.codes = 0

    await logged_in(here)
    assert here.book.codes == 1
    log.now_ms += CODE_MS + 2 * HOUR_MS
    await here.sessions.tidy()

    assert here.book.codes == 0


@pytest.mark.parametrize("by", ["idleness", "age", "role"])
async def test_a_session_that_ends_by_itself_is_told_once_so_that_its_device_can_go(here: Process, by: str) -> None:
    told: list[tuple[str, str]] = []

    async def when_over(person: str, session_id: str) -> None:
        told.append((person, session_id))

    here.sessions.when_over = when_over
    session = await logged_in(here)
    await here.sessions.tidy()
    assert told == []

    if by == "role":
        await here.sessions.revoke(Revoked.ROLE, Role.VOLUNTEER)
    else:
        here.log.now_ms += (IDLE_MS[Role.VOLUNTEER] if by == "idleness" else MONTH_MS) + MINUTE_MS
    await here.sessions.tidy()
    await here.sessions.tidy()

    assert told == [("v-1", session.id)]
