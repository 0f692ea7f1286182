"""Hints about the texts of an incident: sealed in `private`, shown to operators and to people at digital work."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace

from api.caller import Caller
from api.http.audit import record_audit
from api.process.services import Services
from api.reads.compared_hints import MODEL as COMPARISON
from api.reads.compared_hints import compared_hints, decoded_hints
from api.reads.disclosure import unsealed
from api.reads.event_summary import summary_hint
from api.reads.open_questions import with_open_questions
from api.views.hints import shown
from api.views.values import View
from dispatch.assistant.compared_reports import TextKind, TextOfIncident, as_told_of_description
from dispatch.assistant.hint_kinds import BLIND_FIRST, KINDS_OF, HintKind, HintTask
from dispatch.assistant.oversight import is_hidden
from dispatch.matching.disclosed_fields import Disclosed, is_at_work
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.private_refs import hints_ref, model_hints_ref
from dispatch.ports import NotReady, StoreUnavailable
from dispatch.state.edits import details_of
from streams import clock
from streams.tokens import Role
from streams.wire import HintPrivate, HintsPrivate, Mode

_TASKS = {one.value: one for one in HintTask}
OWN = "komek-"
"""How the names of what reads in Komek itself begin."""
SEEN_AFTER_MS = 30 * 60_000
"""So long the volunteer's page tells of work that has ended (`jobs.ts`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """A text of the incident. `offer_id` None: the description."""

    ref: str
    offer_id: str | None = None


async def hints_of_incident(services: Services, state: Incident) -> list[View]:
    """All hints about the texts of an incident, for operators, the description first. Raises StoreUnavailable, NotReady."""
    sources = list(_sources(state))
    description, *results = await _read(services, state, sources)
    found = [await with_open_questions(services, state, description), *results]
    of_texts = [
        (hint, hints, source.offer_id, None)
        for source, made in zip(sources, found, strict=True)
        for hints in made
        for hint in hints.hints
        # What one answer leaves open is not what the incident does: that stands at the description.
        if source.offer_id is None or hint.kind is not HintKind.MISSING
    ]
    between = [(one.hint, one.made, *_whose(one.source)) for one in await compared_hints(services, state)]
    return [
        shown(hint, hints, _shown_to(services, state, hint, hints), _mode(services, hint, hints), offer, report)
        for hint, hints, offer, report in (*of_texts, *between)
    ]


async def judged_hint(
    services: Services, caller: Caller, state: Incident, hint_id: str
) -> tuple[HintPrivate, HintsPrivate, bool] | None:
    """A hint of the assistant that this caller sees, with what was read with it, and whether it is the likeliest of its kind.
    None: there is none that they see, or it is of a model of the deployer, which nobody judges.

    Raises StoreUnavailable, NotReady.
    """
    shown_to_them = await _seen_by(services, caller, state)
    description = await read_of_description(services, state)
    for hint, made in shown_to_them:
        if hint.id == hint_id and made.model.startswith(OWN):
            own = description[0] if description else made
            # What two texts say of each other follows from how the description was read.
            read = own if made.model == COMPARISON else made
            firsts = {one.kind: one.id for one in reversed(own.hints)}
            return hint, read, firsts.get(hint.kind) == hint.id
    return None


async def _seen_by(services: Services, caller: Caller, state: Incident) -> list[tuple[HintPrivate, HintsPrivate]]:
    if caller.role is Role.OPERATOR:
        read = await _read(services, state, list(_sources(state)))
        between = [(one.hint, one.made) for one in await compared_hints(services, state)]
        return [(hint, made[0]) for made in read if made for hint in made[0].hints] + between
    own = [one for one in state.offers if one.volunteer_id == caller.id and one.task in _TASKS]
    held = next((one for one in own if _sees_hints(state, one)), None)
    return [] if held is None else await _helpful(services, state, _TASKS[str(held.task)])


def _sees_hints(state: Incident, held: Offer) -> bool:
    is_blind = _TASKS[str(held.task)] in BLIND_FIRST
    return not is_hidden(held.id) and (_is_just_judged(held) if is_blind else is_at_work(state, held))


def _whose(source: TextOfIncident) -> tuple[str | None, str | None]:
    """The offer of a result, and the incident of a merged report."""
    return (
        source.of if source.kind is TextKind.RESULT else None,
        source.of if source.kind is TextKind.REPORT else None,
    )


async def hints_of_work(
    services: Services, caller: Caller, state: Incident, own: Sequence[Offer], disclosed: Set[Disclosed]
) -> tuple[list[View], bool]:
    """What somebody at digital work sees about the description, and whether something follows their answer.

    Nothing where the work does not give them the description, while Redis does not answer, or where the work is done without.
    """
    if caller.role is not Role.VOLUNTEER or caller.link is not None or Disclosed.DESCRIPTION not in disclosed:
        return [], False
    held = next((one for one in own if one.task in _TASKS and is_at_work(state, one)), None)
    if held is None or is_hidden(held.id):
        return [], False
    task = _TASKS[str(held.task)]
    helpful = await _helpful(services, state, task)
    if task in BLIND_FIRST:
        # The answer ends the work: `hints_after_answer`.
        return [], bool(helpful)
    if task is HintTask.SUMMARISE and (found := await summary_hint(services, state)) is not None:
        helpful = [found, *helpful]
    return _told(services, caller, state, helpful), False


