"""How many people are on duty, by cells of a grid: never who they are (DESIGN 172, 182).

The grid is that of Redis' geohash: longitudes, and latitudes up to `GEO_LIMIT`, are halved `steps` times. A cell is then one
range of scores in the field indexes, and counting it costs O(log people), however many people are in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from dispatch.model.geo import Box
from streams.store.redis_client import RedisClient
from streams.store.scripts import ANY_SKILL

GEO_LIMIT = 85.05112878
"""Largest latitude of Redis' geohash (geohash.h)."""
FINEST_STEPS = 14
"""About 1.6 x 1.2 km in Almaty: the smallest cell that is counted is larger than the cells that homes are kept as."""
COARSEST_STEPS = 4
SKILL_STEPS = 8
"""About 114 x 74 km in Almaty, half a district: the one size of cells that are counted by a skill. Of a rare skill there is often
one known person, and smaller cells, or cells of several sizes whose differences can be taken, would tell where they are."""
COUNTRY = Box(west=46.0, south=40.0, east=88.0, north=56.0)
"""What is counted unless a box is stated."""
CELLS_AT_MOST = 1_024
"""Of one query: about 5 ms of Redis' time."""
_BITS = 26
"""Halvings of Redis' own scores, which have 52 bits."""

_pack = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """`column` from the antimeridian eastwards, `row` from the south northwards, of `2 ** steps` each."""

    steps: int
    column: int
    row: int

    @property
    def id(self) -> str:
        return f"{self.steps}-{self.column}-{self.row}"

    @property
    def box(self) -> Box:
        width, height = 360 / (1 << self.steps), 2 * GEO_LIMIT / (1 << self.steps)
        west, south = -180 + self.column * width, -GEO_LIMIT + self.row * height
        return Box(west=west, south=south, east=west + width, north=south + height)

    def scores(self) -> tuple[int, int]:
        """The scores in a GEO index: from, and up to but not including. Latitude has the even bits, longitude the odd ones."""
        interleaved = 0
        for bit in range(self.steps):
            interleaved |= (self.row >> bit & 1) << 2 * bit | (self.column >> bit & 1) << 2 * bit + 1
        shift = 2 * (_BITS - self.steps)
        return interleaved << shift, (interleaved + 1) << shift


@dataclass(frozen=True, slots=True, kw_only=True)
class CellCount:
    """People on duty for field work in a cell; `engaged`: those of them who hold an offer."""

    cell: Cell
    on_duty: int
    engaged: int


def cells_in(box: Box, zoom: float) -> list[Cell]:
    """The cells that meet a box, at most CELLS_AT_MOST: a box that is too large for its zoom gets larger cells."""
    steps = max(COARSEST_STEPS, min(FINEST_STEPS, round(zoom) + 3))
    while steps > COARSEST_STEPS and _size(box, steps) > CELLS_AT_MOST:
        steps -= 1
    rows = _rows(box, steps)
    return [Cell(steps=steps, column=column, row=row) for row in rows for column in _columns(box, steps)]


def skill_cells_in(box: Box) -> list[Cell]:
    """The cells by which people of one skill are counted: each is the same whatever box meets it, at any zoom.

    At most CELLS_AT_MOST: of a larger box those within COUNTRY.
    """
    if _size(box, SKILL_STEPS) > CELLS_AT_MOST:
        box = COUNTRY
    rows = _rows(box, SKILL_STEPS)
    return [Cell(steps=SKILL_STEPS, column=column, row=row) for row in rows for column in _columns(box, SKILL_STEPS)]


def cell_at(lon: float, lat: float, steps: int) -> Cell:
    return Cell(
        steps=steps,
        column=_at((lon + 180) / 360, steps),
        row=_at((lat + GEO_LIMIT) / (2 * GEO_LIMIT), steps),
    )


async def count(link: RedisClient, cells: Sequence[Cell], skill: str | None = None) -> list[CellCount]:
    """The cells with people who have the skill; None: with anybody on duty. Raises StoreUnavailable, NotReady."""
    answer = await link.call(
        "people_cells", skill or ANY_SKILL, _pack([[str(end) for end in cell.scores()] for cell in cells])
    )
    numbers = iter(answer)
    return [
        CellCount(cell=cells[at - 1], on_duty=free + engaged, engaged=engaged)  # Lua counts from 1
        for at, free, engaged in zip(numbers, numbers, numbers, strict=True)
    ]


def _at(share: float, steps: int) -> int:
    return max(0, min((1 << steps) - 1, int(share * (1 << steps))))


def _rows(box: Box, steps: int) -> range:
    ends = [_at((lat + GEO_LIMIT) / (2 * GEO_LIMIT), steps) for lat in (box.south, box.north)]
    return range(ends[0], ends[1] + 1)


def _columns(box: Box, steps: int) -> Iterator[int]:
    west, east = (_at((lon + 180) / 360, steps) for lon in (box.west, box.east))
    # A box that crosses the antimeridian has its west east of its east.
    return iter(range(west, east + 1) if box.west <= box.east else [*range(west, (1 << steps)), *range(east + 1)])


def _size(box: Box, steps: int) -> int:
    return len(_rows(box, steps)) * sum(1 for _ in _columns(box, steps))
