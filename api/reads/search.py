"""What an operator looks for by a few letters: an incident by any of its numbers, a person, a place and what is open near it."""

from collections.abc import Sequence
from typing import Any

from api.process.services import Services
from api.reads.people_list import PeopleFilters, people_page
from api.views.places import found_place
from api.views.rows import row
from api.views.values import View, time
from dispatch.model import call_numbers
from dispatch.model.ids import zone_of_incident
from dispatch.model.incidents import Incident
from dispatch.model.places import Place
from streams.wire.client_digests import client_digests

NEAR_M = 5_000.0
PLACES_AT_MOST = 3
PEOPLE_AT_MOST = 5
SHORTEST_NAME = 2
"""Letters from which on people and places are looked for: fewer name everybody."""


def is_number(text: str) -> bool:
    """Whether the text can be nothing but the id or the call number of an incident."""
    return zone_of_incident(text) is not None or call_numbers.parsed(text) is not None


async def incidents_named(services: Services, text: str, reporter: str | None = None) -> list[View]:
    """Incidents that the text names exactly: by id, call number or external id. `reporter`: only those that it reported.

    Raises:
        StoreUnavailable, NotReady: Redis cannot be read.
    """
    ids, match = await _named(services, text)
    return await _entries(services, ids, match, reporter)


async def _named(services: Services, text: str) -> tuple[Sequence[str], str]:
    """The ids, and by what they were found."""
    if zone_of_incident(text) is not None:
        return [text], "id"
    if (call := call_numbers.parsed(text)) is not None:
        return await services.operator_search.called(*call), "call_number"
    # Keyed, so that the index cannot be searched by whoever reads Redis.
    digest = client_digests(services.ring.now).external_digest(text)
    return await services.operator_search.with_external(digest) if digest else [], "external_id"


async def people_named(services: Services, text: str) -> list[View]:
    """People on duty by the begin of a word of their label, anybody by id. Raises StoreUnavailable, NotReady."""
    if len(text) < SHORTEST_NAME:
        return []
    found, _ = await people_page(services, PeopleFilters(text=text, on_duty=True), limit=PEOPLE_AT_MOST, cursor=None)
    if not any(one["id"] == text for one in found):
        known, _ = await people_page(services, PeopleFilters(text=text), limit=1, cursor=None)
        found += [one for one in known if one["id"] == text]
    return [
        {
            "type": "volunteer",
            "id": one["id"],
            "title": one["label"] or one["id"],
            "at": None,
            "match": "id" if one["id"] == text else "label",
            "person": one,
        }
        for one in found[:PEOPLE_AT_MOST]
    ]


def places_called(services: Services, text: str, near: Place | None, language: str) -> list[tuple[Place, View]]:
    """Places of this name with their points, the likeliest first: by the name, then those `near`. Works without Redis."""
    if len(text) < SHORTEST_NAME:
        return []
    found = services.gazetteer().find(text, near=near, limit=PLACES_AT_MOST)
    entries = [(one.known.place, found_place(one)) for one in found]
    return [
        (
            at,
            {
                "type": "place",
                "id": place["id"],
                "title": place["name"][language],
                "at": None,
                "match": "name",
                "place": place,
            },
        )
        for at, place in entries
    ]


async def incidents_near(services: Services, place: Place, known: Sequence[View]) -> list[View]:
    """Open incidents within NEAR_M of a place that are not among the known entries. Raises StoreUnavailable, NotReady."""
    given = {one["id"] for one in known}
    ids = [one for one in await services.operator_search.near(place, NEAR_M) if one not in given]
    return await _entries(services, ids, "near")


async def _entries(services: Services, ids: Sequence[str], match: str, reporter: str | None = None) -> list[View]:
    states = [state for state in await services.reads.incidents(ids) if state is not None]
    return [_entry(state, match) for state in states if reporter in (None, state.reported_by)]


def _entry(state: Incident, match: str) -> dict[str, Any]:
    return {
        "type": "incident",
        "id": state.id,
        "title": str(state.call_number or state.id),
        "at": time(state.times.reported_ms),
        "match": match,
        "incident": row(state),
    }