async def hints_after_answer(services: Services, caller: Caller, state: Incident, own: Sequence[Offer]) -> list[View]:
    """What software found in a report that this person has just judged without seeing it; the answer has ended their work.

    Only of work that is done blind, for as long as the page tells of its end, and while the incident is open: whoever reads it
    compares it with their own answer, and needs it for nothing else.
    """
    if caller.role is not Role.VOLUNTEER or caller.link is not None or not state.is_open:
        return []
    judged = next((one for one in own if _is_just_judged(one)), None)
    if judged is None or is_hidden(judged.id):
        return []
    return _told(services, caller, state, await _helpful(services, state, _TASKS[str(judged.task)]))


def _is_just_judged(held: Offer) -> bool:
    return (
        held.task in _TASKS
        and _TASKS[str(held.task)] in BLIND_FIRST
        and held.result is not None
        and clock.now_ms() - held.result.at_ms < SEEN_AFTER_MS
    )


async def _helpful(services: Services, state: Incident, task: HintTask) -> list[tuple[HintPrivate, HintsPrivate]]:
    """The hints about the description that help with this work, where they are switched on; none while Redis does not answer."""
    try:
        made = await read_of_description(services, state)
        if HintKind.MISSING in KINDS_OF[task]:
            made = await with_open_questions(services, state, made)
        between = await _between_texts(services, state, task)
    except (StoreUnavailable, NotReady):
        return []
    return [
        (hint, hints)
        for hints in (*made, *between)
        if services.assistant_modes.mode(task, hints.language) is Mode.ON
        for hint in hints.hints
        if hint.kind in KINDS_OF[task]
    ]


async def _between_texts(services: Services, state: Incident, task: HintTask) -> list[HintsPrivate]:
    """Where the report and other texts disagree, for whoever judges it: what is said, and not by whom or where."""
    if HintKind.CONTRADICTION not in KINDS_OF[task]:
        return []
    told = []
    for one in await compared_hints(services, state):
        found = as_told_of_description(one.source.kind, one.hint.value, one.hint.spans)
        if found is not None:
            told.append(replace(one.made, hints=(replace(one.hint, value=found[0], spans=found[1]),)))
    return told


def _told(
    services: Services, caller: Caller, state: Incident, helpful: Sequence[tuple[HintPrivate, HintsPrivate]]
) -> list[View]:
    if helpful:
        record_audit(services, caller, "incident.hints.read", state.id)
    return [shown(hint, hints, [caller.id], Mode.ON) for hint, hints in helpful]


async def read_of_description(services: Services, state: Incident) -> list[HintsPrivate]:
    """The hints of the assistant about the description, then those of the deployer's model. Raises StoreUnavailable, NotReady."""
    (made,) = await _read(services, state, [_description(state)])
    return made


def _sources(state: Incident) -> Iterator[_Source]:
    yield _description(state)
    for offer in state.offers:
        if offer.result is not None and offer.result.private_ref is not None:
            yield _Source(ref=offer.result.private_ref, offer_id=offer.id)


def _description(state: Incident) -> _Source:
    return _Source(ref=details_of(state)["description"])


async def _read(services: Services, state: Incident, sources: Iterable[_Source]) -> list[list[HintsPrivate]]:
    """For each source the hints of the assistant, then those of the deployer's model, as far as there are any."""
    refs = [(hints_ref(state.id, source.ref), model_hints_ref(state.id, source.ref)) for source in sources]
    records = await unsealed(services, [ref for pair in refs for ref in pair])
    decoded = [[decoded_hints(records.get(ref)) for ref in pair] for pair in refs]
    return [[hints for hints in pair if hints is not None] for pair in decoded]


def _mode(services: Services, hint: HintPrivate, hints: HintsPrivate) -> Mode:
    """The mode in which most people may see the hint."""
    modes = {services.assistant_modes.mode(task, hints.language) for task in HintTask if hint.kind in KINDS_OF[task]}
    return next((mode for mode in (Mode.ON, Mode.SHADOW) if mode in modes), Mode.OFF)


def _shown_to(services: Services, state: Incident, hint: HintPrivate, hints: HintsPrivate) -> list[str]:
    return sorted(
        {
            offer.volunteer_id
            for offer in state.offers
            if offer.task in _TASKS
            and hint.kind in KINDS_OF[_TASKS[str(offer.task)]]
            and (is_at_work(state, offer) or offer.result is not None)
            and not is_hidden(offer.id)
            and (_TASKS[str(offer.task)] not in BLIND_FIRST or offer.result is not None)
            and services.assistant_modes.mode(_TASKS[str(offer.task)], hints.language) is Mode.ON
        }
    )
