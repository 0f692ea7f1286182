"""What somebody who sees a hint says of it, right or wrong: a judgement like those that follow from their work (`judging.py`).

Of the likeliest type and place of a report it is the very judgement that the end of the incident would make, only earlier: the
first one counts, whoever makes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.assistant.hint_kinds import HintKind, HintTask
from dispatch.assistant.judging import Judgement, base_version
from dispatch.assistant.opinions import KnownHint
from dispatch.model.ids import derived
from dispatch.model.vocabulary import Priority

_SAID_AT: Mapping[HintKind, HintTask] = {
    HintKind.TYPE: HintTask.REPORT,
    HintKind.PLACE: HintTask.GEOLOCATE,
    HintKind.SIMILAR: HintTask.FIND_DUPLICATES,
    HintKind.MISSING: HintTask.CALL_BACK,
    HintKind.PHONE: HintTask.CALL_BACK,
    HintKind.NAME: HintTask.CALL_BACK,
    HintKind.CLAIMS: HintTask.VERIFY_REPORT,
    HintKind.CONTRADICTION: HintTask.VERIFY_REPORT,
    HintKind.REUSED: HintTask.VERIFY_REPORT,
}
"""To the figures of which work it counts what is said of a hint; of all other kinds to translation, which shows most of them. The
figure of reports is that of the type alone, and pages say so."""
_ALWAYS_JUDGED: Mapping[HintKind, str] = {HintKind.TYPE: "type", HintKind.PLACE: "place"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody who saw a hint says of it. `volunteer_id` None: an operator. `is_best`: of its kind the likeliest."""

    hint: KnownHint
    language: str
    version: str
    right: bool
    priority: Priority
    at_ms: int
    by: str
    volunteer_id: str | None = None
    is_best: bool = False


def said_of(said: Said) -> Judgement:
    """One judgement of each person on each hint; of the best type and place one in all, whoever says it first."""
    hint, always = said.hint, _ALWAYS_JUDGED.get(said.hint.kind)
    task = _SAID_AT.get(hint.kind, HintTask.TRANSLATE)
    by = always if always is not None and said.is_best else f"said {said.by}"
    return Judgement(
        id=str(derived("judged", hint.id, task.value, by)),
        task=task,
        language=said.language,
        version=said.version if hint.kind is HintKind.TYPE else base_version(said.version),
        kind=hint.kind,
        hint_id=hint.id,
        right=said.right,
        probability=hint.probability,
        was_shown=True,
        is_hidden=False,
        priority=said.priority,
        at_ms=said.at_ms,
        judges=() if said.volunteer_id is None else (said.volunteer_id,),
    )
