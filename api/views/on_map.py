"""Incidents, hazard areas, staging points and cells of people as GeoJSON features with flat properties.

Nobody is named and no text is shown: a desk keeps what it reads in files, and passes maps on.
"""

from collections.abc import Mapping, Sequence

from api.views import people_cells
from api.views.negotiation import LANGUAGES
from api.views.rows import tally
from api.views.values import View, point, time
from dispatch.model.hazard_areas import HazardArea
from dispatch.model.incidents import Incident
from dispatch.model.places import Area, Geometry, Place
from streams.store.people_cells import CellCount

TypeTitles = Mapping[str, Mapping[str, str]]
"""Names of types of incidents by language."""


def feature(id_: str, geometry: Geometry | None, properties: View) -> View:
    return {"type": "Feature", "id": id_, "geometry": geometry, "properties": properties}


def as_multi_polygon(area: Area) -> Geometry:
    """One kind of geometry for all areas: a desk gives a layer one kind, that of the first features it reads."""
    drawn = area.geometry
    return drawn if drawn["type"] == "MultiPolygon" else {"type": "MultiPolygon", "coordinates": [drawn["coordinates"]]}


def incident_properties(state: Incident, titles: TypeTitles) -> View:
    """`schemas.map_features.IncidentOnMap`. The same for every role: coarse is the place alone."""
    people, times = tally(state), state.times
    return {
        **_incident(state, titles),
        "call_number": state.call_number and str(state.call_number),
        "priority": state.priority,
        "status": state.status,
        "exercise": state.exercise,
        "is_area": state.area is not None and state.area.reach_m > 0,
        "is_hazard": state.hazard is not None,
        "alarm_level": state.alarm_level,
        "needed": people.needed,
        "asked": people.asked,
        "accepted": people.accepted,
        "on_scene": people.on_scene,
        "short": sum(people.short.values()),
        "attention": ",".join(dict.fromkeys(entry.reason for entry in state.attention)),
        "reported_at": time(times.reported_ms),
        "decided_at": time(times.decided_ms),
        "first_on_scene_at": time(times.first_on_scene_ms),
        "staffed_at": time(times.staffed_ms),
        "closed_at": time(times.closed_ms),
        "version": state.version,
    }


def incident_point(state: Incident, place: Place | None, titles: TypeTitles) -> View:
    return feature(state.id, None if place is None else point(place), incident_properties(state, titles))


def incident_area(state: Incident, titles: TypeTitles) -> View:
    assert state.area is not None, "only those with an area are read"
    return feature(state.id, as_multi_polygon(state.area), incident_properties(state, titles))


def hazard_area(state: Incident, titles: TypeTitles) -> View:
    assert state.area is not None, "a hazard area is an area"
    properties = {
        **_incident(state, titles),
        "call_number": state.call_number and str(state.call_number),
        "priority": state.priority,
        "exercise": state.exercise,
        "reported_at": time(state.times.reported_ms),
        "version": state.version,
    }
    return feature(state.id, as_multi_polygon(state.area), properties)


def staging_points(state: Incident, ground: HazardArea, titles: TypeTitles) -> list[View]:
    """Features `<incident>.<number>`, the first of them 1."""
    return [
        feature(
            staging_id(state.id, number),
            point(place),
            {
                **_incident(state, titles),
                "number": number,
                "exercise": state.exercise,
            },
        )
        for number, place in enumerate(ground.staging, 1)
    ]


def staging_id(incident_id: str, number: int) -> str:
    return f"{incident_id}.{number}"


def people(counts: Sequence[CellCount]) -> list[View]:
    """The cells that may be told, by `people_cells.cells`."""
    return [_cell(one) for one in people_cells.cells(counts)]


def _cell(shown: View) -> View:
    west, south, east, north = shown["box"]
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    counts = {name: shown[name] for name in ("on_duty", "free", "engaged")}
    return feature(shown["cell"], {"type": "Polygon", "coordinates": [ring]}, counts)


def _incident(state: Incident, titles: TypeTitles) -> View:
    # A type that plans no longer have keeps its code as its name.
    names = titles.get(state.type, {})
    in_languages = {f"type_{one}": names.get(one, state.type) for one in LANGUAGES}
    return {"incident_id": state.id, "type": state.type, **in_languages}
