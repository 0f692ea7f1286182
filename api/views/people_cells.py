"""People on duty by cells, as operators see them: classes of counts, of which no reading of other sizes or boxes tells of one.

Cells of one size are the quarters of those of the next: an exact count less its quarters would be exact again, of one person
too. So every number is the lower end of a class, and every class but those of 0 and 1 begins at a multiple of FEW. What remains
of a cell when others are taken away is then known up to a bound that is FEW - 1 or more: never "one", never "two at most". For
the same reason a small cell with fewer than FEW is not told at all: not to be empty is a lower end of 1 (DESIGN 210).
"""

from bisect import bisect_right
from collections.abc import Sequence

from api.views.values import View
from streams.store.people_cells import SKILL_STEPS, CellCount

FEW = 5
"""Fewer people than this are no crowd in which one is hidden. Usual in statistics of small areas: 3 hides one person from
everybody but the two others, 10 would empty the map outside cities."""
_LOWER_ENDS = tuple(FEW * factor * 10**digits for digits in range(7) for factor in (1, 2, 4, 10))
DECIMALS = 6
"""Of degrees."""


def cells(counts: Sequence[CellCount]) -> list[View]:
    """`schemas.people_cells.PeopleCell` of each that may be told."""
    return [_cell(one) for one in counts if one.on_duty >= FEW or one.cell.steps <= SKILL_STEPS]


def _cell(one: CellCount) -> View:
    box = one.cell.box
    centre = [round((box.west + box.east) / 2, DECIMALS), round((box.south + box.north) / 2, DECIMALS)]
    return {
        "cell": one.cell.id,
        "location": {"type": "Point", "coordinates": centre},
        "box": [round(side, DECIMALS) for side in (box.west, box.south, box.east, box.north)],
        "on_duty": max(1, lower_end(one.on_duty)),
        "free": lower_end(one.on_duty - one.engaged),
        "engaged": lower_end(one.engaged),
    }


def lower_end(count: int) -> int:
    """The least number of the class: 0 for 0 to 4, then 5, 10, 20, 50, 100 and so on."""
    at = bisect_right(_LOWER_ENDS, count)
    return _LOWER_ENDS[at - 1] if at else 0
