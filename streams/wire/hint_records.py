"""Records of `hints` and `assistant`: what the assistant read, without what it says; and which of its work is switched on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dispatch.assistant.adaptation import Weights
from dispatch.assistant.hint_kinds import HintKind, HintTask
from dispatch.assistant.judging import Judgement
from dispatch.assistant.standing import Standing
from dispatch.assistant.texts import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class HintMark:
    """A hint without its value, which is sealed: `id`, kind, where the text says it, and how probable."""

    id: str
    kind: HintKind
    spans: tuple[Span, ...] = ()
    probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HintsRecord:
    """A record of `hints`: the assistant read the text under `source_ref`. The values are sealed in `private` under
    `private_ref`.

    `id`: uuid5 of the text's reference and the version: the same text read again by the same version has the same id.
    """

    id: str
    incident_id: str
    source_ref: str
    private_ref: str
    language: str
    model: str
    version: str
    at_ms: int
    hints: tuple[HintMark, ...] = ()
    sketch: str | None = None
    """By which the text is compared with others: 512 keyed bits (`dispatch/assistant/sketches.py`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HintPrivate:
    """A hint with its value, in the sealed JSON of all hints about one text."""

    id: str
    kind: HintKind
    value: Mapping[str, Any]
    spans: tuple[Span, ...] = ()
    probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HintsPrivate:
    """The plain text that an `IncidentPrivate` holds as its `text`, as JSON: all hints about one text."""

    language: str
    model: str
    version: str
    at_ms: int
    hints: tuple[HintPrivate, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)
    """What a model of types knew of the text: concepts, no words."""
    types: Mapping[str, float] = field(default_factory=dict)
    """How likely each type was before the weights that were learnt."""


class Mode(StrEnum):
    """`ON`: hints are made and shown. `SHADOW`: made and judged, shown to nobody. `OFF`: not made."""

    ON = "on"
    SHADOW = "shadow"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeRecord:
    """A record of `assistant`: `by` set a mode. `task` None: of all work; `language` None: of all languages.

    Key `mode|<task or *>|<language or *>`; the last record of a key counts, a tombstone restores `ON`. Where the assistant itself
    goes to the shadow, the key begins with `own`: it never replaces what a person has set.
    """

    mode: Mode
    by: str
    at_ms: int
    task: HintTask | None = None
    language: str | None = None
    reason: str | None = None
    """A code, where the assistant itself set it (`below_floor`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementRecord:
    """Another record of `hints`: what people found out about a hint. It has no value of the text; the type that an incident had
    in the end is in `decisions` as well. The first record with the id of a judgement counts."""

    incident_id: str
    judgement: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRecord:
    """A record of `assistant`, key `standing|<task>|<language>|<version>`: all judgements of that key before `offsets`, the next
    one to be read in each partition of `hints`."""

    task: HintTask
    language: str
    version: str
    standing: Standing
    offsets: Mapping[str, int]
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsRecord:
    """A record of `assistant`, key `weights|types`: what was learnt from settled work. `before`, `after`: mean log loss on
    `held_out` examples that it was not learnt from."""

    weights: Weights
    digest: str
    examples: int
    held_out: int
    before: float
    after: float
    at_ms: int
