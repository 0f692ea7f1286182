"""Records of `handovers`: the notes that operators leave for the next shift, and who has read them. Texts are in `private`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverNote:
    """Key `note|<id>`. The text is the private record `handover:<id>`, written before this record; a tombstone ends both."""

    id: str
    by: str
    """Id of the operator who wrote it."""
    at_ms: int
    until_ms: int
    """The note has no effect from then on; a tombstone replaces it."""
    exercise: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverRead:
    """Key `read|<note id>|<operator id>`: the operator has read the note. Ends with the note."""

    note_id: str
    by: str
    at_ms: int
