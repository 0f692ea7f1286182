"""The summary of an incident out of its decisions: for operators by itself, and for whoever sums up as a hint.

It is no reading of a text: every sentence stands on events of the log. It goes without the process of the assistant.
"""

import asyncio
from collections.abc import Sequence

from api.process.services import Services
from api.reads.decision_log import MOST_EXPLAINED, decisions_of
from api.views.hints import MADE_BY
from api.views.values import View
from dispatch.assistant.card_texts import LANGUAGES
from dispatch.assistant.hint_kinds import HintKind, HintTask, summary_hint_id
from dispatch.assistant.incident_summary import Sentence, rendered, summary
from dispatch.model.decisions import Decision
from dispatch.model.incident_events import IncidentReported
from dispatch.model.incidents import Incident
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock
from streams.errors import LogUnavailable
from streams.wire import HintPrivate, HintsPrivate, Mode

MODEL, VERSION = "komek-events", "1"
WITHIN_S = 0.5
"""Work is shown without its summary rather than later."""


async def summary_view(services: Services, incident_id: str, language: str) -> View:
    """`schemas.summaries.IncidentSummary`. Raises ProblemResponse (404), StoreUnavailable, NotReady, LogUnavailable."""
    decisions = list((await decisions_of(services, incident_id, MOST_EXPLAINED)).values())
    return {
        "made_by": MADE_BY,
        "incident_id": incident_id,
        "language": language,
        "sentences": [
            {"code": one.code, "text": rendered(one, language), "events": list(one.events)}
            for one in summary(decisions)
        ],
        "complete": _is_whole(decisions),
        "model": MODEL,
        "version": VERSION,
    }


def summary_languages(services: Services) -> list[str]:
    """The languages in which summaries are switched on."""
    return [one for one in LANGUAGES if services.assistant_modes.mode(HintTask.SUMMARISE, one) is Mode.ON]


async def summary_hint(services: Services, state: Incident) -> tuple[HintPrivate, HintsPrivate] | None:
    """The summary as a hint for the work of summing up, in the languages in which it is switched on. None: it is in none, there
    is nothing to tell, or the log cannot be read in time."""
    languages = summary_languages(services)
    if not languages:
        return None
    try:
        async with asyncio.timeout(WITHIN_S):
            decisions = await decisions_of(services, state.id, MOST_EXPLAINED)
    except (StoreUnavailable, NotReady, LogUnavailable, TimeoutError):
        return None
    sentences = summary(list(decisions.values()))
    return _as_hint(state, sentences, languages) if sentences else None


def _as_hint(
    state: Incident, sentences: Sequence[Sentence], languages: Sequence[str]
) -> tuple[HintPrivate, HintsPrivate]:
    texts = {language: "\n".join(rendered(one, language) for one in sentences) for language in languages}
    events = list(dict.fromkeys(event for one in sentences for event in one.events))
    hint = HintPrivate(
        id=summary_hint_id(state.id),
        kind=HintKind.SUMMARY,
        value={**texts, "events": events},
        spans=(),
        probability=None,
    )
    made = HintsPrivate(language="other", model=MODEL, version=VERSION, at_ms=clock.now_ms(), hints=(hint,))
    return hint, made


def _is_whole(decisions: Sequence[Decision]) -> bool:
    """Whether the report itself is among the decisions."""
    return any(isinstance(event, IncidentReported) for one in decisions[:1] for event in one.events)
