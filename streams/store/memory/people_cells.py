"""People on duty by cells, in memory. Counterpart of `streams/store/people_cells.py`."""

from collections import Counter
from collections.abc import Sequence

from streams.store.memory.people import People
from streams.store.people_cells import Cell, CellCount, cell_at


def count(people: People, cells: Sequence[Cell], skill: str | None = None) -> list[CellCount]:
    found: Counter[tuple[Cell, str]] = Counter()
    for person in people.known.values():
        if person.found_at is not None and (skill is None or skill in person.skills):
            for steps in {cell.steps for cell in cells}:
                found[cell_at(person.found_at.lon, person.found_at.lat, steps), person.field_mode] += 1
    counts = (
        CellCount(cell=cell, on_duty=found[cell, "free"] + found[cell, "engaged"], engaged=found[cell, "engaged"])
        for cell in cells
    )
    return [one for one in counts if one.on_duty]
