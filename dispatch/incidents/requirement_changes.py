"""Requirements after an update: what the new ones take over from the old ones.

Of what a ladder has opened, a wider ring always stays; substitutes stay while the skills are the same, a translator while the
languages are. Where something the ladder may give up has changed (skills, languages, the ladder itself), its steps start again:
they gave up parts of the old requirement, not of the new one.
"""

from collections.abc import Iterable
from dataclasses import replace

from dispatch.matching.limits import wanted_languages
from dispatch.model.incidents import Incident
from dispatch.model.languages import primaries
from dispatch.model.requirement_ids import highest_number
from dispatch.model.requirements import Climb, Requirement
from dispatch.model.vocabulary import Capability, LanguageRule, Task


def restated(incident: Incident, new: Iterable[Requirement]) -> tuple[Requirement, ...]:
    """The requirements after an operator states them as `new`, marked as stated (`Requirement.stated`).

    A line that repeats a present one keeps its origin, unless the list leaves out a line of the plan: such a list replaces the
    plan, and all its lines are stated.
    """
    after = merged(incident, new)
    present = {entry.id: entry for entry in incident.requirements}
    left_out = present.keys() - {entry.id for entry in after}
    replaces_plan = any(not present[one].stated and present[one].bridges is None for one in left_out)
    return tuple(
        entry
        if entry.bridges is not None or (not replaces_plan and _repeats(present.get(entry.id), entry))
        else replace(entry, stated=True)
        for entry in after
    )


def _repeats(old: Requirement | None, new: Requirement) -> bool:
    """Whether `new` asks for what `old` asks for. What an operator cannot state over HTTP is not compared."""
    return old is not None and old == replace(
        new,
        certainty=old.certainty,
        policy=old.policy,
        heavy=old.heavy,
        climb=old.climb,
        short_since_ms=old.short_since_ms,
        helped=old.helped,
    )


def merged(incident: Incident, new: Iterable[Requirement], kept: Iterable[Requirement] = ()) -> tuple[Requirement, ...]:
    """The requirements `kept`, which stay as they are, followed by `new` in place of all others.

    Each of `new` takes over the id of an old one of the same kind (`kind_of`), in order, so that its offers and people stay. The
    others get ids that were never used: offers of a removed requirement still carry its id. A translator stays with the
    requirement it bridges.
    """
    result = list(kept)
    taken = {entry.id for entry in result}
    # Translators of ladders are matched by what they bridge, below.
    unmatched = [entry for entry in incident.requirements if entry.bridges is None and entry.id not in taken]
    highest = highest_number(incident)
    for entry in new:
        old = next((old for old in unmatched if kind_of(old) == kind_of(entry)), None)
        if old is None:
            # Above every id ever used: people who finished removed work must not count for the new one.
            highest += 1
            result.append(replace(entry, id=f"r{highest}"))
        else:
            unmatched.remove(old)
            result.append(_continued(old, entry))
    ids = {entry.id for entry in result}
    return (*result, *(entry for entry in incident.requirements if entry.bridges in ids))


def kind_of(entry: Requirement) -> tuple[Capability, str, Task | None]:
    """What two requirements must share to be the same one under another wording."""
    return entry.capability, entry.skill, entry.task


def _continued(old: Requirement, new: Requirement) -> Requirement:
    """`new` with the id and the progress of `old`; settled work stays settled unless more people are wanted."""
    return replace(
        new,
        id=old.id,
        stated=old.stated,
        # With its start: the age of a shortfall is its urgency.
        shortfall=old.shortfall,
        look_at_ms=old.look_at_ms,
        settled=old.settled if new.count <= old.count else None,
        climb=climb_on(old, new),
        translator_since_ms=old.translator_since_ms,
    )


def climb_on(old: Requirement, new: Requirement) -> Climb | None:
    """The ladder progress of `old` that holds for `new`. Languages are left to `in_language`."""
    if old.climb is None or new.climb is None:
        return old.climb or new.climb
    same_skills = old.skills == new.skills
    if same_skills and old.climb.ladder == new.climb.ladder:
        return old.climb
    return replace(
        new.climb,
        ring=old.climb.ring,
        substitutes=old.climb.substitutes if same_skills else (),
        bridged=old.climb.bridged,
    )


def in_language(before: Incident, requirements: Iterable[Requirement], language: str | None) -> tuple[Requirement, ...]:
    """The requirements after an update to this language of the caller. Where the wanted languages differ, the bridge and its
    translator are removed."""
    after = replace(before, language=language)
    old = {entry.id: entry for entry in before.requirements}
    entries = list(requirements)
    changed = {
        entry.id
        for entry in entries
        if entry.id in old and _language_rule(old[entry.id], before) != _language_rule(entry, after)
    }
    return tuple(
        _with_ladder_restarted(entry) if entry.id in changed else entry
        for entry in entries
        if entry.bridges not in changed
    )


def _language_rule(entry: Requirement, incident: Incident) -> tuple[bool, tuple[str, ...]]:
    """Whether the languages are only preferred, and which; none where the requirement has no language rule."""
    if entry.language is None and not entry.languages:
        return False, ()
    return entry.language is LanguageRule.PREFER, primaries(wanted_languages(entry, incident))


def _with_ladder_restarted(entry: Requirement) -> Requirement:
    climb = entry.climb
    if climb is not None:
        climb = Climb(ladder=climb.ladder, ring=climb.ring, substitutes=climb.substitutes)
    return replace(entry, climb=climb, translator_since_ms=None)
