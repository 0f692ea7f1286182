"""People on duty by cells of the map."""

from typing import Annotated

from pydantic import Field

from api.schemas.base import Geometry
from api.schemas.places import Exact


class PeopleCell(Exact):
    """A cell with people on duty for field work. Nobody is named, and no cell is smaller than about 1.6 x 1.2 km; of one skill
    all are about 114 x 74 km. Numbers are the lower ends of classes (0, 5, 10, 20, 50, 100, …)."""

    cell: Annotated[str, Field(description="its id: steps, column and row of the grid")]
    location: Geometry
    """The centre of the cell."""
    box: Annotated[list[float], Field(min_length=4, max_length=4, description="west, south, east, north in degrees")]
    on_duty: Annotated[
        int,
        Field(description="at least so many people; 1 is 1 to 4, of cells from about 114 x 74 km on"),
    ]
    free: Annotated[int, Field(description="at least so many of them hold no offer; 0 stands for 0 to 4")]
    engaged: Annotated[int, Field(description="at least so many of them hold an offer; 0 stands for 0 to 4")]
