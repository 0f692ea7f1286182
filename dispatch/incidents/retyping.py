"""Priority and requirements after a correction of the type.

The priority becomes at least that of the new type's plan. Requirements of the plan are replaced by those of the new plan;
requirements that an operator stated stay (DESIGN 57), and so do places that people on scene asked for.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from dispatch.incidents.requirement_changes import kind_of, merged
from dispatch.model.incidents import Incident
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Priority
from dispatch.plans.book import PlanBook, ResponsePlan


def priority_of(incident: Incident, incident_type: str, plans: PlanBook) -> Priority:
    """The priority when an edit sets this type and states no priority: the more urgent of the present one and the plan's."""
    if incident_type == incident.type:
        return incident.priority
    # Never lowered: the present priority may reflect what the caller said.
    return min(incident.priority, plans.plan(incident_type).priority, key=lambda priority: priority.order)


def retyped(incident: Incident, incident_type: str, priority: Priority, plans: PlanBook) -> tuple[Requirement, ...]:
    """The requirements after a change to another type, under this priority and at the present alarm level."""
    stated = [_following(entry, incident, incident_type, plans) for entry in incident.requirements if entry.stated]
    plan = plans.plan(incident_type)
    if follows_plan(incident, plans.plan(incident.type)):
        new = list(_not_covered(plan.stated(priority, incident.alarm_level), stated))
    else:
        # The operator's list replaces what a report gets, so only the lines of higher alarm levels follow the type.
        new = _of_levels(plan, priority, incident.alarm_level)
    return merged(incident, *_with_places_from_scene(incident, new, stated))


def follows_plan(incident: Incident, plan: ResponsePlan) -> bool:
    """Whether the incident has requirements of this plan that no operator's list has replaced; alarm levels may add to such a
    list. `plan`: that of the present type. True if nothing was stated."""
    if not any(entry.stated for entry in incident.requirements):
        return True
    added = Counter(map(kind_of, _of_levels(plan, incident.priority, incident.alarm_level)))
    of_plan = [entry for entry in incident.requirements if not (entry.stated or entry.bridges or _is_from_scene(entry))]
    return bool(Counter(map(kind_of, of_plan)) - added)


def _of_levels(plan: ResponsePlan, priority: Priority, level: int) -> list[Requirement]:
    """What the alarm levels above the first have added, up to this one."""
    return [line for number in range(2, level + 1) for line in plan.added(priority, number)]


def _is_from_scene(entry: Requirement) -> bool:
    """Whether only requests from people on scene made this requirement."""
    return 0 < entry.helped == entry.count


def _following(entry: Requirement, incident: Incident, incident_type: str, plans: PlanBook) -> Requirement:
    """A stated requirement with what a report of the new type would have completed it with."""
    old, new = (plans.plans.get(one) for one in (incident.type, incident_type))
    before, after = ((one.certainty if one else None) or plans.defaults.certainty for one in (old, new))
    # Another certainty than the plan's was stated.
    certainty = after if entry.certainty == before else entry.certainty
    return replace(entry, certainty=certainty, heavy=new is not None and new.heavy)


def _not_covered(lines: Iterable[Requirement], stated: Iterable[Requirement]) -> Iterator[Requirement]:
    """The lines of a plan without those in whose place an operator stated one of the same kind."""
    covered = Counter(map(kind_of, stated))
    for line in lines:
        covered[kind_of(line)] -= 1
        if covered[kind_of(line)] < 0:
            yield line


def _with_places_from_scene(
    incident: Incident, new: Iterable[Requirement], stated: Iterable[Requirement]
) -> tuple[list[Requirement], list[Requirement]]:
    """`new` and `stated` with the places that people on scene asked for in requirements of the old plan.

    The places are added to the new line of the same kind; where the new plan has none, the requirement stays with these places.
    """
    lines, kept = list(new), list(stated)
    for entry in incident.requirements:
        if entry.stated or not entry.helped:
            continue
        at = next((at for at, line in enumerate(lines) if kind_of(line) == kind_of(entry) and not line.helped), None)
        if at is None:
            kept.append(replace(entry, count=entry.helped))
        else:
            lines[at] = replace(lines[at], count=lines[at].count + entry.helped, helped=entry.helped)
    return lines, kept
