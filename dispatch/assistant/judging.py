"""What people found out judges what the assistant had read: `judgements(incident, read, …)`.

| work | the hint | judged by |
| --- | --- | --- |
| report | the likeliest type | the type that the incident has when it ends, or that a person gave it later |
| geolocate | the likeliest place | the place that the work was settled with; without it, the place of the incident at its end |
| verify_report | the likeliest type | work settled as `confirmed`: the type the incident has then |
| any digital work | what was shown | `assisted_by`: right if the person names a hint, wrong if they say that they used none |

A place is right within 5 km, plus the distance that the text states.

Not judged: reports that were false, merged away or cancelled (the text may well have said what it was read as), work that found
nothing, work that several people left undecided, and answers that do not say whether a hint was of use. One judgement for each
hint and piece of work: the first one counts.

Whoever sees a hint may also say that it is right or wrong: `said_judgements.py`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dispatch.assistant.hint_kinds import BLIND_FIRST, HintKind, HintTask, summary_hint_id
from dispatch.assistant.opinions import KnownHint, area_or_none, best, is_there
from dispatch.assistant.oversight import is_hidden
from dispatch.matching.trust import INCONCLUSIVE
from dispatch.model.geo import distance_m
from dispatch.model.ids import derived
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.places import Place
from dispatch.model.reasons import AttentionReason, EndCode
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Certainty, IncidentStatus, OfferState, Priority, Task

_WORK = {one.value: one for one in HintTask}
_TOGETHER_M = 300.0
"""As `consensus.AGREE_WITHIN_M`, which settles the work."""
_CODES_OF_NOTHING = frozenset({EndCode.FALSE_CALL, EndCode.DUPLICATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class HintsRead:
    """The hints about one text. `features`: what a model of types knew of it (`incident_types.features`). `types`: how likely
    each type was before weights that were learnt (`adaptation.py`)."""

    version: str
    language: str
    hints: Sequence[KnownHint]
    features: Mapping[str, float] = field(default_factory=dict)
    types: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSeen:
    """The answer of one person to judged work. `agrees`: with the hint. `is_hidden`: their work is done without hints."""

    was_shown: bool
    is_hidden: bool
    agrees: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A hint that was right or wrong.

    `judges`: the people whose answers say so; none: an operator does. `was_shown`: one of them had seen the hint. `answers`: of
    everybody who did the work, where more than one person says what is true, so that each can be compared with it.
    """

    id: str
    task: HintTask
    language: str
    version: str
    kind: HintKind
    hint_id: str
    right: bool
    probability: float | None
    was_shown: bool
    is_hidden: bool
    priority: Priority
    at_ms: int
    judges: tuple[str, ...] = ()
    answers: tuple[AnswerSeen, ...] = ()
    example: "TypeExample | None" = None
    """Of the type of a report: what weights may be learnt from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeExample:
    """`types` and `features`: as in `HintsRead`; `truth`: the type that it was. No words of the text."""

    truth: str
    types: Mapping[str, float]
    features: Mapping[str, float]


def base_version(version: str) -> str:
    """The version without the weights that were learnt (`+…`): they change types alone."""
    return version.partition("+")[0]


IsShown = Callable[[HintTask], bool]
"""Whether hints for this work are shown at present, in the language of the text."""


def judgements(incident: Incident, read: HintsRead, at_ms: int, is_shown: IsShown) -> tuple[Judgement, ...]:
    """All that the state of an incident says about the hints to its description."""
    return tuple(_all(_Grounds(incident, read, at_ms, is_shown)))


@dataclass(frozen=True, slots=True)
class _Grounds:
    incident: Incident
    read: HintsRead
    at_ms: int
    is_shown: IsShown

    def judged(
        self,
        task: HintTask,
        hint: KnownHint,
        by: str,
        right: bool,
        offers: Sequence[Offer] = (),
        answers: tuple[AnswerSeen, ...] = (),
        example: TypeExample | None = None,
        of_use: bool = False,
    ) -> Judgement:
        shown = [self.was_shown(task, one) for one in offers] or [self.is_shown(task)]
        return Judgement(
            id=str(derived("judged", hint.id, task.value, by)),
            task=task,
            language=self.read.language,
            version=self.read.version if hint.kind is HintKind.TYPE and not of_use else base_version(self.read.version),
            kind=hint.kind,
            hint_id=hint.id,
            right=right,
            # Of use is not what a probability speaks of.
            probability=None if of_use else hint.probability,
            was_shown=of_use or any(shown),
            is_hidden=bool(offers) and all(is_hidden(one.id) for one in offers),
            priority=self.incident.priority,
            at_ms=self.at_ms,
            judges=tuple(sorted({one.volunteer_id for one in offers})),
            answers=answers,
            example=example,
        )

    def was_shown(self, task: HintTask, offer: Offer) -> bool:
        """As the answer itself says; without that, as the switches stand now."""
        opinion = offer.result.opinion if offer.result else None
        if opinion is not None:
            return opinion.was_shown
        return task not in BLIND_FIRST and not is_hidden(offer.id) and self.is_shown(task)


def _all(grounds: _Grounds) -> Iterator[Judgement]:
    yield from _of_report(grounds)
    is_placed = False
    for requirement in grounds.incident.requirements:
        supporters = settled_by(grounds.incident, requirement)
        if supporters and requirement.task is Task.GEOLOCATE:
            is_placed = True
            yield from _of_place(grounds, requirement, supporters)
        elif supporters and requirement.task is Task.VERIFY_REPORT:
            yield from _of_verification(grounds, requirement, supporters)
    if not is_placed:
        yield from _of_final_place(grounds)
    yield from _of_use(grounds)


def _of_report(grounds: _Grounds) -> Iterator[Judgement]:
    incident, hints = grounds.incident, grounds.read.hints
    ended = incident.status is IncidentStatus.CLOSED and not _was_nothing(incident)
    edit = incident.edits.get("type")
    hint = best(hints, HintKind.TYPE)
    if hint is not None and (ended or (edit is not None and not _was_nothing(incident))):
        right = hint.value.get("value") == incident.type
        example = TypeExample(truth=incident.type, types=grounds.read.types, features=grounds.read.features)
        yield grounds.judged(HintTask.REPORT, hint, "type", right, example=example if grounds.read.types else None)


def _of_final_place(grounds: _Grounds) -> Iterator[Judgement]:
    incident, hint = grounds.incident, best(grounds.read.hints, HintKind.PLACE)
    ended = incident.status is IncidentStatus.CLOSED and not _was_nothing(incident)
    if ended and hint is not None and incident.area is not None:
        right = is_there(hint, incident.area.centre)
        if right is not None:
            yield grounds.judged(HintTask.GEOLOCATE, hint, "place", right)


def _was_nothing(incident: Incident) -> bool:
    """Whether there was no such incident, or another one tells of it."""
    return (
        incident.certainty is Certainty.FALSE
        or incident.merged_into is not None
        or incident.end_code in _CODES_OF_NOTHING
    )


def settled_by(incident: Incident, requirement: Requirement) -> tuple[Offer, ...]:
    """The people whose answers settle this work, the newest last; none: it is not settled, or found nothing."""
    answered = [one for one in incident.offers_for(requirement.id) if one.result is not None]
    answered.sort(key=lambda one: (one.result.at_ms if one.result else 0, one.id))
    if requirement.is_repeated:
        equal = [one for one in answered if one.result and one.result.outcome == requirement.settled]
        return tuple(equal) if requirement.settled not in INCONCLUSIVE else ()
    done = sum(one.state is OfferState.DONE for one in incident.offers_for(requirement.id))
    is_disputed = any(
        (one.reason, one.requirement_id) == (AttentionReason.DISAGREEMENT, requirement.id) for one in incident.attention
    )
    if not answered or is_disputed or (incident.is_open and done < requirement.count):
        return ()
    return tuple(one for one in answered if one.result and one.result.outcome not in INCONCLUSIVE)


def _of_place(grounds: _Grounds, requirement: Requirement, supporters: Sequence[Offer]) -> Iterator[Judgement]:
    hint = best(grounds.read.hints, HintKind.PLACE)
    group = _together(supporters)
    centre = _centre(group[-1]) if group else None
    right = is_there(hint, centre) if hint is not None and centre is not None else None
    if hint is None or right is None:
        return
    # Compared with the truth only where more than one person says it: alone everybody agrees with themselves.
    answered = [one for one in grounds.incident.offers_for(requirement.id) if one.result is not None]
    answers = tuple(_seen(grounds, hint, one) for one in answered) if len(group) > 1 else ()
    yield grounds.judged(HintTask.GEOLOCATE, hint, requirement.id, right, group, answers)


def _together(offers: Sequence[Offer]) -> list[Offer]:
    """The largest group that names one place, the first of equals; those without a place in none."""
    placed = [(one, centre) for one in offers if (centre := _centre(one)) is not None]
    groups = [[other for other, there in placed if distance_m(here, there) <= _TOGETHER_M] for _, here in placed]
    return max(groups, key=len, default=[])


def _centre(offer: Offer) -> Place | None:
    area = area_or_none(offer.result.location) if offer.result else None
    return area.centre if area else None


def _seen(grounds: _Grounds, hint: KnownHint, offer: Offer) -> AnswerSeen:
    centre = _centre(offer)
    return AnswerSeen(
        was_shown=grounds.was_shown(HintTask.GEOLOCATE, offer),
        is_hidden=is_hidden(offer.id),
        agrees=centre is not None and is_there(hint, centre) is True,
    )


def _of_verification(grounds: _Grounds, requirement: Requirement, supporters: Sequence[Offer]) -> Iterator[Judgement]:
    hint = best(grounds.read.hints, HintKind.TYPE)
    confirmed = [one for one in supporters if one.result and one.result.outcome == "confirmed"]
    if hint is not None and confirmed and len(confirmed) == len(supporters):
        right = hint.value.get("value") == grounds.incident.type
        yield grounds.judged(HintTask.VERIFY_REPORT, hint, requirement.id, right, confirmed)


def _of_use(grounds: _Grounds) -> Iterator[Judgement]:
    known = {one.id: one for one in grounds.read.hints}
    for offer in grounds.incident.offers:
        task = _WORK.get(str(offer.task))
        if task is None or offer.result is None or offer.result.assisted_by is None or is_hidden(offer.id):
            continue
        named = offer.result.assisted_by
        used = [known[one] for one in named if one in known]
        hint = used[0] if used else next(iter(known.values()), None)
        # Whoever used the summary alone, which is of events, says nothing about what was read.
        if hint is not None and (used or summary_hint_id(grounds.incident.id) not in named):
            yield grounds.judged(task, hint, f"use {offer.id}", bool(used), [offer], of_use=True)
