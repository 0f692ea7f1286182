"""Conversations with the public, in the list and in the stream."""

from collections.abc import Sequence
from hashlib import blake2b

from api.views.values import View, time
from streams.readers.conversation_book import Conversation
from streams.store.operators_here import OperatorHere

_LETTERS = "AKMT23456789"
"""Spoken alike in Kazakh, Russian and English, as in call numbers; no digit that is taken for a letter."""
_MARK_LENGTH = 6


def sender_mark(sender: str) -> str:
    """A short name of a sender, from the keyed digest that all their messages have: six letters, of some three million."""
    number, mark = int.from_bytes(blake2b(sender.encode(), digest_size=8).digest()), ""
    for _ in range(_MARK_LENGTH):
        number, digit = divmod(number, len(_LETTERS))
        mark += _LETTERS[digit]
    return mark


def conversation_head(kept: Conversation, now_ms: int, *, is_stopped: bool) -> View:
    """`schemas.conversations.ConversationHead`."""
    holder, ended, replied = kept.taken_by(now_ms), kept.ended, kept.replied
    state = "ended" if ended else "taken" if holder else "waiting"
    people = [one.volunteer_id for one in kept.listed.values() if one.volunteer_id is not None]
    return {
        "id": kept.id,
        "way": kept.first.way,
        "sender": sender_mark(kept.sender),
        "state": state,
        "language": kept.latest.language,
        "at": time(kept.first.at_ms),
        "latest_at": time(kept.latest.at_ms),
        "count": kept.count,
        "by": ended.by if ended else holder,
        "taken_until": time(kept.taken.until_ms) if holder and kept.taken else None,
        "end": ended.end if ended else None,
        "reason": ended.reason if ended else None,
        "ended_at": time(ended.at_ms) if ended else None,
        "incident_id": ended.incident_id if ended else None,
        "volunteer_id": people[0] if people else None,
        "stopped": is_stopped,
        "reply": None if replied is None else {"text": replied.text, "by": replied.by, "at": time(replied.at_ms)},
    }


def at_conversations(people: Sequence[OperatorHere], own_id: str) -> list[View]:
    """`schemas.conversations.ColleagueAtConversation` of each of the others."""
    return [{"conversation_id": one.field, "label": one.id, "doing": one.doing} for one in people if one.id != own_id]
