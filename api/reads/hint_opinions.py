"""What hints say about an answer: kept with it in the log, so that the dispatcher needs to read none."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from api.process.services import Services
from api.reads.compared_hints import held_against
from api.reads.disclosure import unsealed
from api.reads.event_summary import summary_languages
from api.reads.hints import read_of_description
from dispatch.assistant.hint_kinds import BLIND_FIRST, KINDS_OF, HintKind, HintTask, summary_hint_id
from dispatch.assistant.judging import base_version
from dispatch.assistant.next_look import Look, look_at
from dispatch.assistant.opinions import Answered, Read, agreement
from dispatch.assistant.oversight import is_hidden
from dispatch.assistant.translation_slips import has_slips
from dispatch.model.ids import OfferParts
from dispatch.model.incidents import Incident
from dispatch.model.offers import HintOpinion, Offer
from dispatch.model.places import Geometry
from dispatch.model.vocabulary import FALSE, Task
from dispatch.ports import NotReady, StoreUnavailable
from dispatch.state.edits import details_of
from streams.wire import HintsPrivate, Mode

WITHIN_S = 0.3
AT_ONCE = 16
_TASKS = {one.value: one for one in HintTask}


@dataclass(frozen=True, slots=True, kw_only=True)
class HintsSay:
    """`assisted_by`: which of the hints that were shown the person used; None: not said, or none was shown."""

    assisted_by: tuple[str, ...] | None = None
    opinion: HintOpinion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerGiven:
    """An answer as it came in. `language`: of `text`, as its author states it."""

    outcome: str
    location: Geometry | None = None
    incident_id: str | None = None
    text: str | None = None
    language: str | None = None


async def what_hints_say(
    services: Services, offer: tuple[str, OfferParts], given: AnswerGiven, named: Sequence[str] | None
) -> HintsSay:
    """Empty while it cannot be read within `WITHIN_S`: an answer never waits for a hint, and is never refused because of one.

    Hints of the deployer's model count as used, and have no opinion: nobody has judged them.
    """
    try:
        async with asyncio.timeout(WITHIN_S):
            state = await services.reads.incident(offer[1].incident_id)
            held = state.offer(offer[0]) if state else None
            if state is None or held is None or held.task not in _TASKS:
                return HintsSay()
            made = await read_of_description(services, state)
            opinion = await _opinion(services, state, held, given, made[:1])
    except (StoreUnavailable, NotReady, TimeoutError):
        return HintsSay()
    shown = {
        one.id
        for hints in made
        if _is_shown(services, held, hints)
        for one in hints.hints
        if one.kind in KINDS_OF[_TASKS[str(held.task)]]
    }
    if held.task is Task.SUMMARISE and not is_hidden(held.id) and summary_languages(services):
        shown.add(summary_hint_id(state.id))
    used = None if named is None or not shown else tuple(one for one in dict.fromkeys(named) if one in shown)
    return HintsSay(assisted_by=used, opinion=opinion)


def _is_shown(services: Services, held: Offer, hints: HintsPrivate) -> bool:
    task = _TASKS[str(held.task)]
    is_on = services.assistant_modes.mode(task, hints.language) is Mode.ON
    return is_on and not is_hidden(held.id) and task not in BLIND_FIRST


async def _opinion(
    services: Services, state: Incident, held: Offer, given: AnswerGiven, made: Sequence[HintsPrivate]
) -> HintOpinion | None:
    """That of the assistant's own hints. None in the shadow: there they are judged and change nothing."""
    task = _TASKS[str(held.task)]
    for hints in made:
        if services.assistant_modes.mode(task, hints.language) is not Mode.ON:
            continue
        answered = Answered(
            task=held.task, outcome=given.outcome, location=given.location, incident_id=given.incident_id
        )
        found = agreement(answered, await _read(services, state, held, given, hints))
        if found is None:
            continue
        hint, agrees = found
        version = base_version(hints.version)
        known = services.assistant_standing.of(task, hints.language, version)
        return HintOpinion(
            hint_id=hint.id,
            version=version,
            agrees=agrees,
            # That their words have another number is nothing that anybody was shown.
            was_shown=task is not HintTask.TRANSLATE and _is_shown(services, held, hints),
            right=known.right if known else 0,
            judged=known.judged if known else 0,
            lower_bound=round(known.lower_bound, 4) if known else 0.0,
        )
    return None


async def _read(services: Services, state: Incident, held: Offer, given: AnswerGiven, hints: HintsPrivate) -> Read:
    """What bears on this answer, and no more: most answers need no second look into Redis."""
    own = Read(hints=hints.hints)
    if held.task is Task.FIND_DUPLICATES:
        return replace(own, leads_to=await _leads_to(services, state, hints, given.incident_id))
    if held.task is Task.VERIFY_REPORT and given.outcome in ("confirmed", FALSE):
        against = await held_against(services, state)
        return replace(own, against=against.contradictions, told_again=against.told_again)
    if held.task is Task.TRANSLATE and given.text is not None:
        return replace(own, slips=await _has_slips(services, state, given.text, given.language))
    return own


async def _leads_to(services: Services, state: Incident, hints: HintsPrivate, named: str | None) -> dict[str, str]:
    """Of the incidents that hints and the answer name: the open one that each is now, or was merged into."""
    similar = [str(one.value.get("incident_id")) for one in hints.hints if one.kind is HintKind.SIMILAR]
    ids = list(dict.fromkeys([*similar, *([named] if named else [])]))
    found = {one.id: one for one in await services.reads.incidents(ids) if one is not None}
    into = [one.merged_into for one in found.values() if one.merged_into is not None and one.merged_into not in found]
    found |= {one.id: one for one in await services.reads.incidents(into) if one is not None}
    ends = {one: found[one].merged_into or one for one in ids if one in found}
    return {one: end for one, end in ends.items() if end != state.id and end in found and found[end].is_open}


async def _has_slips(services: Services, state: Incident, translation: str, language: str | None) -> bool:
    ref = details_of(state)["description"]
    record = (await unsealed(services, [ref])).get(ref)
    original = record.description if record is not None else None
    # Long texts take some milliseconds, and other requests wait for this thread.
    return original is not None and await asyncio.to_thread(has_slips, original, translation, language)


async def looks(services: Services, states: Iterable[Incident]) -> dict[tuple[str, Task], Look]:
    """For each incident and digital task with a kind; where its hints cannot be read, the hint counts as unsure."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def of(state: Incident) -> dict[tuple[str, Task], Look]:
        tasks = {entry.task for entry in state.requirements if entry.task is not None and entry.task.value in _TASKS}
        if not tasks:
            return {}
        try:
            async with gate:
                made = await read_of_description(services, state)
        except (StoreUnavailable, NotReady):
            made = []
        hints = [one for read in made[:1] for one in read.hints]
        return {(state.id, task): look_at(_TASKS[task.value], state.priority, hints) for task in tasks}

    found: dict[tuple[str, Task], Look] = {}
    for one in await asyncio.gather(*map(of, states)):
        found |= one
    return found
