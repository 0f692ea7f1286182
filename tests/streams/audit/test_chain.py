"""The links of the audit log: every removal, alteration, insertion and reordering is found (DESIGN 130)."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams import wire
from streams.audit.chain import HEAD, Chain, Fault, verify
from streams.wire import AuditRecord
from streams.wire.client_digests import ClientDigests

KEY, OTHER_KEY = ClientDigests(b"k" * 32), ClientDigests(b"o" * 32)
Log = list[bytes]


def entry(number: int = 1, **more: Any) -> AuditRecord:
    known = AuditRecord(actor="op-1", role="operator", action="incident.read", subject=f"i-{number}", at_ms=number)
    return replace(known, **more)


def honest() -> Log:
    """Two writers that take turns; the second names the newest entry when it starts."""
    log: Log = []
    first, second = Chain(KEY, "api-a"), Chain(KEY, "api-b")
    for number in range(1, 4):
        log.append(wire.encode(first.link(entry(number))))
    newest = f"{len(log) - 1}:{json.loads(log[-1])['mac']}"
    log.append(wire.encode(second.link(entry(4, action=HEAD, after=newest))))
    for number in range(5, 8):
        log.append(wire.encode((first if number % 2 else second).link(entry(number))))
    return log


def faults(log: Log, begin: int = 0) -> set[Fault]:
    return {finding.fault for finding in verify([KEY], enumerate(log, begin))[1]}


def test_an_honest_log_has_no_faults() -> None:
    counts, found = verify([KEY], enumerate(honest()))

    assert found == []
    assert (counts.entries, counts.chained, counts.repeated, counts.unchained) == (7, 7, 0, 0)


def changed(log: Log, place: int, **fields: object) -> Log:
    return [*log[:place], json.dumps(json.loads(log[place]) | fields).encode(), *log[place + 1 :]]


def inserted_by_a_stranger(log: Log) -> Log:
    forged = Chain(OTHER_KEY, "api-a").link(entry(9))
    return [*log, json.dumps(json.loads(wire.encode(forged)) | {"scheme": KEY.scheme, "number": 5}).encode()]


ATTACKS: dict[str, tuple[Callable[[Log], Log], Fault]] = {
    "another actor": (lambda log: changed(log, 1, actor="op-2"), Fault.ALTERED),
    "another time": (lambda log: changed(log, 1, at_ms=0), Fault.ALTERED),
    "a new field": (lambda log: changed(log, 1, added=True), Fault.ALTERED),
    "removed in the middle": (lambda log: [*log[:1], *log[2:]], Fault.MISSING),
    "removed at the beginning": (lambda log: log[1:], Fault.MISSING),
    "two exchanged": (lambda log: [log[1], log[0], *log[2:]], Fault.MISSING),
    "a whole writer removed": (lambda log: log[3:4], Fault.VANISHED),
    "the end removed before a new writer": (lambda log: [*log[:2], *log[3:]], Fault.VANISHED),
    "inserted without the key": (inserted_by_a_stranger, Fault.ALTERED),
    "no JSON": (lambda log: [*log, b"\xff"], Fault.UNREADABLE),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_found(attack: str) -> None:
    change, fault = ATTACKS[attack]

    assert fault in faults(change(honest()))


def test_two_histories_of_one_writer_are_a_fork() -> None:
    one, other = Chain(KEY, "api-a"), Chain(KEY, "api-a")
    log = [wire.encode(chain.link(entry(number))) for number, chain in enumerate((one, other))]

    assert faults(log) == {Fault.FORKED}


def test_an_entry_that_follows_another_history_of_its_writer_is_a_fork() -> None:
    """Whoever has the key can number and sign, but not make the entry before another one."""
    told, hidden = Chain(KEY, "api-a"), Chain(KEY, "api-a")
    first = wire.encode(told.link(entry(1)))
    hidden.link(entry(2))
    second = wire.encode(hidden.link(entry(3)))

    assert faults([first, second]) == {Fault.FORKED}


def test_missing_offsets_are_found_although_no_writer_lacks_an_entry() -> None:
    log = list(enumerate(honest()))
    log = [*log[:-1], (log[-1][0] + 5, log[-1][1])]

    assert {finding.fault for finding in verify([KEY], log)[1]} == {Fault.MISSING}


@pytest.mark.parametrize("cut", range(1, 7))
def test_what_retention_has_deleted_is_no_fault(cut: int) -> None:
    # Offsets do not begin anew: that is how retention differs from a removed beginning.
    assert faults(honest()[cut:], begin=cut) == set()


def test_entries_that_were_sent_again_are_no_fault() -> None:
    log = honest()

    counts, found = verify([KEY], enumerate([*log, log[-1], log[-3]]))

    assert (found, counts.repeated) == ([], 2)


def test_entries_from_before_the_links_are_counted() -> None:
    old = [wire.encode(entry(number)) for number in range(3)]

    counts, found = verify([KEY], enumerate([*old, *honest_after(old)]))

    assert (found, counts.unchained, counts.chained) == ([], 3, 1)


def honest_after(old: Log) -> Log:
    return [wire.encode(Chain(KEY, "api-a").link(entry(9, after=f"{len(old) - 1}:")))]


def test_entries_under_another_digest_key_are_verified_with_it_and_named_without_it() -> None:
    log = [wire.encode(Chain(OTHER_KEY, "api-a").link(entry(1)))]

    assert verify([KEY, OTHER_KEY], enumerate(log))[1] == []
    assert faults(log) == {Fault.OTHER_KEY}


@given(st.data())
def test_no_single_change_of_a_byte_goes_unseen(data: st.DataObject) -> None:
    log = honest()
    place = data.draw(st.integers(0, len(log) - 1))
    at = data.draw(st.integers(0, len(log[place]) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda new: new != log[place][at]))

    assert faults([*log[:place], log[place][:at] + bytes([byte]) + log[place][at + 1 :], *log[place + 1 :]])
