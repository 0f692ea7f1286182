"""Kinds of hints, and which work each helps with: the words that records, API and pages share."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dispatch.assistant.texts import Span
from dispatch.model.ids import derived
from dispatch.model.vocabulary import Task


class HintKind(StrEnum):
    """What a hint says. Names are values of the API and of the log: never change them."""

    LANGUAGE = "language"
    TYPE = "type"
    PLACE = "place"
    ROAD = "road"
    PEOPLE = "people"
    PHONE = "phone"
    NAME = "name"
    """Of whoever tells, as they say it themselves."""
    TIME = "time"
    DENIED = "denied"
    THREAT = "threat"
    MISSING = "missing"
    CARD = "card"
    """All of it, line by line, in three languages."""
    SIMILAR = "similar"
    """Another open incident that the text may tell of."""
    CLAIMS = "claims"
    """What may be true or false of it, line by line: the checklist of whoever verifies."""
    CONTRADICTION = "contradiction"
    """Another text of the incident, or the incident itself, says otherwise (`compared_reports.py`)."""
    REUSED = "reused"
    """Another report of the incident is in the same words."""
    DRAFT = "draft"
    """A translation by a model of the deployer, checked against the original (`drafts.py`)."""
    SUMMARY = "summary"
    """What became of the incident, from its events and not from a text (`incident_summary.py`)."""


class HintTask(StrEnum):
    """Work that hints help with: taking a report, and the kinds of digital work."""

    REPORT = "report"
    VERIFY_REPORT = Task.VERIFY_REPORT.value
    CALL_BACK = Task.CALL_BACK.value
    GEOLOCATE = Task.GEOLOCATE.value
    TRANSLATE = Task.TRANSLATE.value
    FIND_DUPLICATES = Task.FIND_DUPLICATES.value
    SUMMARISE = Task.SUMMARISE.value
    MONITOR_MEDIA = Task.MONITOR_MEDIA.value
    TRANSCRIPTION = "transcription"
    """Writing down a recording for whoever takes a report; by a model of the deployer alone."""
    PICTURE = "picture"
    """The same of the text in a picture."""


_NOT_OF_THE_WORDS = frozenset(
    {
        HintKind.NAME,
        HintKind.MISSING, HintKind.SIMILAR, HintKind.CLAIMS, HintKind.CONTRADICTION, HintKind.REUSED, HintKind.SUMMARY,
    }
)  # fmt: skip
"""Of no use to whoever says in another language what a text says. A name stands in the words already."""
KINDS_OF: Mapping[HintTask, frozenset[HintKind]] = {
    HintTask.REPORT: frozenset(set(HintKind) - {HintKind.SUMMARY}),
    HintTask.VERIFY_REPORT: frozenset(
        {
            HintKind.TYPE,
            HintKind.PLACE,
            HintKind.PEOPLE,
            HintKind.TIME,
            HintKind.DENIED,
            HintKind.THREAT,
            HintKind.CLAIMS,
            HintKind.CONTRADICTION,
            HintKind.REUSED,
        }
    ),
    HintTask.CALL_BACK: frozenset({HintKind.LANGUAGE, HintKind.PHONE, HintKind.NAME, HintKind.MISSING}),
    HintTask.GEOLOCATE: frozenset({HintKind.PLACE, HintKind.ROAD}),
    HintTask.TRANSLATE: frozenset(set(HintKind) - _NOT_OF_THE_WORDS),
    HintTask.FIND_DUPLICATES: frozenset(
        {HintKind.TYPE, HintKind.PLACE, HintKind.PEOPLE, HintKind.TIME, HintKind.SIMILAR}
    ),
    HintTask.SUMMARISE: frozenset(
        {HintKind.TYPE, HintKind.PLACE, HintKind.PEOPLE, HintKind.TIME, HintKind.DENIED, HintKind.SUMMARY}
    ),
    HintTask.MONITOR_MEDIA: frozenset({HintKind.LANGUAGE, HintKind.TYPE, HintKind.PLACE, HintKind.PEOPLE}),
    # They give a text, and no hints about one.
    HintTask.TRANSCRIPTION: frozenset(),
    HintTask.PICTURE: frozenset(),
}
"""Which kinds are shown to somebody at this work."""
BLIND_FIRST = frozenset({HintTask.VERIFY_REPORT})
"""The person answers, then sees: a hint before the answer would make it the assistant's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """`value`: JSON. `spans`: where the text says it, `[start, end)` in code points of the original; only
    `MISSING`, `SIMILAR` and `SUMMARY` have none.
    `probability` None: read by rules, which have none."""

    kind: HintKind
    value: Mapping[str, Any]
    spans: tuple[Span, ...]
    probability: float | None = None


def hint_id(source: str, version: str, number: int) -> str:
    """The id of the hint with this number about one text. `source`: what names the text. The same text read by the same version
    gives the same ids."""
    return str(derived("hint", source, version, str(number)))


def summary_hint_id(incident_id: str) -> str:
    """The id of the summary of an incident as a hint: the same while it grows, so that an answer may name it."""
    return str(derived("hint", incident_id, "summary"))
