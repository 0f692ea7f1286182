"""Which position fixes are believed. The same rules as `streams/store/lua/fixes.lua`, which applies them to the firehose.

A fix is refused as it comes in when it says nothing, whoever sends it (`refusal`): no place on earth; exactly 0, 0 from a device
that states no accuracy, which is what an unset variable looks like; an accuracy worse than 100 km; a time more than a minute
ahead, or more than an hour ago, which a receiver shows whose week counter has rolled over.

A fix that can be true is weighed against the last one that is believed (`followed`):

- What is not newer than that one changes nothing.
- A vague fix (accuracy worse than half a kilometre, and worse than what is left of the last one) whose circle meets that of the
  last one places nobody better. It only shows that the device is alive.
- A leap that their way of travelling does not explain waits until a second, newer fix agrees with it. Until then the last place
  stands. It may have been the last place that was wrong, so a leap is not simply dropped.
- Everything else is believed.

One waiting fix is kept for each person, and forgotten with their place. All numbers are judgement.
"""

from dataclasses import dataclass, replace

from dispatch.matching.place_uncertainty import FRESH_S, IDLE_M_S
from dispatch.model.geo import distance_m
from dispatch.model.incidents import Place
from dispatch.model.vocabulary import FixRefusal, TravelMode

FROM_THE_FUTURE_MS = 60_000
OLDEST_MS = 3_600_000
"""As long as `locations` keeps them, and as a position is kept unless KOMEK_POSITION_TTL_S says otherwise."""
MOST_ACCURACY_M = 100_000
"""The position of a cell tower is good to 35 km; what is worse than this was guessed from an address."""
LEAP_M = 5_000.0
"""A shorter leap is a phone that finds itself, or one that states no accuracy."""
FASTEST_M_S = {TravelMode.FOOT: 15.0, TravelMode.BICYCLE: 20.0, TravelMode.CAR: 60.0}
"""Who goes on foot takes a bus now and then; who flies or takes a train is believed at the second fix."""
VAGUE_M = 500.0
FRESH_FOR_MS = 1_800_000
"""After this the last place is not believed any more (`eligibility.FIX_AGE_LIMIT_S`), so a vague one is better than none."""


def refusal(
    *, lon: float, lat: float, accuracy_m: float | None, recorded_ms: int | None, now_ms: int, grace_ms: int = 0
) -> FixRefusal | None:
    """Why this fix cannot be used; None when it can. `grace_ms`: on top of the hour, for who looks later than the intake."""
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return FixRefusal.OUT_OF_RANGE
    if accuracy_m is not None and not 0 <= accuracy_m <= MOST_ACCURACY_M:
        return FixRefusal.BAD_ACCURACY
    if lon == 0 and lat == 0 and not accuracy_m:
        return FixRefusal.ZERO_POSITION
    if recorded_ms is None:
        return None
    if recorded_ms > now_ms + FROM_THE_FUTURE_MS:
        return FixRefusal.FROM_THE_FUTURE
    return FixRefusal.TOO_OLD if recorded_ms < now_ms - OLDEST_MS - grace_ms else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """Where a device was. `accuracy_m`: radius of the circle it was in; None: not stated. `continues`: more fixes will follow."""

    place: Place
    at_ms: int
    accuracy_m: float | None = None
    continues: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What is kept of a person's fixes. `newest` is the newest of all, whatever it was worth: a sign of life."""

    believed: Fix
    newest: Fix
    waiting: Fix | None = None


def followed(track: Track | None, fix: Fix, mode: TravelMode | None) -> Track:
    """The track after one more fix. `mode` None: not known yet, so the fastest. A repeat changes nothing."""
    if track is None:
        return Track(believed=fix, newest=fix)
    if fix.at_ms <= track.believed.at_ms:
        return track
    newest = fix if fix.at_ms > track.newest.at_ms else track.newest
    if _places_nobody(track.believed, fix, mode):
        return replace(track, newest=newest)
    waiting = track.waiting
    if is_possible(track.believed, fix, mode):
        still_waits = waiting is not None and waiting.at_ms > fix.at_ms
        return Track(believed=fix, newest=newest, waiting=waiting if still_waits else None)
    if waiting is None or fix.at_ms <= waiting.at_ms:
        return replace(track, newest=newest, waiting=waiting or fix)
    if is_possible(waiting, fix, mode):
        return Track(believed=fix, newest=newest)
    return replace(track, newest=newest, waiting=fix)


def is_vague(accuracy_m: float | None) -> bool:
    return accuracy_m is not None and accuracy_m > VAGUE_M


def is_possible(before: Fix, after: Fix, mode: TravelMode | None) -> bool:
    """Whether somebody who travels like this can have come from the one circle into the other."""
    apart_m = distance_m(before.place, after.place)
    if apart_m <= LEAP_M:
        return True
    surely_m = apart_m - (before.accuracy_m or 0.0) - (after.accuracy_m or 0.0) - LEAP_M
    return surely_m <= FASTEST_M_S[mode or TravelMode.CAR] * (after.at_ms - before.at_ms) / 1000


def _places_nobody(before: Fix, after: Fix, mode: TravelMode | None) -> bool:
    """Whether it is vague, and its circle meets what is left of the last one."""
    accuracy_m = after.accuracy_m or 0.0
    age_s = (after.at_ms - before.at_ms) / 1000
    if not is_vague(after.accuracy_m) or age_s * 1000 > FRESH_FOR_MS:
        return False
    left_m = (before.accuracy_m or 0.0) + max(0.0, age_s - FRESH_S) * IDLE_M_S[mode or TravelMode.CAR]
    return accuracy_m > left_m and distance_m(before.place, after.place) <= accuracy_m + left_m
