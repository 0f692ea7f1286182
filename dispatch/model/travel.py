"""Built-in travel time model: straight line × detour factor, at the speed of the travel mode.

Sources: the median road distance is 1.24 × the straight line (0.9 to 2.4); lay responders on foot move at 1.8 m/s in dense and
3.1 m/s in sparse areas, 2.3 m/s overall (`PLoS ONE`, 10.1371/journal.pone.0343762). Bicycle and car use common planning values
for cities: 4.5 m/s and 8.5 m/s door to door; a car drives 17 m/s on the part beyond 5 km.
"""

from dispatch.model.vocabulary import TravelMode

DETOUR = 1.24
_SETTING_OUT_S = {TravelMode.FOOT: 30.0, TravelMode.BICYCLE: 60.0, TravelMode.CAR: 90.0}
_SPEED_M_S = {TravelMode.FOOT: 2.3, TravelMode.BICYCLE: 4.5, TravelMode.CAR: 8.5}
# Only the part beyond counts as open road, so the travel time has no step at this distance.
_OPEN_ROAD_FROM_M = 5_000.0
_OPEN_ROAD_M_S = 17.0

REACH_OF_MODE_M = {TravelMode.FOOT: 5_000, TravelMode.BICYCLE: 15_000, TravelMode.CAR: 50_000}
"""Distance limit of people who state none: under an hour by each mode."""


def travel_time_s(distance_m: float, mode: TravelMode) -> float:
    """Seconds from acceptance to arrival over a straight line of `distance_m`; strictly increasing in the distance."""
    road_m = distance_m * DETOUR
    town_m = min(road_m, _OPEN_ROAD_FROM_M) if mode is TravelMode.CAR else road_m
    return _SETTING_OUT_S[mode] + town_m / _SPEED_M_S[mode] + (road_m - town_m) / _OPEN_ROAD_M_S


def distance_within_m(eta_s: float, mode: TravelMode) -> float:
    """Longest straight line that can be travelled in `eta_s`, including the time to set out: the inverse of `travel_time_s`."""
    # Too short even to set out: no distance, not a negative one.
    left_s = max(0.0, eta_s - _SETTING_OUT_S[mode])
    road_m = left_s * _SPEED_M_S[mode]
    if mode is TravelMode.CAR and road_m > _OPEN_ROAD_FROM_M:
        road_m = _OPEN_ROAD_FROM_M + (left_s - _OPEN_ROAD_FROM_M / _SPEED_M_S[mode]) * _OPEN_ROAD_M_S
    return road_m / DETOUR


def setting_out_s(mode: TravelMode) -> float:
    """Seconds from acceptance to departure; times of an external router do not include them."""
    return _SETTING_OUT_S[mode]


def reach_m(own_limit_m: int | None, mode: TravelMode) -> int:
    """The distance limit of a person: their own, else the one of their travel mode."""
    return own_limit_m if own_limit_m is not None else REACH_OF_MODE_M[mode]
