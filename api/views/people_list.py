"""A person as an entry of a list: how operators may see them, without contact, home or position."""

from collections.abc import Sequence

from api.views.values import View, time
from dispatch.model.languages import as_shown
from dispatch.model.places import Area
from dispatch.model.recorded_way import recorded_m
from streams.store.reach import DeviceState
from streams.store.volunteer_view import VolunteerView


def listed_person(person: VolunteerView, label: str | None, devices: Sequence[DeviceState], area: Area | None) -> View:
    """`schemas.people_list.ListedPerson`. `area`: of the incident to which the distance is shown."""
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
        # Between cells, as in records: lists of distances tell no more than the cell (DESIGN 116).
        "distance_m": None if area is None or place is None else recorded_m(place, area),
        "reach": _reach(devices),
    }


def _reach(devices: Sequence[DeviceState]) -> View | None:
    """None: no notice has gone to any channel of the person yet."""
    if not devices:
        return None
    reached_ms = max((one.ok_ms for one in devices if one.ok_ms is not None), default=None)
    working = [one for one in devices if not one.is_gone and (one.ok_ms or 0) >= (one.failed_ms or 0)]
    return {"at": time(reached_ms), "channels": len(devices), "working": len(working)}
