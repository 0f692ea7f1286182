"""Safety settings of a plan: hazard areas, who may enter them, and the check-in interval of people on scene."""

from dataclasses import dataclass

CHECK_IN_RANGE_S = (60, 86_400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Precautions:
    """`hazard`: the polygon of an incident of this type is a hazard area. `equipped`: people with one of these skills may enter.
    `check_in_s`: interval after which a person on scene is asked to check in; None: never."""

    hazard: bool = False
    equipped: tuple[str, ...] = ()
    check_in_s: int | None = None


NONE = Precautions()
