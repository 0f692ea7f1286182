"""Places that a text names, and the hazard areas at a point."""

from functools import lru_cache
from typing import Any

from api.process.services import Services
from api.views.places import coarse_place, found_place, names, town, written_point
from dispatch.gazetteer.gazetteer import Gazetteer
from dispatch.gazetteer.place_text import Form, PlaceText, parse_place_text
from dispatch.model.hazard_areas import ground_of
from dispatch.model.incidents import Incident
from dispatch.model.outlines import Outline
from dispatch.model.places import Place
from dispatch.ports import NotReady, StoreUnavailable


def places_named(gazetteer: Gazetteer, text: str, near: Place | None, limit: int) -> tuple[Form, list[dict[str, Any]]]:
    """How the text was understood, and the places that it may mean, the likeliest first."""
    said = parse_place_text(text, near)
    if said.form is Form.PLUS_CODE and not said.points:
        said = _completed(gazetteer, said, near)
    if said.form in (Form.NAME, Form.STREET):
        named = text if said.form is Form.NAME else said.rest
        return said.form, [found_place(found) for found in gazetteer.find(named, near=near, limit=limit)]
    known = [(point, gazetteer.boundaries.at(point)) for point in said.points]
    # Two orders of the numbers: the one in the country is meant. Neither is: both are shown, as outside.
    inside = [pair for pair in known if pair[1] is not None]
    return said.form, [written_point(point, district, near) for point, district in (inside or known)][:limit]


TOWN_FROM = 5_000
"""Inhabitants of the smallest town on a map of the country."""


@lru_cache(maxsize=1)
def towns_of(gazetteer: Gazetteer) -> list[dict[str, Any]]:
    """`schemas.places.TownShown`, the largest first."""
    return [town(known) for known in gazetteer.towns(TOWN_FROM)]


NEAR_M = 20_000.0
"""A settlement further away says less than the district."""


@lru_cache(maxsize=4096)
def surroundings(gazetteer: Gazetteer, centre: Place) -> dict[str, Any] | None:
    """District and nearest settlement of the centre of a coarse area; None outside the country.

    It gets nothing finer than the centre, so its answer tells nothing finer either. Phones ask for the same few again and again.
    """
    district, nearest = gazetteer.boundaries.at(centre), gazetteer.nearest(centre)
    if district is None:
        return None
    is_near = nearest is not None and (nearest.distance_m or 0) <= NEAR_M
    return coarse_place(district, nearest if is_near else None)


def _completed(gazetteer: Gazetteer, said: PlaceText, near: Place | None) -> PlaceText:
    """A short plus code with its locality: "6WQW+6X Алматы"."""
    code, _, locality = said.rest.partition(" ")
    found = gazetteer.find(locality, near=near, limit=1)
    return parse_place_text(code, found[0].known.place) if found else said


async def place_at(services: Services, place: Place, *, with_incidents: bool) -> dict[str, Any] | None:
    """District, nearest settlement and, `with_incidents`, the hazard areas at a point; None outside Kazakhstan."""
    gazetteer = services.gazetteer()
    district = gazetteer.boundaries.at(place)
    if district is None:
        return None
    nearest = gazetteer.nearest(place)
    return {
        "region": names(district.region.name),
        "district": names(district.name),
        "kato": district.kato,
        "nearest": nearest
        and {
            "name": names(nearest.known.name),
            "kind": nearest.known.kind,
            "distance_m": round(nearest.distance_m or 0),
        },
        "hazards": await hazards_at(services, place) if with_incidents else None,
    }


async def hazards_at(services: Services, place: Place) -> list[dict[str, str]] | None:
    """Open incidents whose hazard area covers the place; None while Redis cannot be read: that is not "none"."""
    try:
        states = await services.reads.incidents(await services.reads.hazards())
    except (StoreUnavailable, NotReady):
        return None
    covering = [state for state in states if state is not None and _covers(state, place)]
    return [{"incident_id": one.id, "type": one.type, "priority": one.priority} for one in covering]


def _covers(incident: Incident, place: Place) -> bool:
    ground = ground_of(incident)
    return ground is not None and Outline(ground.area).covers(place)
