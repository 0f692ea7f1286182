"""People on duty by cells, as operators see them."""

from collections.abc import Sequence

from api.views.values import View
from streams.store.people_cells import CellCount

FEW = 2
"""One person and two are told apart by nobody: with a skill as filter, one would often be a known person."""
DECIMALS = 6
"""Of degrees."""


def cells(counts: Sequence[CellCount]) -> list[View]:
    """`schemas.people_cells.PeopleCell` of each."""
    return [_cell(one) for one in counts]


def _cell(one: CellCount) -> View:
    box = one.cell.box
    centre = [round((box.west + box.east) / 2, DECIMALS), round((box.south + box.north) / 2, DECIMALS)]
    return {
        "cell": one.cell.id,
        "location": {"type": "Point", "coordinates": centre},
        "box": [round(side, DECIMALS) for side in (box.west, box.south, box.east, box.north)],
        "on_duty": _blurred(one.on_duty),
        "engaged": _blurred(one.engaged),
    }


def _blurred(count: int) -> int:
    return FEW if 0 < count < FEW else count
