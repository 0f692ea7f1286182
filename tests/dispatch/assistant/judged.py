"""Hints, judgements and examples for the tests of what the assistant learns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dispatch.assistant.hint_kinds import HintKind, HintTask
from dispatch.assistant.judging import Judgement, TypeExample
from dispatch.model.vocabulary import Priority
from tests.support.builders import ALMATY, NOW_MS


@dataclass(frozen=True, kw_only=True)
class Hinted:
    """A hint with its value."""

    id: str
    kind: HintKind
    value: Mapping[str, Any] = field(default_factory=dict)
    probability: float | None = 0.8


def place_hint(north_km: float = 0.0, probability: float = 0.8, **value: Any) -> Hinted:
    there = {"type": "Point", "coordinates": [ALMATY.lon, ALMATY.lat + north_km / 111.195]}
    return Hinted(id="h-place", kind=HintKind.PLACE, value={"location": there} | value, probability=probability)


def type_hint(value: str = "flood", probability: float = 0.8) -> Hinted:
    return Hinted(id=f"h-{value}", kind=HintKind.TYPE, value={"value": value}, probability=probability)


def judgement(number: int = 1, right: bool = True, **stated: Any) -> Judgement:
    usual: dict[str, Any] = {
        "id": f"j-{number:05}",
        "task": HintTask.GEOLOCATE,
        "language": "kk",
        "version": "1",
        "kind": HintKind.PLACE,
        "hint_id": f"h-{number}",
        "right": right,
        "probability": 0.8,
        "was_shown": True,
        "is_hidden": False,
        "priority": Priority.NORMAL,
        "at_ms": NOW_MS + number,
    }
    return Judgement(**usual | stated)


def example(number: int, truth: str, *, by: tuple[str, ...] = (), concept: str = "smoke", **types: float) -> Judgement:
    shown = types or {"flood": 0.5, "storm": 0.3}
    told = TypeExample(truth=truth, types=shown, features={concept: 1.0})
    return judgement(number, kind=HintKind.TYPE, task=HintTask.REPORT, judges=by, example=told, right=truth == "flood")
