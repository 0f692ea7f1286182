"""Any order of writes, erasures, re-encryption by several runs, compaction and rebuild ends with the newest text."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from streams import wire
from streams.ring import KeyRing, KeyState, KeyUse, LiveRing
from streams.ring.key_ring import new_key
from streams.rotation.private_fold import PrivateFold
from streams.rotation.reseal import key_finder
from streams.store.record_decoders import newest_privates
from streams.topics import PRIVATE
from streams.wire import IncidentPrivate

OLD = new_key(KeyUse.DATA, KeyState.ACCEPTED, bytes([1]) * 32)
NEW = new_key(KeyUse.DATA, KeyState.ACTIVE, bytes([2]) * 32)
RING = KeyRing([OLD, NEW])
REF = "incident:i-1"


@dataclass(frozen=True, kw_only=True)
class Record:
    offset: int
    value: bytes | None
    original: int | None = None
    topic: str = PRIVATE.name
    key: bytes = REF.encode()

    @property
    def headers(self) -> list[tuple[str, bytes]]:
        return [] if self.original is None else [(wire.RESEALED_FROM, str(self.original).encode())]


@dataclass
class Log:
    """One partition with one reference. `truth`: the offset and text of the newest original."""

    records: list[Record] = field(default_factory=list)
    truth: tuple[int, str | None] = (-1, None)

    def write(self, text: str | None, key: Any) -> None:
        offset = len(self.records)
        value = None if text is None else wire.seal_plain(key, REF, wire.encode(IncidentPrivate(text=text)))
        self.records.append(Record(offset=offset, value=value))
        self.truth = (offset, text)

    def pending(self, upto: int) -> list[tuple[int, bytes | None]]:
        """What a run that has read so far would write: the original's offset and the new bytes."""
        fold = PrivateFold(NEW.id, key_finder(RING))
        for record in self.records[:upto]:
            fold.add(REF, record.offset, record.value, record.original)
        return [(newest.offset, self._again(newest.stored_at)) for _, newest in fold.pending()]

    def _again(self, stored_at: int) -> bytes | None:
        value = self.records[stored_at].value
        return None if value is None else wire.seal_plain(NEW, REF, wire.open_plain(RING, REF, value)[0])

    def append(self, original: int, value: bytes | None) -> None:
        self.records.append(Record(offset=len(self.records), value=value, original=original))

    def settle(self) -> int:
        """A run without anybody else; returns how many rounds it needed."""
        rounds = 0
        while pending := self.pending(len(self.records)):
            for original, value in pending:
                self.append(original, value)
            rounds += 1
        return rounds


def text_after(records: list[Record], keys: Any) -> tuple[int, str | None]:
    """What a rebuild from these records shows, with these keys."""
    live = LiveRing(KeyRing([keys]))
    ((write,), rejected) = newest_privates(records, live)
    assert not rejected
    if write.sealed is None:
        return write.offset, None
    opened = wire.open_sealed(live.now, REF, write.sealed)
    assert isinstance(opened, IncidentPrivate)
    return write.offset, opened.text


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from([OLD, NEW])),
        st.tuples(st.just("erase"), st.none()),
        # A run that reads now and writes after some of the next steps.
        st.tuples(st.just("run"), st.integers(0, 4)),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_every_interleaving_ends_with_the_newest_text_under_the_active_key(steps: list[tuple[str, Any]]) -> None:
    log, late = Log(), dict[int, list[tuple[int, bytes | None]]]()
    log.write("first", OLD)
    for number, (kind, how) in enumerate(steps):
        if kind == "write":
            log.write(f"text {number}", how)
        elif kind == "erase":
            log.write(None, NEW)
        else:
            late.setdefault(number + how, []).extend(log.pending(len(log.records)))
        for original, value in late.pop(number, []):
            log.append(original, value)
    for waiting in late.values():
        for original, value in waiting:
            log.append(original, value)

    assert log.settle() <= 2

    whole = log.records
    compacted = whole[-1:]
    retained_tail = whole[len(whole) // 2 :]
    for records in (whole, compacted, [*compacted, *compacted], retained_tail):
        assert text_after(records, NEW) == log.truth


def test_an_erasure_that_a_late_run_hides_is_written_again() -> None:
    log = Log()
    log.write("secret", OLD)
    late = log.pending(1)
    log.write(None, NEW)
    for original, value in late:
        log.append(original, value)

    # A rebuild before compaction knows of the erasure; the last record alone would bring the text back.
    assert text_after(log.records, NEW) == (1, None)
    assert text_after(log.records[-1:], NEW) == (0, "secret")
    log.settle()
    assert text_after(log.records[-1:], NEW) == (1, None)


def test_what_no_key_opens_is_left_alone() -> None:
    fold = PrivateFold(NEW.id, key_finder(KeyRing([NEW])))
    fold.add(REF, 0, wire.seal_plain(OLD, REF, b"{}"), None)

    assert list(fold.pending()) == []
    assert fold.counts() == {None: 1}
