"""Records of `hints` and `assistant`: what the assistant read, without what it says; and which of its work is switched on."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dispatch.assistant.hint_kinds import HintKind, HintTask
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


class Mode(StrEnum):
    """`ON`: hints are made and shown. `SHADOW`: made and judged, shown to nobody. `OFF`: not made."""

    ON = "on"
    SHADOW = "shadow"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeRecord:
    """A record of `assistant`: `by` set a mode. `task` None: of all work; `language` None: of all languages.

    Key `mode|<task or *>|<language or *>`; the last record of a key counts, a tombstone restores `ON`.
    """

    mode: Mode
    by: str
    at_ms: int
    task: HintTask | None = None
    language: str | None = None
    reason: str | None = None
    """A code, where the assistant itself set it (`below_floor`)."""
