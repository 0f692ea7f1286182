"""Conversations by the order of the log: one for each sender, held by one operator, ended once, bounded under floods."""

from dataclasses import replace

import pytest

from streams.readers import conversation_book
from streams.readers.conversation_book import (
    FIRST_LISTED,
    FORGETS_EVERY_MS,
    KEPT_MS,
    LAST_LISTED,
    MOST_WAITING,
    ConversationBook,
)
from streams.wire import (
    ConversationEnd,
    ConversationEnded,
    ConversationReopened,
    ConversationReplied,
    ConversationTaken,
    DiscardReason,
    MessageKind,
    PreparedReply,
    PublicMessage,
)

NOW_MS = 1_790_000_000_000


class OneBook:
    """A book with a clock of its own."""

    def __init__(self) -> None:
        self.now_ms = NOW_MS
        self.book = ConversationBook(lambda: self.now_ms)

    def sent(
        self, id_: str, sender: str = "s-1", *, named: str | None = None, kind: MessageKind = MessageKind.TEXT
    ) -> PublicMessage:
        before = self.book.of_sender(sender)
        record = PublicMessage(
            id=id_,
            conversation_id=named or (before.id if before else id_),
            sender=sender,
            way="sms",
            kind=kind,
            at_ms=self.now_ms,
            language="ru",
        )
        self.book.apply(record)
        return record

    def taken(self, conversation: str, by: str, *, for_ms: int = 1000) -> None:
        record = ConversationTaken(
            conversation_id=conversation, by=by, at_ms=self.now_ms, until_ms=self.now_ms + for_ms
        )
        self.book.apply(record)

    def ended(self, conversation: str, by: str = "op-1", incident: str = "i-1") -> None:
        how = ConversationEnd.INCIDENT
        record = ConversationEnded(
            conversation_id=conversation, by=by, at_ms=self.now_ms, end=how, incident_id=incident
        )
        self.book.apply(record)

    def discarded(self, conversation: str, by: str = "op-1") -> None:
        how, why = ConversationEnd.DISCARDED, DiscardReason.SPAM
        record = ConversationEnded(conversation_id=conversation, by=by, at_ms=self.now_ms, end=how, reason=why)
        self.book.apply(record)

    def taken_back(self, conversation: str) -> None:
        self.book.apply(ConversationReopened(conversation_id=conversation, by="op-1", at_ms=self.now_ms))

    def waiting(self) -> list[str]:
        return [one.id for one in self.book.waiting()]


@pytest.fixture
def desk() -> OneBook:
    return OneBook()


def test_what_one_sender_writes_is_one_conversation(desk: OneBook) -> None:
    for id_ in ("m-1", "m-2", "m-3"):
        desk.sent(id_)
    desk.sent("n-1", "s-2")

    assert desk.waiting() == ["m-1", "n-1"]
    assert next(iter(desk.book.waiting())).count == 3


def test_two_processes_that_took_the_first_messages_at_once_make_one_conversation(desk: OneBook) -> None:
    desk.sent("m-1", named="m-1")
    desk.sent("m-2", named="m-2")

    assert desk.waiting() == ["m-1"]


def test_what_comes_after_the_end_is_a_new_conversation_also_if_its_writer_did_not_know_of_the_end(
    desk: OneBook,
) -> None:
    desk.sent("m-1")
    desk.ended("m-1")
    desk.sent("m-2", named="m-1")

    assert desk.waiting() == ["m-2"]


def test_a_repeat_of_a_message_changes_nothing(desk: OneBook) -> None:
    record = desk.sent("m-1")
    desk.ended("m-1")
    desk.book.apply(replace(record, at_ms=NOW_MS + 1))

    assert desk.waiting() == []


def test_of_two_operators_the_first_in_the_log_holds_it_until_the_time_is_over(desk: OneBook) -> None:
    desk.sent("m-1")
    desk.taken("m-1", "op-1")
    desk.taken("m-1", "op-2")
    assert next(iter(desk.book.waiting())).taken_by(NOW_MS) == "op-1"

    desk.now_ms += 1000
    desk.taken("m-1", "op-2")
    assert next(iter(desk.book.waiting())).taken_by(desk.now_ms) == "op-2"


def test_only_who_holds_it_ends_it_and_the_first_end_counts(desk: OneBook) -> None:
    desk.sent("m-1")
    desk.taken("m-1", "op-1")
    desk.ended("m-1", "op-2", "i-2")
    assert desk.waiting() == ["m-1"]

    desk.ended("m-1", "op-1", "i-1")
    desk.ended("m-1", "op-1", "i-3")

    kept = desk.book.get("m-1")
    assert kept is not None
    assert kept.ended is not None
    assert kept.ended.incident_id == "i-1"


def test_a_word_that_asks_for_silence_is_no_entry_of_the_queue_and_is_remembered(desk: OneBook) -> None:
    desk.sent("m-1", kind=MessageKind.STOP)
    assert (desk.waiting(), desk.book.is_stopped("s-1")) == ([], True)

    # A report by the same sender waits like any other.
    desk.sent("m-2")
    assert desk.waiting() == ["m-2"]


def test_a_flood_by_one_sender_is_one_entry_with_its_first_and_last_messages(desk: OneBook) -> None:
    for number in range(10_000):
        desk.sent(f"m-{number}")
    desk.sent("n-1", "s-2")

    (flood, other) = desk.book.waiting()
    assert (flood.count, other.id) == (10_000, "n-1")
    listed = list(flood.listed)
    assert listed[:2] + listed[-1:] == ["m-0", "m-1", "m-9999"]
    assert len(listed) == FIRST_LISTED + LAST_LISTED
    assert not desk.book.is_full


