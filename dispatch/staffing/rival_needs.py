"""Competition inside a batch: how many later needs want the same people as each need.

Without this count the first command of a batch takes all the people it wants and the last finds nobody, although both arrived at
the same moment.
"""

from collections.abc import Sequence

from dispatch.model.copying import changed
from dispatch.model.geo import distance_m
from dispatch.model.people import Need
from dispatch.model.vocabulary import Capability


def with_rivals(batch: Sequence[Sequence[Need]]) -> list[tuple[Need, ...]]:
    """The needs of each command, in the order in which commands choose people, with `rivals` set: the number of later needs that
    want the same people and are at least as urgent."""
    # Built from the last need backwards, so it holds exactly those that choose after the present one.
    later: dict[str, list[Need]] = {}
    counted: list[tuple[Need, ...]] = []
    for needs in reversed(batch):
        counted.append(tuple(changed(need, rivals=_rivals(need, later)) for need in needs))
        for need in needs:
            for skill in need.requirement.skills:
                later.setdefault(skill, []).append(need)
    return counted[::-1]


def _rivals(need: Need, later: dict[str, list[Need]]) -> int:
    # A set: a need that accepts several skills is listed under each of them.
    same = {
        (other.incident_id, other.requirement.id)
        for skill in need.requirement.skills
        for other in later.get(skill, ())
        if other.priority.order <= need.priority.order and _want_the_same(need, other)
    }
    return len(same)


def _want_the_same(need: Need, other: Need) -> bool:
    mine, others = need.requirement, other.requirement
    if mine.capability is not others.capability:
        return False
    if mine.capability is Capability.DIGITAL or need.area is None or other.area is None:
        return True
    return distance_m(need.area.centre, other.area.centre) <= min(mine.max_distance_m, others.max_distance_m)
