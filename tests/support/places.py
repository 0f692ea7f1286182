"""Places of their own for tests that share a log: out of reach of each other by construction, and the same in every run.

`somewhere("stack")` gives the next place to a test on the shared stack, `somewhere("desk")` to one on the shared servers.

Neighbours are 130 km apart or more, further than the widest ring (100 km), and all lie on land within Kazakhstan.
"""

import itertools

from dispatch.model.places import Place

_BLOCKS = (
    # west, east, step; south, north, step, in hundredths of a degree
    ((5500, 8000, 200), (4700, 5020, 120)),
    ((6700, 7600, 180), (4340, 4560, 120)),
    ((6400, 7500, 220), (5140, 5280, 120)),
)
PLACES = tuple(
    Place(lon=lon / 100, lat=lat / 100)
    for (west, east, wide), (south, north, high) in _BLOCKS
    for lon in range(west, east + 1, wide)
    for lat in range(south, north + 1, high)
)
_next = {log: itertools.cycle(PLACES) for log in ("stack", "desk")}


def somewhere(log: str) -> Place:
    """The next place of a log: nobody else's there until all have been given out."""
    return next(_next[log])
