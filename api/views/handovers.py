"""Notes of a shift for the next one, in the list and in the stream."""

from api.views.values import View, time
from streams.readers.handovers import KeptNote


def handover_head(kept: KeptNote) -> View:
    """`schemas.handovers.HandoverHead`."""
    note = kept.note
    return {
        "id": note.id,
        "by": note.by,
        "at": time(note.at_ms),
        "until": time(note.until_ms),
        "exercise": note.exercise,
        "read_by": [{"by": one.by, "at": time(one.at_ms)} for one in kept.reads],
    }


def handover(kept: KeptNote, text: str | None, *, is_unreadable: bool) -> View:
    """`schemas.handovers.HandoverShown`."""
    return {**handover_head(kept), "text": text, "unreadable": is_unreadable}
