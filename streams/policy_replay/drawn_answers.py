"""Answers that the record does not have: drawn from what it says about answers, or left out.

Whether somebody accepts is drawn with the chance that the dispatcher itself states for the offer, from their own answers so far
(`dispatch/matching/estimates.py`); when, from the times of recorded acceptances. Draws depend on the seed, the incident, the
person and how often they were asked, so both books of a comparison meet the same people. Work after an acceptance takes the
median times of the record. The result of digital work is the recorded one of the same work of the same incident; without one
nothing is given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from statistics import median
from typing import Any

from dispatch.model.answer_commands import AcceptOffer, AnswerCommand, CheckIn, DeclineOffer, ReportProgress
from dispatch.model.ids import derived
from dispatch.model.offer_events import OfferMade
from dispatch.model.reasons import DeclineReason
from dispatch.model.safety_events import CheckInAsked
from dispatch.model.vocabulary import Capability, OfferState
from streams.policy_replay.recorded_answers import RecordedAnswers, RecordedAsk

READY_MS, WORK_MS = 60_000, 1_800_000
"""From acceptance to setting off, and from arrival to the end, where the record has none."""
QUICK_MS = 20_000
"""When somebody answers if the record has no answer at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerHabits:
    """How people answer and work, by the record; times in ms, sorted."""

    accept_after_ms: Sequence[int]
    decline_after_ms: Sequence[int]
    declined: float
    """Of the people who did not accept: the share that said so."""
    accepted: float
    ready_ms: int
    work_ms: int


def habits_of(answers: RecordedAnswers) -> AnswerHabits:
    asks = [ask for ask in answers.all() if ask.is_answered or ask.is_silent]
    accepts = [at_ms - ask.made_ms for ask in asks if (at_ms := ask.accepted_ms) is not None]
    declines = [
        one.at_ms - ask.made_ms for ask in asks for one in ask.said[:1] if isinstance(one.command, DeclineOffer)
    ]
    not_accepted = len(asks) - len(accepts)
    return AnswerHabits(
        accept_after_ms=sorted(accepts),
        decline_after_ms=sorted(declines),
        declined=len(declines) / not_accepted if not_accepted else 0.0,
        accepted=len(accepts) / len(asks) if asks else 0.0,
        ready_ms=_median([step for ask in asks for step in _between(ask, None, OfferState.EN_ROUTE)], READY_MS),
        work_ms=_median(
            [step for ask in asks for step in _between(ask, OfferState.ON_SCENE, OfferState.DONE)], WORK_MS
        ),
    )


def drawn(
    habits: AnswerHabits, answers: RecordedAnswers, offer: OfferMade, incident_id: str, made_ms: int, seed: str
) -> Iterator[tuple[int, AnswerCommand]]:
    """What the person does about this offer, with times; nothing at all when they let it pass."""
    rng = Random(f"{seed}:{incident_id}:{offer.volunteer_id}")
    accepts, declines, share = rng.random(), rng.random(), rng.random()
    window_ms = max(1, offer.expires_ms - made_ms)
    chance = habits.accepted if offer.chance is None else offer.chance
    if accepts < chance:
        at_ms = made_ms + _drawn_time(habits.accept_after_ms, share, window_ms)
        yield at_ms, AcceptOffer(**_about(offer, incident_id, "accept", at_ms))
        yield from _work(habits, answers, offer, incident_id, at_ms)
    elif declines < habits.declined:
        at_ms = made_ms + _drawn_time(habits.decline_after_ms, share, window_ms)
        yield at_ms, DeclineOffer(**_about(offer, incident_id, "decline", at_ms), reason=DeclineReason.OTHER)


def check_in(asked: CheckInAsked, incident_id: str, now_ms: int) -> tuple[int, CheckIn]:
    """The answer of somebody whose presence is drawn to the question whether they are well."""
    at_ms = now_ms + QUICK_MS
    command = CheckIn(
        id=str(derived("drawn", asked.offer_id, "check-in", str(now_ms))),
        incident_id=incident_id,
        by=asked.volunteer_id,
        sent_ms=at_ms,
        offer_id=asked.offer_id,
        volunteer_id=asked.volunteer_id,
    )
    return at_ms, command


def _work(
    habits: AnswerHabits, answers: RecordedAnswers, offer: OfferMade, incident_id: str, accepted_ms: int
) -> Iterator[tuple[int, AnswerCommand]]:
    if offer.capability is Capability.DIGITAL:
        if found := answers.result_of(incident_id, offer.task):
            after_ms, result = found
            at_ms = accepted_ms + after_ms
            yield at_ms, replace(result, **_about(offer, incident_id, "result", at_ms), said_ms=None)
        return
    # The travel time counts from the acceptance on.
    arrived_ms = accepted_ms + round((offer.eta_s or 0.0) * 1000)
    steps = (
        (OfferState.EN_ROUTE, min(accepted_ms + habits.ready_ms, arrived_ms)),
        (OfferState.ON_SCENE, arrived_ms),
        (OfferState.DONE, arrived_ms + habits.work_ms),
    )
    for state, at_ms in steps:
        yield at_ms, ReportProgress(**_about(offer, incident_id, state, at_ms), state=state)


def _drawn_time(times: Sequence[int], share: float, window_ms: int) -> int:
    """Within the window: the chance is one of an acceptance within it."""
    within = [at_ms for at_ms in times if at_ms <= window_ms] or [min(QUICK_MS, window_ms)]
    return within[int(share * len(within))]


def _between(ask: RecordedAsk, first: OfferState | None, then: OfferState) -> Iterator[int]:
    at = {one.command.state: one.at_ms for one in ask.said if isinstance(one.command, ReportProgress)}
    begun_ms = ask.accepted_ms if first is None else at.get(first)
    if begun_ms is not None and then in at:
        yield at[then] - begun_ms


def _median(values: Sequence[int], otherwise: int) -> int:
    return round(median(values)) if values else otherwise


def _about(offer: OfferMade, incident_id: str, what: str, at_ms: int) -> dict[str, Any]:
    return {
        "id": str(derived("drawn", offer.offer_id, what)),
        "incident_id": incident_id,
        "by": offer.volunteer_id,
        "sent_ms": at_ms,
        "offer_id": offer.offer_id,
        "volunteer_id": offer.volunteer_id,
    }
