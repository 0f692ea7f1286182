"""Requirements that a report brings to the incident into which it is merged.

Whoever took the call stated them, and the incident that remains may have been reported by somebody who did not know of them.
Lines of the plan stay behind: the incident has its own. Those of a danger come along: no other plan sends rescuers to a person
who was sent. Nothing is lowered: a line that asks for no less stays, one of the same
kind is raised to the greater count, and the others are added. A line that requires no language does not cover one that does; it
is not narrowed, since it may be staffed by people who do not speak the language.
"""

from collections.abc import Iterable
from dataclasses import replace

from dispatch.incidents.requirement_changes import kind_of
from dispatch.matching.limits import wanted_languages
from dispatch.model.incidents import Incident
from dispatch.model.languages import primaries
from dispatch.model.requirement_ids import highest_number
from dispatch.model.requirements import Requirement, RequirementSpec
from dispatch.model.verifications import EVERY_SKILL
from dispatch.model.vocabulary import LanguageRule, OfferState
from dispatch.plans.book import PlanBook

_HELPED_THERE = (OfferState.ON_SCENE, OfferState.DONE)
"""People who are at the place, or were: the merge ends their work as done, so nobody is asked in their place."""


def brought(incident: Incident) -> tuple[RequirementSpec, ...]:
    """What an incident that is about to be merged brings: its stated requirements, and those of a danger, that are not met on
    scene yet."""
    # Translators follow from the requirement that they help; settled work has its result.
    own = [entry for entry in incident.requirements if not entry.bridges and entry.settled is None]
    brings_all = bool(incident.people_in_distress)
    missing = [(entry, entry.count - _helped(incident, entry)) for entry in own if entry.stated or brings_all]
    return tuple(_spec(entry, incident, count) for entry, count in missing if count > 0)


def _helped(incident: Incident, entry: Requirement) -> int:
    return sum(offer.state in _HELPED_THERE for offer in incident.offers_for(entry.id))


def _spec(entry: Requirement, incident: Incident, count: int) -> RequirementSpec:
    return RequirementSpec(
        capability=entry.capability,
        skill=entry.skill,
        count=count,
        # The language of this caller, where the line follows it: the other incident may have another one, or none.
        languages=wanted_languages(entry, incident) if entry.language is not None else entry.languages,
        task=entry.task,
        max_distance_m=entry.max_distance_m,
        window_s=entry.window_s,
        any_of=entry.any_of,
        language=entry.language,
        max_eta_s=entry.max_eta_s,
        ladder=entry.climb.ladder if entry.climb else None,
        role=entry.role,
        lease_s=entry.lease_s,
        answers_wanted=entry.answers_wanted,
        agree=entry.agree,
        validated=entry.validated,
        assistant_counts=entry.assistant_counts,
        on_false=entry.on_false,
        certainty=entry.certainty,
        verified=True if EVERY_SKILL in entry.verified else None if entry.verified else False,
    )


def with_brought(
    incident: Incident, present: tuple[Requirement, ...], specs: Iterable[RequirementSpec], plans: PlanBook
) -> tuple[Requirement, ...]:
    """`present`, the requirements that the incident is about to have, with those that a report brings."""
    after, free = list(present), [entry for entry in present if entry.bridges is None]
    number = highest_number(replace(incident, requirements=(*incident.requirements, *present)))
    for new in plans.requirements(specs, incident.type):
        # The largest first: it is the likeliest to need no change.
        same = sorted((one for one in free if _covers(one, new, incident)), key=lambda one: -one.count)
        if not same:
            number += 1
            after.append(replace(new, id=f"r{number}", stated=True))
            continue
        free.remove(same[0])
        if same[0].count < new.count:
            # Stated from now on: a change of type or priority must not lower it again.
            raised = replace(same[0], count=new.count, settled=None, stated=True)
            after[after.index(same[0])] = raised
    return tuple(after)


def _covers(present: Requirement, new: Requirement, incident: Incident) -> bool:
    """Whether everybody who may be asked for `present` speaks a language that `new` requires, for the same kind of work."""
    if kind_of(present) != kind_of(new):
        return False
    required = _required(new, new.languages)
    asked = _required(present, wanted_languages(present, incident) if present.language else present.languages)
    return not required or (bool(asked) and asked <= required)


def _required(entry: Requirement, languages: tuple[str, ...]) -> frozenset[str]:
    return frozenset() if entry.language is LanguageRule.PREFER else frozenset(primaries(languages))
