"""A person as an entry of a list: how operators may see them, without contact, home or position."""

from collections.abc import Sequence

from api.views.values import View, time
from dispatch.model.languages import as_shown
from dispatch.model.places import Area, Place
from dispatch.model.recorded_way import recorded_m
from streams.store.reach import DeviceState
from streams.store.volunteer_view import VolunteerView

_CLASSES_KM = (3, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_100)
"""Upper ends; the last one is the other side of the earth."""


def listed_person(person: VolunteerView, label: str | None, devices: Sequence[DeviceState], area: Area | None) -> View:
    """`schemas.people_list.ListedPerson`. `area`: of the incident from which the distance is shown."""
    place = person.place or person.home
    return {
        "id": person.id,
        "label": label,
        "skills": person.skills,
        "languages": [as_shown(one) for one in person.languages],
        "on_duty": person.on_duty,
        "until": time(person.duty_until_ms),
        "engaged_in": person.incident_id,
        "fix_age_s": None if person.fix_age_s is None else round(person.fix_age_s),
        "about_km": None if area is None or place is None else _about_km(place, area),
        "reach": _reach(devices),
    }


def _about_km(place: Place, area: Area) -> int:
    """The class of the distance. Of a distance between two cells: the classes are for readers, the cells protect (DESIGN 209)."""
    away_m = recorded_m(place, area)
    return next(end for end in _CLASSES_KM if away_m <= 1_000 * end)


def _reach(devices: Sequence[DeviceState]) -> View | None:
    """None: no notice has gone to any channel of the person yet."""
    if not devices:
        return None
    reached_ms = max((one.ok_ms for one in devices if one.ok_ms is not None), default=None)
    working = [one for one in devices if not one.is_gone and (one.ok_ms or 0) >= (one.failed_ms or 0)]
    return {"at": time(reached_ms), "channels": len(devices), "working": len(working)}
