"""People in pages, by name, skill and duty, for operators. Work per request is bounded: a page may be short."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.http.problems import invalid
from api.process.services import Services
from api.reads.disclosure import labels_of
from api.views.people_list import listed_person
from dispatch.model.ids import is_person_id
from dispatch.model.places import Area
from streams.store.volunteer_view import VolunteerView

EXAMINED_AT_MOST = 500
"""People whose rows are read for one page."""
_CURSOR = re.compile(r"([0-9]{1,20})\.([0-9]{1,6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFilters:
    """`text`: the id, or the begin of a word of the label. `area`: of the incident for which somebody is looked for."""

    text: str = ""
    skill: str | None = None
    on_duty: bool | None = None
    area: Area | None = None

    def fits(self, person: VolunteerView, label: str | None) -> bool:
        return self.fits_unnamed(person) and (not self.text or _is_named(self.text, person.id, label))

    def fits_unnamed(self, person: VolunteerView) -> bool:
        return (self.skill is None or self.skill in person.skills) and self.on_duty in (None, person.on_duty)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanCursor:
    """`scan`: the step of the scan; `skip`: how many of its people, by id, were given before."""

    scan: int = 0
    skip: int = 0

    def __str__(self) -> str:
        return f"{self.scan}.{self.skip}"

    @classmethod
    def parsed(cls, cursor: str | None) -> "ScanCursor":
        """Raises ProblemResponse (422)."""
        if cursor is None:
            return cls()
        found = _CURSOR.fullmatch(cursor)
        if found is None:
            raise invalid("cursor", "the `next` of an earlier page", "text")
        return cls(scan=int(found[1]), skip=int(found[2]))


async def people_page(
    services: Services, filters: PeopleFilters, *, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of people, and the cursor of the next page. Writes no audit entry: the caller does.

    Raises:
        StoreUnavailable, NotReady: Redis cannot be read.
        ProblemResponse: 422, invalid cursor.
    """
    position = ScanCursor.parsed(cursor)
    found: list[dict[str, Any]] = []
    if cursor is None and is_person_id(filters.text):
        # Whoever knows the id need not wait for the scan to come by.
        found += await _listed(services, filters, [filters.text])
    examined = 0
    while True:
        step = await services.operator_search.scan_people(position.scan, on_duty=filters.on_duty is True)
        ids = step.ids[position.skip : position.skip + limit - len(found)]
        given = {one["id"] for one in found}
        found += [one for one in await _listed(services, filters, ids) if one["id"] not in given]
        examined += len(ids)
        after = position.skip + len(ids)
        if after < len(step.ids):
            position = ScanCursor(scan=position.scan, skip=after)
        elif step.following == 0:
            return found, None
        else:
            position = ScanCursor(scan=step.following)
        if len(found) >= limit or examined >= EXAMINED_AT_MOST:
            return found, str(position)


async def _listed(services: Services, filters: PeopleFilters, ids: Sequence[str]) -> list[dict[str, Any]]:
    views = await services.reads.volunteers_by_id(ids, with_places=filters.area is not None)
    # Before the labels are decrypted, so that nobody's record is opened in vain.
    known = [one for one in views if one is not None and filters.fits_unnamed(one)]
    labels = await labels_of(services, [one.id for one in known]) if known else {}
    fitting = [one for one in known if filters.fits(one, labels.get(one.id))]
    devices = await asyncio.gather(*(services.reach.devices(one.id) for one in fitting))
    return [
        listed_person(one, labels.get(one.id), tuple(states.values()), filters.area)
        for one, states in zip(fitting, devices, strict=True)
    ]


def _is_named(text: str, volunteer_id: str, label: str | None) -> bool:
    wanted = text.casefold()
    if volunteer_id.casefold().startswith(wanted):
        return True
    words = (label or "").casefold()
    return words.startswith(wanted) or any(word.startswith(wanted) for word in words.split())
