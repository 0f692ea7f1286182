"""The texts about one incident held against each other: as hints beside those that the assistant wrote.

Nothing is kept: they follow from sealed hints and texts whenever somebody looks. An erasure takes them along, and a report that
is merged into the incident is compared at once.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from api.process.services import Services
from api.reads.disclosure import unsealed
from dispatch.assistant.claims import Claims
from dispatch.assistant.compared_reports import (
    MOST_TEXTS,
    VERSION,
    Compared,
    TextKind,
    TextOfIncident,
    against_description,
    compared,
    told_again,
)
from dispatch.assistant.contradictions import known_of_incident
from dispatch.assistant.opinions import area_or_none
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.private_refs import hints_ref
from dispatch.model.vocabulary import Task
from dispatch.state.edits import details_of
from streams import wire
from streams.wire import HintPrivate, HintsPrivate, IncidentPrivate

MODEL = "komek-comparison"
MOST_REPORTS = MOST_TEXTS // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedHint:
    """`source`: the text that the hint is about; `made`: when and in which language it was read."""

    hint: HintPrivate
    made: HintsPrivate
    source: TextOfIncident


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAgainst:
    """What speaks against an answer about the description: contradictions, or another report of the same."""

    contradictions: tuple[Compared, ...]
    told_again: bool


async def compared_hints(services: Services, state: Incident) -> list[ComparedHint]:
    """Where texts of an incident contradict each other or what it holds for true, and reports in the same words.

    Raises StoreUnavailable, NotReady.
    """
    texts, read = await _texts(services, state)
    # Long texts take some milliseconds each, and other requests wait for this thread.
    found = await asyncio.to_thread(compared, texts, _known(state))
    return [_as_hint(one, read) for one in found]


async def held_against(services: Services, state: Incident) -> HeldAgainst:
    """What people said of the incident who saw or heard of it, held against its description: reports, and what callers said when
    they were called back. Translations and summaries repeat what they were made from. Raises StoreUnavailable, NotReady."""
    texts, _ = await _texts(services, state)
    of_witnesses = {one.id for one in state.offers if one.task is Task.CALL_BACK}
    heard = [one for one in texts if one.kind is not TextKind.RESULT or one.of in of_witnesses]
    found = await asyncio.to_thread(compared, heard, _known(state))
    return HeldAgainst(
        contradictions=against_description(found, is_type_stated="type" in state.edits),
        told_again=await asyncio.to_thread(told_again, heard),
    )


async def _texts(services: Services, state: Incident) -> tuple[list[TextOfIncident], dict[str, HintsPrivate | None]]:
    """The texts about an incident, and by reference what was read in them."""
    ids = state.reports[-MOST_REPORTS:]
    merged = [one for one in await services.reads.incidents(ids) if one is not None] if ids else []
    named = {text.ref: (incident_id, text) for incident_id, text in _named(state, merged)}
    refs = [hints_ref(incident_id, ref) for ref, (incident_id, _) in named.items()]
    records = await unsealed(services, [*refs, *named])
    read = {ref: decoded_hints(records.get(hints_ref(one, ref))) for ref, (one, _) in named.items()}
    return [_with(text, read[ref], records.get(ref)) for ref, (_, text) in named.items()], read


def decoded_hints(record: IncidentPrivate | None) -> HintsPrivate | None:
    """None where there are none, or of a later version: without hints everything works."""
    try:
        return None if record is None or record.text is None else wire.decode_hints_text(record.text)
    except wire.Unreadable:
        return None


def _named(state: Incident, merged: Sequence[Incident]) -> Iterator[tuple[str, TextOfIncident]]:
    """The texts in the order of their arrival, as far as it is known, each with the incident under which its hints are."""
    yield state.id, TextOfIncident(ref=details_of(state)["description"], kind=TextKind.DESCRIPTION)
    for one in merged:
        yield one.id, TextOfIncident(ref=details_of(one)["description"], kind=TextKind.REPORT, of=one.id)
    answered = [one for one in state.offers if one.result is not None]
    for offer in sorted(answered, key=lambda one: (one.result.at_ms if one.result else 0, one.id)):
        if (text := _result(offer)) is not None:
            yield state.id, text


def _result(offer: Offer) -> TextOfIncident | None:
    """What somebody wrote back or found; None where an answer is a word alone."""
    result = offer.result
    area = area_or_none(result.location) if result is not None and result.outcome == "located" else None
    if result is None or (result.private_ref is None and area is None):
        return None
    return TextOfIncident(
        # Without a text nothing is sealed, and the place alone is compared.
        ref=result.private_ref or f"offer:{offer.id}",
        kind=TextKind.RESULT,
        of=offer.id,
        place=area.centre if area else None,
    )


def _with(text: TextOfIncident, made: HintsPrivate | None, record: IncidentPrivate | None) -> TextOfIncident:
    words = (record.description or record.text) if record is not None else None
    return replace(text, hints=made.hints if made else (), text=words)


def _known(state: Incident) -> Claims:
    area = state.area
    return known_of_incident(
        type_=state.type, centre=area.centre if area else None, reach_m=area.reach_m if area else 0.0
    )


def _as_hint(found: Compared, read: Mapping[str, HintsPrivate | None]) -> ComparedHint:
    of_source = read[found.source.ref]
    times = [one.at_ms for one in read.values() if one is not None]
    hint = HintPrivate(
        id=found.id, kind=found.kind, value=found.value, spans=found.spans, probability=found.probability
    )
    made = HintsPrivate(
        language=of_source.language if of_source else "other",
        model=MODEL,
        version=VERSION,
        at_ms=max(times, default=0),
        hints=(hint,),
    )
    return ComparedHint(hint=hint, made=made, source=found.source)
