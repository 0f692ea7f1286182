"""Pages of the notes of a shift, with their texts."""

import re

from api.http.problems import invalid
from api.process.services import Services
from api.reads.disclosure import unsealed
from api.views.handovers import handover
from api.views.values import View
from dispatch.model.private_refs import handover_ref
from streams.readers.handovers import KeptNote

_CURSOR = re.compile(r"([0-9]{1,15})-([0-9a-f-]{1,64})")


async def handover_page(
    services: Services, *, is_exercise: bool | None, limit: int, cursor: str | None
) -> tuple[list[View], str | None]:
    """Notes in force with their texts, newest first, and the cursor of the next page. Writes no audit entry: the caller does.

    Raises:
        ProblemResponse: 422, invalid cursor.
        StoreUnavailable, NotReady: the texts cannot be read.
    """
    before = None if cursor is None else _parsed(cursor)
    found = [
        kept
        for kept in services.handover_book.in_force()
        if is_exercise in (None, kept.note.exercise) and (before is None or _place(kept) < before)
    ]
    shown = found[:limit]
    refs = [handover_ref(kept.note.id) for kept in shown]
    records = await unsealed(services, refs)
    items = [
        handover(kept, records[ref].text if ref in records else None, is_unreadable=ref in records.unreadable)
        for kept, ref in zip(shown, refs, strict=True)
    ]
    return items, "{}-{}".format(*_place(shown[-1])) if len(found) > limit else None


def _place(kept: KeptNote) -> tuple[int, str]:
    return kept.note.at_ms, kept.note.id


def _parsed(cursor: str) -> tuple[int, str]:
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise invalid("cursor", "the `next` of a page", "text")
    return int(match[1]), match[2]