def test_of_a_flood_every_message_can_be_named_for_its_erasure(desk: OneBook) -> None:
    for number in range(1_000):
        desk.sent(f"m-{number}")
    (flood,) = desk.book.waiting()

    names = list(flood.message_ids())
    desk.sent("m-1000")

    assert (len(names), set(names)) == (1_000, {f"m-{number}" for number in range(1_000)})
    assert len(list(flood.message_ids())) == 1_001


def test_names_of_floods_are_bounded_and_room_comes_when_one_is_forgotten(
    desk: OneBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_book, "MOST_UNLISTED", 10)
    listed = FIRST_LISTED + LAST_LISTED
    for number in range(listed + 50):
        desk.sent(f"m-{number}")
    (flood,) = desk.book.waiting()
    assert (flood.count, len(list(flood.message_ids()))) == (listed + 50, listed + 10)

    desk.now_ms += KEPT_MS + FORGETS_EVERY_MS
    desk.book.forget_old()
    for number in range(listed + 5):
        desk.sent(f"n-{number}", "s-2")

    (other,) = desk.book.waiting()
    assert len(list(other.message_ids())) == listed + 5


def test_a_flood_of_senders_fills_the_queue_at_its_bound_and_room_comes_with_each_end(desk: OneBook) -> None:
    for number in range(MOST_WAITING):
        desk.sent(f"m-{number}", f"s-{number}")
    was_full = desk.book.is_full
    desk.ended("m-0")

    assert (was_full, desk.book.is_full) == (True, False)
    # The longest waiting are named, and not all of them.
    assert list(desk.book.unread(before_ms=desk.now_ms, most=2)) == ["m-1", "m-2"]


def test_unread_is_what_nobody_works_on(desk: OneBook) -> None:
    desk.sent("m-1")
    desk.sent("n-1", "s-2")
    desk.taken("m-1", "op-1")
    desk.now_ms += 500

    assert desk.book.unread(before_ms=desk.now_ms, most=9) == {"n-1": NOW_MS}
    desk.now_ms += 500
    assert set(desk.book.unread(before_ms=desk.now_ms, most=9)) == {"m-1", "n-1"}


def test_after_a_week_nothing_is_known_of_it(desk: OneBook) -> None:
    desk.sent("m-1", kind=MessageKind.STOP)
    desk.sent("m-2")
    desk.now_ms += KEPT_MS + FORGETS_EVERY_MS

    desk.book.forget_old()

    assert desk.book.get("m-2") is None
    assert (desk.book.waiting_count, desk.book.knows("m-2"), desk.book.is_stopped("s-1")) == (0, False, False)


def test_records_about_an_unknown_conversation_change_nothing(desk: OneBook) -> None:
    desk.taken("m-0", "op-1")
    desk.ended("m-0")
    how, why = ConversationEnd.DISCARDED, DiscardReason.SPAM
    record = ConversationEnded(conversation_id="m-0", by="op-1", at_ms=NOW_MS, end=how, reason=why)
    desk.book.apply(record)

    assert desk.waiting() == []


def test_what_was_discarded_waits_again_and_what_its_sender_writes_joins_it(desk: OneBook) -> None:
    desk.sent("m-1")
    desk.taken("m-1", "op-1")
    desk.discarded("m-1")
    desk.taken_back("m-1")
    desk.sent("m-2")

    (back,) = desk.book.waiting()
    assert (back.id, back.count, back.taken_by(desk.now_ms)) == ("m-1", 2, None)
    desk.discarded("m-1", "op-2")
    assert desk.waiting() == []


def test_what_a_sender_wrote_since_the_end_goes_on_beside_what_is_taken_back(desk: OneBook) -> None:
    desk.sent("m-1")
    desk.discarded("m-1")
    desk.sent("m-2")
    desk.taken_back("m-1")
    desk.sent("m-3")

    assert {one.id: one.count for one in desk.book.waiting()} == {"m-2": 2, "m-1": 1}
    assert desk.book.waiting_count == 2
    desk.now_ms += KEPT_MS + FORGETS_EVERY_MS
    desk.book.forget_old()
    assert desk.book.waiting_count == 0


def test_only_a_discard_is_taken_back(desk: OneBook) -> None:
    desk.sent("m-1")
    desk.ended("m-1")
    for _ in range(2):
        desk.taken_back("m-1")
        desk.taken_back("m-0")

    assert desk.waiting() == []
    assert [one.id for one in desk.book.ended()] == ["m-1"]
    assert list(desk.book.ended(ConversationEnd.DISCARDED)) == []


def test_the_last_answer_is_known_also_after_the_end(desk: OneBook) -> None:
    desk.sent("m-1")
    for by, text in (("op-1", PreparedReply.WHERE), ("op-2", PreparedReply.CALL)):
        desk.book.apply(ConversationReplied(conversation_id="m-1", by=by, at_ms=NOW_MS, text=text))
    desk.book.apply(ConversationReplied(conversation_id="m-0", by="op-1", at_ms=NOW_MS, text=PreparedReply.CALL))
    desk.discarded("m-1")

    (ended,) = desk.book.ended()
    assert ended.replied is not None
    assert (ended.replied.by, ended.replied.text) == ("op-2", PreparedReply.CALL)
