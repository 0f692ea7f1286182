"""What is still to be asked about an incident, in the words of the phrasebook: for whoever calls the reporting person back.

A question that an earlier call, another report or a field of the form has answered is not asked again. The assistant writes what
the description alone leaves open; the rest follows from the texts at each look.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from api.process.services import Services
from api.reads.disclosure import unsealed
from dispatch.assistant.hint_kinds import HintKind
from dispatch.assistant.missing import Fact, known_facts
from dispatch.assistant.opinions import best
from dispatch.assistant.phrasebook import open_facts, questions
from dispatch.assistant.phrases import Line
from dispatch.assistant.texts import Text
from dispatch.model.incidents import Incident
from dispatch.model.private_refs import report_ref
from dispatch.model.vocabulary import Task
from dispatch.state.edits import details_of
from streams.wire import HintPrivate, HintsPrivate, IncidentPrivate

MOST_TEXTS = 10
_TELLING = frozenset({Task.CALL_BACK, Task.TRANSLATE, Task.GEOLOCATE})
"""Work whose results tell what a caller said; a summary or a media report tells what others say."""


async def with_open_questions(services: Services, state: Incident, made: Sequence[HintsPrivate]) -> list[HintsPrivate]:
    """The hints about the description, with the questions that are open now; without that hint where nothing is.

    Raises StoreUnavailable, NotReady.
    """
    if not any(one.kind is HintKind.MISSING for hints in made for one in hints.hints):
        return list(made)
    held = details_of(state)
    told = [one.result.private_ref for one in state.offers if one.task in _TELLING and one.result is not None]
    texts = [ref for ref in (held["description"], *map(report_ref, state.reports), *told) if ref is not None][
        :MOST_TEXTS
    ]
    records = await unsealed(services, [*texts, held["address"], held["caller"]])
    # Some milliseconds a text, and other requests wait for this thread.
    known = await asyncio.to_thread(_known_of_texts, [records[ref] for ref in texts if ref in records])
    known |= _known_of_fields(state, records.get(held["address"]), records.get(held["caller"]))
    likely = [one for hints in made for one in hints.hints]
    first = best(likely, HintKind.TYPE)
    facts = open_facts(state.type, [str(first.value.get("value"))] if first else [], known)
    return [replace(hints, hints=tuple(_asked(hints.hints, facts, state.type))) for hints in made]


def _known_of_texts(records: Iterable[IncidentPrivate]) -> frozenset[Fact]:
    texts = [words for one in records if (words := one.description or one.text)]
    # Where it is stands in the hints and in the incident; looking for places takes longer than all else together.
    return frozenset().union(*(known_facts(Line(Text(words)), has_place=False) for words in texts))


def _known_of_fields(
    state: Incident, address: IncidentPrivate | None, caller: IncidentPrivate | None
) -> frozenset[Fact]:
    said = {
        Fact.PLACE: state.area is not None,
        Fact.EXACT_PLACE: bool(address and address.address),
        Fact.PHONE: bool(caller and isinstance(caller.caller, Mapping) and caller.caller.get("phone")),
    }
    return frozenset(fact for fact, is_said in said.items() if is_said)


def _asked(hints: Iterable[HintPrivate], facts: Sequence[Fact], type_: str) -> Iterable[HintPrivate]:
    for hint in hints:
        if hint.kind is not HintKind.MISSING:
            yield hint
        elif facts:
            value = {"facts": [fact.value for fact in facts], "questions": questions(facts, type_)}
            yield replace(hint, value=value)
