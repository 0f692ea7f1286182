"""People in a list for operators."""

from api.schemas.base import Shown, Time


class PersonReach(Shown):
    """What became of the last notices. `at`: when a channel last took one; `working`: channels whose last notice was taken."""

    at: Time | None
    channels: int
    working: int


class ListedPerson(Shown):
    """A person without contact, home and position. `label`: how they chose to be shown. `engaged_in`: the incident that holds
    them. `about_km`: upper end of the class of the distance (3, 5, 10, 20, 50, 100, …) between their cell of some 5 km² and the
    coarse area of the incident that was asked for; null without one, without a place, and for a drill. `reach`: null until the
    first notice."""

    id: str
    label: str | None
    skills: list[str]
    languages: list[str]
    on_duty: bool
    until: Time | None
    engaged_in: str | None
    fix_age_s: int | None
    about_km: int | None
    reach: PersonReach | None


class PeopleList(Shown):
    """`next`: cursor of the next page; null on the last one. A page may be short, or empty, and have a next one."""

    items: list[ListedPerson]
    next: str | None
