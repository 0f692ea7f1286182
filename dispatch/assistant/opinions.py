"""What a hint says about the answer of a person: whether they agree. Only where one more person can find out who is right.

| work, answer | the hint that speaks | agrees |
| --- | --- | --- |
| geolocate | the likeliest place, from `SURE_PLACE` on | within 5 km; not with `not_found` |
| find_duplicates, `none` | the likeliest open incident that the text may tell of, from `SURE_DUPLICATE` on | never |
| find_duplicates, `duplicate` | the same | with that one; not with one that no hint names |
| verify_report, `confirmed` | a contradiction of the description: with another text, or the type | never |
| verify_report, `false` | another report, in other words, surely tells of the same | never |
| translate | another number, telephone or language than it should be (`translation_slips.py`) | never |

5 km is the grain of the gazetteer: its points are the middles of settlements.
Where it never agrees, silence is no praise: a text cannot confirm itself. Nothing speaks of other work. To call back once more
takes the time of somebody who may need help, and what they say later may rightly differ; a summary and a look at the media
have no answer that a text could contradict. Operators see those contradictions (`compared_reports.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dispatch.assistant.hint_kinds import HintKind
from dispatch.model.geo import distance_m
from dispatch.model.geojson import BadGeometry, area_of
from dispatch.model.places import Area, Geometry, Place
from dispatch.model.vocabulary import FALSE, Task

SAME_PLACE_M = 5_000.0
SURE_PLACE = 0.5
"""Below it the hint is rather wrong than right, and asks nobody else to look."""
SURE_DUPLICATE = 0.8


class KnownHint(Protocol):
    """A hint with its value, as it was sealed."""

    @property
    def id(self) -> str: ...

    @property
    def kind(self) -> HintKind: ...

    @property
    def value(self) -> Mapping[str, Any]: ...

    @property
    def probability(self) -> float | None: ...


def best(hints: Iterable[KnownHint], kind: HintKind) -> KnownHint | None:
    """The likeliest hint of a kind, the first of equals; None: there is none."""
    return max((one for one in hints if one.kind is kind), key=lambda one: one.probability or 0.0, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What somebody found out. `incident_id`: the other incident of a duplicate."""

    task: Task | None
    outcome: str
    location: Geometry | None = None
    incident_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What software read that bears on an answer.

    `hints`: about the description. `leads_to`: of incidents that they or the answer name, where each stands now; only open ones.
    `against`: contradictions that the description is part of. `told_again`: another report tells of the same. `slips`: the
    translation has another number or language.
    """

    hints: Sequence[KnownHint]
    leads_to: Mapping[str, str] = field(default_factory=dict)
    against: Sequence[KnownHint] = ()
    told_again: bool = False
    slips: bool = False


def agreement(answer: Answered, read: Read) -> tuple[KnownHint, bool] | None:
    """The hint that speaks about this answer, and whether both say the same; None: none does."""
    if answer.task is Task.GEOLOCATE:
        return _of_place(answer, read)
    if answer.task is Task.FIND_DUPLICATES:
        return _of_duplicate(answer, read)
    if answer.task is Task.VERIFY_REPORT:
        return _of_verification(answer, read)
    if answer.task is Task.TRANSLATE and read.slips:
        return _speaks_against(best(read.hints, HintKind.CARD) or best(read.hints, HintKind.LANGUAGE))
    return None


def _of_place(answer: Answered, read: Read) -> tuple[KnownHint, bool] | None:
    hint = best(read.hints, HintKind.PLACE)
    if hint is None or (hint.probability or 0.0) < SURE_PLACE:
        return None
    area = area_or_none(answer.location) if answer.outcome == "located" else None
    return hint, area is not None and is_there(hint, area.centre) is True


def _of_duplicate(answer: Answered, read: Read) -> tuple[KnownHint, bool] | None:
    named = [one for one in read.hints if one.kind is HintKind.SIMILAR]
    still_open = {one.id: there for one in named if (there := read.leads_to.get(str(one.value.get("incident_id"))))}
    hint = best((one for one in named if one.id in still_open), HintKind.SIMILAR)
    if hint is None or (hint.probability or 0.0) < SURE_DUPLICATE:
        return None
    if answer.outcome == "none":
        return hint, False
    there = read.leads_to.get(answer.incident_id or "", answer.incident_id)
    if there == still_open[hint.id]:
        return hint, True
    return None if there in still_open.values() else (hint, False)


def _of_verification(answer: Answered, read: Read) -> tuple[KnownHint, bool] | None:
    if answer.outcome == "confirmed":
        return _speaks_against(next(iter(read.against), None))
    if answer.outcome == FALSE and read.told_again:
        return _speaks_against(best(read.hints, HintKind.TYPE))
    return None


def _speaks_against(hint: KnownHint | None) -> tuple[KnownHint, bool] | None:
    return None if hint is None else (hint, False)


def is_there(hint: KnownHint, there: Place) -> bool | None:
    """Whether a hint's place is this one: within 5 km, or within the distance that the text states. None: it has no place."""
    place = place_of(hint)
    if place is None:
        return None
    away_m = hint.value.get("distance_m")
    stated_m = float(away_m) if isinstance(away_m, int | float) else 0.0
    return distance_m(place, there) <= SAME_PLACE_M + stated_m


def place_of(hint: KnownHint) -> Place | None:
    """The point of a place's hint; None for a hint of another form."""
    area = area_or_none(hint.value.get("location"))
    return area.centre if area else None


def area_or_none(geometry: Geometry | None) -> Area | None:
    try:
        return area_of(geometry) if geometry is not None else None
    except BadGeometry:
        return None
