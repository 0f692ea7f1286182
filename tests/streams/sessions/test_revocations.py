"""Revocations: what they end, in every process, whatever the order and however the log was compacted."""

import itertools

import pytest

from streams.sessions.book import SessionBook
from streams.sessions.limits import SESSION_MS
from streams.tokens import MAX_LIFETIME_S, Role
from streams.wire import Revoked, decode_session, encode
from tests.support.session_processes import HOUR_MS, MINUTE_MS, NOW_MS, Log, Process, bearer


@pytest.fixture
def log() -> Log:
    return Log()


async def test_a_token_is_revoked_by_its_jti_and_no_other_token_with_it(log: Log) -> None:
    here = Process(log)

    await here.sessions.revoke_token(bearer(jti="j-1"))

    assert here.sessions.refuses(bearer(jti="j-1"))
    assert not here.sessions.refuses(bearer(jti="j-2"))


async def test_a_token_without_a_jti_is_revoked_by_its_digest(log: Log) -> None:
    here = Process(log)

    await here.sessions.revoke_token(bearer(jti=None, digest="a" * 64))

    assert here.sessions.refuses(bearer(jti=None, digest="a" * 64))
    assert not here.sessions.refuses(bearer(jti=None, digest="b" * 64))


@pytest.mark.parametrize(("what", "value"), [(Revoked.SUBJECT, "v-1"), (Revoked.ROLE, "volunteer")])
async def test_everything_issued_to_a_subject_or_role_before_now_ends_and_what_comes_later_is_valid(
    log: Log, what: Revoked, value: str
) -> None:
    here = Process(log)
    session = await here.sessions.open(Role.VOLUNTEER, "v-1", "link")
    other = await here.sessions.open(Role.OPERATOR, "op-1", "link")
    log.now_ms += 5 * MINUTE_MS

    await here.sessions.revoke(what, value)

    assert here.sessions.refuses(bearer(issued_ms=log.now_ms - 1000))
    assert here.sessions.refuses(bearer(issued_ms=log.now_ms))  # `iat` does not tell which came first in this second
    assert here.book.session(session.id, log.now_ms) is None
    assert not here.sessions.refuses(bearer(issued_ms=log.now_ms + 1000))
    assert not here.sessions.refuses(bearer(sub="op-1", role=Role.OPERATOR))
    assert here.book.session(other.id, log.now_ms) is not None
    later = await here.sessions.open(Role.VOLUNTEER, "v-1", "link")
    assert here.book.session(later.id, log.now_ms) is not None


async def test_other_processes_follow_and_a_later_one_reads_it_from_the_log(log: Log) -> None:
    here, there = Process(log), Process(log)

    await here.sessions.revoke(Revoked.SUBJECT, "v-1")
    there.read()

    assert there.ended == 1  # live views look at their validity
    for process in (there, Process(log), Process(log.compacted())):
        assert process.sessions.refuses(bearer())


async def test_an_older_revocation_of_the_same_subject_changes_nothing(log: Log) -> None:
    here = Process(log)
    await here.sessions.revoke(Revoked.SUBJECT, "v-1")
    log.now_ms += HOUR_MS
    await here.sessions.revoke(Revoked.SUBJECT, "v-1")
    between = bearer(issued_ms=log.now_ms - MINUTE_MS)

    for records in itertools.permutations(log.records):
        assert Process(Log(list(records))).sessions.refuses(between)


async def test_the_tombstone_of_an_old_revocation_leaves_the_new_one_in_force(log: Log) -> None:
    here = Process(log)
    await here.sessions.revoke(Revoked.SUBJECT, "v-1")
    log.now_ms += (MAX_LIFETIME_S[Role.VOLUNTEER] - 3600) * 1000
    await here.sessions.revoke(Revoked.SUBJECT, "v-1")
    log.now_ms += 3 * HOUR_MS

    assert await here.sessions.tidy() == 1

    assert here.sessions.refuses(bearer(issued_ms=log.now_ms - 4 * HOUR_MS))
    assert Process(log.compacted()).sessions.refuses(bearer(issued_ms=log.now_ms - 4 * HOUR_MS))


async def test_a_revocation_is_kept_until_every_token_it_ends_has_expired(log: Log) -> None:
    here = Process(log)
    longest = bearer(lasts_s=MAX_LIFETIME_S[Role.VOLUNTEER])
    await here.sessions.revoke(Revoked.SUBJECT, "v-1")
    log.now_ms = longest.expires_s * 1000

    assert await here.sessions.tidy() == 0
    assert here.sessions.refuses(longest)


async def test_neither_memory_nor_log_grow_with_what_has_ended(log: Log) -> None:
    here, there = Process(log), Process(log)
    for number in range(20):
        opened = await here.sessions.open(Role.OPERATOR, f"op-{number}", "link")
        await here.sessions.new_code(Role.OPERATOR, f"op-{number}", "desk")
        await here.sessions.revoke_token(bearer(jti=f"j-{number}"))
        if number % 2:
            await here.sessions.end(opened.id, opened.record)
    log.now_ms += SESSION_MS[Role.OPERATOR] + 2 * HOUR_MS

    assert await here.sessions.tidy() > 0
    there.read()

    assert (len(here.book), len(there.book), len(log.compacted().records)) == (0, 0, 0)
    assert vars(there.book) == vars(SessionBook()) | {"newest_ms": there.book.newest_ms}


async def test_a_clock_that_is_behind_revokes_what_another_process_has_opened(log: Log) -> None:
    ahead, behind = Process(log, ahead_ms=5000), Process(log)
    session = await ahead.sessions.open(Role.VOLUNTEER, "v-1", "link")
    behind.read()

    await behind.sessions.revoke(Revoked.SUBJECT, "v-1")

    assert behind.book.session(session.id, log.now_ms) is None


def test_a_clock_that_is_far_ahead_is_not_followed() -> None:
    book = SessionBook()
    book.newest_ms = NOW_MS + 365 * 24 * HOUR_MS

    assert book.next_at_ms(NOW_MS) == NOW_MS + MINUTE_MS


async def test_records_are_read_as_they_were_written(log: Log) -> None:
    here = Process(log)
    await here.sessions.open(Role.VOLUNTEER, "v-1", "link")
    await here.sessions.new_code(Role.VOLUNTEER, "v-1", "desk")
    await here.sessions.revoke(Revoked.ROLE, "operator")

    for _, record in log.records:
        assert decode_session(encode(record)) == record
