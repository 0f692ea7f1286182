"""The place of a simulated person at a time: on a circle near home, or on a trip to an incident. Pure and stateless."""

import math
from dataclasses import dataclass

from dispatch.model.places import Place
from dispatch.model.vocabulary import TravelMode
from streams.simulator.people import SimulatedPerson
from streams.simulator.places import moved, offset_m

SPEED_M_S = {TravelMode.FOOT: 1.4, TravelMode.BICYCLE: 4.0, TravelMode.CAR: 8.0}
ROUND_RADIUS_M = {TravelMode.FOOT: 250.0, TravelMode.BICYCLE: 900.0, TravelMode.CAR: 2500.0}
STILL_SHARE = 0.7
"""Share of the time in which a person does not move."""
_CYCLE_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedTrip:
    """A trip. Before it the person is at `start`, after it at `goal`."""

    start: Place
    goal: Place
    starts_s: float
    arrives_s: float

    def place_at(self, at_s: float) -> Place:
        length_s = self.arrives_s - self.starts_s
        # A trip without length: the person is there at once.
        part = 1.0 if length_s <= 0 else min(1.0, max(0.0, (at_s - self.starts_s) / length_s))
        east, north = offset_m(self.start, self.goal)
        return moved(self.start, east_m=east * part, north_m=north * part)


def round_at(person: SimulatedPerson, at_s: float) -> Place:
    """The place on the person's circle through home. While the person stands still, it does not change."""
    radius = ROUND_RADIUS_M[person.travel_mode]
    walked_s = _walked_s(person.number, at_s)
    turn = SPEED_M_S[person.travel_mode] * walked_s / radius
    lean = 2 * math.pi * _share(person.number, 0)
    # Minus the start of the circle, so that it passes through home.
    east = radius * (math.cos(lean + turn) - math.cos(lean))
    north = radius * (math.sin(lean + turn) - math.sin(lean))
    return moved(person.home, east_m=east, north_m=north)


def _walked_s(number: int, at_s: float) -> float:
    """Seconds walked so far. Each person walks in one part of every hour; the part differs between people."""
    # Shifted by person: otherwise all would walk at the same time and send all their positions then.
    shift_s = _share(number, 1) * _CYCLE_S
    return _walked_in_cycles_s(shift_s + max(0.0, at_s)) - _walked_in_cycles_s(shift_s)


def _walked_in_cycles_s(at_s: float) -> float:
    """Seconds walked by a person who walks at the beginning of every cycle."""
    walking_s = _CYCLE_S * (1 - STILL_SHARE)
    full, within_s = divmod(at_s, _CYCLE_S)
    return full * walking_s + min(within_s, walking_s)


def _share(number: int, salt: int) -> float:
    """A fixed pseudo-random number from 0 to 1 for a person, by Knuth's multiplicative hash."""
    return ((number * 2 + salt) * 2_654_435_761 % 2**32) / 2**32
