"""How long a person needs to be there: the built-in model, straight line × detour at the speed of the mode.

Sources: road distance is 1.24 × the straight line in the median (0.9 to 2.4); lay responders on foot make 1.8 m/s in dense and
3.1 m/s in sparse areas, 2.3 m/s over all (`PLoS ONE`, 10.1371/journal.pone.0343762). Bicycle and car are the usual planning
values for cities: 4.5 m/s and 8.5 m/s door to door, a car doing 17 m/s on the part beyond 5 km.
"""

from dispatch.model.vocabulary import TravelMode

DETOUR = 1.24
_SETTING_OUT_S = {TravelMode.FOOT: 30.0, TravelMode.BICYCLE: 60.0, TravelMode.CAR: 90.0}
_SPEED_M_S = {TravelMode.FOOT: 2.3, TravelMode.BICYCLE: 4.5, TravelMode.CAR: 8.5}
_OPEN_ROAD_FROM_M = 5_000.0
_OPEN_ROAD_M_S = 17.0

REACH_OF_MODE_M = {TravelMode.FOOT: 5_000, TravelMode.BICYCLE: 15_000, TravelMode.CAR: 50_000}
"""How far a person is asked to go who has stated no limit: under an hour by each mode."""


def travel_time_s(distance_m: float, mode: TravelMode) -> float:
    """Seconds from the moment of acceptance to arrival over `distance_m` of straight line; grows with the distance."""
    road_m = distance_m * DETOUR
    town_m = min(road_m, _OPEN_ROAD_FROM_M) if mode is TravelMode.CAR else road_m
    return _SETTING_OUT_S[mode] + town_m / _SPEED_M_S[mode] + (road_m - town_m) / _OPEN_ROAD_M_S


def distance_within_m(eta_s: float, mode: TravelMode) -> float:
    """The straight line that is travelled in `eta_s` at most, setting out included: the reverse of `travel_time_s`."""
    left_s = max(0.0, eta_s - _SETTING_OUT_S[mode])
    road_m = left_s * _SPEED_M_S[mode]
    if mode is TravelMode.CAR and road_m > _OPEN_ROAD_FROM_M:
        road_m = _OPEN_ROAD_FROM_M + (left_s - _OPEN_ROAD_FROM_M / _SPEED_M_S[mode]) * _OPEN_ROAD_M_S
    return road_m / DETOUR


def setting_out_s(mode: TravelMode) -> float:
    """From acceptance to moving; a router does not know of it."""
    return _SETTING_OUT_S[mode]


def reach_m(own_limit_m: int | None, mode: TravelMode) -> int:
    return own_limit_m if own_limit_m is not None else REACH_OF_MODE_M[mode]
