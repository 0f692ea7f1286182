"""Acceptance estimates: the probability that a person accepts, from their own answers and a prior by distance and hour.

An estimate is the probability of an acceptance within 90 s, the usual window. It is the mean of a Beta distribution: a prior
with the weight of `PRIOR_WEIGHT` answers, and the person's own answers with a half-life of `ANSWER_HALF_LIFE_MS`. The prior is a
table by distance band and local hour; it starts at published values and is updated by everybody's answers (half-life 30 days).

Decaying sums are stored as log2 of the sum of weight × 2^(t / half-life) (0: empty). Adding an entry then needs no clock, and the
order of additions does not matter, so Redis and a rebuild agree.

Sources (`PLoS ONE`, 10.1371/journal.pone.0343762, and published services): volunteers accept 17 to 47 % of alerts, the middle
value is 36 %; of 11,302 acceptances 26 % arrive within 30 s, half within 40 s, 79 % within 60 s, 96 % within 90 s.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from dispatch.model.local_time import local_hour
from dispatch.model.people import Candidate
from dispatch.model.vocabulary import Capability

OVERALL = 0.36
"""Acceptance rate over all people, if nothing else is known."""
USUAL_WINDOW_S = 90.0
MEDIAN_ACCEPT_S = 40.0
ACCEPT_SPREAD = 0.475
"""Standard deviation of the logarithm of the time to accept. Least-squares fit to the three shares with the median fixed: the
lognormal gives 27.2 % within 30 s, 80.3 % within 60 s and 95.6 % within 90 s."""

PRIOR_WEIGHT = 4.0
"""Weight of the prior in answers: after four answers of their own, half of the estimate is the person's (judgement)."""
CELL_WEIGHT = 30.0
"""Weight of a cell's published start value, in answers (judgement)."""
ANSWER_HALF_LIFE_MS = 60 * 86_400_000
CELL_HALF_LIFE_MS = 30 * 86_400_000
WORK_HALF_LIFE_MS = 7 * 86_400_000
LEAST, MOST = 0.005, 0.995
"""Bounds of every estimate: no answer is certain."""

DIGITAL_BAND = "digital"
PLACELESS_BAND = "anywhere"
USUAL_BAND = "5km"
_BANDS_M = ((500.0, "0.5km"), (1_500.0, "1.5km"), (5_000.0, "5km"), (20_000.0, "20km"), (math.inf, "far"))
BANDS = (*(name for _, name in _BANDS_M), PLACELESS_BAND, DIGITAL_BAND)
_START = {
    "0.5km": 0.47,
    "1.5km": 0.42,
    "5km": 0.36,
    "20km": 0.27,
    "far": 0.17,
    PLACELESS_BAND: 0.36,
    DIGITAL_BAND: 0.36,
}
"""The published range mapped to distance: upper end for the nearest band, middle across a town, lower end beyond 20 km."""
_NIGHT_HOURS = frozenset({23, 0, 1, 2, 3, 4, 5, 6})
_NIGHT = 0.6
"""Factor at night (judgement; the table replaces it with measured answers)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Decayed counts of answers: accepted; and refused, by a decline or by silence."""

    accepted: float = 0.0
    refused: float = 0.0


NO_EVIDENCE = Evidence()
Priors = Mapping[str, Evidence]
"""Evidence of the prior table by band for the present hour; an absent band has none."""


def band_of(capability: Capability, distance_m: float | None) -> str:
    """The distance band, one of `BANDS`."""
    if capability is Capability.DIGITAL:
        return DIGITAL_BAND
    if distance_m is None:
        return PLACELESS_BAND
    return next(name for limit_m, name in _BANDS_M if distance_m <= limit_m)


def cell_of(capability: Capability, distance_m: float | None, asked_ms: int) -> str:
    """The cell of the prior table for an offer: `<local hour>|<band>`."""
    return f"{local_hour(asked_ms)}|{band_of(capability, distance_m)}"


def prior(band: str, at_ms: int, priors: Priors) -> float:
    """Estimate for a person without answers of their own."""
    # The factor applies to the start value alone: measured cells have their hour already.
    start = _START[band] * (_NIGHT if local_hour(at_ms) in _NIGHT_HOURS else 1.0)
    taught = priors.get(band, NO_EVIDENCE)
    return _mean(start, CELL_WEIGHT, taught.accepted, taught.refused)


def estimate(candidate: Candidate, capability: Capability, at_ms: int, priors: Priors) -> float:
    """Probability that this person accepts within the usual window; between `LEAST` and `MOST`."""
    return estimates([candidate], capability, at_ms, priors)[candidate.volunteer_id]


def estimates(candidates: Iterable[Candidate], capability: Capability, at_ms: int, priors: Priors) -> dict[str, float]:
    """Estimates of several people at one time, by volunteer id."""
    prior_of_band: dict[str, float] = {}
    known: dict[str, float] = {}
    for person in candidates:
        # The recorded distance: the chance is recorded, and `lessons.py` learns by the same band.
        band = band_of(capability, person.recorded_m)
        if band not in prior_of_band:
            prior_of_band[band] = prior(band, at_ms, priors)
        known[person.volunteer_id] = _mean(prior_of_band[band], PRIOR_WEIGHT, person.accepted, person.refused)
    return known


def _mean(start: float, weight: float, accepted: float, refused: float) -> float:
    # Posterior mean of Beta(weight × start, weight × (1 - start)) after these answers.
    return min(MOST, max(LEAST, (weight * start + accepted) / (weight + accepted + refused)))


def chance_within(estimated: float, window_s: float) -> float:
    """Probability to accept within `window_s`, for a person with this estimate; at most `MOST`."""
    return min(MOST, estimated * answered_by(window_s))


def silence_weight(silent_s: float, estimated: float) -> float:
    """Weight of a silence of this length as a refusal, for an estimate p: F (1 - p) / (1 - p F).

    F is the share of acceptances that arrive within `silent_s`; the weight is 1 after the usual window. It is the weight at which
    the mean of the Beta distribution matches the likelihood of a censored answer. Offers that were withdrawn because others were
    faster must count with this weight: ignoring them keeps only the quick acceptances of each wave and makes 36 % look like 70 %.
    """
    come = min(1.0, answered_by(silent_s))
    return come * (1.0 - estimated) / (1.0 - estimated * come)


@lru_cache(maxsize=4096)
def answered_by(seconds: float) -> float:
    """Share of the acceptances within the usual window that arrive within `seconds`; slightly above 1 beyond the window.

    Cached: a wave evaluates the same times for all its people.
    """
    return _accepted_by(seconds) / _accepted_by(USUAL_WINDOW_S)


def _accepted_by(seconds: float) -> float:
    # The logarithm of 0 is undefined.
    if seconds < 0.001:
        return 0.0
    return 0.5 * (1 + math.erf(math.log(seconds / MEDIAN_ACCEPT_S) / (ACCEPT_SPREAD * math.sqrt(2))))


def added(total: float, at_ms: int, weight: float, half_life_ms: int) -> float:
    """A decaying sum (see the module docstring) with one more entry; `weight` must be positive."""
    entry = at_ms / half_life_ms + math.log2(weight)
    if total == 0:
        return entry
    # Factored by the larger term: 2 ** total itself overflows a float.
    high, low = max(total, entry), min(total, entry)
    return high + math.log2(1 + 2 ** (low - high))


def decayed(total: float, now_ms: float, half_life_ms: int) -> float:
    """The present value of a decaying sum."""
    return 0.0 if total == 0 else float(2 ** (total - now_ms / half_life_ms))
