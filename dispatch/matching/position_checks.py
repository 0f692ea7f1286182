"""Validation of position fixes. `streams/store/lua/fixes.lua` implements the same rules for the stream of positions.

A fix is refused at intake if it is unusable in itself (`refusal`): coordinates out of range; exactly 0, 0, the sign of
an unset variable; an accuracy worse than 100 km; a time more than a minute ahead or more than an
hour ago, as reported by a receiver after a week rollover.

A usable fix is compared with the last accepted one (`followed`):

- A fix that is not newer has no effect.
- A vague fix (accuracy worse than half a kilometre, and worse than the present accuracy of the last fix) whose circle intersects
  that of the last one adds no information about the place. It only counts as a sign of life.
- A jump is possible if the accuracies of both circles, `SLACK_M` and the time at the top speed of the travel mode explain the
  distance, both from the last fix and from the anchor of the track.
- An impossible jump is held until a second fix near it, at least `CONFIRMED_AFTER_MS` newer, confirms it: receivers repeat a
  wrong place in a burst. Until then the last place remains. A jump is not simply dropped, because the last place may have been
  the wrong one. A vague fix neither begins nor confirms a jump: a phone that repeats the place of a distant cell tower would
  otherwise confirm itself.
- Any other fix is accepted.

The anchor is a place at which the person was accepted, with the time when they were last seen there. It moves on only after
`ANCHOR_MS` elsewhere. A chain of fixes in quick succession is measured from the same anchor, so it gets the slack once, not with
every fix: in a time T the chain covers at most `speed * T + (T / ANCHOR_MS + 1) * (SLACK_M + STOOD_M + both accuracies)`.

One held fix and one anchor are kept per person; both expire with their place. All limits are judgement.

The order of fixes is that of the log: `locations` is keyed by person, each partition is read in offset order, and neither the
live path nor a rebuild sorts or skips fixes. A fix that is recorded earlier but logged later is folded where it was logged.
"""

from dataclasses import dataclass, replace

from dispatch.matching.place_uncertainty import FRESH_S, IDLE_M_S
from dispatch.model.geo import distance_m
from dispatch.model.places import Place
from dispatch.model.reasons import FixRefusal
from dispatch.model.vocabulary import TravelMode

FROM_THE_FUTURE_MS = 60_000
OLDEST_MS = 3_600_000
"""The retention of `locations`, and the default of KOMEK_POSITION_TTL_S."""
MOST_ACCURACY_M = 100_000
"""A position by cell tower is accurate to 35 km; anything worse than this limit was estimated from an address."""
SLACK_M = 500.0
"""Allowance for receivers that state no accuracy or a too good one: multipath between buildings shifts a fix by up to 300 m."""
STOOD_M = 100.0
"""Two fixes this close count as one place: the second renews the time of an anchor or confirms a jump. Less than `SLACK_M`, which
also has to cover this distance."""
ANCHOR_MS = 60_000
"""Time away from the anchor after which the next accepted fix becomes the anchor: two reports of a phone."""
CONFIRMED_AFTER_MS = 10_000
"""Time by the clock of the device between a jump and the fix that confirms it. Phones report every half minute."""
FASTEST_M_S = {TravelMode.FOOT: 15.0, TravelMode.BICYCLE: 20.0, TravelMode.CAR: 60.0}
"""Maximum plausible speeds. People on foot sometimes take a bus; a flight or train ride is accepted at the second fix."""
VAGUE_M = 500.0
FRESH_FOR_MS = 1_800_000
"""After this age the last fix is no longer used (`eligibility.FIX_AGE_LIMIT_S`), so a vague fix is better than none."""


