"""Conversations with the public, in the list and in the stream."""

from api.views.values import View, time
from streams.readers.conversation_book import Conversation


def conversation_head(kept: Conversation, now_ms: int, *, is_stopped: bool) -> View:
    """`schemas.conversations.ConversationHead`."""
    holder, ended = kept.taken_by(now_ms), kept.ended
    state = "ended" if ended else "taken" if holder else "waiting"
    people = [one.volunteer_id for one in kept.listed.values() if one.volunteer_id is not None]
    return {
        "id": kept.id,
        "way": kept.first.way,
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
    }
