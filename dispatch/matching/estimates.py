"""How likely a person is to accept: from their own answers, and from a prior by distance and hour for a stranger.

An estimate is the chance to accept within 90 s, the usual window. It is the mean of a Beta distribution: a prior that weighs as
much as `PRIOR_WEIGHT` answers, and the person's own answers, each counting half as much after `ANSWER_HALF_LIFE_MS`. The prior
itself learns: a table by distance band and local hour of everybody's answers (half-life 30 days) over a sensible start.

Sums that decay are kept as log2 of the sum of weight × 2^(t / half-life) (0: nothing yet): adding to one needs no clock, and the
order of adding does not matter, so the picture and its rebuild agree.

Sources (`PLoS ONE`, 10.1371/journal.pone.0343762, and published services): volunteers accept 17 to 47 % of alerts, 36 % in the
middle; of 11,302 acceptances 26 % are in by 30 s, half by 40 s, 79 % by 60 s, 96 % by 90 s.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from dispatch.model.local_time import local_hour
from dispatch.model.people import Candidate
from dispatch.model.vocabulary import Capability

OVERALL = 0.36
USUAL_WINDOW_S = 90.0
MEDIAN_ACCEPT_S = 40.0
ACCEPT_SPREAD = 0.475
"""Standard deviation of the logarithm of the time to accept. Least squares over the three shares with the median fixed: the
lognormal gives 27.2 % by 30 s, 80.3 % by 60 s and 95.6 % by 90 s."""

PRIOR_WEIGHT = 4.0
"""A stranger's prior weighs as much as four answers: after four of their own, half of the estimate is theirs (judgement)."""
CELL_WEIGHT = 30.0
"""A cell of the table keeps its start until about thirty answers speak against it (judgement)."""
ANSWER_HALF_LIFE_MS = 60 * 86_400_000
CELL_HALF_LIFE_MS = 30 * 86_400_000
WORK_HALF_LIFE_MS = 7 * 86_400_000
LEAST, MOST = 0.005, 0.995
"""No amount of evidence makes an answer certain."""

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
"""The published range laid over the distance: its upper end next door, its middle across a town, its lower end beyond 20 km."""
_NIGHT_HOURS = frozenset({23, 0, 1, 2, 3, 4, 5, 6})
_NIGHT = 0.6
"""At night people sleep: judgement until the table has learnt what is true here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Answers as they count now: accepted, and refused by word or by silence."""

    accepted: float = 0.0
    refused: float = 0.0


NO_EVIDENCE = Evidence()
Priors = Mapping[str, Evidence]
"""What the table says of each band at the present hour; a band it does not name has taught nothing yet."""


def band_of(capability: Capability, distance_m: float | None) -> str:
    if capability is Capability.DIGITAL:
        return DIGITAL_BAND
    if distance_m is None:
        return PLACELESS_BAND
    return next(name for limit_m, name in _BANDS_M if distance_m <= limit_m)


def cell_of(capability: Capability, distance_m: float | None, asked_ms: int) -> str:
    """The cell of the prior table an offer belongs in: `<local hour>|<band>`."""
    return f"{local_hour(asked_ms)}|{band_of(capability, distance_m)}"


def prior(band: str, at_ms: int, priors: Priors) -> float:
    """What is expected of a stranger."""
    start = _START[band] * (_NIGHT if local_hour(at_ms) in _NIGHT_HOURS else 1.0)
    taught = priors.get(band, NO_EVIDENCE)
    return _mean(start, CELL_WEIGHT, taught.accepted, taught.refused)


def estimate(candidate: Candidate, capability: Capability, at_ms: int, priors: Priors) -> float:
    """Chance that this person accepts within the usual window; between `LEAST` and `MOST`."""
    return estimates([candidate], capability, at_ms, priors)[candidate.volunteer_id]


def estimates(candidates: Iterable[Candidate], capability: Capability, at_ms: int, priors: Priors) -> dict[str, float]:
    """Of many people at one moment, by id."""
    strangers: dict[str, float] = {}
    known: dict[str, float] = {}
    for person in candidates:
        band = band_of(capability, person.distance_m)
        if band not in strangers:
            strangers[band] = prior(band, at_ms, priors)
        known[person.volunteer_id] = _mean(strangers[band], PRIOR_WEIGHT, person.accepted, person.refused)
    return known


def _mean(start: float, weight: float, accepted: float, refused: float) -> float:
    return min(MOST, max(LEAST, (weight * start + accepted) / (weight + accepted + refused)))


def chance_within(estimated: float, window_s: float) -> float:
    """Chance to accept within a window of this length, of a person with this estimate."""
    return min(MOST, estimated * answered_by(window_s))


def silence_weight(silent_s: float, estimated: float) -> float:
    """How much of a refusal a silence of this length is, from a person of this estimate p: F (1 - p) / (1 - p F).

    All of one after the usual window, little when it was cut short: at F, the share of those who accept who would have done so
    by then. It is the weight with which the mean of a Beta meets the likelihood of an answer that was cut off there. An offer
    that is withdrawn because others were faster must count so: to leave it out would keep only the quick acceptances of
    every wave and make 36 % look like 70.
    """
    come = min(1.0, answered_by(silent_s))
    return come * (1.0 - estimated) / (1.0 - estimated * come)


@lru_cache(maxsize=4096)
def answered_by(seconds: float) -> float:
    """Share of those who accept within the usual window who have done so after so many seconds; beyond it a little over 1.

    Remembered: a wave asks for the same moments of all its people.
    """
    return _accepted_by(seconds) / _accepted_by(USUAL_WINDOW_S)


def _accepted_by(seconds: float) -> float:
    if seconds < 0.001:
        return 0.0
    return 0.5 * (1 + math.erf(math.log(seconds / MEDIAN_ACCEPT_S) / (ACCEPT_SPREAD * math.sqrt(2))))


def added(total: float, at_ms: int, weight: float, half_life_ms: int) -> float:
    """A decaying sum (see above) with one more entry; `weight` above 0."""
    entry = at_ms / half_life_ms + math.log2(weight)
    if total == 0:
        return entry
    high, low = max(total, entry), min(total, entry)
    return high + math.log2(1 + 2 ** (low - high))


def decayed(total: float, now_ms: int, half_life_ms: int) -> float:
    """What a decaying sum amounts to now."""
    return 0.0 if total == 0 else float(2 ** (total - now_ms / half_life_ms))