def refusal(
    *, lon: float, lat: float, accuracy_m: float | None, recorded_ms: int | None, now_ms: int, grace_ms: int = 0
) -> FixRefusal | None:
    """Why this fix is refused; None if it is usable. `grace_ms`: extends the age limit for checks that run after intake."""
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return FixRefusal.OUT_OF_RANGE
    if accuracy_m is not None and not 0 <= accuracy_m <= MOST_ACCURACY_M:
        return FixRefusal.BAD_ACCURACY
    # Open sea off Africa: a stated accuracy does not make it a place where a volunteer is.
    if lon == 0 and lat == 0:
        return FixRefusal.ZERO_POSITION
    if recorded_ms is None:
        return None
    if recorded_ms > now_ms + FROM_THE_FUTURE_MS:
        return FixRefusal.FROM_THE_FUTURE
    return FixRefusal.TOO_OLD if recorded_ms < now_ms - OLDEST_MS - grace_ms else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A position of a device. `accuracy_m`: radius of its circle, None if not stated. `continues`: more fixes will follow."""

    place: Place
    at_ms: int
    accuracy_m: float | None = None
    continues: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """State kept per person: the last accepted fix, the newest fix of any kind (a sign of life), the anchor, and the fix held as
    a jump. `anchor.at_ms`: when the person was last seen there; equal to that of `believed` while they are."""

    believed: Fix
    newest: Fix
    anchor: Fix
    waiting: Fix | None = None


def followed(track: Track | None, fix: Fix, mode: TravelMode | None) -> Track:
    """The track after one more fix. `mode` None: unknown, treated as the fastest. A repeated fix has no effect."""
    if track is None:
        return Track(believed=fix, newest=fix, anchor=fix)
    if fix.at_ms <= track.believed.at_ms:
        return track
    newest = fix if fix.at_ms > track.newest.at_ms else track.newest
    if _adds_no_place(track.believed, fix, mode):
        return replace(track, newest=newest)
    waiting = track.waiting
    if is_possible(track.believed, fix, mode) and is_possible(track.anchor, fix, mode):
        still_waits = waiting is not None and waiting.at_ms > fix.at_ms
        anchor = _next_anchor(track.anchor, fix)
        return Track(believed=fix, newest=newest, anchor=anchor, waiting=waiting if still_waits else None)
    if is_vague(fix.accuracy_m):
        return replace(track, newest=newest)
    if waiting is None or fix.at_ms <= waiting.at_ms:
        return replace(track, newest=newest, waiting=waiting or fix)
    if not _confirms(waiting, fix):
        return replace(track, newest=newest, waiting=fix)
    # The first of a burst stays the one to confirm, so that a burst does not put its own confirmation off.
    if fix.at_ms - waiting.at_ms < CONFIRMED_AFTER_MS:
        return replace(track, newest=newest)
    return Track(believed=fix, newest=newest, anchor=_next_anchor(waiting, fix))


def is_vague(accuracy_m: float | None) -> bool:
    return accuracy_m is not None and accuracy_m > VAGUE_M


def is_possible(before: Fix, after: Fix, mode: TravelMode | None) -> bool:
    """Whether a person of this travel mode can have moved from the first circle into the second in the time between."""
    return _missing_m(before, after, mode) <= SLACK_M


def _confirms(waiting: Fix, fix: Fix) -> bool:
    """Whether a newer fix confirms a jump. A person whose mode does not explain the jump may be in a vehicle: any speed up to
    that of a car counts, but not `SLACK_M`, with which hops in quick succession would confirm each other."""
    return _missing_m(waiting, fix, TravelMode.CAR) <= STOOD_M


def _missing_m(before: Fix, after: Fix, mode: TravelMode | None) -> float:
    """The part of the distance that accuracies and top speed do not explain; negative if they explain more than it."""
    apart_m = distance_m(before.place, after.place) - (before.accuracy_m or 0.0) - (after.accuracy_m or 0.0)
    return apart_m - FASTEST_M_S[mode or TravelMode.CAR] * (after.at_ms - before.at_ms) / 1000


def _next_anchor(anchor: Fix, fix: Fix) -> Fix:
    """The anchor after `fix` was accepted. The first precise fix replaces a vague anchor, whose circle would excuse any jump."""
    if is_vague(anchor.accuracy_m) and not is_vague(fix.accuracy_m):
        return fix
    if distance_m(anchor.place, fix.place) <= STOOD_M:
        return replace(anchor, at_ms=fix.at_ms)
    return fix if fix.at_ms - anchor.at_ms >= ANCHOR_MS else anchor


def _adds_no_place(before: Fix, after: Fix, mode: TravelMode | None) -> bool:
    """Whether `after` is vague and intersects the circle of `before`, grown by the drift since then."""
    accuracy_m = after.accuracy_m or 0.0
    age_s = (after.at_ms - before.at_ms) / 1000
    if not is_vague(after.accuracy_m) or age_s * 1000 > FRESH_FOR_MS:
        return False
    drifted_m = (before.accuracy_m or 0.0) + max(0.0, age_s - FRESH_S) * IDLE_M_S[mode or TravelMode.CAR]
    return accuracy_m > drifted_m and distance_m(before.place, after.place) <= accuracy_m + drifted_m
